"""Which encoding a text file is in, found out by reading it once."""

from __future__ import annotations

import codecs
from typing import BinaryIO

_AT_ONCE = 1 << 16
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(file: BinaryIO) -> str:
    """The encoding by its mark, else UTF-8 if all of it is, else Windows-1252, else ISO 8859-1.

    Windows-1252 is ISO 8859-1 with letters such as € and š where that has none, so a file of either reads right. The
    file is left at its beginning.
    """
    file.seek(0)
    head = file.read(4)
    file.seek(0)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    return next((name for name in ("utf-8", "cp1252") if _is_in(file, name)), "iso8859-1")


def _is_in(file: BinaryIO, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while chunk := file.read(_AT_ONCE):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True
