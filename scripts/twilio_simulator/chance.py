"""Dice that fall the same way whenever the same seed is given."""

from random import Random


def dice(*seed: object) -> Random:
    """A source of chance that depends on nothing but the parts of its seed."""
    return Random("/".join(map(str, seed)))  # noqa: S311 - decides what to pretend, protects nothing
