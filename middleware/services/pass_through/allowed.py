"""The allow-list. None of it can make a telephone ring; `webhooks/docs/pass-through.md` is made from it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Owned(StrEnum):
    """How it is told whose a thing is."""

    CALL_IN_PATH = "the call in the path is yours"
    CALL = "its call is yours"
    RECORDING = "the call of its recording is yours"
    RECORDING_IN_PATH = "the call of the recording in the path is yours"
    NAME = "you named it"
    QUEUE_IN_PATH = "you named the queue in the path"
    NUMBER = "the number is on file for you"


_SIDS = {
    "CallSid": "CA",
    "RecordingSid": "RE",
    "TranscriptionSid": "TR",
    "NotificationSid": "NO",
    "ConferenceSid": "CF",
    "QueueSid": "QU",
    "NumberSid": "PN",
    "CallerIdSid": "PN",
}
_PLACE = re.compile(r"\{(\w+)\}")
_PAGE = ("PageSize", "Page", "PageToken")
_CREATED = ("DateCreated", "DateCreated<", "DateCreated>")
_UPDATED = ("DateUpdated", "DateUpdated<", "DateUpdated>")


@dataclass(frozen=True)
class Allowed:
    """One method of one path below `/2010-04-01/Accounts/{AccountSid}/`.

    `items`: where a list has its things. `query` and `form` are the parameters that are handed on; `only` the one value
    that a parameter may have. `is_media`: the answer is sound.
    """

    method: str
    path: str
    owned: Owned
    items: str | None = None
    query: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_media: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """SIDs by their shape, so that nothing else gets into a path that we ask for."""
        places = re.escape(self.path).replace(r"\{", "{").replace(r"\}", "}")
        return re.compile(_PLACE.sub(lambda place: f"(?P<{place[1]}>{_SIDS[place[1]]}[0-9a-fA-F]{{32}})", places))


def _read(path: str, owned: Owned, items: str | None = None, *query: str) -> Allowed:
    return Allowed("GET", f"{path}.json", owned, items, (*query, *_PAGE) if items else query)


ALLOWED = (
    _read("Calls/{CallSid}/Recordings", Owned.CALL_IN_PATH, "recordings", *_CREATED),
    Allowed(
        "POST",
        "Calls/{CallSid}/Recordings.json",
        Owned.CALL_IN_PATH,
        form=("RecordingChannels", "RecordingTrack", "Trim"),
    ),
    _read("Calls/{CallSid}/Recordings/{RecordingSid}", Owned.CALL_IN_PATH),
    Allowed(
        "POST",
        "Calls/{CallSid}/Recordings/{RecordingSid}.json",
        Owned.CALL_IN_PATH,
        form=("Status", "PauseBehavior"),
        only=(("Status", ("stopped", "paused", "in-progress")),),
    ),
    Allowed("DELETE", "Calls/{CallSid}/Recordings/{RecordingSid}.json", Owned.CALL_IN_PATH),
    _read("Calls/{CallSid}/Events", Owned.CALL_IN_PATH, "events"),
    _read("Calls/{CallSid}/Notifications", Owned.CALL_IN_PATH, "notifications", "Log", "MessageDate"),
    _read("Calls/{CallSid}/Notifications/{NotificationSid}", Owned.CALL_IN_PATH),
    _read("Recordings", Owned.CALL, "recordings", "CallSid", "ConferenceSid", *_CREATED),
    _read("Recordings/{RecordingSid}", Owned.CALL),
    Allowed("DELETE", "Recordings/{RecordingSid}.json", Owned.CALL),
    Allowed("GET", "Recordings/{RecordingSid}", Owned.CALL, query=("RequestedChannels",), is_media=True),
    Allowed("GET", "Recordings/{RecordingSid}.mp3", Owned.CALL, query=("RequestedChannels",), is_media=True),
    Allowed("GET", "Recordings/{RecordingSid}.wav", Owned.CALL, query=("RequestedChannels",), is_media=True),
    _read("Recordings/{RecordingSid}/Transcriptions", Owned.RECORDING_IN_PATH, "transcriptions"),
    _read("Recordings/{RecordingSid}/Transcriptions/{TranscriptionSid}", Owned.RECORDING_IN_PATH),
    Allowed("DELETE", "Recordings/{RecordingSid}/Transcriptions/{TranscriptionSid}.json", Owned.RECORDING_IN_PATH),
    _read("Transcriptions", Owned.RECORDING, "transcriptions"),
    _read("Transcriptions/{TranscriptionSid}", Owned.RECORDING),
    Allowed("DELETE", "Transcriptions/{TranscriptionSid}.json", Owned.RECORDING),
    _read("Conferences", Owned.NAME, "conferences", "FriendlyName", "Status", *_CREATED, *_UPDATED),
    _read("Conferences/{ConferenceSid}", Owned.NAME),
    Allowed(
        "POST",
        "Conferences/{ConferenceSid}.json",
        Owned.NAME,
        form=("Status",),
        only=(("Status", ("completed",)),),
    ),
    _read("Queues", Owned.NAME, "queues"),
    _read("Queues/{QueueSid}", Owned.NAME),
    _read("Queues/{QueueSid}/Members", Owned.QUEUE_IN_PATH, "queue_members"),
    _read("Queues/{QueueSid}/Members/{CallSid}", Owned.QUEUE_IN_PATH),
    _read("IncomingPhoneNumbers", Owned.NUMBER, "incoming_phone_numbers", "PhoneNumber"),
    _read("IncomingPhoneNumbers/{NumberSid}", Owned.NUMBER),
    _read("OutgoingCallerIds", Owned.NUMBER, "outgoing_caller_ids", "PhoneNumber"),
    _read("OutgoingCallerIds/{CallerIdSid}", Owned.NUMBER),
)
# Paths that other routes of ours answer; what reaches this list has a method that they have not.
_ELSEWHERE = re.compile(
    r"Calls(/CA[0-9a-fA-F]{32})?\.json|Conferences/[^/]+/Participants(/[^/]+)?\.json",
)


def find(method: str, path: str) -> tuple[Allowed, dict[str, str]] | None:
    """What this request is, with the SIDs of its path; None where it is not on the list."""
    for allowed in ALLOWED:
        if allowed.method == method and (found := allowed.pattern.fullmatch(path)):
            return allowed, found.groupdict()
    return None


def has_path(path: str) -> bool:
    """Whether the path is known, with another method."""
    return bool(_ELSEWHERE.fullmatch(path)) or any(allowed.pattern.fullmatch(path) for allowed in ALLOWED)


def resources() -> str:
    """The kinds of resources on the list, for a refusal that says what there is."""
    return ", ".join(sorted({allowed.path.partition("/")[0].partition(".")[0] for allowed in ALLOWED}))
