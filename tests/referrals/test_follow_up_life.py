"""Follow-ups: planned at closing by the disposition's rule, due, reminded, done or missed."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due
from hub.cases.intake import ContactDetails
from hub.cases.models import Call, Case
from hub.cases.operations.closing import reopen
from hub.cases.operations.holding import claim, release
from hub.people.models import User
from hub.post.models import Message
from hub.post.operations import deliver_due
from hub.record.operations import history
from hub.refusals import Refusal
from referrals.models import FollowUp, Referral
from referrals.operations.answering import accept, give_patient_back
from referrals.operations.asking import claim_follow_up, record_follow_up, record_reply
from referrals.operations.sending import send_referral
from referrals.replies import follow_up_of
from tests.referrals.stories import AGREED, TOLD, assessed_fall, make_service, offered
from tests.referrals.test_referral_life import PARTNER
from triage.operations.concluding import record_closing_set
from triage.written import NOT_ARRIVED

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]


@pytest.fixture
def follow_up(clinician: User) -> FollowUp:
    """Of the fallen patient, whom a service took: UCR within 2 hours asks for a call after 3."""
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    return FollowUp.objects.select_related("case").get()


def just_after(moment: Any) -> Any:
    return time_machine.travel(moment + timedelta(seconds=1), tick=True)


def test_it_is_planned_when_the_case_ends_by_the_rule_of_the_disposition(follow_up: FollowUp) -> None:
    closed_at = follow_up.case.closed_at
    assert closed_at is not None
    assert (follow_up.state, follow_up.means, follow_up.phone) == ("planned", "call", "+447700900123")
    assert abs(follow_up.due_at - closed_at - timedelta(minutes=180)) < timedelta(seconds=5)
    assert DueItem.objects.get(key=follow_up.due_key).due_at == follow_up.due_at


def test_at_its_time_the_patient_gets_a_text_with_a_link(follow_up: FollowUp, settings: Any) -> None:
    with just_after(follow_up.due_at):
        fire_due()
        deliver_due()
    follow_up.refresh_from_db()
    assert follow_up.state == "reminded"
    [line] = (settings.STATE_DIR / "texts.jsonl").read_text().splitlines()
    text = json.loads(line)
    assert text["to"] == "+447700900123"
    assert "ring 999" in text["text"]
    assert "Mary" not in text["text"]
    token = text["text"].split("/reply/")[1].split("/")[0]
    assert follow_up_of(token) == follow_up
    assert Message.objects.get(channel="sms").state == "delivered"


def test_a_landline_gets_no_text_and_the_follow_up_is_due_all_the_same(clinician: User) -> None:
    landline = ContactDetails(phone="020 7946 0123", name="Ann Other")
    referral = offered(clinician, contacts=(landline,))
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    with just_after(FollowUp.objects.get().due_at):
        fire_due()
    assert FollowUp.objects.get().state == "reminded"
    assert not Message.objects.filter(channel="sms").exists()


def test_reminding_twice_sends_one_text(follow_up: FollowUp) -> None:
    with just_after(follow_up.due_at):
        fire_due()
        DueItem.objects.filter(key=follow_up.due_key).update(state="pending")
        fire_due()
    assert Message.objects.filter(channel="sms").count() == 1


def test_missed_is_an_alarm_and_doing_it_answers_the_alarm(follow_up: FollowUp, clinician: User) -> None:
    with just_after(follow_up.due_at):
        fire_due()
    with just_after(follow_up.missed_at):
        fire_due()
        follow_up.refresh_from_db()
        case = Case.objects.get()
        assert (follow_up.state, case.state) == ("missed", "closed")
        assert "follow-up was missed" in case.alarm
        record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="better")
    case.refresh_from_db()
    assert case.alarm == ""


def test_nobody_answers_and_it_is_tried_again_then_missed(follow_up: FollowUp, clinician: User) -> None:
    with just_after(follow_up.due_at):
        fire_due()
        again = record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="no_answer")
        assert (again.state, again.attempts) == ("reminded", 1)
    assert Call.objects.filter(kind="follow_up", result="no_answer").count() == 1
    with just_after(again.missed_at):
        fire_due()
    follow_up.refresh_from_db()
    assert follow_up.state == "missed"


def test_a_claimed_follow_up_is_not_done_twice(
    follow_up: FollowUp, clinician: User, call_handler: User
) -> None:
    claim_follow_up(follow_up_id=follow_up.pk, by=call_handler)
    for wrong in (
        lambda: claim_follow_up(follow_up_id=follow_up.pk, by=clinician),
        lambda: record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="same"),
    ):
        with pytest.raises(Refusal) as refused:
            wrong()
        assert refused.value.extra["holder"] == call_handler.name
    with just_after(follow_up.case.closed_at + timedelta(hours=1)):
        assert claim_follow_up(follow_up_id=follow_up.pk, by=clinician).claimed_by == clinician


def test_a_case_opened_again_needs_no_check_beside_the_queue(follow_up: FollowUp, clinician: User) -> None:
    reopen(case_id=follow_up.case.pk, by=clinician, reason="rang again")
    with just_after(follow_up.due_at):
        fire_due()
    follow_up.refresh_from_db()
    assert follow_up.state == "cancelled"
    assert not Message.objects.filter(channel="sms").exists()


def test_the_record_tells_the_whole_story(follow_up: FollowUp, clinician: User) -> None:
    with just_after(follow_up.due_at):
        fire_due()
        record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="worse", words="in pain")
    kinds = [event.kind for event in history(stream=follow_up.stream)]
    wanted = ["follow_up.planned", "follow_up.remind", "case.call", "follow_up.finish", "case.reopen"]
    assert [kind for kind in kinds[kinds.index(wanted[0]) :] if kind in wanted] == wanted


def test_worse_brings_a_case_forward_that_is_open_again_already(follow_up: FollowUp, clinician: User) -> None:
    reopen(case_id=follow_up.case.pk, by=clinician, reason="rang again")
    held = claim(case_id=follow_up.case.pk, by=clinician)
    Case.objects.filter(pk=held.pk).update(worsened=False, alarms=[], alarm_at=None)
    release(case_id=held.pk, by=clinician, fence=held.fence, reason="next")
    before = Case.objects.get(pk=held.pk).order_at
    record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="worse", words="in pain")
    assert Case.objects.get(pk=held.pk).order_at < before


def test_a_patient_given_back_while_the_case_is_open_again_is_an_alarm(
    follow_up: FollowUp, clinician: User
) -> None:
    reopen(case_id=follow_up.case.pk, by=clinician, reason="rang again")
    give_patient_back(referral_id=Referral.objects.get().pk, by=PARTNER, words="nobody at the door")
    case = Case.objects.get(pk=follow_up.case.pk)
    assert "nobody at the door" in case.alarm
    assert case.state == "waiting"


# --- the advice in writing did not arrive ---

NEIGHBOUR = ContactDetails(phone="07700 900456", name="Bo Other", relationship="neighbour")


@pytest.fixture
def untold(clinician: User) -> FollowUp:
    """A service has the patient; the text with the advice never arrived, and the follow-up is due."""
    caller = ContactDetails(phone="07700 900123", name="Ann Other", is_caller=True)
    case = assessed_fall(clinician, contacts=(caller, NEIGHBOUR))
    details = replace(TOLD, written="text", written_to="07700 900123")
    record_closing_set(case_id=case.pk, by=clinician, fence=case.fence, details=details)
    referral = send_referral(
        case_id=case.pk, service_id=make_service().pk, by=clinician, fence=case.fence, agreement=AGREED
    )
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    Message.objects.filter(kind="assessment.written_copy").update(expires_at=referral.created_at)
    deliver_due()
    assert sentences() == [NOT_ARRIVED]
    follow_up = FollowUp.objects.get()
    with just_after(follow_up.due_at):
        fire_due()
    follow_up.refresh_from_db()
    return follow_up


def sentences() -> list[str]:
    return [alarm.sentence for alarm in Case.objects.get().open_alarms]


@pytest.mark.parametrize("answer", ["better", "same", "worse"])
def test_whoever_is_spoken_to_at_the_follow_up_need_not_be_rung_for_the_copy_that_did_not_arrive(
    untold: FollowUp, clinician: User, answer: str
) -> None:
    record_follow_up(follow_up_id=untold.pk, by=clinician, answer=answer)
    assert NOT_ARRIVED not in sentences()
    finished = next(each for each in history(stream=untold.stream) if each.kind == "follow_up.finish")
    assert finished.data["alarms_ended"] == [NOT_ARRIVED]


def test_the_copy_that_did_not_arrive_alarms_on_until_patient_or_caller_is_spoken_to(
    untold: FollowUp, clinician: User
) -> None:
    # Nobody answers: nobody was told
    record_follow_up(follow_up_id=untold.pk, by=clinician, answer="no_answer")
    assert NOT_ARRIVED in sentences()
    # The patient presses "better" on the link: nobody has spoken
    untold.refresh_from_db()
    record_reply(follow_up_id=untold.pk, key=untold.reply_key, answer="better")
    assert sentences() == [NOT_ARRIVED]


def test_a_neighbour_who_answers_the_follow_up_is_not_the_patient_told(
    untold: FollowUp, clinician: User
) -> None:
    neighbour = untold.case.contacts.get(name="Bo Other")
    record_follow_up(follow_up_id=untold.pk, by=clinician, answer="better", contact_id=neighbour.pk)
    assert sentences() == [NOT_ARRIVED]
