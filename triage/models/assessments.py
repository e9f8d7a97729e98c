"""An assessment: what was asked, what was answered, by whom, when, and with which words on the screen."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hub.cases.models import Case, Sex
from hub.clock import now
from hub.record.transitions import check_constraint
from triage.models.protocols import ProtocolVersion
from triage.states import ASSESSMENT_STATES


class Assessment(models.Model):
    """One assessment of one case; at most one per case is not ended (a constraint)."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CONCLUDED = "concluded", "Concluded"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now)
    concluded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # What the caller said of the patient when the case does not know it; the case's own record is not changed.
    stated_age = models.CharField("age as told, such as 5 months", max_length=20, blank=True)
    stated_sex = models.CharField(max_length=10, choices=Sex.choices, blank=True)

    if TYPE_CHECKING:
        case_id: uuid.UUID

    class Meta:
        constraints = [
            check_constraint(ASSESSMENT_STATES, "assessment_state_known"),
            models.UniqueConstraint(
                fields=["case"], condition=~models.Q(state="ended"), name="assessment_one_open_per_case"
            ),
        ]

    def __str__(self) -> str:
        return f"assessment of {self.case_id} ({self.state})"

    @property
    def stream(self) -> str:
        """The case's own stream: an assessment has no record apart from its case."""
        return f"case:{self.case_id}"


class OpenedPresentation(models.Model):
    """A presentation opened in an assessment, with the protocol versions it stays on.

    `versions` pins the whole family of the presentation, so that learning the age or sex later needs no new choice.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="presentations")
    presentation = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    versions = ArrayField(models.BigIntegerField())
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "presentation"],
                condition=models.Q(closed_at__isnull=True),
                name="presentation_open_once",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Answer(models.Model):
    """One answer. Append-only: amending writes a new row that supersedes the old one, which stays visible."""

    append_only = True

    class Reason(models.TextChoices):
        """Why something that was told does not hold any more, when that makes the outcome less urgent."""

        MISTAKE = "mistake", "Pressed by mistake"
        CORRECTED = "corrected", "The caller corrects it"
        PATIENT_SAYS = "patient_says", "The patient now says otherwise"
        OTHER = "other", "Another reason, in words"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    finding = models.CharField(max_length=80)
    value = models.JSONField()
    words = models.TextField("the question as it was shown")
    said = models.TextField("the answer in words")
    version = models.ForeignKey(ProtocolVersion, null=True, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(
        "digest of the protocol version or catalogue the words came from", max_length=64
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    reason = models.CharField(
        "why the answer before does not hold", max_length=20, choices=Reason, blank=True
    )
    reason_words = models.TextField(blank=True)

    if TYPE_CHECKING:
        supersedes_id: int | None

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "finding"],
                condition=models.Q(supersedes__isnull=True),
                name="answer_first_only_once",
            ),
            models.CheckConstraint(
                name="answer_other_reason_has_words",
                condition=~models.Q(reason="other") | ~models.Q(reason_words=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding}: {self.value}"


class Opening(models.Model):
    """The opening questions of a call, each time they were recorded; the newest counts. Append-only."""

    append_only = True

    class Consent(models.TextChoices):
        PATIENT = "patient", "The patient agrees"
        ON_BEHALF = "on_behalf", "Somebody entitled agrees for the patient"
        BEST_INTEREST = "best_interest", "The patient cannot decide now: best interest"
        REFUSED = "refused", "Refused"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="openings")
    speaking_to = models.CharField(max_length=120)
    is_patient = models.BooleanField()
    patient_spoken_to = models.BooleanField("spoke to the patient")
    why_not_patient = models.CharField(max_length=200, blank=True)
    number_back = models.CharField(max_length=30, blank=True)
    address_spoken = models.BooleanField("the caller spoke the address")
    consent = models.CharField(max_length=14, choices=Consent.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"speaking to {self.speaking_to}"
