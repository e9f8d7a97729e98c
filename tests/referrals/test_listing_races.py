"""Two people keep the directory at once: real threads, real PostgreSQL. One is saved, the others are told."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.people.models import User
from hub.people.roles import Role
from hub.record.models import Event
from hub.record.verify import verify
from referrals.models import Referral, Service
from referrals.operations.listing import add_service, change_service, end_service, entry_of
from referrals.operations.sending import send_referral
from tests.conftest import make_person
from tests.referrals.entries import written
from tests.referrals.stories import AGREED, assessed_fall
from tests.referrals.test_races import _content, at_once  # noqa: F401 - the published content, for this file too

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_who_change_an_entry_one_is_saved(supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    seen = entry_of(service).mark
    people = [make_person(Role.SUPERVISOR, f"supervisor_{number}") for number in range(5)]

    def change(number: int, by: User) -> Callable[[], Any]:
        mine = written(phone=f"020 7946 036{number}")
        return lambda: change_service(by=by, service_id=service.pk, entry=mine, seen=seen)

    went = at_once(*(change(number, by) for number, by in enumerate(people)))
    assert went == {"done": 1, "stale": 4}
    event = Event.objects.get(stream=service.stream, kind="service.changed")
    kept = Service.objects.get()
    assert event.data == {"changed": {"phone": ["020 7946 0351", kept.phone]}}
    assert (kept.version, verify().faults) == (2, [])


def test_of_many_who_add_one_code_one_is_saved(supervisor: User) -> None:
    went = at_once(*[lambda: add_service(by=supervisor, entry=written())] * 5)
    assert went == {"done": 1, "ods-code-taken": 4}
    assert Event.objects.filter(kind="service.listed").count() == Service.objects.count() == 1


def test_of_many_who_end_a_service_one_gives_the_reason(supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    end = [lambda: end_service(by=supervisor, service_id=service.pk, reason="contract ended")] * 4
    assert at_once(*end) == {"done": 1, "already-so": 3}
    assert Event.objects.filter(kind="service.ended").count() == 1


def test_an_offer_and_an_end_at_once_leave_an_offer_that_stands_or_none(
    supervisor: User, clinician: User
) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    case = assessed_fall(clinician)
    went = at_once(
        lambda: end_service(by=supervisor, service_id=service.pk, reason="contract ended"),
        lambda: send_referral(
            case_id=case.pk, service_id=service.pk, by=clinician, fence=case.fence, agreement=AGREED
        ),
    )
    sent = Referral.objects.count()
    service.refresh_from_db()
    assert went["done"] == 1 + sent
    assert (service.active, service.places_left) == (False, 12 - sent)
