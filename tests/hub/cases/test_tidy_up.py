"""Tidying up forgets answers that hold patients' details, and nothing that is still due."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from hub.agenda.models import DueItem
from hub.agenda.operations import schedule
from hub.cases.models import IntakeKey
from hub.cases.operations.tidying import tidy_up
from hub.clock import now


@pytest.mark.django_db
def test_old_keys_go_and_due_work_stays() -> None:
    IntakeKey.objects.create(client="cad", key="old", digest="", at=now() - timedelta(days=4))
    IntakeKey.objects.create(client="cad", key="new", digest="")
    with transaction.atomic():
        schedule(kind="case.breach", subject="case:x", due_at=now() + timedelta(days=90), key="far")
    done = DueItem.objects.create(
        kind="case.breach", subject="case:y", key="done", due_at=now(), first_due_at=now(), state="done",
        settled_at=now() - timedelta(days=31),
    )  # fmt: skip
    with time_machine.travel(now() + timedelta(minutes=1), tick=False):
        assert tidy_up() == 2
    assert [row.key for row in IntakeKey.objects.all()] == ["new"]
    assert not DueItem.objects.filter(pk=done.pk).exists()
    assert DueItem.objects.filter(key="far", state="pending").exists()
