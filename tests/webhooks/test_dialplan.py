"""The dialplans in the documentation, run line by line: they dial on the word PERMIT, and on nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from tests.api_contract import told
from tests.gateway import CALLER_ID, Dialer, Gateway, a_callee
from tests.webhooks.dialplan import Channel, Dialplan

DOCS = (Path(__file__).parents[2] / "webhooks" / "docs" / "asterisk-vicidial.md").read_text(encoding="utf-8")
SECTIONS = ("ringfence-out", "ringfence-vicidial")
GATE = "https://gate.example.com"


def channel(section: str, client: FlaskClient, dialer: Dialer, **variables: str) -> Channel:
    """A channel of a call whose CURL() reaches the gateway."""

    def curl(address: str, body: str, options: Mapping[str, str]) -> str:
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}" == GATE
        assert float(options["httptimeout"]) <= 10
        user, _, password = options["userpwd"].partition(":")
        answer = client.post(
            parts.path, data=body, content_type="application/x-www-form-urlencoded", auth=(user, password)
        )
        return answer.get_data(as_text=True)

    known = {
        **dict(re.findall(r"^(RINGFENCE\w*)=(.*)$", DOCS, re.MULTILINE)),
        "RINGFENCE_KEY": f"api:{dialer.api_key}",
        "UNIQUEID": f"asterisk-{a_callee()}",
        "CALLERID(num)": CALLER_ID,
        **variables,
    }
    return Channel(Dialplan.read(DOCS, section), curl, known)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_permitted_call_is_dialled_and_its_end_reported(
    client: FlaskClient, dialer: Dialer, gateway: Gateway, section: str
) -> None:
    callee, call = a_callee(), channel(section, client, dialer)

    call.call(callee)

    assert [each.partition(",")[0] for each in call.dialled] == [f"PJSIP/{callee}@carrier"]
    assert call.asked == [f"{GATE}/v1/checks/plain", f"{GATE}/v1/outcomes/plain"]
    seen = told(client.get(f"/v1/attempts/{call.variables['RF_ATTEMPT']}", headers=dialer.bearer))
    assert (seen["callee"], seen["outcome"], seen["duration_seconds"]) == (callee, "answered", 12)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_refused_call_is_not_dialled_and_nothing_is_reported(
    client: FlaskClient, dialer: Dialer, section: str
) -> None:
    callee = a_callee()
    channel(section, client, dialer).call(callee)
    call = channel(section, client, dialer)

    call.call(callee)

    assert call.variables["RF_SAID"].startswith("REFUSE ")
    assert (call.dialled, len(call.asked)) == ([], 1)


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    "said", ["", "REFUSE -", "<html>502 Bad Gateway</html>", "PERMITTED x", "permit x", " PERMIT x"]
)
def test_nothing_but_the_word_dials(client: FlaskClient, dialer: Dialer, section: str, said: str) -> None:
    call = channel(section, client, dialer)
    call.curl = lambda *_: said

    call.call(a_callee())

    assert call.dialled == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_key_that_is_not_ours_dials_nothing(client: FlaskClient, dialer: Dialer, section: str) -> None:
    call = channel(section, client, dialer, RINGFENCE_KEY="api:rf_nobody.nothing")

    call.call(a_callee())

    assert (call.dialled, call.variables["RF_SAID"]) == ([], "REFUSE -")
