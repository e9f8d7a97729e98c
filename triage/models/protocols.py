"""Published clinical content. Every version is kept for ever and its content never changes."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from hub.clock import now
from hub.record.transitions import check_constraint
from triage.states import VERSION_STATES


class ProtocolVersion(models.Model):
    """One version of one protocol: canonical JSON, its SHA-256, and where it stands in its life.

    A trigger refuses any change of the content, a wrong digest, and deletion.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    protocol = models.CharField("protocol id", max_length=80)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    digest = models.CharField("SHA-256 of the content", max_length=64)
    content = models.TextField("canonical JSON")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    illustrative = models.BooleanField("not for clinical use", default=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    author_role = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(default=now)
    active_from = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    # An alarm: the date that a person planned has come and gone. Empty again as soon as somebody acts.
    refused_because = models.TextField("why it did not come into force on its date", blank=True)

    if TYPE_CHECKING:
        author_id: int | None

    class Meta:
        constraints = [
            check_constraint(VERSION_STATES, "protocol_version_state_known"),
            models.UniqueConstraint(fields=["protocol", "number"], name="protocol_version_number_once"),
            models.UniqueConstraint(fields=["protocol", "digest"], name="protocol_version_content_once"),
            models.UniqueConstraint(
                fields=["protocol"], condition=models.Q(state="active"), name="protocol_one_active_version"
            ),
            models.CheckConstraint(
                name="protocol_active_since_when",
                condition=~models.Q(state="active") | models.Q(active_from__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol} version {self.number}"

    @property
    def stream(self) -> str:
        """Where the record keeps what happened to this protocol."""
        return f"protocol:{self.protocol}"


class Examination(models.Model):
    """What was shown to those who sign: the verifier's verdict and a replay over recorded assessments.

    Append-only; the newest of a version counts.
    """

    append_only = True

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="examinations")
    digest = models.CharField(max_length=64)
    against = models.ForeignKey(ProtocolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    # Sentences of the verifier; none means proved.
    faults = models.JSONField(default=list)
    proofs = models.JSONField("how much was tried", default=dict)
    replay = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"examination of {self.version}"


class Signature(models.Model):
    """One person's sign-off of one version; it holds for exactly this content."""

    append_only = True

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=30)
    words = models.TextField(blank=True)
    # What the signer had before them.
    examination = models.ForeignKey(
        Examination, null=True, on_delete=models.PROTECT, related_name="signatures"
    )
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "by"], name="signature_once_a_person")]

    def __str__(self) -> str:
        return f"{self.by} signed {self.version}"


class Catalogue(models.Model):
    """What protocols share: the findings dictionary, the dispositions and the presentations of one release.

    The newest row is in force. Append-only: going back to an earlier release is a further row with its digest.
    """

    append_only = True

    digest = models.CharField(max_length=64, db_index=True)
    content = models.TextField("canonical JSON")
    published_at = models.DateTimeField(default=now)

    class Meta:
        get_latest_by = "published_at"

    def __str__(self) -> str:
        return f"catalogue {self.digest[:8]}"
