"""Alarms: several stand at once, each stays until it is answered, and none is ended unread."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.test import Client

from hub.agenda.operations import fire_due
from hub.board import panels
from hub.cases import queue
from hub.cases.alarms import AlarmKind, with_one_more
from hub.cases.intake import Intake
from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import close_case
from hub.cases.operations.contacting import record_call, record_welfare, start_consultation
from hub.cases.operations.dispatching import acknowledge_dispatch, defer_breach, send_ambulance
from hub.cases.operations.holding import claim
from hub.cases.operations.noting import answer_alarms
from hub.cases.operations.opening import cancel_case, update_case
from hub.cases.telling import tell
from hub.clock import now
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import TEST_CAD

OpenCase = Callable[..., Case]
WORSE = "Worse at the welfare call"


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def sentences(case: Case) -> list[str]:
    return [alarm.sentence for alarm in fresh(case).open_alarms]


def keys(case: Case, *kinds: str) -> list[str]:
    return [alarm.key for alarm in fresh(case).open_alarms if not kinds or alarm.kind in kinds]


def worse_and_over(case: Case, clinician: User, call_handler: User) -> Case:
    """In consultation, heard to be worse, and then past its limit."""
    held = claim(case_id=case.pk, by=clinician)
    start_consultation(case_id=case.pk, by=clinician, fence=held.fence)
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    with later(61):
        Case.objects.filter(pk=case.pk).update(lease_until=now() + timedelta(minutes=5))
        fire_due()
    return fresh(case)


def test_a_newer_alarm_takes_no_older_ones_place(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = worse_and_over(open_case_("C3"), clinician, call_handler)
    assert [each.kind for each in case.open_alarms] == ["worse", "limit"]
    assert case.alarm_at == case.open_alarms[0].raised_at


def test_every_open_alarm_is_on_the_queue_the_case_page_and_the_board(
    open_case_: OpenCase, clinician: User, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    case = worse_and_over(open_case_("C3"), clinician, call_handler)
    shown = [
        render_to_string("hub/cases/_queue.html", {"page": queue.page(queue.Filters(view="worked"))}),
        client_as(clinician).get(f"/cases/{case.pk}/").content.decode(),
        panels.alarms(),
    ]
    for html in shown:
        assert WORSE in html
        assert "The time limit has passed" in html


def test_of_several_alarms_each_has_its_box_and_none_is_ticked(
    open_case_: OpenCase, clinician: User, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    case = worse_and_over(open_case_("C3"), clinician, call_handler)
    html = client_as(clinician).get(f"/cases/{case.pk}/").content.decode()
    for key in keys(case):
        assert f'type="checkbox" value="{key}">' in html
    answer_alarms(case_id=case.pk, by=clinician, keys=keys(case, "limit"), words="I conclude now")
    [left] = keys(case)
    html = client_as(clinician).get(f"/cases/{case.pk}/").content.decode()
    assert f'<input type="hidden" name="alarm" value="{left}">' in html


def test_answering_one_alarm_leaves_the_other(
    open_case_: OpenCase, clinician: User, call_handler: User, client_as: Callable[[User], Client]
) -> None:
    case = worse_and_over(open_case_("C3"), clinician, call_handler)
    page = f"/cases/{case.pk}/alarm/"
    sent = {"alarm": keys(case, "limit"), "words": "I conclude now"}
    assert client_as(clinician).post(page, sent).status_code == 302
    assert [each.kind for each in fresh(case).open_alarms] == ["worse"]
    again = client_as(clinician).post(page, sent)
    assert again.status_code == 422
    assert "stands no more" in again.content.decode()
    event = Event.objects.get(stream=case.stream, kind="case.alarm_answered")
    assert "I conclude now" in tell(event).more


def test_nobody_answers_an_alarm_that_they_did_not_see(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = open_case_("C3")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    seen = keys(case)
    answer_alarms(case_id=case.pk, by=clinician, keys=seen, words="ringing now")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    for stale in (seen, [], ["made up"]):
        with pytest.raises(Refusal) as refused:
            answer_alarms(case_id=case.pk, by=clinician, keys=stale, words="dealt with")
        assert refused.value.code == "alarm-changed"
    assert len(sentences(case)) == 1


def test_talking_with_the_patient_answers_what_talking_answers_and_nothing_else(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = open_case_("C4")
    held = claim(case_id=case.pk, by=clinician)
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    update_case(case_id=case.pk, intake=Intake(category="C2", problem="blue lips"), by=TEST_CAD)
    assert len(sentences(case)) == 2
    record_call(case_id=case.pk, by=clinician, fence=held.fence, kind="call_back", result="answered")
    assert [each.kind for each in fresh(case).open_alarms] == ["category_raised"]
    event = Event.objects.filter(stream=case.stream, kind="case.call").latest("sequence")
    assert any(WORSE in line for line in tell(event).more)


def test_a_case_is_not_ended_over_an_alarm_that_nobody_answered(
    open_case_: OpenCase, clinician: User, senior: User, call_handler: User
) -> None:
    case, other = open_case_("C4"), open_case_("C4")
    held = claim(case_id=case.pk, by=clinician)
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)

    def end() -> Case:
        return close_case(
            case_id=case.pk, by=clinician, fence=held.fence, outcome="duplicate", words="as the other",
            other=other.reference, second=senior,
        )  # fmt: skip

    with pytest.raises(Refusal, match="nobody has answered"):
        end()
    answer_alarms(case_id=case.pk, by=clinician, keys=keys(case), words="worse is on the other case too")
    assert end().state == "closed"


def test_its_sender_does_not_take_back_a_case_that_got_worse(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C4")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    with pytest.raises(Refusal) as refused:
        cancel_case(case_id=case.pk, reason="sent twice", by=TEST_CAD)
    assert refused.value.code == "in-progress"
    assert fresh(case).state == "waiting"


def test_what_nobody_answered_goes_to_dispatch_with_the_request(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C3")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    with later(61):
        fire_due()
    dispatch = Dispatch.objects.get(case=case)
    assert WORSE in dispatch.words
    assert WORSE in fresh(case).alarm
    acknowledge_dispatch(dispatch_id=dispatch.pk, by=TEST_CAD)
    assert (fresh(case).state, fresh(case).alarm) == ("closed", "")


def test_worse_after_the_request_left_stands_until_somebody_has_told_it_on(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = open_case_("C3")
    dispatch = send_ambulance(case_id=case.pk, by=clinician, category="C3", reason="worse")
    with later(1):
        record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True, note="now grey")
    acknowledge_dispatch(dispatch_id=dispatch.pk, by=TEST_CAD)
    ended = fresh(case)
    assert ended.state == "closed"
    assert WORSE in ended.alarm
    assert WORSE in panels.alarms()
    answer_alarms(case_id=case.pk, by=clinician, keys=keys(case), words="told Kim at dispatch")
    assert fresh(case).alarm == ""


def test_deferring_answers_the_limit_alone(open_case_: OpenCase, senior: User, call_handler: User) -> None:
    case = open_case_("C5")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    with later(121):
        fire_due()
        assert len(sentences(case)) == 2
        defer_breach(case_id=case.pk, by=senior, minutes=10, reason="I ring next")
    assert [each.kind for each in fresh(case).open_alarms] == ["worse"]


def test_ring_dispatch_ends_only_with_the_cad_or_a_call_and_others_can_be_answered_beside_it(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = open_case_("C1")
    with later(1):
        fire_due()
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    with pytest.raises(Refusal) as refused:
        answer_alarms(case_id=case.pk, by=clinician, keys=keys(case), words="yes")
    assert refused.value.code == "ring-dispatch"
    answer_alarms(case_id=case.pk, by=clinician, keys=keys(case, "worse"), words="told dispatch")
    assert [each.kind for each in fresh(case).open_alarms] == ["dispatch"]


def test_the_same_words_are_one_alarm_and_keep_their_first_time() -> None:
    first = with_one_more([], AlarmKind.WORSE, "worse", now())
    assert with_one_more(first, AlarmKind.WORSE, "worse", now()) == first
    both = with_one_more(first, AlarmKind.WORSE, "worse, and grey", now())
    assert [each.sentence for each in both] == ["worse", "worse, and grey"]
    three = with_one_more([], AlarmKind.NO_ANSWER, "after 3 attempts", now())
    [four] = with_one_more(three, AlarmKind.NO_ANSWER, "after 4 attempts", now())
    assert (four.sentence, four.raised_at) == ("after 4 attempts", three[0].raised_at)
    assert four.key != three[0].key


def test_postgresql_keeps_no_alarm_without_its_time(open_case_: OpenCase) -> None:
    case = open_case_("C4")
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(alarms=[{"sentence": "x"}])
