"""Ages at their borders, and finding things by the caller's own words."""

from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.protocols import UNKNOWN_AGE, Age, AgeLimit, Group, Index, Library, Sex

SIXTEEN = AgeLimit.from_text("16 years")


@given(st.dates(date(1900, 1, 1), date(2050, 12, 31)), st.integers(0, 40_000), st.integers(0, 1300))
def test_months_are_reached_once_and_never_left(born: date, days: int, months: int) -> None:
    limit = AgeLimit(months, in_days=False)
    today = born + timedelta(days=days)
    before, after = Age.on(born, today), Age.on(born, today + timedelta(days=1))
    assert not (before.reached(limit) and not after.reached(limit))
    assert Group(start=limit).holds(before, Sex.MALE) is not Group(end=limit).holds(before, Sex.MALE)


@given(st.dates(date(1900, 1, 1), date(2050, 12, 31)), st.integers(0, 40_000))
def test_rough_ages_hold_the_exact_one(born: date, days: int) -> None:
    exact = Age.on(born, born + timedelta(days=days))
    for rough in (
        Age.of_years(exact.least_months // 12),
        Age.of_months(exact.least_months),
        Age.of_days(days),
    ):
        assert rough.least_months <= exact.least_months <= rough.most_months
        assert rough.least_days <= exact.least_days <= rough.most_days


@pytest.mark.parametrize(
    ("today", "reached"),
    [(date(2025, 2, 28), False), (date(2025, 3, 1), True), (date(2024, 2, 29), False)],
)
def test_a_leap_day_birthday_falls_on_the_first_of_march(today: date, reached: bool) -> None:
    assert Age.on(date(2008, 2, 29), today).reached(AgeLimit.from_text("17 years")) is reached


def test_the_day_before_sixteen_is_a_child() -> None:
    child = Group(end=SIXTEEN)
    assert child.holds(Age.on(date(2010, 5, 17), date(2026, 5, 16)), Sex.MALE) is True
    assert child.holds(Age.on(date(2010, 5, 17), date(2026, 5, 17)), Sex.MALE) is False
    assert child.holds(UNKNOWN_AGE, Sex.MALE) is None
    assert Group(sex=Sex.FEMALE).holds(Age.of_years(3), Sex.UNKNOWN) is None


@pytest.mark.parametrize("text", ["", "16", "16 year olds", "-1 years", "sixteen years", "1.5 years"])
def test_what_is_not_an_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write it like"):
        AgeLimit.from_text(text)


def test_a_birth_in_the_future_is_refused() -> None:
    with pytest.raises(ValueError, match="after today"):
        Age.on(date(2026, 1, 2), date(2026, 1, 1))


@pytest.fixture(scope="module")
def index(library: Library) -> Index:
    return Index(library)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("gripping pain, sweaty, jaw", {"chest-pain-heavy", "pain-spreads", "sweaty-sick-with-pain"}),
        ("like an elephant sitting on my chest", {"chest-pain-heavy", "chest-pain"}),
        ("fell over and cant get up", {"fall", "still-on-floor"}),
        ("he wants to die", {"suicidal", "low-mood"}),
        ("throat killing me cant swalow my spit", {"throat-dribbling", "sore-throat"}),
        ("babys floppy with a temprature", {"weak-cry-floppy", "fever"}),
        ("took all my tablets", {"overdose-taken"}),
        ("purple spots that dont go with a glass", {"rash-not-fading"}),
    ],
)
def test_lay_words_find_it(index: Index, words: str, wanted: set[str]) -> None:
    assert wanted <= {match.id for match in index.match(words, 6)}


@pytest.mark.parametrize("words", ["", "the", "   ", "xyzzyq", "!?", "pain " * 5000, "\u0000\ud7ff"])
def test_odd_words_do_no_harm(index: Index, words: str) -> None:
    assert len(index.match(words)) <= 12


def test_a_word_without_end_costs_nothing_and_hides_no_other(index: Index) -> None:
    # Given one word of twenty thousand letters, or hundreds of long ones, before the words that tell
    endless = [f"{'a' * 20_000} fever", " ".join("qwertzuiop" * 200 for _ in range(30))]
    started = perf_counter()
    found = [index.match(words) for words in (*endless, f"{'a' * 500} fever")]
    # Then the search is over at once, and finds what was said within a breath's length
    assert perf_counter() - started < 0.1
    assert found[:2] == [(), ()]
    assert "fever" in {match.id for match in found[2]}


def test_a_long_telling_is_quick(index: Index) -> None:
    telling = "chset pian braethless swetting jwa fainnted headach tempreture vommiting " * 3
    index.match(telling)
    started = perf_counter()
    index.match(telling)
    assert perf_counter() - started < 0.5  # a wide margin: the aim of 50 ms is measured by the benchmark
