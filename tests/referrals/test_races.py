"""Two at once: real threads, real PostgreSQL. Somebody wins, everybody else is told, nothing is half done."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection

from hub.agenda.operations import fire_some
from hub.cases.models import Case
from hub.cases.operations.dispatching import send_ambulance
from hub.people.models import User
from hub.people.roles import Role
from hub.record.actors import CLOCK
from hub.record.verify import verify
from hub.refusals import Refusal
from referrals.models import FollowUp, Referral, Service
from referrals.operations.answering import accept, reject, withdraw
from referrals.operations.asking import record_follow_up, record_reply
from referrals.operations.sending import send_referral
from tests.conftest import make_person
from tests.referrals.stories import AGREED, assessed_fall, make_service, offered
from tests.referrals.test_referral_life import PARTNER
from triage import published
from triage.operations.publishing import publish
from triage.protocols import Library

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _content(transactional_db: None, library: Library) -> Iterator[None]:
    published.forget()
    publish(library=library, by=CLOCK, activate_illustrative=True)
    yield
    published.forget()


def at_once(*things: Callable[[], Any]) -> Counter[str]:
    """Do everything at the same moment, each in a thread and connection of its own; count how it went."""
    barrier = Barrier(len(things))

    def run(thing: Callable[[], Any]) -> str:
        barrier.wait(timeout=20)
        try:
            thing()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(things)) as threads:
        return Counter(threads.map(run, things))


def test_two_people_at_a_service_accept_and_reject_at_once(clinician: User) -> None:
    referral = offered(clinician, make_service(capacity=5))
    yes = [lambda: accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")] * 5
    no = [lambda: reject(referral_id=referral.pk, by=PARTNER, reason="22")] * 5
    went = at_once(*yes, *no)
    assert went == {"done": 1, "not-on-offer": 9}
    referral.refresh_from_db()
    case, service = Case.objects.get(), Service.objects.get()
    if referral.state == "accepted":
        assert (case.state, service.places_left) == ("closed", 4)
    else:
        assert (referral.state, case.state, service.places_left) == ("rejected", "waiting", 5)
    assert verify().faults == []


def test_the_limit_fires_while_somebody_accepts(clinician: User) -> None:
    for number in range(6):
        referral = offered(clinician, make_service(f"Service {number}"))
        assert referral.accept_by is not None
        with time_machine.travel(referral.accept_by, tick=True):
            went = at_once(
                fire_some,
                lambda: accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse"),  # noqa: B023
            )
        referral.refresh_from_db()
        case = Case.objects.get(pk=referral.case_id)
        assert (referral.state, case.state) in {("accepted", "closed"), ("expired", "waiting")}
        assert went["done"] == (2 if referral.state == "accepted" else 1)
        assert set(went) <= {"done", "too-late"}
        if case.state == "waiting":
            send_ambulance(case_id=case.pk, by=clinician, category="C2", reason="other")


def test_the_last_place_is_given_once(db: None) -> None:
    people = [make_person(Role.CLINICIAN, f"clinician_{number}") for number in range(6)]
    cases = [assessed_fall(person) for person in people]
    service = make_service(capacity=2)

    def send(person: User, case: Case) -> Callable[[], Referral]:
        return lambda: send_referral(
            case_id=case.pk, service_id=service.pk, by=person, fence=case.fence, agreement=AGREED
        )

    went = at_once(*(send(person, case) for person, case in zip(people, cases, strict=True)))
    assert went["done"] == 2
    assert set(went) <= {"done", "service-full", "service-cannot"}
    service.refresh_from_db()
    assert service.places_left == 0
    assert Counter(Case.objects.values_list("state", flat=True)) == {
        "awaiting_acceptance": 2,
        "in_assessment": 4,
    }


def test_one_clinician_clicks_send_many_times(clinician: User) -> None:
    case, service = assessed_fall(clinician), make_service(capacity=9)
    send = [
        lambda: send_referral(
            case_id=case.pk, service_id=service.pk, by=clinician, fence=case.fence, agreement=AGREED
        )
    ] * 6
    went = at_once(*send)
    assert went == {"done": 1, "not-yours": 5}
    service.refresh_from_db()
    assert (Referral.objects.count(), service.places_left) == (1, 8)


def test_an_ambulance_and_an_acceptance_at_once_never_both(clinician: User) -> None:
    referral = offered(clinician)
    went = at_once(
        lambda: send_ambulance(case_id=referral.case_id, by=clinician, category="C2", reason="worse"),
        lambda: accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse"),
    )
    assert went["done"] == 1, went
    referral.refresh_from_db()
    case = Case.objects.get()
    assert (referral.state, case.state) in {("accepted", "closed"), ("withdrawn", "awaiting_dispatch")}


def test_withdrawn_and_accepted_at_once_has_one_truth(clinician: User) -> None:
    referral = offered(clinician)
    went = at_once(
        lambda: withdraw(referral_id=referral.pk, by=clinician, words="taxi"),
        lambda: accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse"),
    )
    assert went == {"done": 1, "not-on-offer": 1}


def test_the_patient_and_a_clinician_answer_a_follow_up_at_once(clinician: User) -> None:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    follow_up = FollowUp.objects.get()
    with time_machine.travel(follow_up.due_at, tick=True):
        fire_some()
        follow_up.refresh_from_db()
        worse = [
            lambda: record_reply(follow_up_id=follow_up.pk, key=follow_up.reply_key, answer="worse"),
            lambda: record_follow_up(follow_up_id=follow_up.pk, by=clinician, answer="worse"),
        ]
        went = at_once(*worse * 3)
    # The patient is heard each time; of the calls one at most, and only if it was first.
    assert went in ({"done": 4, "already-done": 2}, {"done": 3, "already-done": 3})
    assert Case.objects.get().state == "waiting"
    assert verify().faults == []
