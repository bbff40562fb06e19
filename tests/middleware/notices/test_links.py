"""Objection links: signed, free of personal data, without an end, and not to be guessed or changed."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.errors import InvalidLink
from middleware.notices.links import ObjectionLinks

SECRET = "first-secret-of-thirty-two-chars!"
NEWER = "newer-secret-of-thirty-two-chars!"
BASE = "https://calls.example"
NOTICE = "0192f0a1-7c3b-7000-8000-000000000001"


def token_of(links: ObjectionLinks, notice_id: str = NOTICE) -> str:
    return links.url_for(notice_id).removeprefix(f"{BASE}/objection/")


@given(st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=64))
def test_a_link_leads_back_to_its_notice(notice_id: str) -> None:
    links = ObjectionLinks(SECRET, BASE)

    assert links.notice_id_from(token_of(links, notice_id)) == notice_id


def test_a_link_stands_below_the_public_base_and_needs_no_escaping() -> None:
    url = ObjectionLinks(SECRET, "https://calls.example/ringfence/").url_for(NOTICE)

    assert url.startswith(f"https://calls.example/ringfence/objection/{NOTICE}.")
    assert set(url) <= set(string.ascii_letters + string.digits + "-_./:")


def test_a_token_with_one_character_flipped_is_refused_wherever_and_to_whatever() -> None:
    links = ObjectionLinks(SECRET, BASE)
    token = token_of(links)
    alphabet = string.ascii_letters + string.digits + "-_.=+/ %é"

    for place, original in enumerate(token):
        for other in alphabet.replace(original, ""):
            with pytest.raises(InvalidLink):
                links.notice_id_from(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("change", ["{}=", "{}A", "{} ", " {}", "{}.", "{}\n", "-{}", "{}?x=1", "{}/"])
def test_a_token_with_something_added_is_refused(change: str) -> None:
    links = ObjectionLinks(SECRET, BASE)

    with pytest.raises(InvalidLink):
        links.notice_id_from(change.format(token_of(links)))


@given(st.text())
def test_no_made_up_token_is_taken_or_breaks_anything(token: str) -> None:
    with pytest.raises(InvalidLink):
        ObjectionLinks(SECRET, BASE).notice_id_from(token)


def test_links_of_an_older_secret_stay_good_and_new_ones_are_signed_with_the_first() -> None:
    before, after = ObjectionLinks(SECRET, BASE), ObjectionLinks((NEWER, SECRET), BASE)

    assert after.notice_id_from(token_of(before)) == NOTICE
    assert token_of(after) == token_of(ObjectionLinks(NEWER, BASE))


def test_links_of_a_secret_that_was_withdrawn_are_refused() -> None:
    with pytest.raises(InvalidLink):
        ObjectionLinks(NEWER, BASE).notice_id_from(token_of(ObjectionLinks(SECRET, BASE)))


@pytest.mark.parametrize("notice_id", ["", "anna@example.com", "+4570123456", "Anna Jensen", "a" * 65, "a.b", "æ"])
def test_what_could_be_personal_data_does_not_go_into_a_link(notice_id: str) -> None:
    with pytest.raises(ValueError, match="notice id"):
        ObjectionLinks(SECRET, BASE).url_for(notice_id)


@pytest.mark.parametrize("secret", ["", "short", (), ("short", SECRET), (SECRET, "")])
def test_a_secret_that_could_be_guessed_is_refused(secret: str | tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="32 characters"):
        ObjectionLinks(secret, BASE)


@pytest.mark.parametrize("base", ["", "calls.example", "ftp://calls.example", "https://", "https://a.example/?x=1"])
def test_a_base_that_is_no_web_address_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="http"):
        ObjectionLinks(SECRET, base)
