"""Nobody forgotten, nothing lost: clocks, alarms, words and contacts survive what crosses them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due
from hub.cases.intake import ContactDetails, Intake
from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import close_case, reopen
from hub.cases.operations.contacting import (
    add_contact,
    confirm_address,
    record_call,
    record_welfare,
    start_consultation,
)
from hub.cases.operations.dispatching import defer_breach, rang_dispatch, send_ambulance
from hub.cases.operations.holding import claim, release
from hub.cases.operations.noting import answer_alarms
from hub.cases.operations.opening import cancel_case, update_case
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import TEST_CAD

HERE = {"latitude": Decimal("51.5"), "longitude": Decimal("-0.1")}
OpenCase = Callable[..., Case]


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def told(category: str = "C3", **changes: Any) -> Intake:
    return Intake(category=category, **changes)


def unanswered(case: Case, by: User) -> None:
    held = claim(case_id=case.pk, by=by)
    record_call(case_id=case.pk, by=by, fence=held.fence, kind="call_back", result="no_answer")


def test_a_raised_category_moves_the_limit_of_a_case_that_somebody_holds(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C4")
    claim(case_id=case.pk, by=clinician)
    update_case(case_id=case.pk, intake=told("C2"), by=TEST_CAD)
    found = fresh(case)
    assert found.breach_at == case.arrived_at + timedelta(minutes=20)
    assert DueItem.objects.get(key=f"breach:{case.pk}", state="pending").due_at == found.breach_at
    assert found.clock_start > case.clock_start
    assert "C4 to C2" in found.alarm


def test_an_update_of_the_same_category_leaves_the_clocks_as_they_are(
    open_case_: OpenCase, senior: User, call_handler: User
) -> None:
    case = open_case_("C4")
    defer_breach(case_id=case.pk, by=senior, minutes=30, reason="two calls before this one")
    record_welfare(case_id=case.pk, by=call_handler, result="no_answer", worse=False)
    before = fresh(case)
    update_case(case_id=case.pk, intake=told("C4", problem="pain, and now sick"), by=TEST_CAD)
    after = fresh(case)
    assert (after.breach_at, after.welfare_due_at) == (before.breach_at, before.welfare_due_at)


def test_a_case_once_in_consultation_or_opened_again_is_not_the_senders(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    seen, worse = open_case_("C3"), open_case_("C3")
    held = claim(case_id=seen.pk, by=clinician)
    start_consultation(case_id=seen.pk, by=clinician, fence=held.fence)
    release(case_id=seen.pk, by=clinician, fence=held.fence, reason="shift ends")
    cancel_case(case_id=worse.pk, reason="caller left", by=TEST_CAD)
    reopen(case_id=worse.pk, by=call_handler, reason="rang again, worse")
    for case in (seen, worse):
        with pytest.raises(Refusal) as refused:
            cancel_case(case_id=case.pk, reason="sent again", by=TEST_CAD)
        assert refused.value.code == "in-progress"
        assert fresh(case).state == "waiting"


@pytest.mark.parametrize("sent", [1, 2, 4])
def test_contacts_and_the_spoken_address_that_the_hub_wrote_survive_the_senders_update(
    open_case_: OpenCase, call_handler: User, sent: int
) -> None:
    case = open_case_(
        "C3", contacts=(ContactDetails(phone="01632 960001"), ContactDetails(phone="01632 960002"))
    )
    for phone in ("01632 960003", "01632 960004"):
        add_contact(case_id=case.pk, by=call_handler, details=ContactDetails(phone=phone, name="neighbour"))
    assert fresh(case).version == case.version + 2
    confirm_address(case_id=case.pk, by=call_handler, address="2 Example Street, flat 4", postcode="SE1 0AB")
    for _ in range(2):
        new = tuple(ContactDetails(phone=f"01632 96001{number}") for number in range(sent))
        intake = told(address="1 Wrong Road", postcode="SE9 9ZZ", contacts=new)
        update_case(case_id=case.pk, intake=intake, by=TEST_CAD)
    phones = list(case.contacts.order_by("rank").values_list("phone", flat=True))
    assert phones == [*(f"+44163296001{number}" for number in range(sent)), "+441632960003", "+441632960004"]
    assert (fresh(case).address, fresh(case).postcode) == ("2 Example Street, flat 4", "SE1 0AB")


@pytest.mark.parametrize(
    ("spoken", "doubtful"),
    [
        ("1 Example Street, London", False),
        ("Flat 4, 1 example street London, blue door", False),
        ("9 Other Road, London", True),
    ],
)
def test_dispatch_is_told_when_the_map_pointer_is_of_another_address_than_was_spoken(
    open_case_: OpenCase, call_handler: User, spoken: str, doubtful: bool
) -> None:
    # Given a case whose sender gave an address and coordinates
    case = open_case_("C3", address="1 Example Street, London", **HERE)
    # When the caller speaks the address and an ambulance goes
    confirm_address(case_id=case.pk, by=call_handler, address=spoken)
    send_ambulance(
        case_id=case.pk, by=call_handler, category="C3", reason="clinical_concern", words="worried"
    )
    # Then dispatch has the address, the pointer, and whether they agree
    body = Message.objects.get(kind="dispatch.requested").body
    assert (body["address"], body["latitude"], body["longitude"]) == (spoken, "51.500000", "-0.100000")
    assert body["pointer_doubtful"] is doubtful


def test_the_senders_pointers_are_doubted_as_long_as_its_address_is_not_the_spoken_one(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C3", address="1 Example Street")
    confirm_address(case_id=case.pk, by=call_handler, address="9 Other Road")
    assert not fresh(case).pointer_doubtful
    update_case(case_id=case.pk, intake=told(address="1 Example Street", **HERE), by=TEST_CAD)
    assert fresh(case).pointer_doubtful
    there = {"latitude": Decimal("51.6"), "longitude": Decimal("-0.2")}
    update_case(case_id=case.pk, intake=told(address="9 Other Road, London", **there), by=TEST_CAD)
    assert not fresh(case).pointer_doubtful
    assert fresh(case).address == "9 Other Road"


def test_a_welfare_call_nobody_answers_does_not_hide_the_end_of_the_ladder(
    open_case_: OpenCase, clinician: User, call_handler: User
) -> None:
    case = open_case_("C4")
    unanswered(case, clinician)
    unanswered(case, clinician)
    record_welfare(case_id=case.pk, by=call_handler, result="no_answer", worse=False)
    unanswered(case, clinician)
    limit = DueItem.objects.get(key=f"ladder:{case.pk}", state="pending").due_at
    with later(5):
        unanswered(case, clinician)
        assert DueItem.objects.get(key=f"ladder:{case.pk}", state="pending").due_at == limit
    with later(16):
        fire_due()
    assert fresh(case).state == "awaiting_dispatch"


def test_attempts_of_an_earlier_story_do_not_end_a_case_that_was_opened_again(
    open_case_: OpenCase, clinician: User, senior: User, call_handler: User
) -> None:
    case = open_case_("C4")
    for _ in range(3):
        unanswered(case, clinician)
    held = claim(case_id=case.pk, by=clinician)
    close_case(
        case_id=case.pk,
        by=clinician,
        fence=held.fence,
        outcome="no_contact",
        words="three tries",
        second=senior,
    )
    reopen(case_id=case.pk, by=call_handler, reason="neighbour rang, worse")
    assert fresh(case).unanswered == 0
    held = claim(case_id=case.pk, by=clinician)
    with pytest.raises(Refusal) as refused:
        close_case(
            case_id=case.pk, by=clinician, fence=held.fence, outcome="no_contact", words="x", second=senior
        )
    assert refused.value.code == "ladder-not-finished"


def test_opening_an_open_case_again_says_that_the_words_were_not_saved(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C4")
    with pytest.raises(Refusal) as refused:
        reopen(case_id=case.pk, by=call_handler, reason="vomits blood")
    assert "not saved" in refused.value.sentence


def test_deferring_the_limit_leaves_the_alarm_of_somebody_worse(
    open_case_: OpenCase, senior: User, call_handler: User
) -> None:
    case = open_case_("C3")
    record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=True)
    defer_breach(case_id=case.pk, by=senior, minutes=10, reason="I ring next")
    assert fresh(case).alarm.startswith("Worse")


def test_a_second_call_in_the_consultation_does_not_answer_the_limits_alarm(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C3")
    held = claim(case_id=case.pk, by=clinician)
    start_consultation(case_id=case.pk, by=clinician, fence=held.fence)
    with later(61):
        Case.objects.filter(pk=case.pk).update(lease_until=now() + timedelta(minutes=5))
        fire_due()
        record_call(case_id=case.pk, by=clinician, fence=held.fence, kind="call_back", result="answered")
    assert "time limit" in fresh(case).alarm


def test_an_overdue_welfare_call_alarms_again_until_it_is_made(
    open_case_: OpenCase, senior: User, call_handler: User
) -> None:
    case = open_case_("C5")
    record_welfare(case_id=case.pk, by=call_handler, result="no_answer", worse=False)
    with later(4):
        fire_due()
    with later(20):
        fire_due()
        assert "welfare" in fresh(case).alarm
        assert "an alarm stands open (+30 min)" in fresh(case).order_reasons
        answer_alarms(
            case_id=case.pk,
            by=senior,
            keys=[each.key for each in fresh(case).open_alarms],
            words="asked Tom to ring",
        )
    with later(36):
        fire_due()
        assert "welfare" in fresh(case).alarm
        record_welfare(case_id=case.pk, by=call_handler, result="answered", worse=False)
    with later(60):
        fire_due()
    assert fresh(case).alarm == ""


def test_words_beside_an_ambulance_that_was_asked_for_already_are_kept(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C3")
    for words in ("pale", "pale", "now fitting"):
        send_ambulance(case_id=case.pk, by=call_handler, category="C3", reason="worse", words=words)
    assert Dispatch.objects.filter(case=case).count() == 1
    kept = Event.objects.filter(stream=case.stream, kind="case.send_again").values_list(
        "data__words", flat=True
    )
    assert list(kept) == ["now fitting"]


def test_a_replaced_request_is_not_sent_any_more_and_not_taken_for_the_new_one(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C3")
    old = send_ambulance(case_id=case.pk, by=call_handler, category="C3", reason="worse")
    new = send_ambulance(case_id=case.pk, by=call_handler, category="C1", reason="worse")
    assert Message.objects.get(reference=str(old.pk)).state == "withdrawn"
    assert Message.objects.get(reference=str(new.pk)).state == "waiting"
    with pytest.raises(Refusal) as refused:
        rang_dispatch(dispatch_id=old.pk, by=call_handler, words="Jo at desk 3 has it")
    assert refused.value.code == "replaced"
    assert "C1" in refused.value.sentence
    assert fresh(case).state == "awaiting_dispatch"


def test_a_sender_that_keeps_writing_does_not_put_off_the_alarm_of_a_missed_welfare_call(
    open_case_: OpenCase,
) -> None:
    case = open_case_("C5")
    Case.objects.filter(pk=case.pk).update(welfare_due_at=now() + timedelta(minutes=1))
    for minutes in (2, 12, 22):
        with later(minutes):
            update_case(case_id=case.pk, intake=told("C5", problem=f"{minutes} minutes later"), by=TEST_CAD)
            fire_due()
    assert "welfare" in fresh(case).alarm
