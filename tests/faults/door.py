"""One asker's way into the gateway: sends the very same request until it is answered, and notes what it was told."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from tests.faults.ledger import Ledger, MadeCall, Outcome, Verdict

ANSWER_SECONDS = 12.0
LONGEST_INSISTING = 150.0
TOO_MANY = 429
REFUSED, UNCERTAIN = 68001, 68004
CALLER_IDS = {"nordlys-dk": "+4568000010", "nordlys-europe": "+4568000010", "rheinblick-de": "+492214710010"}
_ATTEMPT_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
_EVENTS = ("initiated", "answered", "completed")
_TWIML = "<Response><Pause/></Response>"


class Door:
    """For one thread. `run` is the installation's `run.json`."""

    def __init__(self, run: Mapping[str, Any], ledger: Ledger, chance: random.Random, receiver_url: str) -> None:
        self._gateway = run["addresses"]["gateway"]
        self._accounts = run["credentials"]["routes"]["twilio_rest"]
        self._bearer = {"Authorization": f"Bearer {run['credentials']['routes']['attempts_api']['api_key']}"}
        self._ledger = ledger
        self._chance = chance
        self._receiver_url = receiver_url
        self._session = requests.Session()
        self._pause = threading.Event()

    def call(
        self, campaign: str, callee: str, key: str | None, *, wants_reports: bool = False, gives_up: bool = False
    ) -> None:
        """Have a call made, as a dialer does that believes to speak with Twilio."""
        reports = {"StatusCallback": f"{self._receiver_url}/{campaign}", "StatusCallbackEvent": _EVENTS}
        account = self._accounts[campaign]
        answer = self.insist(
            "POST",
            f"{self._gateway}/2010-04-01/Accounts/{account['account_sid']}/Calls.json",
            gives_up=gives_up,
            auth=(account["account_sid"], account["auth_token"]),
            headers={"Idempotency-Key": key} if key else {},
            data={
                "To": callee,
                "From": CALLER_IDS[campaign],
                "Twiml": _TWIML,
                **(reports if wants_reports else {}),
            },
        )
        if answer is not None:
            self._note_call(answer, campaign, callee)

    def reserve(self, campaign: str, callee: str, key: str, *, gives_up: bool = False) -> Mapping[str, Any] | None:
        """Ask for a permit to place the call oneself; the answer's body."""
        answer = self.insist(
            "POST",
            f"{self._gateway}/v1/attempts",
            gives_up=gives_up,
            headers={**self._bearer, "Idempotency-Key": key},
            json={"campaign": campaign, "callee": callee},
        )
        if answer is None:
            return None
        body: dict[str, Any] = answer.json()
        if answer.status_code != 201:
            self._ledger.surprise(f"POST /v1/attempts: {answer.status_code} {body}")
            return None
        self._ledger.note(Verdict(body["attempt_id"], callee, body["permitted"], campaign, key))
        return body

    def report(self, attempt_id: str, outcome: str) -> None:
        """Say how a call went."""
        answer = self.insist(
            "POST",
            f"{self._gateway}/v1/attempts/{attempt_id}/outcome",
            headers=self._bearer,
            json={"outcome": outcome},
        )
        if answer is None:
            return
        if answer.status_code != 200:
            self._ledger.surprise(f"POST outcome: {answer.status_code} {answer.text}")
            return
        self._ledger.note(Outcome(attempt_id, answer.json()["outcome"] or "", answer.json()["state"]))

    def click(self, link: str) -> bool:
        """Object as mail programs do; whether it was acknowledged."""
        answer = self.insist("POST", link, data={"List-Unsubscribe": "One-Click"})
        if answer is not None and answer.status_code != 200:
            self._ledger.surprise(f"POST objection: {answer.status_code}")
        return answer is not None and answer.status_code == 200

    def insist(self, method: str, url: str, *, gives_up: bool = False, **request: Any) -> requests.Response | None:
        """The first answer that stands. None for an asker who has given up: then nothing is known."""
        deadline = time.monotonic() + LONGEST_INSISTING
        while time.monotonic() < deadline:
            self._ledger.count("requests")
            try:
                answer = self._session.request(method, url, timeout=ANSWER_SECONDS, **request)
            except requests.RequestException:
                self._ledger.count("requests without an answer")
            else:
                if answer.status_code < 500 and answer.status_code != TOO_MANY:
                    self._ledger.count("acknowledged")
                    return answer
                self._ledger.count(f"answered {answer.status_code}")
            if gives_up:
                self._ledger.count("given up")
                return None
            self._pause.wait(self._chance.uniform(0.05, 0.4))
        self._ledger.surprise(f"{method} {url.partition('/objection/')[0]} was not answered in {LONGEST_INSISTING} s")
        return None

    def _note_call(self, answer: requests.Response, campaign: str, callee: str) -> None:
        body = answer.json()
        if answer.status_code == 201:
            self._ledger.note(MadeCall(body["sid"], callee))
        elif body["code"] == REFUSED:
            self._ledger.note(Verdict(body["details"]["attempt_id"], callee, False, campaign, None))
        elif body["code"] == UNCERTAIN:
            self._ledger.count("uncertain creates")
            if named := _ATTEMPT_ID.search(body["message"]):
                self._ledger.note(Verdict(named.group(), callee, True, campaign, None))
        else:
            self._ledger.surprise(f"POST Calls.json: {answer.status_code} {body}")
