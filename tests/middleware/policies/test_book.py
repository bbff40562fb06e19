"""Reading country files: what is usable, what is wrong and where, and that a wrong file closes its country alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from middleware.decision.model import Audience, Policy, PolicyProblem, Reason
from middleware.encoding import digest_of
from middleware.policies.book import PolicyBook

FILE = """\
country: "NO"
name: Norway
compiled: 2026-11-22
zones: [Europe/Oslo]
calendar:
  country: "NO"
  categories: [public]
  checked_years: {first: 2026, last: 2027}
b2b: &rules
  hours:
    week:
      mon-fri: ["09:00-17:00"]
    basis: recommended
    source: A default.
  holidays:
    basis: recommended
    source: A default.
  caps:
    - count: 4
      within_days: 30
      basis: recommended
      source: A default.
  spacing:
    hours: 24
    basis: recommended
    source: A default.
  ring:
    seconds: 30
    basis: recommended
    source: A default.
  refusal_rest: {days: until_asked, basis: recommended, source: A default.}
  ring_at_least: {seconds: 15, basis: recommended, source: A default.}
  caller_id: {basis: recommended, source: A default.}
  automation:
    machine: {basis: law, source: A law.}
    predictive: {basis: recommended, source: A default.}
  data:
    source_of_number: {basis: law, source: A law.}
    checked_within: {days: 365, basis: recommended, source: A default.}
b2c: *rules
"""

Write = Callable[..., PolicyBook]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A book of the file above with one passage replaced, under a name."""

    def written(old: str = "", new: str = "", name: str = "NO.yaml") -> PolicyBook:
        assert old in FILE
        (tmp_path / name).write_text(FILE.replace(old, new, 1) if old else FILE, encoding="utf-8")
        return PolicyBook(tmp_path)

    return written


def resolved(book: PolicyBook, country: str | None = "NO", **overrides: object) -> Policy | PolicyProblem:
    return book.resolve(country, Audience.B2B, {}, "acme", overrides, "spring")


def test_a_file_that_fits_opens_its_country(write: Write) -> None:
    book = write()

    assert book.problems() == ()
    assert book.countries() == ("NO",)
    policy = resolved(book)
    assert isinstance(policy, Policy)
    assert policy.digest == digest_of(policy)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'mon-fri: ["09:00-17:00"]',
            'mon-fri: ["17:00-09:00"]',
            "NO.yaml, line 11: b2b.hours.week: 17:00-09:00 closes",
        ),
        ("    hours: 24", "    houres: 24", "NO.yaml, line 24: b2b.spacing.houres: is no key that is known here"),
        ("    hours: 24", "    houres: 24", "NO.yaml, line 23: b2b.spacing.hours: is missing"),
        ("    hours: 24", "    hours: -1", "NO.yaml, line 24: b2b.spacing.hours: must be greater"),
        ("    hours: 24", "    hours: '24'", "NO.yaml, line 24: b2b.spacing.hours: must be a number"),
        ("seconds: 30", "seconds: 3", "NO.yaml, line 28: b2b.ring.seconds: must be greater"),
        ("seconds: 30", "seconds: 29.5", "NO.yaml, line 28: b2b.ring.seconds: must be a whole number"),
        ("count: 4", "count: 0", "NO.yaml, line 19: b2b.caps.0.count: must be greater"),
        ("count: 4", "count: true", "NO.yaml, line 19: b2b.caps.0.count: must be a whole number"),
        ("within_days: 30", "within_days: never", "NO.yaml, line 20: b2b.caps.0.within_days:"),
        ("basis: recommended", "basis: tradition", "NO.yaml, line 13: b2b.hours.basis: must be 'law', 'code'"),
        ("source: A default.", "source: ' '", "NO.yaml, line 14: b2b.hours.source.0: String"),
        ("source: A default.", "undecided: Nothing found.", "NO.yaml, line 10: b2b.hours.source: is missing"),
        ('country: "NO"\nname', "country: NO\nname", "NO.yaml, line 1: country: must be text; write it in quotes"),
        ('country: "NO"\nname', 'country: "SE"\nname', "NO.yaml, line 1: the file is named NO and is about SE"),
        ('  country: "NO"', '  country: "QQ"', "NO.yaml, line 5: calendar: "),
        ("[public]", "[public, pagan]", "NO.yaml, line 5: calendar: "),
        (
            "first: 2026, last: 2027",
            "first: 2027, last: 2026",
            "NO.yaml, line 8: calendar.checked_years: first to last",
        ),
        ("b2c: *rules", "", "NO.yaml, line 1: b2c: is missing"),
        ("b2c: *rules", "b2c: *rule", "NO.yaml, line 40: found undefined alias 'rule'"),
        ("name: Norway", "name: Norway\nname: Norge", "NO.yaml, line 3: name is given twice"),
        ("    hours: 24", "   hours: 24", "NO.yaml, line 2"),
        ("[Europe/Oslo]", "[Oslo]", "NO.yaml, line 4: zones: 'Oslo' is no time zone"),
        ("[Europe/Oslo]", "[]", "NO.yaml, line 4: zones: "),
        (
            "compiled: 2026-11-22",
            "compiled: 2026-13-45",
            "NO.yaml, line 3: 2026-13-45 is no date, month must be in 1..12",
        ),
        ("compiled: 2026-11-22", "compiled: \x07", "NO.yaml, line 3: a sign that YAML forbids"),
        (FILE, "", "NO.yaml, line 1: "),
        (FILE, "- a\n- list\n", "NO.yaml, line 1: "),
        (FILE, "&a [*a]", "NO.yaml, line 1: "),
    ],
)
def test_a_file_that_does_not_fit_closes_its_country_and_its_problem_names_the_line(
    write: Write, old: str, new: str, problem: str
) -> None:
    book = write(old, new)

    assert any(known.startswith(problem) for known in book.problems()), book.problems()
    assert book.countries() == ()
    refused = resolved(book)
    assert isinstance(refused, PolicyProblem)
    assert refused.reason is Reason.POLICY_UNUSABLE
    assert problem in refused.detail


