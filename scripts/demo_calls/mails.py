"""Which of the people called have got their information mail, by what the mail catcher keeps."""

from __future__ import annotations

import csv
from pathlib import Path

from middleware.phone_numbers import parse
from scripts.demo_calls.progress import Run

SENT, SENT_BEFORE, NO_ADDRESS = "sent", "sent before", "no address"


class Mails:
    """`contacts` is the file of the demonstration's people. Mails that lie there already are from earlier runs."""

    def __init__(self, folder: Path, contacts: Path) -> None:
        self._folder = folder
        self._addresses = _addresses(contacts)
        self._before = self._recipients(set())
        self._files = {path.name for path in folder.glob("*.eml")}
        self._recipients_now: set[str] = set()

    def note(self, run: Run) -> None:
        """Say of every answered call how its mail stands."""
        new = {path.name for path in self._folder.glob("*.eml")} - self._files
        self._recipients_now |= self._recipients_of(new)
        self._files |= new
        for call in run.calls:
            mail = self._standing(call.number) if call.owes_mail else ""
            if mail != call.mail:
                call.mail = mail
                run.touch(call)

    def is_complete(self, run: Run) -> bool:
        """Whether everybody who answered and has an address has got a mail."""
        return all(call.mail for call in run.calls if call.owes_mail)

    def count_sent(self) -> int:
        """People who have got one in this run."""
        return len(self._recipients_now)

    def _standing(self, number: str) -> str:
        address = self._addresses.get(number)
        if address is None:
            return NO_ADDRESS
        if address in self._recipients_now:
            return SENT
        return SENT_BEFORE if address in self._before else ""

    def _recipients(self, but: set[str]) -> set[str]:
        return self._recipients_of({path.name for path in self._folder.glob("*.eml")} - but)

    def _recipients_of(self, names: set[str]) -> set[str]:
        return {address for name in names for address in _recipients_in(self._folder / name)}


def _recipients_in(path: Path) -> list[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("X-RcptTo: "):
                return [address.strip().lower() for address in line.partition(": ")[2].split(",")]
            if not line.strip():
                break
    return []


def _addresses(contacts: Path) -> dict[str, str]:
    with contacts.open(encoding="utf-8-sig", newline="") as file:
        return {
            parse(number).e164 or number: row["email"].strip().lower()
            for row in csv.DictReader(file)
            for number in row["numbers"].split(";")
            if row["email"]
        }
