"""Why the stack does not start, or does not go on."""

from __future__ import annotations


class CannotStart(Exception):
    """Something that the user can mend; `lines` holds one sentence for each thing."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
