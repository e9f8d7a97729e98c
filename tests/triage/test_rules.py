"""Properties: whatever is answered in whatever order, no dangerous case can be ended without an ambulance."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.cases import closing_guards
from hub.cases.order import HIGH_RISKS
from hub.cases.states import Outcome
from hub.post.models import Message
from hub.record.models import Event
from hub.refusals import Refusal
from tests.triage.conftest import Consultation, whole_closing_set
from triage.operations.concluding import close_with_advice, conclude, record_closing_set
from triage.operations.lowering import Why
from triage.operations.overriding import override_up, withdraw_override
from triage.policies import STRICT_ITEMS, ClosingDetails, missing_from_closing_set, strict_items
from triage.protocols import Finding, Kind, Library
from triage.standing import fact_of
from triage.written import copy_of

Consult = Callable[..., Consultation]


def possible(finding: Finding) -> list[Any]:
    """Every answer of a finding."""
    if finding.kind is Kind.LEVEL:
        return [level.id for level in finding.levels] + ["not-known"]
    if finding.number is not None:
        return [finding.number.lowest, finding.number.highest, "not-known"]
    return ["yes", "no", "not-known"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_order_of_answers_ends_a_dangerous_case_with_advice(
    consult: Consult, library: Library, data: Any
) -> None:
    # Given any answers to any of the questions, in any order
    protocol = library.protocols["sore-throat"]
    asked = [item for item in protocol.findings if item.kind is not Kind.DERIVED]
    chosen = data.draw(st.lists(st.sampled_from(asked), unique_by=lambda item: item.id, max_size=len(asked)))
    talk = consult("sore-throat", stated_age=30, cad_number=None)
    for finding in chosen:
        talk.say(finding.id, data.draw(st.sampled_from(possible(finding))))
    result = talk.standing().result
    assert result is not None
    # When somebody concludes as soon as it lets them
    try:
        conclude(**talk.key)
    except Refusal:
        assert not result.complete
    talk.case.refresh_from_db()
    # Then the guards let it end only when nothing dangerous is present or unasked
    said = closing_guards.missing(talk.case, str(Outcome.ADVICE))
    if result.unasked_red_flags or not result.at_least.no_ambulance or not result.complete:
        assert said


@given(tags=st.sets(st.sampled_from(sorted({item.tag for item in STRICT_ITEMS}))))
def test_an_empty_closing_set_lacks_everything_and_each_group_adds_its_items(tags: set[str]) -> None:
    plain = missing_from_closing_set(ClosingDetails(), set())
    strict = missing_from_closing_set(ClosingDetails(), tags)
    assert len(plain) == 10
    assert len(strict) == 10 + len(strict_items(tags))


def test_the_written_copy_goes_out_once_when_the_case_ends(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    conclude(**talk.key)
    with pytest.raises(Refusal, match="mobile number"):
        record_closing_set(
            **talk.key, details=whole_closing_set(talk.case.pk, written="text", written_to="later")
        )
    details = whole_closing_set(talk.case.pk, written="text", written_to="07700 900123")
    record_closing_set(**talk.key, details=details)
    saved = record_closing_set(**talk.key, details=details)
    assert not Message.objects.filter(kind="assessment.written_copy").exists()
    close_with_advice(**talk.key)
    message = Message.objects.get(kind="assessment.written_copy")
    assert message.destination == "+447700900123"
    assert message.body["text"] == copy_of(saved)
    assert "Mary" not in message.body["text"]


@pytest.mark.parametrize("risk", sorted(HIGH_RISKS))
def test_every_risk_that_a_case_can_carry_is_a_finding_that_rules_know(
    whole_library: Library, risk: str
) -> None:
    finding, value = fact_of(risk)
    assert whole_library.findings[finding].rank(value) > 0
    protocols = whole_library.protocols.values()
    assert any(finding in [item.id for item in each.findings] for each in protocols)


def test_a_long_lie_on_record_counts_in_a_fall(consult: Consult) -> None:
    plain = consult("fall", stated_age=70).no_to_the_rest().result
    assert plain is not None
    consult_again = (
        consult("fall", stated_age=70, risks=("long_lie",), cad_number="other").no_to_the_rest().result
    )
    assert consult_again is not None
    assert consult_again.at_least.urgency < plain.at_least.urgency


def test_an_override_that_another_replaces_is_withdrawn_on_the_record(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    override_up(**talk.key, code="C3")
    override_up(**talk.key, code="C2")
    kinds = list(
        Event.objects.filter(stream=talk.case.stream, kind__startswith="assessment.override")
        .order_by("sequence")
        .values_list("kind", flat=True)
    )
    assert kinds == ["assessment.override_up", "assessment.override_withdrawn", "assessment.override_up"]
    withdraw_override(**talk.key, why=Why("mistake"))
    assert Event.objects.filter(stream=talk.case.stream, kind="assessment.override_withdrawn").count() == 2
