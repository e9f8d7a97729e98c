"""What a consultation made certain outlives it: in the queue, at dispatch, at the end of the case and after it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hub.agenda.operations import fire_due
from hub.cases import closing_guards
from hub.cases.alarms import AlarmKind
from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import close_case, reopen
from hub.cases.operations.dispatching import acknowledge_dispatch, send_ambulance
from hub.cases.operations.holding import LEASE, release
from hub.cases.states import Outcome, State
from hub.clock import now
from hub.people.models import User
from hub.record.actors import Machine
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import make_case
from tests.triage.conftest import Consultation, begin, whole_closing_set
from triage.models import Assessment, Override
from triage.operations.assessing import begin_again
from triage.operations.concluding import conclude, record_closing_set, send_as_assessed
from triage.operations.lowering import Why
from triage.operations.overriding import answer_override, override_down, override_up
from triage.queries import requests_for_second

Consult = Callable[..., Consultation]
ClientAs = Callable[[User], Client]
WORDS = "known tremor, looks like this every day"
CAD = Machine("cad")


def fresh(talk: Consultation) -> Case:
    found: Case = Case.objects.get(pk=talk.case.pk)
    return found


def blue(talk: Consultation) -> None:
    """A sign that makes C1 certain."""
    assert talk.say("colour", "blue-grey").ambulance == "C1"


def stroke_sign_asked_below(talk: Consultation) -> Override:
    """C2 by a stroke sign, everything else absent, and a second clinician asked to go below."""
    talk.say("face-arm-speech", "yes")
    talk.no_to_every_red_flag()
    found = override_down(**talk.key, code="SELF-CARE", reason="misheard", words=WORDS).override
    assert found is not None
    return found


# --- back in the queue ---


def test_what_is_certain_goes_back_to_the_queue_with_the_case(consult: Consult) -> None:
    # Given a C4 case whose answers make C2 certain
    talk = consult("sore-throat", stated_age=30, category="C4")
    talk.say("face-arm-speech", "yes")
    # When its clinician puts it back
    release(**talk.key, reason="break")
    # Then it waits as C2, with the limits of C2 from now, and an alarm that nobody decides over unheard
    case = fresh(talk)
    assert (case.state, case.category) == (State.WAITING, "C2")
    assert case.breach_at <= now() + timedelta(minutes=20)
    assert case.first_attempt_by <= now() + timedelta(minutes=10)
    assert [each.kind for each in case.open_alarms] == [AlarmKind.CATEGORY_RAISED]
    assert "from C4 to C2" in case.alarm
    event = Event.objects.get(stream=case.stream, kind="case.release")
    assert (event.data["category_before"], event.data["category"]) == ("C4", "C2")


def test_a_lost_screen_does_not_lose_a_c1_and_an_ambulance_goes_by_itself(consult: Consult) -> None:
    # Given C1 is certain, and the clinician's screen falls silent
    talk = consult("sore-throat", stated_age=30, category="C4")
    blue(talk)
    with time_machine.travel(now() + LEASE + timedelta(seconds=1), tick=True):
        fire_due()
        fire_due()
        # Then the case does not wait: the ambulance is asked for as C1, and dispatch reads why
        sent = Dispatch.objects.get(case=talk.case)
        assert (sent.category, sent.reason) == ("C1", "breach")
        assert "The assessment asks for C1" in sent.words


def test_an_override_up_goes_back_to_the_queue_too(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30, category="C4")
    override_up(**talk.key, code="C3")
    release(**talk.key, reason="break")
    assert fresh(talk).category == "C3"


@pytest.mark.parametrize(("category", "waits_as"), [("C4", "C3"), ("C2", "C2")])
def test_whoever_must_be_at_the_emergency_department_waits_for_no_later_ambulance_than_c3(
    consult: Consult, category: str, waits_as: str
) -> None:
    # Given answers that ask for the emergency department within four hours
    talk = consult("sore-throat", stated_age=30, category=category)
    override_up(**talk.key, code="ED4H")
    # When the case goes back to the queue
    release(**talk.key, reason="break")
    # Then it waits as C3: a C4 ambulance, sent when its limit passes, would come after the four hours
    assert fresh(talk).category == waits_as


def test_nothing_is_lowered_on_the_way_back_and_no_limit_is_put_off(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30, category="C2")
    limit = fresh(talk).breach_at
    override_up(**talk.key, code="C3")
    release(**talk.key, reason="break")
    case = fresh(talk)
    assert (case.category, case.breach_at, case.alarms) == ("C2", limit, [])


def test_what_a_second_clinician_lowered_is_not_raised_again(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30, category="C4")
    asked = stroke_sign_asked_below(talk)
    answer_override(override_id=asked.pk, by=senior, agrees=True, words="old palsy")
    release(**talk.key, reason="break")
    assert fresh(talk).category == "C4"


# --- the ambulance ---


def test_an_old_button_never_sends_below_what_is_certain(consult: Consult, call_handler: User) -> None:
    # Given C1 is certain on a C4 case, and a page drawn before that
    talk = consult("sore-throat", stated_age=30, category="C4")
    blue(talk)
    # When somebody presses "send ambulance now, C4" there
    sent = send_ambulance(case_id=talk.case.pk, by=call_handler, category="C4", reason="clinical_concern")
    # Then it goes as C1 without losing time, and the event tells both
    assert sent.category == "C1"
    event = Event.objects.get(stream=talk.case.stream, kind="case.send_ambulance")
    assert (event.data["asked"], event.data["category"]) == ("C4", "C1")
    assert "C4 was asked for, C1 goes" in event.data["raised"]


def test_a_category_picked_below_what_is_certain_is_refused(consult: Consult, call_handler: User) -> None:
    talk = consult("sore-throat", stated_age=30, category="C4")
    blue(talk)
    for by in (talk.by, call_handler):
        with pytest.raises(Refusal) as refused:
            send_ambulance(case_id=talk.case.pk, by=by, category="C3", reason="other", by_hand=True)
        assert refused.value.code == "lower-needs-assessment"
    with pytest.raises(Refusal, match="The assessment asks for C1"):
        send_ambulance(case_id=talk.case.pk, by=talk.by, category="C3", reason="other", by_hand=True)
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize("code", ["C2", "C3"])
def test_every_page_offers_the_most_urgent_that_is_certain_or_decided(
    consult: Consult, client_as: ClientAs, code: str
) -> None:
    talk = consult("chest-pain", stated_age=60, category="C4")
    override_up(**talk.key, code=code)
    browser = client_as(talk.by)
    case = talk.case.pk
    pages = [reverse(name, args=[case]) for name in ("triage:assessment", "triage:closing", "cases:case")]
    for concluded in (False, True):
        if concluded:
            conclude(**talk.key)
        for page in pages:
            assert f"Send ambulance now, {code}" in browser.get(page).content.decode(), page
    assert (
        f"Send ambulance now, {code}" in browser.get(reverse("referrals:offer", args=[case])).content.decode()
    )


def test_the_button_follows_the_answers(consult: Consult, client_as: ClientAs) -> None:
    talk = consult("sore-throat", stated_age=30, category="C4")
    sent = {"fence": talk.case.fence, "answer": "colour blue-grey 0"}
    answer = client_as(talk.by).post(
        reverse("triage:answer", args=[talk.case.pk]), sent, headers={"HX-Request": "true"}
    )
    assert 'id="quick-send" hx-swap-oob="true"' in answer.content.decode()
    assert "Send ambulance now, C1" in answer.content.decode()


def test_emergency_department_within_the_hour_is_not_lowered_to_c4(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30, category="C3")
    talk.no_to_the_rest()
    override_up(**talk.key, code="ED1H")
    conclude(**talk.key)
    with pytest.raises(Refusal, match="C4 is below that"):
        send_ambulance(case_id=talk.case.pk, by=talk.by, category="C4", reason="other", by_hand=True)


def test_a_conclusion_of_c4_is_sent_as_c4(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30, category="C3")
    talk.no_to_the_rest()
    override_up(**talk.key, code="C4")
    conclude(**talk.key)
    assert send_as_assessed(**talk.key).category == "C4"


# --- ending without an ambulance ---


@pytest.mark.parametrize("outcome", [Outcome.CANCELLED, Outcome.NO_CONTACT])
def test_a_decision_for_c2_is_not_dropped(consult: Consult, outcome: Outcome) -> None:
    talk = consult("sore-throat", stated_age=30)
    override_up(**talk.key, code="C2")
    conclude(**talk.key)
    assert any("asks for C2" in each for each in closing_guards.missing(fresh(talk), str(outcome)))


def test_a_red_case_is_a_duplicate_only_of_one_as_urgent(consult: Consult, senior: User) -> None:
    # Given C1 is certain, and the other case is C3
    talk = consult("sore-throat", stated_age=30, category="C4")
    blue(talk)
    given = {**talk.key, "outcome": Outcome.DUPLICATE, "words": "the neighbour rang too", "second": senior}
    mild, grave = (make_case("C3", cad_number=number) for number in ("mild", "grave"))
    with pytest.raises(Refusal) as refused:
        close_case(**given, other=mild.reference)
    assert refused.value.code == "other-less-urgent"
    assert fresh(talk).state == State.IN_ASSESSMENT
    # When that one has its ambulance
    sent = send_ambulance(case_id=grave.pk, by=talk.by, category="C1", reason="clinical_concern")
    acknowledge_dispatch(dispatch_id=sent.pk, by=CAD)
    # Then this one may end, with a second clinician
    with pytest.raises(Refusal, match="senior clinician must agree"):
        close_case(**{**given, "second": None}, other=grave.reference)
    assert close_case(**given, other=grave.reference).outcome == Outcome.DUPLICATE


def test_a_red_case_is_passed_on_only_with_a_second_clinician(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30, category="C4")
    blue(talk)
    given = {**talk.key, "outcome": Outcome.PASSED_ON, "words": "the air ambulance has them"}
    with pytest.raises(Refusal, match="senior clinician must agree"):
        close_case(**given, taken_by="Ann Other, doctor, air ambulance")
    ended = close_case(**given, taken_by="Ann Other, doctor, air ambulance", second=senior)
    assert ended.outcome == Outcome.PASSED_ON


# --- opened again ---


def test_yesterdays_no_is_no_answer_after_an_assessment_that_was_never_concluded(consult: Consult) -> None:
    # Given everything answered with no, nothing concluded, and an ambulance that came and went
    talk = consult("sore-throat", stated_age=30)
    talk.no_to_the_rest()
    sent = send_ambulance(case_id=talk.case.pk, by=talk.by, category="C3", reason="clinical_concern")
    acknowledge_dispatch(dispatch_id=sent.pk, by=CAD)
    # When the case is opened again the next day
    with time_machine.travel(now() + timedelta(hours=20), tick=True):
        reopen(case_id=talk.case.pk, by=talk.by, reason="worse at home")
        assert Assessment.objects.get().state == Assessment.State.ENDED
        later = begin(fresh(talk), talk.by)
        # Then nothing is answered
        assert later.standing().answers == {}
        with pytest.raises(Refusal, match="not ruled out"):
            conclude(**later.key)


def test_a_request_of_a_case_that_went_its_way_is_nobodys_work(consult: Consult, senior: User) -> None:
    # Given a second clinician is asked, and then the ambulance is sent after all
    talk = consult("sore-throat", stated_age=30)
    asked = stroke_sign_asked_below(talk)
    assert requests_for_second() == [asked]
    sent = send_ambulance(case_id=talk.case.pk, by=talk.by, category="C2", reason="clinical_concern")
    # Then nobody waits any more, and a late yes is refused, also once the case has ended
    assert requests_for_second() == []
    for _ in range(2):
        with pytest.raises(Refusal, match="no longer open"):
            answer_override(override_id=asked.pk, by=senior, agrees=True, words="fine by me")
        acknowledge_dispatch(dispatch_id=sent.pk, by=CAD)
    assert Override.objects.get().state == Override.State.LAPSED


def test_an_agreement_does_not_outlive_its_assessment(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = stroke_sign_asked_below(talk)
    answer_override(override_id=asked.pk, by=senior, agrees=True, words="old palsy")
    conclude(**talk.key)
    record_closing_set(**talk.key, details=whole_closing_set(talk.case.pk))
    sent = send_ambulance(case_id=talk.case.pk, by=talk.by, category="C3", reason="clinical_concern")
    acknowledge_dispatch(dispatch_id=sent.pk, by=CAD)
    reopen(case_id=talk.case.pk, by=talk.by, reason="worse at home")
    assert Override.objects.get().state == Override.State.LAPSED
    assert begin(fresh(talk), talk.by).standing().override is None


def test_a_request_waits_while_its_case_waits_and_comes_back_with_it(consult: Consult, senior: User) -> None:
    talk = consult("sore-throat", stated_age=30)
    asked = stroke_sign_asked_below(talk)
    release(**talk.key, reason="break")
    assert requests_for_second() == []
    with pytest.raises(Refusal, match="no longer open"):
        answer_override(override_id=asked.pk, by=senior, agrees=True, words="fine by me")
    begin(fresh(talk), talk.by)
    assert requests_for_second() == [asked]


def test_beginning_again_ends_the_request(consult: Consult) -> None:
    talk = consult("sore-throat", stated_age=30)
    stroke_sign_asked_below(talk)
    begin_again(**talk.key, why=Why("corrected"))
    assert requests_for_second() == []
