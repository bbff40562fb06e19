"""A YAML file together with the line on which each of its values stands, so that every problem can name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml


class Unreadable(Exception):
    """A file that is no YAML we accept; the text says on which line and why."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file's content as plain values, and where they stand."""

    name: str
    content: object
    root: yaml.Node | None

    def at(self, path: Sequence[str | int]) -> str:
        """`DK.yaml, line 12` for the value under this path of keys and indexes, or for the nearest one above it."""
        node, line = self.root, 1 if self.root is None else self.root.start_mark.line + 1
        for step in path:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return f"{self.name}, line {line}"


class _Loader(yaml.SafeLoader):
    """The safe loader, which also names the line of a date that no calendar has."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> date:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            problem = f"{node.value} is no date, {error}"
            raise yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def read_source(path: Path) -> Source:
    """Read a file; raises `Unreadable` if it cannot be read, is no YAML, or gives a key twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name} is not written in UTF-8") from None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        content = None if root is None else loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        line = 1 if error.problem_mark is None else error.problem_mark.line + 1
        raise Unreadable(f"{path.name}, line {line}: {error.problem}") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(f"{path.name}, line {line}: a sign that YAML forbids") from None
    for key, line in _repeated_keys(root, set()):
        raise Unreadable(f"{path.name}, line {line}: {key} is given twice; the first would be ignored")
    return Source(path.name, content, root)


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _repeated_keys(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, int]]:
    if node is None or id(node) in seen:  # an alias leads to a node seen before, possibly to one around it
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item, seen)
    elif isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    yield key.value, key.start_mark.line + 1
                keys.add(key.value)
            yield from _repeated_keys(value, seen)
