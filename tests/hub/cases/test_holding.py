"""Claim, heartbeat, release, take over: two clinicians never hold one case."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection

from hub.agenda.operations import fire_due
from hub.cases.models import Case
from hub.cases.operations.contacting import start_consultation
from hub.cases.operations.holding import claim, claim_next, heartbeat, release, take_over
from hub.clock import now
from hub.people.models import User
from hub.people.roles import Role
from hub.record.models import Event
from hub.refusals import Refusal
from tests.conftest import make_case, make_person


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run the work in so many threads, all let go together; exceptions come back as values."""
    barrier = Barrier(count)

    def run(number: int) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_one_case_one_wins_and_the_others_are_told_who() -> None:
    people = [make_person(Role.CLINICIAN, f"clinician_{number}") for number in range(40)]
    case = make_case()

    results = at_once(40, lambda number: claim(case_id=case.pk, by=people[number]))

    winners = [result for result in results if isinstance(result, Case)]
    assert len(winners) == 1
    holder = winners[0].owner.name
    refusals = [result for result in results if isinstance(result, Refusal)]
    assert {refusal.extra["holder"] for refusal in refusals} == {holder}
    assert Event.objects.filter(stream=case.stream, kind="case.claim").count() == 1


@pytest.mark.django_db(transaction=True)
def test_people_who_ask_for_the_next_case_get_different_ones() -> None:
    people = [make_person(Role.CLINICIAN, f"clinician_{number}") for number in range(12)]
    for _ in range(8):
        make_case()

    taken = at_once(12, lambda number: claim_next(by=people[number]))

    got = Counter(case.pk for case in taken if case is not None)
    assert len(got) == 8
    assert set(got.values()) == {1}


def test_a_stale_tab_is_told_who_holds_the_case(open_case_: Any, clinician: User, senior: User) -> None:
    case = claim(case_id=open_case_().pk, by=clinician)
    take_over(case_id=case.pk, by=senior, reason="the holder went home")

    with pytest.raises(Refusal) as refused:
        start_consultation(case_id=case.pk, by=clinician, fence=case.fence)

    assert refused.value.code == "not-yours"
    assert refused.value.extra["holder"] == senior.name


def test_an_old_fence_of_the_same_person_is_stale_too(open_case_: Any, clinician: User) -> None:
    first = claim(case_id=open_case_().pk, by=clinician)
    release(case_id=first.pk, by=clinician, fence=first.fence, reason="wrong one")
    claim(case_id=first.pk, by=clinician)

    with pytest.raises(Refusal, match="not saved"):
        start_consultation(case_id=first.pk, by=clinician, fence=first.fence)


def test_silence_returns_the_case_at_its_old_place(open_case_: Any, clinician: User) -> None:
    case = open_case_("C4")
    claimed = claim(case_id=case.pk, by=clinician)
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        fire_due()
    back = Case.objects.get(pk=case.pk)
    assert (back.state, back.owner, back.arrived_at, back.breach_at) == (
        "waiting",
        None,
        case.arrived_at,
        case.breach_at,
    )
    assert Event.objects.filter(stream=claimed.stream, kind="case.lease_expired").exists()


def test_a_heartbeat_keeps_the_case(open_case_: Any, clinician: User) -> None:
    case = claim(case_id=open_case_("C4").pk, by=clinician)
    with time_machine.travel(now() + timedelta(minutes=4), tick=False):
        heartbeat(case_id=case.pk, by=clinician, fence=case.fence)
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        fire_due()
        assert Case.objects.get(pk=case.pk).owner == clinician
    with time_machine.travel(now() + timedelta(minutes=10), tick=False):
        fire_due()
        assert Case.objects.get(pk=case.pk).state == "waiting"


def test_a_supervisor_does_not_claim(open_case_: Any, supervisor: User) -> None:
    with pytest.raises(Refusal) as refused:
        claim(case_id=open_case_().pk, by=supervisor)
    assert refused.value.status == 403
