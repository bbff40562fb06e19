"""Names of conferences and queues. At Twilio they hold for the whole account, and two controllers must never meet."""

from __future__ import annotations

import re

_SID = re.compile(r"(CF|QU)[0-9a-f]{32}", re.IGNORECASE)
LONGEST = 255


def scoped_name(controller_id: str, name: str) -> str:
    """The name at Twilio of a controller's room or queue; a SID is left as it is."""
    text = name.strip()
    return text if _SID.fullmatch(text) else name_in_twiml(controller_id, text)


def name_in_twiml(controller_id: str, name: str) -> str:
    """The same for TwiML, where everything is a name: also what looks like a SID."""
    return f"{_prefix(controller_id)}{name.strip()}"


def own_name(controller_id: str, at_twilio: str) -> str | None:
    """The controller's own name of what has this name at Twilio; None where it is somebody else's."""
    prefix = _prefix(controller_id)
    return at_twilio[len(prefix) :] if at_twilio.startswith(prefix) else None


def _prefix(controller_id: str) -> str:
    return f"rf.{controller_id}~"  # no id of a controller holds the last sign, so that none begins like another
