"""Starts a Twilio simulator for a test, as the process that it is in real use.

    with running_simulator(time_scale=600, outcomes={"numbers": {"+4512345678": {"outcome": "busy"}}}) as simulator:
        client = simulator.client()
        client.calls.create(to="+4512345678", from_="+4511111111", url="http://127.0.0.1:1/voice")
        simulator.wait_until_idle()
        assert simulator.callbacks() == []

Options are those of its command line, with underscores; `outcomes` may be the table itself, `faults` is a mapping.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from twilio.rest import Client

ROOT = Path(__file__).parents[1]
ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef"
AUTH_TOKEN = "simulatedtoken0123456789abcdef00"
_START_SECONDS = 20.0
_ANSWER_SECONDS = 30.0


class SimulatorNotStarted(Exception):
    """The process ended or said nothing; the text is what it wrote."""


@dataclass(frozen=True)
class Simulator:
    """A running simulator; `url` has no slash at its end."""

    url: str
    account_sid: str
    auth_token: str
    process: "subprocess.Popen[str]"

    def client(self) -> Client:
        """Twilio's own SDK, turned to the simulator by its base URL alone."""
        client = Client(self.account_sid, self.auth_token)
        client.api.base_url = self.url
        client.lookups.base_url = self.url
        return client

    def calls(self) -> list[dict[str, Any]]:
        """Every call as it really is: `call` (as REST shows it), `plan`, `parameters`, `sip_response_code` and more."""
        return list(self._control("GET", "calls").json())

    def callbacks(self, call_sid: str | None = None) -> list[dict[str, Any]]:
        """Every webhook in the order in which it was due: `purpose`, `parameters`, `attempts`, `faults` and more."""
        return list(self._control("GET", "callbacks", params={"call_sid": call_sid} if call_sid else None).json())

    def set_faults(self, **faults: float | None) -> None:
        """Puts exactly these faults in force; without any, all works."""
        self._control("PUT", "faults", json=faults)

    def set_outcomes(self, **table: Any) -> None:
        """Another table of outcomes for calls made from now on; keys as in an outcomes file."""
        self._control("PUT", "outcomes", json=table)

    def wait_until_idle(self, timeout: float = 10.0) -> None:
        """Until no call and no delivery is under way; an HTTPError if that takes longer."""
        self._control("GET", "idle", params={"timeout": str(timeout)})

    def reset(self) -> None:
        """Forgets calls and deliveries, goes back to the faults and outcomes of the start."""
        self._control("POST", "reset")

    def inbound(
        self,
        from_: str,
        to: str,
        url: str,
        digits: Sequence[str] = (),
        *,
        fallback_url: str | None = None,
        status_callback: str | None = None,
        **parameters: str,
    ) -> str:
        """A call that comes in to a voice URL, `digits` pressed one after the other; its CallSid. `parameters`: what
        Twilio adds, such as `SipUsername`."""
        more = {"fallback_url": fallback_url, "status_callback": status_callback, "parameters": parameters}
        asked = {"from": from_, "to": to, "url": url, "digits": list(digits), **more}
        return str(self._control("POST", "inbound", json=asked).json()["sid"])

    def message(self, from_: str, to: str, body: str, url: str, **parameters: str) -> str | None:
        """A text message that comes in; the TwiML that it is answered with."""
        asked = {"url": url, "parameters": {"From": from_, "To": to, "Body": body, **parameters}}
        answer = self._control("POST", "message", json=asked).json()["answer"]
        return None if answer is None else str(answer)

    def call(self, sid: str) -> dict[str, Any]:
        """One call, as `calls` tells it."""
        return next(call for call in self.calls() if call["call"]["sid"] == sid)

    def wait_for_status(self, sid: str, status: str, seconds: float = 10.0) -> None:
        """Until a call has this status; an AssertionError if that takes longer."""
        deadline = time.monotonic() + seconds
        while self.call(sid)["call"]["status"] != status:
            assert time.monotonic() < deadline, f"the call is {self.call(sid)['call']['status']}, not {status}"
            threading.Event().wait(0.01)

    def stop(self) -> None:
        """Ends it in good order."""
        self.process.terminate()
        self.process.communicate(timeout=_ANSWER_SECONDS)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self.process.kill()
        self.process.communicate(timeout=_ANSWER_SECONDS)

    def _control(self, method: str, what: str, **arguments: Any) -> requests.Response:
        answer = requests.request(method, f"{self.url}/control/{what}", timeout=_ANSWER_SECONDS, **arguments)
        answer.raise_for_status()
        return answer


@contextmanager
def running_simulator(**options: Any) -> Iterator[Simulator]:
    """A simulator on a free port; by default quick (200 times, 100 calls a second) and open to any caller id."""
    defaults: dict[str, Any] = {"cps": 100, "time_scale": 200, "numbers_any": "numbers" not in options}
    account = {"account_sid": ACCOUNT_SID, "auth_token": AUTH_TOKEN}
    with tempfile.TemporaryDirectory(prefix="ringfence-simulator-") as folder:
        ready_file = Path(folder, "ready.json")
        given = {**account, **defaults, **options}
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scripts.twilio_simulator", "--until-stdin-closes"),
                *("--ready-file", str(ready_file), *_arguments(given, Path(folder))),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            port = _port_once_ready(process, ready_file)
            yield Simulator(f"http://127.0.0.1:{port}", given["account_sid"], given["auth_token"], process)
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate(timeout=_ANSWER_SECONDS)


def _arguments(options: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        if name == "faults":
            for fault, setting in value.items():
                yield f"--fault={fault}={setting}"
        elif name == "voice_requests":
            yield option if value else "--no-voice-requests"
        elif isinstance(value, bool):
            yield from [option] if value else []
        elif isinstance(value, Mapping):
            table = folder / f"{name}.json"
            table.write_text(json.dumps(value), encoding="utf-8")
            yield f"{option}={table}"
        else:
            yield f"{option}={','.join(value) if isinstance(value, (list, tuple)) else value}"


def _port_once_ready(process: "subprocess.Popen[str]", ready_file: Path) -> int:
    """Its one line of output says that it is ready; then the file is there."""
    deadline = time.monotonic() + _START_SECONDS
    line = process.stdout.readline() if process.stdout else ""
    if not ready_file.exists() or time.monotonic() > deadline:
        process.kill()
        rest, _ = process.communicate(timeout=_ANSWER_SECONDS)
        raise SimulatorNotStarted(line + rest)
    return int(json.loads(ready_file.read_text(encoding="utf-8"))["port"])
