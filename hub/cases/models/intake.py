"""What senders sent: every version kept, and the keys that make sending twice harmless."""

from django.db import models

from hub.cases.models.case import Case
from hub.clock import now


class SourceVersion(models.Model):
    """One message of the sender about a case: first sent, updated or cancelled. Every version is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="source_versions")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="source_version_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class IntakeKey(models.Model):
    """An Idempotency-Key seen from a client, what was asked with it, and what was answered."""

    client = models.CharField(max_length=100)
    key = models.CharField(max_length=100)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="intake_key_once")]

    def __str__(self) -> str:
        return f"{self.client} {self.key}"
