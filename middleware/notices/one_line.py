"""Makes foreign text safe to put into one line of a mail: a heading, a greeting, a header."""

from __future__ import annotations

import unicodedata

_UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # control, invisible, text-direction and line-ending characters
_LONGEST_NAME = 120


def one_line(text: str) -> str:
    """The text with line breaks, control and invisible characters as blanks, and no blank twice in a row."""
    visible = (" " if unicodedata.category(character) in _UNPRINTABLE else character for character in text)
    return " ".join("".join(visible).split())


def name_or_none(text: str | None) -> str | None:
    """A person's or company's name fit to be shown, or None where the record holds something else in its place.

    A "name" with a link in it would turn our mail into somebody else's message.
    """
    name = one_line(text or "")
    is_link = "://" in name or "www." in name.casefold()
    return None if not name or is_link or len(name) > _LONGEST_NAME else name
