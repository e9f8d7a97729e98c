"""Nobody is forgotten while others are asked: welfare calls and the ladder in every state in which somebody waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due
from hub.cases.models import Case, Dispatch
from hub.cases.operations.closing import reopen
from hub.cases.operations.contacting import record_call, record_welfare, start_consultation
from hub.cases.operations.dispatching import acknowledge_dispatch, send_ambulance
from hub.cases.operations.holding import claim, release
from hub.cases.panels import welfare
from hub.cases.queries import welfare_due
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from tests.conftest import TEST_CAD

OpenCase = Callable[..., Case]


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(minutes=minutes), tick=False)


def unanswered(case: Case, by: User) -> None:
    held = claim(case_id=case.pk, by=by)
    record_call(case_id=case.pk, by=by, fence=held.fence, kind="call_back", result="no_answer")


@pytest.mark.parametrize(("category", "minutes"), [("C1", 5), ("C4", 15)])
def test_somebody_rings_whoever_waits_for_the_cad(
    open_case_: OpenCase, call_handler: User, client_as: Callable[[User], Client], category: str, minutes: int
) -> None:
    case = open_case_(category)
    send_ambulance(case_id=case.pk, by=call_handler, category=category, reason="worse")
    with later(minutes + 0.1):
        fire_due()
        assert welfare_due() == [case]
        assert case.reference in client_as(call_handler).get(reverse("cases:welfare")).content.decode()
        assert case.reference in welfare()
    with later(minutes + 16):
        fire_due()
    assert "welfare call is overdue" in fresh(case).alarm


def test_a_welfare_call_due_sooner_is_not_put_off_by_the_ambulance(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C5")
    soon = now() + timedelta(minutes=2)
    Case.objects.filter(pk=case.pk).update(welfare_due_at=soon)
    send_ambulance(case_id=case.pk, by=call_handler, category="C5", reason="worse")
    assert fresh(case).welfare_due_at == soon
    assert DueItem.objects.get(key=f"welfare:{case.pk}", state="pending").due_at == soon


def test_when_the_cad_has_it_nobody_is_asked_to_ring_any_more(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C1")
    with later(5.1):
        fire_due()
        acknowledge_dispatch(dispatch_id=Dispatch.objects.get(case=case).pk, by=TEST_CAD)
        reopen(case_id=case.pk, by=call_handler, reason="crew stood down")
        left = DueItem.objects.filter(subject=case.stream, state="pending").values_list("key", flat=True)
        assert f"welfare-missed:{case.pk}" not in left


def test_the_ladders_limit_in_the_consultation_strikes_when_the_case_goes_back(
    open_case_: OpenCase, clinician: User
) -> None:
    case = open_case_("C5")
    for _ in range(3):
        unanswered(case, clinician)
    held = claim(case_id=case.pk, by=clinician)
    start_consultation(case_id=case.pk, by=clinician, fence=held.fence)
    Case.objects.filter(pk=case.pk).update(lease_until=now() + timedelta(hours=1))
    with later(16):
        fire_due()
        assert fresh(case).state == "in_assessment"
        release(case_id=case.pk, by=clinician, fence=held.fence, reason="wrong button: nobody spoke")
        assert DueItem.objects.filter(key=f"ladder:{case.pk}", state="pending").exists()
    with later(20):
        fire_due()
    assert fresh(case).state == "awaiting_dispatch"
    assert Dispatch.objects.get(case=case).reason == "no_answer"


def test_welfare_calls_that_nobody_answers_climb_the_ladder_too(
    open_case_: OpenCase, call_handler: User
) -> None:
    case = open_case_("C5")
    for _ in range(3):
        record_welfare(case_id=case.pk, by=call_handler, result="no_answer", worse=False)
    assert "Senior clinician: decide" in fresh(case).alarm
    assert Message.objects.filter(kind="case.no_answer_text").count() == 1
    with later(16):
        fire_due()
    assert fresh(case).state == "awaiting_dispatch"


def test_an_ambulance_that_is_asked_for_ends_the_ladder(open_case_: OpenCase, call_handler: User) -> None:
    case = open_case_("C4")
    send_ambulance(case_id=case.pk, by=call_handler, category="C4", reason="worse")
    for _ in range(3):
        record_welfare(case_id=case.pk, by=call_handler, result="no_answer", worse=False)
    assert not DueItem.objects.filter(key=f"ladder:{case.pk}", state="pending").exists()
