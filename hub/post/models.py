"""The post: durable messages to the outside, each with its attempts."""

import uuid

from django.db import models

from hub.clock import now


class Message(models.Model):
    """One message to one destination. Its id is the idempotency key that the other side sees."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting to be delivered"
        DELIVERED = "delivered", "delivered"
        REFUSED = "refused", "refused by the other side"
        EXPIRED = "expired", "not delivered in time"
        WITHDRAWN = "withdrawn", "no longer to be sent"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=20)
    destination = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    reference = models.CharField(max_length=80, blank=True)
    body = models.JSONField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    attempts_made = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=now)
    leased_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_state_known",
                condition=models.Q(state__in=["waiting", "delivered", "refused", "expired", "withdrawn"]),
            ),
        ]
        indexes = [
            models.Index(
                name="message_next", fields=["next_attempt_at"], condition=models.Q(state="waiting")
            ),
            models.Index(
                name="message_leased", fields=["destination"],
                condition=models.Q(state="waiting", leased_until__isnull=False),
            ),
            models.Index(name="message_of_subject", fields=["subject", "created_at"]),
            models.Index(
                name="message_undelivered", fields=["settled_at"],
                condition=models.Q(state__in=["refused", "expired"]),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} to {self.destination} ({self.state})"


class Attempt(models.Model):
    """One try to deliver a message, and the answer."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    delivered = models.BooleanField()
    answer = models.TextField()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.answer[:60]}"
