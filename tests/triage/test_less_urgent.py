"""Whatever makes the certain outcome less urgent says why; a risk on record is not denied in passing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from hub.cases import closing_guards
from hub.cases.models import Case
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim, take_over
from hub.people.models import User
from hub.record.models import Event
from hub.record.operations import history
from hub.refusals import Refusal
from tests.triage.conftest import Consultation
from triage.models import Answer, Assessment, Override, ProtocolVersion
from triage.operations.assessing import add_presentation, begin_again, open_assessment, set_context
from triage.operations.lowering import Why
from triage.operations.overriding import answer_override, override_down, override_up, withdraw_override
from triage.operations.signing import retire

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
MISTAKE = Why("mistake")
WORDS = "it was not so at all"


def at_least(talk: Consultation) -> str:
    result = talk.standing().result
    assert result is not None
    return result.at_least.code


@pytest.fixture
def blue(consult: Consult) -> Consultation:
    """C1 by the colour of the skin."""
    talk = consult("sore-throat", stated_age=30)
    talk.say("colour", "blue-grey")
    assert at_least(talk) == "C1"
    return talk


def declined(talk: Consultation, senior: User) -> None:
    """A senior clinician says no to going below."""
    talk.no_to_every_red_flag()
    asked = override_down(**talk.key, code="SELF-CARE", reason="misheard", words=WORDS).override
    assert asked is not None
    answer_override(override_id=asked.pk, by=senior, agrees=False, words="no, send it")


@pytest.mark.parametrize("why", [Why(), Why("because"), Why("other"), Why("other", "two words")])
def test_a_danger_is_not_taken_back_without_a_reason(blue: Consultation, why: Why) -> None:
    events = Event.objects.count()
    with pytest.raises(Refusal, match="less urgent") as refused:
        blue.say("colour", "normal", why=why)
    assert (refused.value.code, refused.value.status) == ("reason-needed", 422)
    assert at_least(blue) == "C1"
    assert Event.objects.count() == events


def test_the_reason_stands_in_the_event_and_on_the_answer(blue: Consultation) -> None:
    blue.say("colour", "normal", why=Why("other", "the light in the room was blue"))
    kept = Answer.objects.get(finding="colour", value="normal")
    assert (kept.reason, kept.reason_words) == ("other", "the light in the room was blue")
    event = Event.objects.get(stream=blue.case.stream, kind="assessment.answer_amended")
    assert event.data["why"] == "Another reason, in words: the light in the room was blue"


def test_the_database_keeps_no_other_reason_without_words(blue: Consultation) -> None:
    assessment = Assessment.objects.get()
    with pytest.raises(DatabaseError, match="answer_other_reason_has_words"), transaction.atomic():
        Answer.objects.create(
            assessment=assessment, finding="alertness", value="alert", by=blue.by, reason="other"
        )


def test_what_does_not_lower_needs_no_reason(blue: Consultation) -> None:
    blue.say("breathing", "broken-sentences")
    assert blue.say("breathing", "normal").result.at_least.code == "C1"  # type: ignore[union-attr]


def test_beginning_again_over_a_danger_takes_a_reason(blue: Consultation) -> None:
    with pytest.raises(Refusal, match="less urgent"):
        begin_again(**blue.key)
    assert Assessment.objects.get().state == "open"
    begun = begin_again(**blue.key, why=MISTAKE)
    assert begun.answers == {}
    ended = Event.objects.get(stream=blue.case.stream, kind="assessment.end")
    assert ended.data["why"] == "Pressed by mistake"


def test_beginning_again_with_nothing_told_is_free(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    begin_again(**talk.key)
    assert Assessment.objects.count() == 2


def test_another_age_that_lowers_takes_a_reason_and_the_first_one_does_not(consult: Consult) -> None:
    # Given a feverish child of unknown age: what is not known counts as dangerous
    talk = consult("fever", stated_age=None)
    unknown = talk.standing().result
    assert unknown is not None
    # When the age is told for the first time, no reason is asked for
    set_context(**talk.key, age="2 months")
    danger = talk.standing().result
    assert danger is not None
    # Then a different age that makes it less urgent takes one
    with pytest.raises(Refusal, match="less urgent"):
        set_context(**talk.key, age="30 years")
    assert talk.standing().assessment.stated_age == "2 months"
    set_context(**talk.key, age="30 years", why=Why("corrected"))
    event = Event.objects.filter(stream=talk.case.stream, kind="assessment.context_set").last()
    assert event is not None
    assert event.data["why"] == "The caller corrects it"


# --- a senior clinician has said no ---


def test_after_a_no_the_answers_are_not_lowered_alone(blue: Consultation, senior: User) -> None:
    declined(blue, senior)
    acts: list[Callable[[], object]] = [
        lambda: blue.say("colour", "normal", why=MISTAKE),
        lambda: begin_again(**blue.key, why=MISTAKE),
    ]
    for act in acts:
        with pytest.raises(Refusal, match="declined going below") as refused:
            act()
        assert refused.value.code == "second-needed"
    assert at_least(blue) == "C1"
    assert Override.objects.get().state == Override.State.DECLINED


def test_a_senior_who_takes_the_case_over_may_amend(blue: Consultation, senior: User) -> None:
    declined(blue, senior)
    held = take_over(case_id=blue.case.pk, by=senior, reason="spoke to the patient myself")
    after = Consultation(held, senior).say("colour", "normal", why=Why("corrected"))
    assert after.result is not None
    assert after.result.at_least.code != "C1"


# --- a decision to go up ---


@pytest.fixture
def raised(consult: Consult) -> Consultation:
    """C2 by the clinician's decision, though the rules find that it can be looked after at home."""
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    override_up(**talk.key, code="C2", words="she sounds far worse than she says")
    return talk


