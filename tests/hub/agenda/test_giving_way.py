"""A person and the clock want the same case: the person goes first, nobody gets an error, nothing is lost."""

import time
from datetime import timedelta

import pytest
from django.db import transaction

from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due
from hub.cases.models import Case
from hub.cases.operations.clocks import stop_clocks
from hub.cases.operations.locking import lock_case
from hub.clock import now
from hub.post import channels
from hub.post.channels import Answer
from hub.post.models import Message
from hub.post.operations import deliver_due, post, withdraw
from tests.conftest import make_case
from tests.hub.cases.test_holding import at_once


@pytest.mark.django_db(transaction=True)
def test_the_sweep_lets_a_person_finish_and_then_does_its_work() -> None:
    case = make_case("C4")
    DueItem.objects.filter(key=f"breach:{case.pk}").update(due_at=now())
    Case.objects.filter(pk=case.pk).update(breach_at=now())

    def person() -> None:
        with transaction.atomic():
            lock_case(case.pk)
            time.sleep(0.8)  # the sweep now holds the agenda's row and waits for the case
            DueItem.objects.filter(key=f"breach:{case.pk}").update(last_error="seen by a person")

    def clock() -> None:
        time.sleep(0.2)
        end = time.monotonic() + 5
        while time.monotonic() < end and Case.objects.get(pk=case.pk).state == "waiting":
            fire_due(seconds=1)
            time.sleep(0.1)

    at_once(2, lambda number: (person, clock)[number]())

    item = DueItem.objects.get(key=f"breach:{case.pk}")
    assert (item.state, item.attempts) == ("done", 0)
    assert Case.objects.get(pk=case.pk).state == "awaiting_dispatch"


@pytest.mark.django_db(transaction=True)
def test_a_person_who_ends_the_case_takes_the_work_off_the_agenda_before_it_fires() -> None:
    case = make_case("C4")
    DueItem.objects.filter(key=f"breach:{case.pk}").update(due_at=now())

    def person() -> None:
        with transaction.atomic():
            held = lock_case(case.pk)
            time.sleep(0.6)
            stop_clocks(held)

    def clock() -> None:
        time.sleep(0.2)
        for _ in range(12):
            fire_due(seconds=1)
            time.sleep(0.1)

    at_once(2, lambda number: (person, clock)[number]())
    assert DueItem.objects.get(key=f"breach:{case.pk}").state == "cancelled"
    assert Case.objects.get(pk=case.pk).state == "waiting"


@pytest.mark.django_db(transaction=True)
def test_the_courier_waits_for_the_case_and_its_answer_is_kept() -> None:
    case = make_case("C4")
    with transaction.atomic():
        message = post(
            channel="slow", destination="there", kind="test.slow", subject=case.stream, body={},
            expires_at=now() + timedelta(minutes=5), reference="thing",
        )  # fmt: skip
    channels.channel("slow")(lambda envelope: Answer(delivered=False, words="410 Gone", final=True))
    channels.undelivered("test.slow")(lambda refused: lock_case(case.pk) and None)

    def person() -> None:
        with transaction.atomic():
            lock_case(case.pk)
            time.sleep(0.9)
            withdraw(reference="nothing of ours")

    def courier() -> None:
        time.sleep(0.2)
        deliver_due(seconds=5)

    at_once(2, lambda number: (person, courier)[number]())
    assert Message.objects.get(pk=message.pk).state == "refused"
    assert message.attempts.count() == 1
