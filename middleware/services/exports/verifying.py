"""Checks an export against its manifest, with nothing but the two files: no database, no key, no network."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

import orjson
from pydantic import ValidationError

from middleware.errors import InvalidRequest
from middleware.services.exports.manifest import Counts, Manifest, RowCount, verdict_of
from middleware.services.exports.query import ExportFormat

_VERDICTS = {"true": True, "false": False, "": None}


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, and one sentence for each thing that is not as the manifest has it."""

    manifest: Manifest
    problems: tuple[str, ...]


def verify(manifest_path: Path) -> Verification:
    """Digest, size, columns and counts of the file beside the manifest, computed anew.

    Raises `InvalidRequest` if there is no manifest to check by.
    """
    manifest = read_manifest(manifest_path)
    path = manifest_path.parent / Path(manifest.file.name).name  # a manifest must not lead anywhere else
    if not path.is_file():
        return Verification(manifest, (f"{path} is not there: keep the data beside its manifest",))
    return Verification(manifest, tuple(_differences(path, manifest)))


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; raises `InvalidRequest`."""
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InvalidRequest(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError:
        raise InvalidRequest(
            f"{path} is not a manifest of an export, or is damaged; name the file that ends in .manifest.json"
        ) from None


def _differences(path: Path, manifest: Manifest) -> Iterator[str]:
    size = path.stat().st_size
    if size != manifest.file.size:
        yield f"{path} has {size} bytes, not {manifest.file.size}"
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    if digest != manifest.file.sha256:
        yield f"{path} has the SHA-256 {digest}, not {manifest.file.sha256}: it is not the file that was exported"
    try:
        counts = _counted(path, manifest.file.format, manifest.file.columns)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        yield f"{path} cannot be read as {manifest.file.format}: {type(error).__name__}"
        return
    if counts != manifest.counts:
        yield f"{path} holds {_said(counts)}; its manifest says {_said(manifest.counts)}"


def _counted(path: Path, form: ExportFormat, columns: tuple[str, ...]) -> Counts:
    count = RowCount()
    rows = _csv_rows(path, columns) if form is ExportFormat.CSV else _jsonl_rows(path, columns)
    for is_permitted, state in rows:
        count.add(verdict_of(is_permitted), state)
    return count.counts()


def _csv_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[bool | None, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file, strict=True)
        if tuple(next(rows, ())) != columns:
            raise ValueError("other columns than the manifest names")
        permitted, state = columns.index("permitted"), columns.index("state")
        for row in rows:
            if len(row) != len(columns):
                raise ValueError("a row of another length")
            yield _VERDICTS[row[permitted]], row[state]


def _jsonl_rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[bool | None, str]]:
    with path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            if tuple(row) != columns:
                raise ValueError("other members than the manifest names")
            yield row["permitted"], row["state"]


def _said(counts: Counts) -> str:
    verdicts, states = (
        ", ".join(f"{count} {kind}" for kind, count in kinds.items()) for kinds in (counts.by_verdict, counts.by_state)
    )
    return f"{counts.rows} attempts ({verdicts}; by state {states or 'none'})"