def decided_now(talk: Consultation) -> str:
    now_ = talk.standing()
    assert now_.result is not None
    return now_.up.code if now_.up else now_.result.at_least.code


def test_a_decision_to_go_up_is_not_taken_back_without_a_reason(raised: Consultation) -> None:
    rules = at_least(raised)
    acts: list[Callable[[Why], object]] = [
        lambda why: withdraw_override(**raised.key, why=why),
        lambda why: override_up(**raised.key, code="C3", why=why),
        lambda why: begin_again(**raised.key, why=why),
    ]
    for act in acts:
        for why in (Why(), Why("because"), Why("other", "two words")):
            with pytest.raises(Refusal, match="less urgent") as refused:
                act(why)
            assert (refused.value.code, refused.value.status) == ("reason-needed", 422)
            assert decided_now(raised) == "C2"
    assert not Event.objects.filter(kind="assessment.override_withdrawn").exists()
    # With a reason each is done, and the record says why
    withdraw_override(**raised.key, why=Why("patient_says"))
    assert decided_now(raised) == rules
    event = Event.objects.get(stream=raised.case.stream, kind="assessment.override_withdrawn")
    assert event.data["why"] == "The patient now says otherwise"


def test_going_further_up_or_back_up_to_the_rules_takes_no_reason(
    raised: Consultation, consult: Consult, senior: User
) -> None:
    override_up(**raised.key, code="C1")
    assert decided_now(raised) == "C1"
    # A lowering that is taken back, asked for or agreed to, makes it no less urgent
    other = consult("sore-throat", stated_age=30, cad_number="other")
    other.say("face-arm-speech", "yes")
    other.no_to_every_red_flag()
    for agreed in (False, True):
        asked = override_down(**other.key, code="SELF-CARE", reason="misheard", words=WORDS).override
        assert asked is not None
        if agreed:
            answer_override(override_id=asked.pk, by=senior, agrees=True, words="old palsy")
        assert withdraw_override(**other.key).override is None


def test_an_override_up_that_the_answers_have_overtaken_is_withdrawn_freely(raised: Consultation) -> None:
    raised.say("colour", "blue-grey")
    withdraw_override(**raised.key)
    assert decided_now(raised) == "C1"


