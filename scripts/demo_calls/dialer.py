"""Creates the calls, several side by side as dialers do, and follows them, with Twilio's SDK turned to the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from scripts.demo_calls.progress import CallProgress, Run, Verdict

REFUSED_BY_RINGFENCE = 68001
UNCERTAIN = 68004  # there may be a call; asked again, the gateway tells once it knows
NOT_PLACED_YET = 503
TOO_MANY = 429  # at once: in a second there is a turn again
SIDE_BY_SIDE = 2  # as many as one gateway lets wait for their turn
MOST_TRIES = 8
WAIT_SECONDS = 1.0
ANSWER_SECONDS = 15.0
# A person speaks, over a line of the dialer's own. TwiML that spoke by itself would be a machine's call.
TWIML = '<Response><Pause length="60"/></Response>'


class Dialer:
    """`accounts` holds the Twilio-style account of each campaign."""

    def __init__(self, gateway: str, accounts: Mapping[str, Mapping[str, str]]) -> None:
        self._clients = {campaign: _client(gateway, account) for campaign, account in accounts.items()}
        self._pause = Event()

    def place_all(self, run: Run) -> None:
        """Ask for every call of the list in its order; returns when each has its answer."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(lambda call: self._place(call, run), run.calls))

    def look_after(self, run: Run) -> None:
        """Ask once about every call that has not ended. What cannot be asked is asked again next time."""
        for call in [call for call in run.calls if call.is_open]:
            try:
                resource = self._clients[call.listed.campaign].calls(call.call_sid).fetch()
            except (TwilioRestException, requests.RequestException):
                continue
            if call.take_over(resource):
                run.touch(call)

    def _place(self, call: CallProgress, run: Run) -> None:
        # The very same request again is safe: within ten seconds the gateway takes it as the same call.
        for _ in range(MOST_TRIES):
            if self._try(call, run):
                break
            self._pause.wait(WAIT_SECONDS)
        else:
            call.verdict = Verdict.UNKNOWN
        run.touch(call)

    def _try(self, call: CallProgress, run: Run) -> bool:
        """Whether there was an answer that stands."""
        try:
            created = self._create(call)
        except requests.RequestException:
            return False
        except TwilioRestException as error:
            if error.status == TOO_MANY or error.status >= NOT_PLACED_YET or error.code == UNCERTAIN:
                return False
            if error.code == REFUSED_BY_RINGFENCE and isinstance(error.details, dict):
                call.refuse(error.details)
            else:
                call.verdict, call.reasons = Verdict.NOT_PLACED, (f"Twilio {error.code}",)
            return True
        run.place(call, created)
        return True

    def _create(self, call: CallProgress) -> Any:
        listed = call.listed
        return self._clients[listed.campaign].calls.create(
            to=listed.callee, from_=listed.caller_id, twiml=TWIML, machine_detection="Enable"
        )


def _client(gateway: str, account: Mapping[str, str]) -> Client:
    http = TwilioHttpClient(timeout=ANSWER_SECONDS)
    client = Client(account["account_sid"], account["auth_token"], http_client=http)
    client.api.base_url = gateway
    return client
