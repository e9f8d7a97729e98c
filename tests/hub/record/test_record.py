"""The record: append-only, chained, owned by nobody who serves; a change without its event cannot stand."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from hub.cases.models import Case
from hub.cases.operations.holding import claim
from hub.cases.operations.noting import add_note
from hub.clock import now
from hub.people.models import User
from hub.record import operations
from hub.record.actors import Machine
from hub.record.grants import grant
from hub.record.models import Event, Reading
from hub.record.verify import verify
from tests.conftest import make_case


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only|permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE hub_event SET data = '{}'",
        "DELETE FROM hub_event",
        "TRUNCATE hub_event CASCADE",
        "UPDATE hub_reading SET page = 'x'",
        "DELETE FROM hub_reading",
        "TRUNCATE hub_reading",
        "DELETE FROM hub_streamhead",
        "TRUNCATE hub_streamhead",
    ],
)
def test_postgresql_refuses_to_forget(statement: str, open_case_: Any, clinician: User) -> None:
    case = open_case_()
    operations.look(stream=case.stream, by=clinician, page="case")
    refused(statement)
    assert Event.objects.filter(stream=case.stream).exists()


def test_events_of_a_case_form_a_chain(open_case_: Any, clinician: User) -> None:
    case = open_case_()
    for number in range(5):
        add_note(case_id=case.pk, by=clinician, text=f"note {number}")
    events = operations.history(stream=case.stream)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert [event.previous_hash for event in events] == ["", *[event.hash for event in events][:-1]]
    assert verify().faults == []


@pytest.mark.parametrize("text", ["O’Brien — ünïcode 🚑", "a|b:c", '{"x": "\\u0041"}', "line\nbreak\ttab"])
def test_the_seal_holds_for_any_text(text: str, open_case_: Any, clinician: User) -> None:
    add_note(case_id=open_case_().pk, by=clinician, text=text)
    assert verify().faults == []


TAMPERINGS = {
    "changed": 'UPDATE hub_event SET data = \'{"text": "other"}\' WHERE stream = %s AND sequence = 2',
    "renamed": "UPDATE hub_event SET by_label = 'somebody else' WHERE stream = %s AND sequence = 2",
    "in the middle": "DELETE FROM hub_event WHERE stream = %s AND sequence = 2",
    "at the end": "DELETE FROM hub_event WHERE stream = %s AND sequence = 3",
    "all of it": "DELETE FROM hub_event WHERE stream = %s",
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_tampering_by_the_owner_is_found(how: str, open_case_: Any, clinician: User) -> None:
    case = open_case_()
    add_note(case_id=case.pk, by=clinician, text="one")
    add_note(case_id=case.pk, by=clinician, text="two")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE hub_event DISABLE TRIGGER USER")
        cursor.execute(TAMPERINGS[how], [case.stream])
        cursor.execute("ALTER TABLE hub_event ENABLE TRIGGER USER")
    assert verify().faults
    with pytest.raises(CommandError, match="does NOT hold"):
        call_command("verify_record")


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_the_record_is_verified_is_no_fault(clinician: User) -> None:
    case, written = make_case(), []

    def write_one_more(*_: Any) -> None:
        try:
            add_note(case_id=case.pk, by=clinician, text=f"number {len(written)}")
        finally:
            connection.close()

    def after_each_statement(execute: Any, *given: Any) -> Any:
        told = execute(*given)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write_one_more).result()
        written.append(given[0])
        return told

    with connection.execute_wrapper(after_each_statement):
        verdict = verify()

    assert written
    assert verdict.faults == []
    assert verify().events == verdict.events + len(written)


def test_a_head_without_events_and_events_without_a_head_are_faults(open_case_: Any) -> None:
    case = open_case_()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE hub_streamhead DISABLE TRIGGER USER")
        cursor.execute("INSERT INTO hub_streamhead (stream, length, hash) VALUES ('case:none', 3, 'x')")
        cursor.execute("DELETE FROM hub_streamhead WHERE stream = %s", [case.stream])
        cursor.execute("ALTER TABLE hub_streamhead ENABLE TRIGGER USER")

    assert sorted(verify().faults) == sorted(
        ["case:none: ends at 0, its head says 3", f"{case.stream}: has events and no head"]
    )


def test_a_broken_event_write_changes_nothing(open_case_: Any, clinician: User) -> None:
    case = open_case_()
    before = Case.objects.values().get(pk=case.pk)
    with mock.patch.object(operations, "_INSERT", "INSERT INTO no_such_table VALUES (%s,%s,%s,%s,%s,%s)"):
        with pytest.raises(DatabaseError), transaction.atomic():
            claim(case_id=case.pk, by=clinician)
    assert Case.objects.values().get(pk=case.pk) == before


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        operations.write(stream="case:x", kind="case.note", by=Machine("test"), data={})


@pytest.mark.django_db(transaction=True)
def test_the_serving_role_only_adds_to_the_record() -> None:
    case = make_case()
    operations.look(stream=case.stream, by=Machine("test"), page="case")
    grant(settings.SERVING_ROLE)
    place = connection.get_connection_params()
    serving = psycopg.connect(
        host=place.get("host"), dbname=place["dbname"], user=settings.SERVING_ROLE, autocommit=True
    )
    with serving:
        for statement in (
            "UPDATE hub_event SET kind = 'x'",
            "DELETE FROM hub_event",
            "TRUNCATE hub_event",
            "DELETE FROM hub_reading",
            "UPDATE hub_streamhead SET length = 0",
            "INSERT INTO hub_streamhead VALUES ('x', 1, '')",
            "ALTER TABLE hub_event DISABLE TRIGGER USER",
            "DROP TABLE hub_event",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                serving.execute(statement)
        insert = operations._INSERT
        serving.execute(insert, [case.stream, "case.note", now(), None, "the serving role", "{}"])
    assert verify().faults == []
    assert operations.history(stream=case.stream)[-1].by_label == "the serving role"


def test_who_looked_is_kept(open_case_: Any, clinician: User) -> None:
    case = open_case_()
    operations.look(stream=case.stream, by=clinician, page="case")
    reading = Reading.objects.get(stream=case.stream)
    assert (reading.by, reading.page) == (clinician, "case")
