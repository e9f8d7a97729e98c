"""Unforeseen errors: what is logged and what is kept names no patient, though PostgreSQL's own text does."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from hub.agenda import handlers
from hub.agenda.models import DueItem
from hub.agenda.operations import fire_due, schedule
from hub.clock import now
from hub.faults import PlainFormatter, plainly
from hub.post.channels import _ADAPTERS, _ESCALATIONS, Envelope
from hub.post.models import Attempt, Message
from hub.post.operations import deliver_due, post
from hub.record.models import Event
from tests.hub.cases.api.conftest import full_call

pytestmark = pytest.mark.django_db
NAME = "Zebediah"
INSERT = """
INSERT INTO hub_intakekey (client, key, digest, status, answer, at) VALUES (%s, 'k', 'd', -1, '{}', now())
"""


def break_a_rule(*_: object, **__: object) -> Any:
    """PostgreSQL refuses this row, and quotes it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [NAME])


def the_error() -> DatabaseError:
    with pytest.raises(DatabaseError) as raised:
        break_a_rule()
    return raised.value


def test_postgresqls_own_text_would_name_the_patient() -> None:
    error = the_error()
    assert NAME in str(error)
    assert NAME not in plainly(error)
    assert "hub_intakekey_status_check" in plainly(error)


def test_a_log_line_with_a_traceback_quotes_nothing() -> None:
    error = the_error()
    record = logging.LogRecord(
        "x", logging.ERROR, __file__, 1, "failed", (), (type(error), error, error.__traceback__)
    )
    line = PlainFormatter("%(message)s").format(record)
    assert NAME not in line
    assert "test_faults.py" in line


def test_the_api_logs_the_kind_and_the_constraint(
    cad: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("hub.cases.api.cases.open_case", break_a_rule)
    answer = cad.send(full_call())
    assert answer.status_code == 500
    assert "hub_intakekey_status_check" in caplog.text
    for told in (caplog.text, answer.content.decode()):
        assert NAME not in told


def test_work_that_fails_keeps_the_kind_and_the_constraint(caplog: pytest.LogCaptureFixture) -> None:
    handlers._HANDLERS["test.breaks"] = break_a_rule
    with transaction.atomic():
        schedule(kind="test.breaks", subject="test:1", due_at=now(), key="breaks")
    DueItem.objects.filter(key="breaks").update(attempts=4)
    fire_due()
    del handlers._HANDLERS["test.breaks"]
    item = DueItem.objects.get(key="breaks")
    assert item.state == "parked"
    assert "hub_intakekey_status_check" in item.last_error
    for told in (item.last_error, str(Event.objects.get(kind="agenda.parked").data), caplog.text):
        assert NAME not in told


def write_one(kind: str, *, minutes: float = 5) -> Message:
    with transaction.atomic():
        return post(
            channel="breaks", destination="x", kind=kind, subject="test:1", body={},
            expires_at=now() + timedelta(minutes=minutes),
        )  # fmt: skip


def test_a_channel_that_fails_keeps_the_kind_and_the_constraint(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(envelope: Envelope) -> Any:
        return break_a_rule()

    monkeypatch.setitem(_ADAPTERS, "breaks", broken)
    write_one("test.note")
    deliver_due()
    answer = Attempt.objects.get().answer
    assert "hub_intakekey_status_check" in answer
    assert NAME not in answer


def test_an_escalation_that_fails_holds_up_no_other_message_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    monkeypatch.setitem(_ESCALATIONS, "test.breaks", break_a_rule)
    monkeypatch.setitem(_ESCALATIONS, "test.tells", lambda message: told.append(message.kind))
    broken = write_one("test.breaks", minutes=-2)
    write_one("test.tells", minutes=-1)
    deliver_due()
    assert told == ["test.tells"]
    broken.refresh_from_db()
    assert broken.state == "waiting"
    assert "hub_intakekey_status_check" in caplog.text
    assert NAME not in caplog.text
