"""What pydantic found wrong, in words for whoever edits the file."""

from __future__ import annotations

from pydantic_core import ErrorDetails

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is no key that is known here; look for a misspelling",
    "string_type": "must be text; write it in quotes (unquoted NO, 18:30 and the like mean something else in YAML)",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
    "list_type": "must be a list",
}
_ABOUT_THE_KEY = "[key]"  # pydantic's last step where the key, not its value, is wrong


def path_of(problem: ErrorDetails) -> tuple[str | int, ...]:
    """The keys and indexes that lead to the wrong value in the file."""
    return tuple(step for step in problem["loc"] if step != _ABOUT_THE_KEY)


def sentence(problem: ErrorDetails) -> str:
    """`b2b.caps.0.count: must be a whole number`."""
    where = ".".join(str(step) for step in path_of(problem))
    message = _WORDS.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")
    message = message.replace("Input should be", "must be", 1)
    return f"{where}: {message}" if where else message
