"""From the answers to an ending: conclusions, overrides, the closing set and the guards, each with its refusal."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from hub.cases.models import Case
from hub.cases.operations.closing import await_acceptance, close_case, reopen
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim, release
from hub.cases.states import Outcome, State
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.triage.conftest import RELEASE, Consultation, begin, whole_closing_set
from triage.models import Assessment, ClosingSet, Decision, Override
from triage.operations.assessing import add_presentation, close_presentation, open_assessment
from triage.operations.concluding import close_with_advice, conclude, record_closing_set, send_as_assessed
from triage.operations.lowering import Why
from triage.operations.overriding import answer_override, override_down, override_up, withdraw_override
from triage.operations.publishing import publish
from triage.protocols import Library
from triage.queries import decision_of

Consult = Callable[..., Consultation]
WORDS = "known tremor, looks like this every day"


def concluded(talk: Consultation) -> Decision:
    """Everything else answered with no, and concluded."""
    talk.no_to_the_rest()
    return conclude(**talk.key)


def missing(refused: "pytest.ExceptionInfo[Refusal]") -> str:
    return " ".join(refused.value.extra["missing"])


def test_a_sore_throat_with_nothing_dangerous_ends_with_advice(consult: Consult) -> None:
    # Given everything dangerous was asked and absent
    talk = consult("sore-throat", stated_age=30)
    decision = concluded(talk)
    assert decision.disposition["no_ambulance"] is True
    # When the closing set is whole
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    case = close_with_advice(**talk.key)
    # Then the case is closed, and others can read why
    assert (case.state, case.outcome) == (State.CLOSED, Outcome.ADVICE)
    stands = decision_of(case)
    assert stands is not None
    assert stands == decision
    assert "Rules suggest" in stands.narrative


def test_it_cannot_be_concluded_while_something_dangerous_is_not_ruled_out(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    with pytest.raises(Refusal, match="not ruled out") as refused:
        conclude(**talk.key)
    assert refused.value.status == 422
    assert not Decision.objects.exists()


def test_going_up_is_free_and_ends_early(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    override_up(**talk.key, code="C2")
    assert conclude(**talk.key).code == "C2"
    dispatch = send_as_assessed(**talk.key)
    assert dispatch.category == "C2"
    assert Case.objects.get(pk=talk.case.pk).state == State.AWAITING_DISPATCH


def test_up_to_something_without_an_ambulance_does_not_end_early(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    override_up(**talk.key, code="PC6H")
    with pytest.raises(Refusal, match="not ruled out"):
        conclude(**talk.key)


def test_up_means_up(consult: Consult) -> None:
    talk = consult()
    talk.say("breathing", "broken-sentences")
    with pytest.raises(Refusal, match="not more urgent"):
        override_up(**talk.key, code="PC6H")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason": ""}, "Choose the reason"),
        ({"words": "no"}, "Say in words why"),
        ({"code": "C1"}, "not less urgent"),
    ],
)
def test_down_needs_a_coded_reason_and_words(consult: Consult, change: dict[str, str], sentence: str) -> None:
    talk = consult()
    talk.say("face-arm-speech", "yes")
    talk.no_to_every_red_flag()
    given = {"code": "PC6H", "reason": "known_condition", "words": WORDS, **change}
    with pytest.raises(Refusal, match=sentence):
        override_down(**talk.key, **given)
    assert not Override.objects.exists()


def test_down_is_refused_while_more_is_not_ruled_out(consult: Consult) -> None:
    talk = consult()
    talk.say("face-arm-speech", "yes")
    with pytest.raises(Refusal, match="not ruled out"):
        override_down(**talk.key, code="PC6H", reason="known_condition", words=WORDS)


def test_before_going_below_one_red_flag_all_the_others_are_asked(consult: Consult, senior: User) -> None:
    # Given one C2 sign, and C1 ruled out: no other C2 sign can raise the outcome, so none was asked for
    talk = consult("sore-throat", stated_age=30)
    talk.say("face-arm-speech", "yes")
    assert talk.no_to_the_rest().result.complete  # type: ignore[union-attr]
    # Then it cannot be lowered, and the refusal names what to ask
    with pytest.raises(Refusal, match="rash that does not fade"):
        override_down(**talk.key, code="PC6H", reason="known_condition", words=WORDS)
    # And a presentation opened after the agreement blocks the ending until its own red flags are asked
    asked = asked_below_red(talk)
    answer_override(override_id=asked.pk, by=senior, agrees=True, words="old palsy")
    add_presentation(**talk.key, presentation="low-mood")
    talk.no_to_the_rest()
    with pytest.raises(Refusal):
        conclude(**talk.key)
        record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
        close_with_advice(**talk.key)


def asked_below_red(talk: Consultation) -> Override:
    """A stroke sign, all else absent, and the request to go below C2."""
    talk.say("face-arm-speech", "yes")
    talk.no_to_every_red_flag()
    found = override_down(**talk.key, code="PC6H", reason="known_condition", words=WORDS).override
    assert found is not None
    return found


def test_below_c2_a_second_clinician_agrees_as_themselves(consult: Consult, senior: User) -> None:
    # Given a request to go below C2
    talk = consult("sore-throat", stated_age=30)
    asked = asked_below_red(talk)
    with pytest.raises(Refusal, match="second clinician has not answered"):
        conclude(**talk.key)
    # When the senior agrees
    answer_override(override_id=asked.pk, by=senior, agrees=True, words="old Bell's palsy, unchanged")
    # Then it can be concluded and closed at the lower level
    decision = conclude(**talk.key)
    assert (decision.suggested, decision.code) == ("C2", "PC6H")
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    assert close_with_advice(**talk.key).state == State.CLOSED
    assert Event.objects.filter(kind="assessment.override_agreed", by=senior).count() == 1


def test_the_second_clinician_is_somebody_else_with_the_right(
    consult: Consult, senior: User, other_clinician: User
) -> None:
    talk = consult("sore-throat", by=senior, stated_age=30)
    asked = asked_below_red(talk)
    for person in (senior, other_clinician):
        with pytest.raises(Refusal) as refused:
            answer_override(override_id=asked.pk, by=person, agrees=True, words="agreed after reading")
        assert refused.value.status == 403
    assert Override.objects.get().state == "asked"


def test_a_declined_request_leaves_the_rules_answer(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = asked_below_red(talk)
    answer_override(override_id=asked.pk, by=senior, agrees=False, words="new face droop is new")
    assert conclude(**talk.key).code == "C2"


def test_agreement_lapses_when_another_danger_comes_up(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = asked_below_red(talk)
    answer_override(override_id=asked.pk, by=senior, agrees=True, words="old Bell's palsy")
    now_ = talk.say("alertness", "confused")
    assert now_.down is None
    assert Override.objects.get(pk=asked.pk).state == "lapsed"
    assert conclude(**talk.key).code == "C2"


def test_a_withdrawn_request_cannot_be_agreed_to(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = asked_below_red(talk)
    withdraw_override(**talk.key)
    with pytest.raises(Refusal, match="no longer open"):
        answer_override(override_id=asked.pk, by=senior, agrees=True, words="too late anyway")


def test_the_database_refuses_going_below_c2_without_a_second(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = asked_below_red(talk)
    with pytest.raises(DatabaseError, match="override_below_red_has_second"), transaction.atomic():
        Override.objects.filter(pk=asked.pk).update(state="in_force")


def test_a_changed_answer_withdraws_the_conclusion(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    concluded(talk)
    talk.say("breathing", "words-only")
    assert Assessment.objects.get().state == "open"
    with pytest.raises(Refusal, match="Conclude"):
        close_with_advice(**talk.key)
    assert decision_of(talk.case) is None


@pytest.mark.parametrize("outcome", [Outcome.ADVICE])
def test_an_unassessed_case_is_not_closed(
    content: object, clinician: User, open_case_: Callable[..., Case], outcome: str
) -> None:
    case = open_case_()
    claim(case_id=case.pk, by=clinician)
    case.refresh_from_db()
    start_consultation(case_id=case.pk, by=clinician, fence=case.fence)
    with pytest.raises(Refusal, match="not been assessed"):
        close_case(case_id=case.pk, by=clinician, fence=case.fence, outcome=outcome, words="bye")


def test_neither_advice_nor_referral_without_a_closing_set(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    concluded(talk)
    with pytest.raises(Refusal, match="closing set is not recorded"):
        close_with_advice(**talk.key)
    with pytest.raises(Refusal, match="closing set is not recorded"):
        await_acceptance(case=talk.case, by=talk.by, words="to the pharmacy")
    assert Case.objects.get(pk=talk.case.pk).state == State.IN_ASSESSMENT


def test_a_case_that_needs_an_ambulance_is_not_closed_with_advice(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.say("breathing", "words-only")
    talk.no_to_the_rest()
    conclude(**talk.key)
    with pytest.raises(Refusal, match="send the ambulance"):
        close_with_advice(**talk.key)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reason_explained": False}, "why no ambulance"),
        ({"no_ambulance_told": False}, "no ambulance is coming"),
        ({"advice_given": False}, "Read the advice"),
        ({"worsening_told": False}, "getting worse"),
        ({"time_scale": " "}, "by when"),
        ({"ring": ""}, "whom they ring"),
        ({"repeated_back": False}, "say it back"),
        ({"agreement": ""}, "whether they agree"),
        ({"agreement": "declined"}, "what was done"),
        ({"with_them": ""}, "who is with them"),
        ({"written": ""}, "written copy"),
        ({"written": "text"}, "mobile number"),
        ({"written": "text", "written_to": "020 7946 0301"}, "reaches a landline"),
    ],
)
def test_each_missing_item_of_the_closing_set_is_named_and_nothing_is_kept(
    consult: Consult, change: dict[str, object], sentence: str
) -> None:
    talk = consult("sore-throat", stated_age=30)
    concluded(talk)
    events = Event.objects.count()
    with pytest.raises(Refusal) as refused:
        record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk, **change))
    assert sentence in missing(refused)
    assert len(refused.value.extra["missing"]) == 1
    assert not ClosingSet.objects.exists()
    assert Event.objects.count() == events


def test_thoughts_of_suicide_are_never_closed_on_declined_and_ask_for_more(consult: Consult) -> None:
    talk = consult("low-mood", stated_age=30)
    talk.say("suicidal", "thoughts")
    decision = concluded(talk)
    assert "suicidal" in decision.tags
    declined = whole_closing_set(talk.case.pk, agreement="declined", disagreement_action="asked the senior")
    with pytest.raises(Refusal, match="never closed"):
        record_closing_set(**talk.key, details=declined)
    with pytest.raises(Refusal, match="within reach"):
        record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk, stricter={}))


def test_a_child_has_stricter_items(consult: Consult) -> None:
    talk = consult("fever", stated_age=4)
    decision = concluded(talk)
    assert "child" in decision.tags
    with pytest.raises(Refusal, match="adult stays with the child"):
        record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk, stricter={}))


def test_a_conclusion_of_an_earlier_call_is_confirmed_before_closing(
    consult: Consult, other_clinician: User
) -> None:
    # Given a concluded assessment, and the case back in the queue
    talk = consult("sore-throat", stated_age=30)
    concluded(talk)
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    release(**talk.key, reason="end of shift")
    # When another clinician rings back
    later = begin(Case.objects.get(pk=talk.case.pk), other_clinician)
    # Then the answers are there, and the conclusion has to be made again
    assert later.standing().answers
    with pytest.raises(Refusal, match="earlier call"):
        close_with_advice(**later.key)
    conclude(**later.key)
    record_closing_set(**later.key, details=whole_closing_set(later.case.pk))
    assert close_with_advice(**later.key).state == State.CLOSED


def test_a_case_opened_again_is_assessed_afresh(consult: Consult, other_clinician: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    concluded(talk)
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    close_with_advice(**talk.key)
    reopen(case_id=talk.case.pk, by=other_clinician, reason="worse, cannot swallow")
    later = begin(Case.objects.get(pk=talk.case.pk), other_clinician)
    assert later.standing().answers == {}
    assert sorted(Assessment.objects.values_list("state", flat=True)) == ["ended", "open"]


def test_closing_a_presentation_that_lowers_the_outcome_takes_a_reason(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    with pytest.raises(Refusal, match="One presentation stays open"):
        close_presentation(**talk.key, presentation="sore-throat")
    add_presentation(**talk.key, presentation="low-mood")
    talk.say("overdose-taken", "yes")
    with pytest.raises(Refusal, match="less urgent") as refused:
        close_presentation(**talk.key, presentation="low-mood")
    assert (refused.value.code, refused.value.status) == ("reason-needed", 422)
    assert len(talk.standing().opened) == 2
    talk.say("overdose-taken", "no", why=Why("corrected"))
    now_ = close_presentation(**talk.key, presentation="low-mood", why=Why("mistake"))
    assert [each.presentation for each in now_.opened] == ["sore-throat"]
    assert now_.answers["overdose-taken"].value == "no"


def test_an_open_assessment_keeps_its_version_when_a_new_one_comes_into_force(
    consult: Consult, library: Library
) -> None:
    talk = consult("sore-throat", stated_age=30)
    pinned = [each.digest for each in talk.standing().versions]
    changed = replace(library.protocols["sore-throat"], title="Sore throat, mended")
    done = publish(
        library=replace(library, protocols={**library.protocols, "sore-throat": changed}),
        by=RELEASE,
        activate_illustrative=True,
    )
    assert done.made == ["sore-throat version 2"]
    assert [each.digest for each in talk.standing().versions] == pinned
    talk.say("fitting-now", "no")
    assert talk.standing().answers["fitting-now"].digest == pinned[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE triage_protocolversion SET content = content || ' '",
        "UPDATE triage_protocolversion SET digest = repeat('0', 64)",
        "DELETE FROM triage_protocolversion",
        "UPDATE triage_decision SET code = 'SELF-CARE'",
        "DELETE FROM triage_decision",
    ],
)
def test_the_database_keeps_published_content_and_decisions(consult: Consult, statement: str) -> None:
    concluded(consult("sore-throat", stated_age=30))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_failing_event_leaves_nothing_behind(consult: Consult, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()

    def broken(**_: object) -> None:
        raise RuntimeError("the record cannot be written")

    monkeypatch.setattr("hub.record.transitions.write", broken)
    with pytest.raises(RuntimeError), transaction.atomic():
        conclude(**talk.key)
    assert not Decision.objects.exists()
    assert Assessment.objects.get().state == "open"


def test_opening_twice_goes_on_with_the_same_assessment(consult: Consult) -> None:
    talk = consult()
    again = open_assessment(**talk.key)
    assert again.assessment == talk.standing().assessment
    assert Assessment.objects.count() == 1