@pytest.mark.parametrize(
    ("gate", "problem"),
    [
        (
            "{kind: register, valid_for_days: 5, basis: law, source: S}",
            "register belongs to gates of the kinds register",
        ),
        (
            "{kind: register, register: r, basis: law, source: S}",
            "valid_for_days belongs to gates of the kind register",
        ),
        ("{kind: registration, basis: law, source: S}", "register belongs to gates of the kinds register"),
        (
            "{kind: registration, register: r, valid_for_days: 5, basis: law, source: S}",
            "valid_for_days belongs to gates of the kind register",
        ),
        (
            "{kind: consent, register: r, valid_for_days: 5, basis: law, source: S}",
            "register belongs to gates of the kinds register and registration",
        ),
        (
            "{kind: prayer, basis: law, source: S}",
            "must be 'documented_basis', 'prospect_reason', 'consent', 'register'",
        ),
        (
            "{kind: consent, except_legal_forms: [unknown], basis: law, source: S}",
            "what is not known takes the stricter branch",
        ),
        (
            "{kind: consent, except_marks: [unknown], basis: law, source: S}",
            "what is not known takes the stricter branch",
        ),
        (
            "{kind: consent, except_line_kinds: [unknown], basis: law, source: S}",
            "what is not known takes the stricter",
        ),
        ("{kind: consent, except_customers_days: -1, basis: law, source: S}", "must be greater than or equal to 0"),
    ],
)
def test_a_gate_that_does_not_fit_is_refused(write: Write, gate: str, problem: str) -> None:
    book = write("b2b: &rules\n", f"b2b: &rules\n  gates: [{gate}]\n")

    assert problem in book.problems()[0]
    assert book.problems()[0].startswith("NO.yaml, line 10: b2b.gates.0")


@pytest.mark.parametrize("day", ['"13-01"', '"5-5"', '"02-30x"', '"2026-05-05"'])
def test_a_day_that_no_year_has_is_refused(write: Write, day: str) -> None:
    book = write(
        "b2b: &rules\n", f"b2b: &rules\n  early_closings: [{{days: [{day}], at: '12:00', basis: law, source: S}}]\n"
    )

    assert "is no day of the year" in book.problems()[0]