def test_the_closing_page_asks_why_with_one_press_more(raised: Consultation, client_as: ClientAs) -> None:
    browser = client_as(raised.by)
    sent = {"fence": str(raised.case.fence)}
    for name, more in (("triage:up", {"code": "C3", "words": "calmer"}), ("triage:withdraw", {})):
        address = reverse(name, args=[raised.case.pk])
        asked = browser.post(address, {**sent, **more})
        page = asked.content.decode()
        assert asked.status_code == 422
        assert f'id="why" action="{address}"' in page
        assert f'href="{reverse("triage:closing", args=[raised.case.pk])}">Leave it as it was' in page
        assert all(f'name="{key}" value="{value}"' in page for key, value in more.items())
        assert browser.post(address, {**sent, **more, "why": "mistake"}).status_code == 302
    assert decided_now(raised) == at_least(raised)
    timeline = browser.get(reverse("cases:case", args=[raised.case.pk])).content.decode()
    assert timeline.count("Pressed by mistake") == 2


# --- risks on record ---


def test_a_risk_on_record_is_not_denied_in_passing(consult: Consult) -> None:
    # Given a patient with adrenal insufficiency on record and a fever
    talk = consult("fever", stated_age=50, risks=("adrenal_insufficiency",))
    talk.no_to_the_rest()
    before = at_least(talk)
    # When "no" is pressed over it, before or after it matters, it takes a reason
    with pytest.raises(Refusal) as refused:
        talk.say("steroid-dependent", "no")
    assert refused.value.code == "reason-needed"
    assert at_least(talk) == before
    talk.say("steroid-dependent", "no", why=Why("patient_says"))
    assert at_least(talk) != before


def test_a_no_over_the_record_takes_a_reason_even_while_it_changes_nothing(consult: Consult) -> None:
    talk = consult("fever", stated_age=50, risks=("adrenal_insufficiency",))
    talk.say("colour", "blue-grey")
    with pytest.raises(Refusal, match="The record says"):
        talk.say("steroid-dependent", "no")


def test_not_known_over_a_risk_on_record_keeps_the_risk(consult: Consult) -> None:
    talk = consult("fever", stated_age=50, risks=("adrenal_insufficiency",))
    now_ = talk.say("steroid-dependent", "not-known")
    assert dict(now_.context.facts) == {"steroid-dependent": "yes"}


@pytest.mark.parametrize("risk", ["alertness", "temperature", "age_under_2"])
def test_a_risk_named_like_another_kind_of_question_counts_as_not_known(
    consult: Consult, client_as: ClientAs, risk: str
) -> None:
    talk = consult("fever", stated_age=30, risks=(risk,))
    page = client_as(talk.by).get(reverse("triage:assessment", args=[talk.case.pk]))
    assert page.status_code == 200
    assert talk.no_to_the_rest().result is not None


def test_an_answer_that_an_open_question_does_not_take_counts_as_not_known(
    consult: Consult, client_as: ClientAs
) -> None:
    # Given an answer told when the question was of another kind
    talk = consult("sore-throat", stated_age=30)
    assessment = Assessment.objects.get()
    Answer.objects.create(
        assessment=assessment, finding="colour", value="yes", words="Blue?", said="blue", by=talk.by
    )
    # Then it counts as the danger it may be, and every page still stands
    now_ = talk.standing()
    assert now_.result is not None
    assert "colour" in now_.result.assumed
    for name in ("triage:assessment", "triage:closing"):
        assert client_as(talk.by).get(reverse(name, args=[talk.case.pk])).status_code == 200
    assert Answer.objects.get().value == "yes"


# --- opening ---


def consultation_of(open_case_: Callable[..., Case], clinician: User, presentation: str) -> dict[str, Any]:
    case = open_case_(presentation=presentation, stated_age=60)
    held = claim(case_id=case.pk, by=clinician)
    start_consultation(case_id=case.pk, by=clinician, fence=held.fence)
    return {"case_id": case.pk, "by": clinician, "fence": held.fence}


