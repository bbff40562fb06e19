"""Hands a request on to Twilio if it is on the list and the thing is the dialer's own; parameters by the list, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from middleware.errors import InvalidParameter, MethodNotPassed, NotFound, NotPassed
from middleware.gateways.ports import Media, Pairs, TwilioResources
from middleware.services.current_catalogue import CurrentCatalogue
from middleware.services.pass_through.allowed import Allowed, Owned, find, has_path, resources
from middleware.services.pass_through.ownership import Ownership, Thing, ownership_of
from middleware.store.catalogue import Credential
from middleware.store.database import Database
from middleware.twiml.names import own_name, scoped_name

MOST_RECORDINGS = 20  # that one page of transcriptions is asked about, each by a request of its own
_SCOPED = frozenset({("Conferences.json", "FriendlyName")})


@dataclass(frozen=True, slots=True)
class Request:
    """What a dialer asks; `path` is what follows the account."""

    method: str
    path: str
    query: Pairs
    form: Pairs


@dataclass(frozen=True, slots=True)
class PassThrough:
    resources: TwilioResources
    database: Database
    catalogue: CurrentCatalogue

    def ask(self, request: Request, asker: Credential) -> dict[str, Any] | Media | None:
        """Twilio's body; None where it has none; sound as `Media`.

        Raises `NotPassed` and `MethodNotPassed` for what is not on the list, `InvalidParameter` for a parameter that is
        not, `NotFound` for things of others as for none, `CallRefused` with Twilio's own answer, `CarrierUnavailable`.
        """
        found = find(request.method, request.path)
        if found is None:
            raise _refusal(request)
        allowed, sids = found
        own = ownership_of(self.database, self.catalogue, asker)
        query = _scoped(allowed, _checked(request.query, allowed.query), own)
        form = _checked(request.form, allowed.form)
        _check_values(form, allowed)
        asked = _Asked(self.resources, allowed, request.path, sids, own)
        if allowed.items is not None:
            return asked.listed(query)
        thing = asked.owned_thing()
        if allowed.is_media:
            return self.resources.media(request.path, query)
        if allowed.method == "GET" and thing is not None:
            return dict(thing)
        answer = self.resources.ask(allowed.method, request.path, query, form)
        return None if answer is None else dict(asked.shown(answer))


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request that is on the list."""

    resources: TwilioResources
    allowed: Allowed
    path: str
    sids: dict[str, str]
    own: Ownership

    def listed(self, query: Pairs) -> dict[str, Any]:
        """A page without the things of others: it may be shorter than asked for."""
        self._check_path()
        items = self.allowed.items or ""
        if self.allowed.owned is Owned.RECORDING:
            query = _at_most(query, MOST_RECORDINGS)
        page = self.resources.ask("GET", self.path, query, ()) or {}
        page[items] = list(self._filter()(page.get(items) or []))
        return page

    def owned_thing(self) -> Thing | None:
        """The thing itself where it had to be read to know whose it is. Raises `NotFound`."""
        self._check_path()
        if self.allowed.owned in _IN_PATH:
            return None
        path = f"{self.path.partition('.')[0]}.json"
        thing = self.resources.ask("GET", path, (), ()) or {}
        kept = list(self._filter()([thing]))
        if not kept:
            raise NotFound("not found")
        return kept[0]

    def shown(self, thing: Thing) -> Thing:
        """What an update answers, under the dialer's own name."""
        return next(iter(self.own.with_own_names([thing])), thing) if self.allowed.owned is Owned.NAME else thing

    def _check_path(self) -> None:
        owned = self.allowed.owned
        if owned is Owned.CALL_IN_PATH:
            self.own.requires_call(self.sids["CallSid"])
        elif owned is Owned.RECORDING_IN_PATH:
            if not self._has_own_call(self.sids["RecordingSid"]):
                raise NotFound("no recording has this SID")
        elif owned is Owned.QUEUE_IN_PATH:
            queue = self.resources.ask("GET", f"Queues/{self.sids['QueueSid']}.json", (), ()) or {}
            if not self.own.with_own_names([queue]):
                raise NotFound("no queue has this SID")

    def _filter(self) -> Callable[[Sequence[Thing]], Sequence[Thing] | Iterator[Thing]]:
        filters: dict[Owned, Callable[[Sequence[Thing]], Sequence[Thing] | Iterator[Thing]]] = {
            Owned.CALL: self.own.with_own_calls,
            Owned.NAME: self.own.with_own_names,
            Owned.NUMBER: self.own.with_own_numbers,
            Owned.RECORDING: self._with_own_recordings,
        }
        return filters.get(self.allowed.owned, lambda things: things)

    def _with_own_recordings(self, things: Sequence[Thing]) -> Iterator[Thing]:
        known: dict[str, bool] = {}
        for thing in things:
            recording = str(thing.get("recording_sid") or "")
            if recording not in known:
                known[recording] = self._has_own_call(recording)
            if known[recording]:
                yield thing

    def _has_own_call(self, recording_sid: str) -> bool:
        found = find("GET", f"Recordings/{recording_sid}.json")  # its shape is checked on the way
        if found is None:
            return False
        recording = self.resources.ask("GET", f"Recordings/{recording_sid}.json", (), ()) or {}
        return bool(self.own.with_own_calls([recording]))


_IN_PATH = frozenset({Owned.CALL_IN_PATH, Owned.RECORDING_IN_PATH, Owned.QUEUE_IN_PATH})


def _refusal(request: Request) -> NotPassed | MethodNotPassed:
    if has_path(request.path):
        return MethodNotPassed(f"{request.method} is not allowed on this resource")
    return NotPassed(
        f"This is not passed on to Twilio. What is: Calls, Participants, {resources()}, each as .json and with the "
        "methods that the documentation of Ringfence lists"
    )


def _checked(given: Pairs, allowed: Sequence[str]) -> Pairs:
    """Only what is on the list is handed on: what we do not know may mean anything."""
    for name, _ in given:
        if name not in allowed:
            known = f"known here are {', '.join(allowed)}" if allowed else "none is known here"
            raise InvalidParameter(f"{name} is not passed on to Twilio; {known}", name)
    return given


def _check_values(form: Pairs, allowed: Allowed) -> None:
    for name, values in allowed.only:
        said = [value for key, value in form if key == name]
        if len(said) != 1 or said[0] not in values:
            raise InvalidParameter(f"{name} must be {' or '.join(values)}", name)


def _scoped(allowed: Allowed, query: Pairs, own: Ownership) -> Pairs:
    """Names as they are at Twilio; those in the address of a following page are already."""
    return [
        (name, scoped_name(own.controller_id, value))
        if (allowed.path, name) in _SCOPED and own_name(own.controller_id, value) is None
        else (name, value)
        for name, value in query
    ]


def _at_most(query: Pairs, most: int) -> Pairs:
    size = next((value for name, value in query if name == "PageSize"), str(most))
    size = size if size.isdecimal() and int(size[:9]) <= most else str(most)
    return [*((name, value) for name, value in query if name != "PageSize"), ("PageSize", size)]
