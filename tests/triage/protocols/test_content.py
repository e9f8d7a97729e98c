"""The shipped content: worked cases, every proof, families, digests."""

import re
from dataclasses import replace
from datetime import date

import pytest

from triage.protocols import (
    Age,
    Context,
    Library,
    Protocol,
    Sex,
    WorkedCase,
    assess,
    fitting,
    from_json,
    page,
    protocol_digest,
    report,
    to_json,
)
from triage.protocols.cases import failure

Cases = dict[str, tuple[WorkedCase, ...]]


def test_every_worked_case_comes_out_as_expected(library: Library, cases: Cases) -> None:
    failures = [failure(case, library.protocols[key]) for key, own in cases.items() for case in own]
    assert [item for item in failures if item] == []
    assert sum(map(len, cases.values())) > 300


def test_everything_is_proved_and_every_weakened_rule_is_noticed(library: Library, cases: Cases) -> None:
    verdict = report(library, cases)
    assert verdict.faults == ()
    assert all(one.mutations and one.mutations.tried > 50 for one in verdict.protocols)


def test_a_page_shows_every_rule_and_the_digest(library: Library, cases: Cases) -> None:
    for checked in report(library, cases).protocols:
        text = page(checked)
        assert checked.digest in text
        assert "not for clinical use" in text
        assert all(f"`{rule.id}`" in text for rule in checked.protocol.rules)


def test_a_stored_version_reads_back_the_same(library: Library) -> None:
    for protocol in library.protocols.values():
        text = to_json(protocol)
        again = from_json(text)
        assert to_json(again) == text
        assert protocol_digest(again) == protocol_digest(protocol)
        assert from_json(text) is again
        context = Context(Age.of_years(10), Sex.MALE)
        assert assess([again], {}, context).open_questions == assess([protocol], {}, context).open_questions


def test_a_changed_finding_is_a_changed_version(library: Library) -> None:
    protocol = library.protocols["sore-throat"]
    changed = replace(protocol.findings[0], ask="Is the person awake?")
    other = replace(protocol, findings=(changed, *protocol.findings[1:]))
    assert re.fullmatch("[0-9a-f]{64}", protocol_digest(protocol))
    assert protocol_digest(other) != protocol_digest(protocol)


def opened(library: Library, presentation: str, context: Context) -> list[Protocol]:
    """The protocols that an assessment of this patient asks."""
    return fitting(
        (library.protocols[each] for each in library.presentations[presentation].protocols), context
    )


@pytest.mark.parametrize(
    ("born", "today", "expected"),
    [
        (date(2008, 2, 29), date(2024, 2, 28), "breathlessness-child"),
        (date(2008, 2, 29), date(2024, 2, 29), "breathlessness-adult"),
        (date(2009, 2, 28), date(2025, 2, 27), "breathlessness-child"),
        (date(2009, 2, 28), date(2025, 2, 28), "breathlessness-adult"),
        (date(2010, 5, 17), date(2026, 5, 16), "breathlessness-child"),
        (date(2010, 5, 17), date(2026, 5, 17), "breathlessness-adult"),
    ],
)
def test_the_sixteenth_birthday_is_the_border(
    library: Library, born: date, today: date, expected: str
) -> None:
    found = opened(library, "breathlessness", Context(Age.on(born, today), Sex.FEMALE))
    assert [protocol.id for protocol in found] == [expected]


def test_age_unknown_opens_every_variant(library: Library) -> None:
    found = opened(library, "fall", Context())
    assert {protocol.id for protocol in found} == {"fall-adult", "fall-child"}
    assert [protocol.id for protocol in opened(library, "fall", Context(Age.of_years(15)))] == ["fall-child"]


def test_every_day_of_a_life_has_one_protocol(library: Library) -> None:
    born = date(2000, 2, 29)
    for presentation in library.presentations:
        for day in range(0, 43_000, 13):
            age = Age.on(born, date.fromordinal(born.toordinal() + day))
            found = opened(library, presentation, Context(age, Sex.MALE))
            assert [each.applies_to.holds(age, Sex.MALE) for each in found] == [True]


def test_three_months_and_four_weeks_are_exact(library: Library) -> None:
    fever = library.protocols["fever-child"]
    answers = {item.id: item.least_answer() for item in fever.findings if item.derived is None}
    hot = {**answers, "fever": "fever"}

    def outcome(today: date) -> str:
        return assess([fever], hot, Context(Age.on(date(2026, 1, 31), today), Sex.MALE)).at_least.code

    assert outcome(date(2026, 2, 27)) == "C2"
    assert outcome(date(2026, 2, 28)) == "ED1H"
    assert outcome(date(2026, 4, 30)) == "ED1H"  # 31 April does not exist: three months on 1 May
    assert outcome(date(2026, 5, 1)) == "SELF-CARE"
