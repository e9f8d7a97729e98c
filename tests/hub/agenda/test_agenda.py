"""The agenda: nothing lost, nothing twice, failures retried, then parked where a supervisor sees them."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from hub.agenda import handlers, operations
from hub.agenda.models import DueItem
from hub.agenda.operations import AT_ONCE, cancel, fire_due, run_again, schedule, settle
from hub.cases.models import Contact
from hub.clock import now
from hub.people.models import User
from hub.record.models import Event
from hub.refusals import Refusal
from tests.hub.cases.test_holding import at_once

DONE: list[str] = []


@pytest.fixture(autouse=True)
def _test_handlers() -> Iterator[None]:
    DONE.clear()
    known = dict(handlers._HANDLERS)

    @handlers.handles("test.note")
    def note(item: DueItem) -> None:
        DONE.append(item.key)

    @handlers.handles("test.again")
    def again(item: DueItem) -> None:
        DONE.append(item.key)
        schedule(kind="test.again", subject=item.subject, due_at=now() + timedelta(minutes=1), key=item.key)

    @handlers.handles("test.cancels")
    def cancels(item: DueItem) -> None:
        cancel("taken off")
        schedule(kind="test.note", subject=item.subject, due_at=now() + timedelta(minutes=1), key="moved")

    @handlers.handles("test.points_nowhere")
    def points_nowhere(item: DueItem) -> None:
        Contact.objects.create(
            case_id=uuid4(), rank=1, phone="+442079460123", is_patient=False, is_caller=True
        )

    @handlers.handles("test.fails")
    def fails(item: DueItem) -> None:
        Event.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    yield
    handlers._HANDLERS.clear()
    handlers._HANDLERS.update(known)


def put(kind: str, key: str, minutes: float = 0) -> None:
    with transaction.atomic():
        schedule(kind=kind, subject="test:1", due_at=now() + timedelta(minutes=minutes), key=key)


@pytest.mark.django_db
def test_a_thing_taken_off_by_the_one_before_it_is_not_done() -> None:
    put("test.cancels", "first", minutes=-2)
    put("test.note", "taken off", minutes=-1)
    put("test.note", "moved", minutes=-1)
    assert fire_due() == 3
    assert DONE == []
    assert set(DueItem.objects.values_list("key", "state")) == {
        ("first", "done"), ("taken off", "cancelled"), ("moved", "pending"),
    }  # fmt: skip


@pytest.mark.django_db
def test_what_is_on_the_agenda_already_keeps_its_time_when_asked_to() -> None:
    put("test.note", "same", minutes=5)
    first = DueItem.objects.get().due_at
    with transaction.atomic():
        schedule(
            kind="test.note", subject="test:1", due_at=now() + timedelta(hours=1), key="same", moves=False
        )
    assert DueItem.objects.get().due_at == first
    put("test.note", "same", minutes=30)
    assert DueItem.objects.get().due_at > first


@pytest.mark.django_db
def test_one_that_fails_takes_nothing_with_it() -> None:
    for number, kind in enumerate(
        ("test.note", "test.fails", "test.note", "test.points_nowhere", "test.note")
    ):
        put(kind, str(number), minutes=number - 10)
    assert fire_due() == 5
    assert DONE == ["0", "2", "4"]
    assert sorted(DueItem.objects.filter(state="pending").values_list("key", flat=True)) == ["1", "3"]


@pytest.mark.django_db
def test_a_thousand_due_at_once_are_not_a_thousand_commits() -> None:
    for number in range(3 * AT_ONCE):
        put("test.note", str(number))
    with CaptureQueriesContext(connection) as queries:
        assert fire_due() == 3 * AT_ONCE
    sweeps = [query for query in queries.captured_queries if "SKIP LOCKED" in query["sql"]]
    assert len(sweeps) == 4, "three full hands and one that found nothing"
    assert len(queries) < 4 * 3 * AT_ONCE


@pytest.mark.django_db
@pytest.mark.parametrize(("due", "called"), [(3, []), (3 * AT_ONCE, ["hub.agenda.sweep"])])
def test_another_worker_is_called_to_help_where_much_is_due(
    due: int, called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(due):
        put("test.note", str(number))
    asked: list[str] = []
    monkeypatch.setattr(operations, "nudge", lambda task, queue: asked.append(task))
    assert fire_due() == due
    assert asked == called


@pytest.mark.django_db
def test_due_work_is_done_once_and_only_when_due() -> None:
    put("test.note", "early")
    put("test.note", "late", minutes=5)
    assert fire_due() == 1
    assert fire_due() == 0
    assert DONE == ["early"]


@pytest.mark.django_db
def test_the_same_key_moves_the_time_instead_of_doubling() -> None:
    put("test.note", "one", minutes=5)
    put("test.note", "one", minutes=-1)
    put("test.note", "one")
    fire_due()
    assert DONE == ["one"]


@pytest.mark.django_db
def test_a_handler_may_schedule_its_own_key_again() -> None:
    put("test.again", "round")
    fire_due()
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        fire_due()
    assert DONE == ["round", "round"]
    assert DueItem.objects.filter(key="round", state="pending").count() == 1


@pytest.mark.django_db
def test_cancelled_work_does_not_fire() -> None:
    put("test.note", "gone")
    cancel("gone", "unknown")
    assert fire_due() == 0


@pytest.mark.django_db
def test_a_failing_handler_is_retried_later_each_time_and_then_parked(supervisor: User) -> None:
    put("test.fails", "bad")
    put("test.note", "good")
    moment = now()
    for _ in range(6):
        moment += timedelta(minutes=2)
        with time_machine.travel(moment, tick=False):
            fire_due()
    item = DueItem.objects.get(key="bad")
    assert (item.state, item.attempts) == ("parked", 5)
    assert "DataError 22012" in item.last_error
    assert DONE == ["good"]
    assert Event.objects.filter(stream="test:1", kind="agenda.parked").count() == 1

    with pytest.raises(Refusal, match="Say what was done"):
        settle(item=item, by=supervisor, reason="  ")
    settle(item=item, by=supervisor, reason="rang the patient")
    with pytest.raises(Refusal, match="no longer parked"):
        run_again(item=item, by=supervisor)


@pytest.mark.django_db
def test_work_of_a_kind_nobody_knows_is_parked_at_once() -> None:
    put("test.unknown", "strange")
    fire_due()
    assert DueItem.objects.get(key="strange").state == "parked"


@pytest.mark.django_db
def test_parked_work_can_be_run_again(supervisor: User) -> None:
    put("test.unknown", "strange")
    fire_due()
    handlers.handles("test.unknown")(lambda item: DONE.append(item.key))
    run_again(item=DueItem.objects.get(key="strange"), by=supervisor)
    fire_due()
    assert DONE == ["strange"]


@pytest.mark.django_db(transaction=True)
def test_many_sweepers_do_each_item_once() -> None:
    with transaction.atomic():
        for number in range(200):
            schedule(kind="test.note", subject="test:1", due_at=now(), key=f"item {number}")
    at_once(6, lambda _: fire_due())
    assert sorted(DONE) == sorted(f"item {number}" for number in range(200))


@pytest.mark.django_db(transaction=True)
def test_scheduling_outside_an_operation_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        schedule(kind="test.note", subject="test:1", due_at=now(), key="x")
