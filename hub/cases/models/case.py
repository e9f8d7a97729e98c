"""The case: one patient's episode of need, from first call to closure."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from hub.cases.alarms import Alarm
from hub.cases.models.location import LocationDetails
from hub.cases.models.patient import PatientDetails
from hub.cases.states import CASE_STATES, Category, Outcome, Segment, State
from hub.people.models import User
from hub.people.permissions import Permission
from hub.people.roles import Role
from hub.record.transitions import check_constraint


def sees_ended(user: User) -> bool:
    """Whether somebody who may see cases sees those that have ended, too."""
    return user.role != Role.CALL_HANDLER


class CaseQuerySet(models.QuerySet["Case"]):
    """The ways to reach cases; every page and API goes through a scope."""

    def visible_to(self, user: User) -> "CaseQuerySet":
        """What this person may see: call handlers the open ones, clinical staff all, others none."""
        if not user.may(Permission.VIEW_CASE):
            return self.none()
        return self if sees_ended(user) else self.open()

    def sent_by(self, client: str) -> "CaseQuerySet":
        """What an API client sent in, and nothing else."""
        return self.filter(source_client=client)

    def open(self) -> "CaseQuerySet":
        """Everything that has not ended."""
        return self.exclude(state=State.CLOSED)

    def waiting(self) -> "CaseQuerySet":
        """The queue, in its order."""
        return self.filter(state=State.WAITING).order_by("order_at", "arrived_at", "id")


class Case(PatientDetails, LocationDetails):
    """One patient's episode. Changed only by the operations, each with its event in the record."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    journey_id = models.UUIDField(default=uuid.uuid4)
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    version = models.PositiveIntegerField(default=1)

    source_client = models.CharField(max_length=100, blank=True)
    cad_number = models.CharField("CAD incident number", max_length=40, null=True, blank=True)
    category = models.CharField(max_length=4, choices=Category.choices)
    segment = models.CharField(max_length=1, choices=Segment.choices, blank=True)
    code_system = models.CharField(max_length=20, blank=True)
    code = models.CharField("triage code of the call handling system", max_length=40, blank=True)
    problem = models.TextField("what is wrong, in the caller's words", null=True, blank=True)
    presentation = models.CharField(max_length=60, default="unclear")
    clock_start = models.DateTimeField()

    arrived_at = models.DateTimeField()
    first_attempt_by = models.DateTimeField()
    first_attempt_at = models.DateTimeField(null=True)
    breach_at = models.DateTimeField()
    breached_at = models.DateTimeField(null=True)
    breach_deferred_at = models.DateTimeField(null=True)
    welfare_due_at = models.DateTimeField(null=True)

    order_at = models.DateTimeField()
    order_reasons = models.JSONField(default=list)
    order_version = models.PositiveSmallIntegerField(default=1)
    worsened = models.BooleanField(default=False)
    repeat_contacts = models.PositiveSmallIntegerField(default=0)
    unanswered = models.PositiveSmallIntegerField(default=0)
    ring_again_at = models.DateTimeField(null=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="cases"
    )
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    consultation_started_at = models.DateTimeField(null=True)

    # Sentences that somebody must act on (hub/cases/alarms.py); each stays until the operation that answers it.
    alarms = models.JSONField(default=list, blank=True)
    alarm_at = models.DateTimeField("since when the oldest of them stands", null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    outcome_words = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = CaseQuerySet.as_manager()

    if TYPE_CHECKING:
        owner_id: int | None

    class Meta:
        constraints = [
            check_constraint(CASE_STATES, "case_state_known"),
            models.UniqueConstraint(
                fields=["source_client", "cad_number"],
                condition=models.Q(cad_number__isnull=False),
                name="case_once_per_incident",
            ),
            models.CheckConstraint(
                name="case_owned_exactly_while_held",
                condition=models.Q(
                    state__in=["claimed", "in_assessment"], owner__isnull=False, lease_until__isnull=False
                )
                | (~models.Q(state__in=["claimed", "in_assessment"]) & models.Q(owner__isnull=True)),
            ),
            models.CheckConstraint(
                name="case_alarmed_exactly_with_alarms",
                condition=models.Q(alarms=[], alarm_at__isnull=True)
                | (~models.Q(alarms=[]) & models.Q(alarm_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="case_closed_exactly_with_outcome",
                condition=models.Q(state="closed", closed_at__isnull=False) & ~models.Q(outcome="")
                | (~models.Q(state="closed") & models.Q(outcome="", closed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                name="case_queue", fields=["order_at", "arrived_at", "id"], condition=models.Q(state="waiting")
            ),
            models.Index(name="case_open", fields=["state", "category"], condition=~models.Q(state="closed")),
            models.Index(name="case_owned", fields=["owner"], condition=models.Q(owner__isnull=False)),
            models.Index(
                name="case_alarmed", fields=["alarm_at"], condition=models.Q(alarm_at__isnull=False)
            ),
            models.Index(name="case_by_arrival", fields=["arrived_at"]),
            models.Index(
                name="case_by_nhs_number", fields=["nhs_number"], condition=models.Q(nhs_number__isnull=False)
            ),
            models.Index(
                name="case_by_name_and_birth", fields=["name_key", "birth_date"], condition=~models.Q(name_key="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.reference

    @property
    def stream(self) -> str:
        """Where the record keeps what happened to this case."""
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        """Not ended yet."""
        return self.state != State.CLOSED

    @property
    def open_alarms(self) -> list[Alarm]:
        """What somebody must act on, oldest first."""
        return [Alarm.read(each) for each in self.alarms]

    @property
    def alarm(self) -> str:
        """Every open alarm's words as one text; empty when nothing alarms."""
        return " · ".join(each["sentence"] for each in self.alarms)

    def held_by(self, user: User, *, at: datetime) -> bool:
        """Whether this person holds the case at that moment."""
        return self.owner_id == user.pk and self.lease_until is not None and self.lease_until > at
