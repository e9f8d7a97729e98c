"""What holds of every assessment, whatever is answered in whatever order."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.protocols import UNKNOWN_AGE, Age, BadAnswer, Context, Protocol, Sex, assess, load_library
from triage.protocols.findings import Answer

PROTOCOLS = tuple(load_library().protocols.values())


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    age = draw(
        st.one_of(
            st.just(UNKNOWN_AGE), st.integers(0, 110).map(Age.of_years), st.integers(0, 40).map(Age.of_months)
        )
    )
    return Context(age, draw(st.sampled_from(Sex)))


@st.composite
def assessments(draw: st.DrawFn) -> tuple[list[Protocol], list[tuple[str, Answer]], Context]:
    """Some open protocols, a patient, and answers in some order."""
    opened = draw(st.lists(st.sampled_from(PROTOCOLS), min_size=1, max_size=3, unique=True))
    findings = {item.id: item for one in opened for item in one.findings if item.derived is None}
    chosen = draw(st.lists(st.sampled_from(sorted(findings)), unique=True))
    answers: list[tuple[str, Answer]] = []
    for finding_id in chosen:
        finding = findings[finding_id]
        options: list[Answer] = [finding.answer_at(rank) for rank in range(len(finding.steps) + 1)]
        answers.append((finding_id, draw(st.sampled_from([*options, "not-known"]))))
    return opened, answers, draw(contexts())


@given(assessments())
@settings(max_examples=150, deadline=None)
def test_bounds_never_cross_and_each_answer_narrows_them(case: Any) -> None:
    opened, answers, context = case
    results = [assess(opened, dict(answers[:count]), context) for count in range(len(answers) + 1)]
    for result in results:
        assert result.not_ruled_out.urgency <= result.at_least.urgency
        assert result.complete == (result.next_question is None) == (not result.would_raise)
        assert set(result.unasked_red_flags) <= set(result.open_questions)
        assert result.deciding
    for before, after in pairwise(results):
        assert after.at_least.urgency <= before.at_least.urgency
        assert after.not_ruled_out.urgency >= before.not_ruled_out.urgency


@given(assessments(), st.data())
@settings(max_examples=150, deadline=None)
def test_one_more_danger_never_lowers_the_outcome(case: Any, data: st.DataObject) -> None:
    opened, answers, context = case
    findings = {item.id: item for one in opened for item in one.findings if item.derived is None}
    finding = findings[data.draw(st.sampled_from(sorted(findings)))]
    rank = data.draw(st.integers(0, len(finding.steps) - 1))
    weaker = assess(opened, {**dict(answers), finding.id: finding.answer_at(rank)}, context)
    stronger = assess(opened, {**dict(answers), finding.id: finding.answer_at(rank + 1)}, context)
    assert stronger.at_least.urgency <= weaker.at_least.urgency
    assert stronger.not_ruled_out.urgency <= weaker.not_ruled_out.urgency


@given(assessments(), st.randoms())
@settings(max_examples=60, deadline=None)
def test_order_does_not_matter_and_the_same_answers_give_the_same_result(case: Any, random: Any) -> None:
    opened, answers, context = case
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert assess(opened, dict(answers), context) == assess(opened, dict(shuffled), context)


@given(assessments())
@settings(max_examples=80, deadline=None)
def test_an_open_question_can_raise_and_a_closed_one_cannot(case: Any) -> None:
    """Exact: what is left open is tried with everything else open answered at its worst or not at all."""
    opened, answers, context = case
    given_answers = dict(answers)
    result = assess(opened, given_answers, context)
    findings = {item.id: item for one in opened for item in one.findings if item.derived is None}
    idle = [item for item in findings if item not in given_answers and item not in result.open_questions]
    quiet = {item: findings[item].least_answer() for item in idle}
    loud = {item: findings[item].answer_at(len(findings[item].steps)) for item in idle}
    calm = assess(opened, {**given_answers, **quiet}, context)
    assert calm.not_ruled_out == result.not_ruled_out
    if result.complete:
        assert assess(opened, {**given_answers, **loud}, context).at_least == result.at_least


@given(assessments())
@settings(max_examples=60, deadline=None)
def test_not_knowing_the_age_or_sex_is_never_less_urgent(case: Any) -> None:
    opened, answers, context = case
    known = assess(opened, dict(answers), context)
    unknown = assess(opened, dict(answers), Context())
    assert unknown.at_least.urgency <= known.at_least.urgency
    assert unknown.not_ruled_out.urgency <= known.not_ruled_out.urgency


def _protocol(protocol_id: str) -> Protocol:
    return next(item for item in PROTOCOLS if item.id == protocol_id)


def test_not_known_on_a_red_flag_counts_as_present() -> None:
    result = assess(
        [_protocol("chest-pain-adult")], {"pain-tearing": "not-known"}, Context(Age.of_years(40), Sex.MALE)
    )
    assert result.at_least.code == "C2"
    assert result.assumed == ("pain-tearing",)


def test_following_the_next_question_ends_complete() -> None:
    for protocol in PROTOCOLS:
        answers: dict[str, Answer] = {}
        context = Context(Age.of_years(9), Sex.FEMALE)
        while (question := assess([protocol], answers, context).next_question) is not None:
            assert question not in answers
            answers[question] = protocol.finding(question).least_answer()
        result = assess([protocol], answers, context)
        assert result.complete
        assert result.unasked_red_flags == ()


def test_several_open_protocols_share_answers_and_the_most_urgent_counts() -> None:
    both = [_protocol("sore-throat"), _protocol("chest-pain-adult")]
    result = assess(both, {"pain-tearing": "yes", "throat-pus": "yes"}, Context(Age.of_years(40), Sex.MALE))
    assert result.at_least.code == "C2"
    assert {ground.protocol for ground in result.deciding} == {"chest-pain-adult"}


def test_the_danger_panel_comes_first() -> None:
    result = assess(
        [_protocol("fever-child"), _protocol("sore-throat")], {}, Context(Age.of_years(3), Sex.MALE)
    )
    assert result.open_questions[:3] == ("alertness", "breathing", "colour")
    assert result.open_questions.index("rash-not-fading") < result.open_questions.index("weak-cry-floppy")


def test_the_record_and_the_caller_disagree_and_danger_wins() -> None:
    fall = _protocol("fall-adult")
    context = Context(Age.of_years(50), Sex.MALE, {"anticoagulant": "yes"})
    assert assess([fall], {"head-struck": "yes", "anticoagulant": "no"}, context).at_least.code == "ED1H"


def test_a_question_for_others_is_not_asked() -> None:
    unclear = _protocol("unclear-adult")
    asked = assess([unclear], {}, Context(Age.of_years(80), Sex.MALE)).open_questions
    assert "early-pregnancy-pain" not in asked
    assert "testicle-pain" in asked
    assert "early-pregnancy-pain" in assess([unclear], {}, Context()).open_questions


def test_closing_is_stricter_while_a_tag_may_hold() -> None:
    fall = _protocol("fall-adult")
    context = Context(Age.of_years(80), Sex.MALE)
    assert "fallen-and-alone" in assess([fall], {}, context).closing_tags
    assert "fallen-and-alone" not in assess([fall], {"alone": "no"}, context).closing_tags


@pytest.mark.parametrize(
    ("finding", "answer"),
    [
        ("pain-tearing", "perhaps"),
        ("breathing", "yes"),
        ("fever", 39.5),
        ("pain-tearing", True),
        ("alertness", ""),
    ],
)
def test_an_answer_that_does_not_fit_is_refused(finding: str, answer: Any) -> None:
    with pytest.raises(BadAnswer, match=finding):
        assess([_protocol("chest-pain-adult")], {finding: answer}, Context())


@pytest.mark.parametrize("hours", [-1, 241, float("nan"), float("inf"), "two", True])
def test_a_number_outside_its_range_is_refused(hours: Any) -> None:
    with pytest.raises(BadAnswer):
        assess([_protocol("fall-adult")], {"floor-hours": hours}, Context())


@pytest.mark.parametrize(
    ("hours", "code"), [(0.99, "SELF-CARE"), (1, "C3"), (3.99, "C3"), (4, "C2"), (240, "C2")]
)
def test_thresholds_are_exact(hours: float, code: str) -> None:
    fall = _protocol("fall-adult")
    answers = {item.id: item.least_answer() for item in fall.findings if item.derived is None}
    result = assess([fall], {**answers, "floor-hours": hours}, Context(Age.of_years(40), Sex.MALE))
    assert result.at_least.code == code


def test_nothing_open_is_said_plainly() -> None:
    with pytest.raises(ValueError, match="open the protocol"):
        assess([], {}, Context())