def test_a_case_whose_presentation_was_retired_can_be_assessed(
    content: object,
    open_case_: Callable[..., Case],
    clinician: User,
    governance_lead: User,
    client_as: ClientAs,
) -> None:
    for version in ProtocolVersion.objects.filter(protocol__startswith="chest-pain", state="active"):
        retire(version_id=version.pk, by=governance_lead, reason="doubt")
    key = consultation_of(open_case_, clinician, "chest-pain")
    assert [each.presentation for each in open_assessment(**key).opened] == ["unclear"]
    # And with nothing that fits in force the assessment begins empty
    for version in ProtocolVersion.objects.filter(state="active"):
        retire(version_id=version.pk, by=governance_lead, reason="doubt")
    other = consultation_of(
        lambda **changes: open_case_(cad_number="other", **changes), clinician, "chest-pain"
    )
    assert open_assessment(**other).opened == []
    page = client_as(clinician).get(reverse("triage:assessment", args=[other["case_id"]]))
    assert "No presentation is open" in page.content.decode()


# --- on the screen ---


def pressed(talk: Consultation, **more: str) -> dict[str, str]:
    seen = Answer.objects.get(finding="colour").pk
    return {"fence": str(talk.case.fence), "answer": f"colour normal {seen}", **more}


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_screen_asks_why_with_one_press_and_keeps_what_was_pressed(
    blue: Consultation, client_as: ClientAs, headers: dict[str, str]
) -> None:
    browser = client_as(blue.by)
    address = reverse("triage:answer", args=[blue.case.pk])
    # When the danger is taken back
    asked = browser.post(address, pressed(blue), headers=headers)
    page = asked.content.decode()
    # Then why is the current question, its first key is the slip, and the press is kept in it
    assert asked.status_code == 422
    assert 'id="why"' in page
    assert page.index('id="why"') < page.index('data-next tabindex="-1"') + 200
    assert 'name="why" value="mistake" data-answer-key="1"' in page
    assert f'name="answer" value="{pressed(blue)["answer"]}"' in page
    # And one press is enough
    done = browser.post(address, pressed(blue, why="mistake"), headers=headers)
    assert done.status_code in (200, 302)
    assert at_least(blue) != "C1"
    shown = browser.get(reverse("triage:assessment", args=[blue.case.pk])).content.decode()
    assert "(Pressed by mistake)" in shown


def test_begin_again_asks_why_on_the_page(blue: Consultation, client_as: ClientAs) -> None:
    browser, address = client_as(blue.by), reverse("triage:begin_again", args=[blue.case.pk])
    sent = {"fence": str(blue.case.fence)}
    asked = browser.post(address, sent)
    assert asked.status_code == 422
    assert f'id="why" action="{address}" method="post" data-question' in asked.content.decode()
    assert browser.post(address, {**sent, "why": "other", "why_words": "too short"}).status_code == 422
    told = {**sent, "why": "other", "why_words": "another patient on the line"}
    assert browser.post(address, told).status_code == 302
    assert Assessment.objects.filter(state="ended").count() == 1


def test_a_presentation_opened_by_mistake_is_shut_with_one_press_more(
    consult: Consult, client_as: ClientAs
) -> None:
    talk = consult("sore-throat", stated_age=30)
    add_presentation(**talk.key, presentation="low-mood")
    talk.say("overdose-taken", "yes")
    browser, address = client_as(talk.by), reverse("triage:close_presentation", args=[talk.case.pk])
    sent = {"fence": str(talk.case.fence), "presentation": "low-mood"}
    asked = browser.post(address, sent, headers={"HX-Request": "true"})
    assert asked.status_code == 422
    assert f'hx-post="{address}"' in asked.content.decode()
    done = browser.post(address, {**sent, "why": "mistake"}, headers={"HX-Request": "true"})
    assert done.status_code == 200
    assert [each.presentation for each in talk.standing().opened] == ["sore-throat"]
    event = Event.objects.get(stream=talk.case.stream, kind="assessment.presentation_closed")
    assert event.data["why"] == "Pressed by mistake"


def test_the_timeline_says_why(blue: Consultation, client_as: ClientAs) -> None:
    blue.say("colour", "normal", why=MISTAKE)
    page = client_as(blue.by).get(reverse("cases:case", args=[blue.case.pk])).content.decode()
    assert "Pressed by mistake" in page
    assert closing_guards.demanded(Case.objects.get(pk=blue.case.pk)) is None
    assert history(stream=blue.case.stream)
