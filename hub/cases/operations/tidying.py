"""Tidying up: what has served its purpose and is not the record."""

from datetime import timedelta

from hub.agenda.models import DueItem
from hub.cases.models import IntakeKey
from hub.clock import now

KEYS_KEPT = timedelta(
    days=3
)  # a sender that repeats itself does so within minutes; answers hold patients' details
SETTLED_WORK_KEPT = timedelta(days=30)
AT_ONCE = 5000


def tidy_up() -> int:
    """Forget old idempotency keys and due work settled long ago, a bounded number at a time."""
    keys = IntakeKey.objects.filter(at__lt=now() - KEYS_KEPT).order_by("pk")
    settled = DueItem.objects.filter(
        state__in=["done", "cancelled"], settled_at__lt=now() - SETTLED_WORK_KEPT
    )
    gone = 0
    for old in (keys, settled.order_by("pk")):
        gone += old.model.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:AT_ONCE])).delete()[0]
    return gone