def test_bytes_that_are_no_text_close_the_country(write: Write, tmp_path: Path) -> None:
    (tmp_path / "NO.yaml").write_bytes(b"\xff\xfe\x00")

    assert PolicyBook(tmp_path).problems() == ("NO.yaml is not written in UTF-8",)


def test_a_folder_named_like_a_file_closes_the_country(tmp_path: Path) -> None:
    (tmp_path / "NO.yaml").mkdir()

    assert PolicyBook(tmp_path).problems() == ("NO.yaml cannot be read: Is a directory",)


def test_a_bad_file_closes_no_other_country(write: Write, tmp_path: Path) -> None:
    write()
    (tmp_path / "SE.yaml").write_text("nonsense", encoding="utf-8")

    book = PolicyBook(tmp_path)

    assert book.countries() == ("NO",)
    assert len(book.problems()) == 1


@pytest.mark.parametrize("name", ["no.yaml", "Norway.yaml", "NO.yml"])
def test_a_file_under_a_name_that_is_not_read_is_told(write: Write, name: str) -> None:
    assert any(problem.startswith(name) for problem in write(name=name).problems())


def test_an_empty_or_missing_folder_is_told(tmp_path: Path) -> None:
    assert "no number can be called" in PolicyBook(tmp_path).problems()[0]
    assert "no number can be called" in PolicyBook(tmp_path / "nowhere").problems()[0]


@pytest.mark.parametrize("country", ["FR", "001", None])
def test_a_country_without_a_file_is_closed(write: Write, country: str | None) -> None:
    refused = resolved(write(), country)

    assert isinstance(refused, PolicyProblem)
    assert refused.reason is Reason.NUMBER_COUNTRY_CLOSED


def test_a_changed_file_rules_once_it_is_loaded(write: Write, tmp_path: Path) -> None:
    book = write()
    before = resolved(book)
    (tmp_path / "NO.yaml").write_text(FILE.replace("count: 4", "count: 3"), encoding="utf-8")

    assert resolved(book) is before
    book.load()
    after = resolved(book)

    assert isinstance(before, Policy)
    assert isinstance(after, Policy)
    assert after.caps[0].count == 3
    assert after.digest != before.digest


def test_the_same_question_has_the_same_answer_whatever_the_order_of_its_keys(write: Write) -> None:
    book = write()

    first = resolved(book, ring_seconds=20, spacing={"hours": 48})
    second = resolved(book, spacing={"hours": 48}, ring_seconds=20)

    assert first is second


def test_a_file_without_gates_still_asks_for_a_documented_basis(write: Write) -> None:
    policy = resolved(write())

    assert isinstance(policy, Policy)
    assert [(gate.kind.value, gate.origin.basis.value) for gate in policy.gates] == [("documented_basis", "law")]
    assert "GDPR" in policy.gates[0].origin.source


@pytest.mark.parametrize(
    ("gate", "kinds"),
    [
        ("{kind: consent, basis: law, source: S}", ["consent"]),
        ("{kind: consent, except_legal_forms: [legal_person], basis: law, source: S}", ["documented_basis", "consent"]),
        ("{kind: consent, except_line_kinds: [fixed], basis: law, source: S}", ["documented_basis", "consent"]),
        ("{kind: consent, except_marks: [listed], basis: law, source: S}", ["documented_basis", "consent"]),
        ("{kind: consent, except_customers_days: 0, basis: law, source: S}", ["documented_basis", "consent"]),
        ("{kind: prospect_reason, basis: law, source: S}", ["documented_basis", "prospect_reason"]),
        ("{kind: documented_basis, basis: code, source: S}", ["documented_basis"]),
    ],
)
def test_whoever_may_be_called_without_consent_needs_a_documented_basis(
    write: Write, gate: str, kinds: list[str]
) -> None:
    policy = resolved(write("b2b: &rules\n", f"b2b: &rules\n  gates: [{gate}]\n"))

    assert isinstance(policy, Policy)
    assert [each.kind.value for each in policy.gates] == kinds
