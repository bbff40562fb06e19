"""The picture of refusals by hour of the week can be read, and heard."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from middleware.services.what_if.picture import refusals_by_hour
from middleware.services.what_if.tally import Tally
from tests.builders import NOON, some_facts

SVG = "{http://www.w3.org/2000/svg}"


def a_tally() -> Tally:
    tally = Tally()
    for _ in range(12):
        tally.add("one", "spring", some_facts(now=NOON), (), ("hours.outside_window",))
    tally.add("two", "spring", some_facts(now=NOON), ("attempts.too_soon",), ())
    return tally


def test_every_hour_of_both_weeks_has_its_figure_in_words() -> None:
    picture = ET.fromstring(refusals_by_hour("DK", a_tally()))  # noqa: S314  # made by ourselves

    told = [title.text or "" for title in picture.iterfind(f".//{SVG}g/{SVG}title")]

    assert len(told) == 2 * 7 * 24
    assert "Wed 13:00, before: 1 refused" in told
    assert "Wed 13:00, after: 12 refused" in told
    assert "Sun 03:00, after: 0 refused" in told


def test_more_refusals_are_darker_on_one_scale_for_both_weeks() -> None:
    picture = ET.fromstring(refusals_by_hour("DK", a_tally()))  # noqa: S314

    shades = {
        (group.findtext(f"{SVG}title") or ""): (group.find(f"{SVG}rect")).get("fill")  # type: ignore[union-attr]
        for group in picture.iterfind(f".//{SVG}g")
    }

    brightness = {title: sum(bytes.fromhex((fill or "")[1:])) for title, fill in shades.items()}
    none, few, most = (
        brightness[title]
        for title in ("Sun 03:00, after: 0 refused", "Wed 13:00, before: 1 refused", "Wed 13:00, after: 12 refused")
    )
    assert none > few > most


def test_nothing_in_the_picture_loads_anything_or_can_be_smuggled_in() -> None:
    text = refusals_by_hour('<script src="//evil.example">', Tally())

    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
