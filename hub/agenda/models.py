"""The agenda: everything that must happen at a time, as rows. Redis may be wiped, nothing is lost."""

from django.db import models

from hub.clock import now


class DueItem(models.Model):
    """One thing to do at one time, about one subject. Its effect commits together with its `done`."""

    class State(models.TextChoices):
        PENDING = "pending", "pending"
        DONE = "done", "done"
        PARKED = "parked", "parked"
        CANCELLED = "cancelled", "cancelled"

    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    key = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(state__in=["pending", "parked"]), name="due_item_once_open"
            ),
            models.CheckConstraint(
                name="due_item_state_known",
                condition=models.Q(state__in=["pending", "done", "parked", "cancelled"]),
            ),
        ]
        indexes = [
            models.Index(name="due_item_next", fields=["due_at", "id"], condition=models.Q(state="pending")),
            models.Index(name="due_item_parked", fields=["id"], condition=models.Q(state="parked")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.subject} at {self.due_at:%Y-%m-%d %H:%M:%S}"


class Sweep(models.Model):
    """When the agenda and the post were last swept: a clock that stands still is an alarm."""

    name = models.CharField(max_length=20, primary_key=True)
    swept_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} swept at {self.swept_at:%H:%M:%S}"
