"""A case's life: in, up, out, back; the clocks that need no human; nobody forgotten."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from hub.agenda.operations import fire_due
from hub.cases.intake import ContactDetails, Intake
from hub.cases.models import Call, Case, Dispatch
from hub.cases.operations.closing import close_case, reopen
from hub.cases.operations.contacting import record_call, record_welfare, start_consultation
from hub.cases.operations.dispatching import (
    acknowledge_dispatch,
    defer_breach,
    rang_dispatch,
    send_ambulance,
)  # fmt: skip
from hub.cases.operations.holding import claim, release
from hub.cases.operations.opening import cancel_case, open_case, update_case
from hub.cases.queries import repeat_contacts
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.record.actors import Machine
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import TEST_CAD, make_case

CAD = Machine("API client cad")
OpenCase = Callable[..., Case]


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def in_assessment(case: Case, by: User) -> Case:
    held = claim(case_id=case.pk, by=by)
    record_call(case_id=case.pk, by=by, fence=held.fence, kind="call_back", result="answered")
    return start_consultation(case_id=case.pk, by=by, fence=held.fence)


@pytest.mark.parametrize(("category", "segment"), [("C1", ""), ("HCP1", ""), ("C2", "A")])
def test_what_never_waits_goes_straight_to_dispatch(
    open_case_: OpenCase, category: str, segment: str
) -> None:
    case = open_case_(category, segment=segment)
    assert case.state == "awaiting_dispatch"
    message = Message.objects.get(kind="dispatch.requested")
    assert message.body["category"] == category


def test_a_case_with_almost_nothing_known_is_taken(db: None, call_handler: User) -> None:
    case = open_case(intake=Intake(category="C4"), by=call_handler)
    assert (case.state, case.problem, case.patient_name, case.nhs_number) == ("waiting", None, None, None)


def test_the_same_incident_from_the_same_sender_is_one_case(open_case_: OpenCase) -> None:
    open_case_(cad_number="INC-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        open_case_(cad_number="INC-1")


@pytest.mark.parametrize(("category", "minutes"), [("C2", 20), ("C3", 60), ("C4", 90)])
def test_a_breach_sends_the_case_to_dispatch_without_anybody(
    open_case_: OpenCase, category: str, minutes: int
) -> None:
    case = open_case_(category, segment="B" if category == "C2" else "")
    with later(minutes - 1):
        fire_due()
        assert fresh(case).state == "waiting"
    with later(minutes + 0.1):
        fire_due()
        assert fresh(case).state == "awaiting_dispatch"
    dispatch = Dispatch.objects.get(case=case)
    assert (dispatch.reason, dispatch.category, dispatch.requested_by) == ("breach", category, None)
    assert fresh(case).clock_start == case.clock_start


def test_a_breach_of_category_5_asks_a_senior_and_then_sends(open_case_: OpenCase) -> None:
    case = open_case_("C5")
    with later(121):
        fire_due()
        assert fresh(case).state == "waiting"
        assert "senior clinician decides" in fresh(case).alarm
    with later(152):
        fire_due()
        assert fresh(case).state == "awaiting_dispatch"


def test_a_breach_during_the_consultation_alarms_and_strikes_when_it_goes_back(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C3")
    with later(58):
        held = in_assessment(case, clinician)
    with later(61):
        fire_due()
        assert fresh(case).state == "in_assessment"
        assert "time limit has passed" in fresh(case).alarm
        release(case_id=case.pk, by=clinician, fence=held.fence, reason="end of shift")
        fire_due()
        assert fresh(case).state == "awaiting_dispatch"


def test_a_senior_defers_a_breach_once_with_a_reason(
    open_case_: OpenCase, senior: User, clinician: User
) -> None:
    case = open_case_("C3")
    with pytest.raises(Refusal, match="Only a senior"):
        defer_breach(case_id=case.pk, by=clinician, minutes=30, reason="calm")
    with pytest.raises(Refusal, match="why"):
        defer_breach(case_id=case.pk, by=senior, minutes=30, reason=" ")
    defer_breach(case_id=case.pk, by=senior, minutes=30, reason="GP is with the patient")
    with pytest.raises(Refusal, match="once already"):
        defer_breach(case_id=case.pk, by=senior, minutes=30, reason="again")
    with later(61):
        fire_due()
        assert fresh(case).state == "waiting"
    with later(91):
        fire_due()
        assert fresh(case).state == "awaiting_dispatch"


def test_a_dispatch_that_the_cad_does_not_acknowledge_alarms_after_half_a_minute(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C3")
    dispatch = send_ambulance(case_id=case.pk, by=call_handler, category="C2", reason="worried")
    with later(0.6):
        fire_due()
    assert "Ring dispatch" in fresh(case).alarm
    with pytest.raises(Refusal, match="who at dispatch"):
        rang_dispatch(dispatch_id=dispatch.pk, by=call_handler, words="")
    rang_dispatch(dispatch_id=dispatch.pk, by=call_handler, words="Kim, desk 4")
    ended = fresh(case)
    assert (ended.state, ended.outcome, ended.alarm) == ("closed", "dispatched", "")
    assert Message.objects.get(reference=str(dispatch.pk)).state == "withdrawn"


def test_an_acknowledged_dispatch_ends_the_case_and_saying_it_twice_changes_nothing(
    open_case_: OpenCase,
) -> None:
    case = open_case_("C1")
    dispatch = Dispatch.objects.get(case=case)
    for _ in range(2):
        acknowledge_dispatch(dispatch_id=dispatch.pk, by=CAD, cad_reference="A12")
    with later(1):
        fire_due()
    assert (fresh(case).outcome, fresh(case).alarm) == ("dispatched", "")
    assert Event.objects.filter(stream=case.stream, kind="case.dispatch_acknowledged").count() == 1


def test_going_up_is_free_for_everybody_and_restarts_the_clock(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C4")
    with later(10):
        send_ambulance(case_id=case.pk, by=call_handler, category="C2", reason="worse")
        assert fresh(case).clock_start > case.clock_start


def test_going_down_is_refused_without_an_assessment(
    open_case_: OpenCase, call_handler: User, clinician: User
) -> None:
    case = open_case_("C3")
    for by in (call_handler, clinician):
        with pytest.raises(Refusal) as refused:
            send_ambulance(case_id=case.pk, by=by, category="C4", reason="seems fine", by_hand=True)
        assert refused.value.code == "lower-needs-assessment"
    assert fresh(case).state == "waiting"


def test_asking_twice_is_one_ambulance_and_asking_higher_replaces_it(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C3")
    first = send_ambulance(case_id=case.pk, by=clinician, category="C3", reason="no doubt")
    assert send_ambulance(case_id=case.pk, by=clinician, category="C3", reason="again").pk == first.pk
    second = send_ambulance(case_id=case.pk, by=clinician, category="C1", reason="stopped breathing")
    assert Dispatch.objects.get(pk=first.pk).state == "replaced"
    acknowledge_dispatch(dispatch_id=first.pk, by=CAD)
    assert fresh(case).state == "awaiting_dispatch"
    acknowledge_dispatch(dispatch_id=second.pk, by=CAD)
    assert fresh(case).state == "closed"


def test_no_answer_never_goes_to_the_back_and_ends_with_an_ambulance(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C4")
    before = case.order_at
    for attempt in range(3):
        with later(4 * attempt + 1):
            held = claim(case_id=case.pk, by=clinician)
            record_call(case_id=case.pk, by=clinician, fence=held.fence, kind="call_back", result="no_answer")
            assert fresh(case).state == "waiting"
            assert fresh(case).order_at <= before
    assert "Senior clinician: decide" in fresh(case).alarm
    assert Message.objects.filter(channel="sms", kind="case.no_answer_text").count() == 1
    with later(40):
        fire_due()
    assert fresh(case).state == "awaiting_dispatch"
    assert Dispatch.objects.get(case=case).reason == "no_answer"


def test_no_contact_is_closed_only_by_two_people_after_the_whole_ladder(
    open_case_: OpenCase, clinician: User, senior: User
) -> None:
    case = open_case_("C4")
    held = claim(case_id=case.pk, by=clinician)

    def close(second: User | None) -> Case:
        return close_case(
            case_id=case.pk,
            by=clinician,
            fence=held.fence,
            outcome="no_contact",
            words="nobody",
            second=second,
        )

    with pytest.raises(Refusal, match="0 of 3 attempts"):
        close(senior)
    for attempt in range(3):
        with later(4 * attempt):
            record_call(case_id=case.pk, by=clinician, fence=held.fence, kind="call_back", result="no_answer")
            held = claim(case_id=case.pk, by=clinician)
    for second in (None, clinician):
        with pytest.raises(Refusal, match="second, senior clinician"):
            close(second)
    close(senior)
    with later(60):
        fire_due()
    assert (fresh(case).state, fresh(case).outcome) == ("closed", "no_contact")


def test_the_sender_updates_until_the_consultation_begins(open_case_: OpenCase, clinician: User) -> None:
    case = open_case_("C4", cad_number="INC-2")
    update_case(case_id=case.pk, intake=Intake(category="C3", problem="worse now"), by=TEST_CAD)
    assert (fresh(case).category, fresh(case).problem) == ("C3", "worse now")
    assert fresh(case).breach_at == case.arrived_at + timedelta(minutes=60)
    in_assessment(case, clinician)
    for attempt in (
        lambda: update_case(case_id=case.pk, intake=Intake(category="C2"), by=TEST_CAD),
        lambda: cancel_case(case_id=case.pk, reason="caller says fine", by=TEST_CAD),
    ):
        with pytest.raises(Refusal, match="Ring the hub"):
            attempt()
    assert [version.kind for version in fresh(case).source_versions.all()] == ["sent", "updated"]


def test_a_message_of_the_sender_does_not_lower_the_category(open_case_: OpenCase) -> None:
    case = open_case_("C3")
    update_case(case_id=case.pk, intake=Intake(category="C5"), by=TEST_CAD)
    assert fresh(case).category == "C3"


def test_a_welfare_call_that_hears_worse_brings_the_case_forward(
    open_case_: OpenCase, call_handler: User
) -> None:
    first, second = open_case_("C3"), open_case_("C3")
    record_welfare(case_id=second.pk, by=call_handler, result="answered", worse=True, note="more pain")
    assert list(Case.objects.waiting()) == [second, first]
    assert any("worse" in reason for reason in fresh(second).order_reasons)


def test_a_missed_welfare_call_raises_an_alarm(open_case_: OpenCase) -> None:
    case = open_case_("C5")
    Case.objects.filter(pk=case.pk).update(breach_at=now() + timedelta(hours=9))
    with later(120.1):
        fire_due()
        assert fresh(case).alarm == ""
    with later(136):
        fire_due()
    assert "welfare call is overdue" in fresh(case).alarm


def test_the_radar_finds_the_same_patient_whatever_the_address(open_case_: OpenCase) -> None:
    from datetime import date

    born = date(1961, 2, 28)
    first = open_case_(
        given_name="Siân", family_name="O’Brien", birth_date=born, address="1 Old Road", contacts=()
    )
    by_name = open_case_(
        given_name="Sian", family_name="OBrian", birth_date=born, address="elsewhere", contacts=()
    )
    by_phone = open_case_(family_name="Other", contacts=(ContactDetails(phone="+44 20 7946 0999"),))
    same_phone = open_case_(family_name="Third", contacts=(ContactDetails(phone="02079460999"),))
    stranger = open_case_(family_name="Nobody", address="1 Old Road", contacts=())
    assert repeat_contacts(by_name) == [first]
    assert repeat_contacts(same_phone, phones=["020 7946 0999"]) == [by_phone]
    assert repeat_contacts(stranger) == []
    assert same_phone.repeat_contacts == 1
    assert any("before within 72 hours" in reason for reason in same_phone.order_reasons)


def test_a_reopened_case_stands_at_the_top_with_an_alarm(open_case_: OpenCase, call_handler: User) -> None:
    case = open_case_("C1")
    acknowledge_dispatch(dispatch_id=Dispatch.objects.get(case=case).pk, by=CAD)
    open_case_("C3")
    lower = open_case_("C4")
    Case.objects.filter(pk=case.pk).update(category="C4")
    reopen(case_id=case.pk, by=call_handler, reason="patient says worse")
    assert Case.objects.waiting().first() == case
    assert "worse" in fresh(case).alarm
    assert fresh(lower).state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_a_call_is_kept_with_its_number_and_result(clinician: User) -> None:
    case = make_case()
    held = claim(case_id=case.pk, by=clinician)
    contact = case.contacts.get(rank=1)
    record_call(
        case_id=case.pk,
        by=clinician,
        fence=held.fence,
        kind="call_back",
        result="answered",
        contact_id=contact.pk,
    )
    call = Call.objects.get(case=case, kind="call_back")
    assert (call.number, call.by, call.result) == ("+442079460123", clinician, "answered")
    assert fresh(case).first_attempt_at is not None


def test_a_ring_back_needs_the_case_to_be_held(open_case_: OpenCase, clinician: User) -> Any:
    with pytest.raises(Refusal, match="Claim the case"):
        record_call(case_id=open_case_().pk, by=clinician, kind="call_back", result="answered")
