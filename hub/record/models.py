"""The record: what happened, append-only, each case a hash chain. PostgreSQL numbers and seals the rows."""

from django.conf import settings
from django.db import models


class Event(models.Model):
    """One thing that happened to one stream (for a case: `case:<uuid>`).

    sequence, at, previous_hash and hash are set by a trigger; UPDATE, DELETE and TRUNCATE are refused.
    """

    stream = models.CharField(max_length=80)
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=160)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "sequence"], name="event_once_in_its_stream"),
        ]
        indexes = [models.Index(name="event_by_kind_and_time", fields=["kind", "at"])]

    def __str__(self) -> str:
        return f"{self.stream} #{self.sequence} {self.kind}"


class StreamHead(models.Model):
    """The length and last hash of a stream: a chain cut short at its end is found by it."""

    stream = models.CharField(max_length=80, primary_key=True)
    length = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.stream}: {self.length}"


class Reading(models.Model):
    """Somebody looked at something about a patient. Append-only, outside the chain: looking never waits."""

    stream = models.CharField(max_length=80)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_label = models.CharField(max_length=160)
    page = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="reading_of_stream", fields=["stream", "at"]),
            models.Index(name="reading_by_person", fields=["by", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.by_label} looked at {self.stream}"
