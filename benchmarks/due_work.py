"""A thousand things due at one moment: how late each is done by the real beat and worker."""

import time
from datetime import timedelta

from django.db import transaction

from benchmarks.figures import Figure, figure
from benchmarks.patients import stranger_waiting
from hub.agenda.models import DueItem
from hub.agenda.operations import schedule
from hub.clock import now

ITEMS = 1000


def due_at_once(cases: int) -> Figure:
    """Welfare calls of a thousand cases, all due at one moment; late = done minus due, by the database's own rows."""
    streams = [stranger_waiting("C5") for _ in range(ITEMS)]
    moment = now() + timedelta(seconds=6)
    with transaction.atomic():
        for case in streams:
            schedule(kind="case.welfare", subject=case.stream, due_at=moment, key=f"welfare:{case.pk}")
    keys = [f"welfare:{case.pk}" for case in streams]
    done = DueItem.objects.filter(key__in=keys, state="done")
    deadline = time.monotonic() + 90
    while done.count() < ITEMS and time.monotonic() < deadline:
        time.sleep(0.5)
    late = [
        (settled - moment).total_seconds() for settled in done.values_list("settled_at", flat=True) if settled
    ]
    twice = len(late) - len(set(done.values_list("key", flat=True)))
    note = f"{ITEMS} due at once, {ITEMS - len(late)} not done, {twice} twice"
    return figure("due work, lateness", cases, late, note=note)
