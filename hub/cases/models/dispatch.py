"""A request to the CAD for an ambulance: the hub's until the CAD says that it has it."""

import uuid

from django.conf import settings
from django.db import models

from hub.cases.models.case import Case
from hub.cases.states import Category


class Dispatch(models.Model):
    """One request. The newest open one counts; an upgrade while waiting replaces it."""

    class State(models.TextChoices):
        REQUESTED = "requested", "asked for, not acknowledged"
        ACKNOWLEDGED = "acknowledged", "acknowledged"
        REPLACED = "replaced", "replaced by a newer request"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="dispatches")
    category = models.CharField(max_length=4, choices=Category.choices)
    reason = models.CharField(max_length=30)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=14, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    alarmed_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=160, blank=True)
    cad_reference = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="requested"), name="dispatch_one_open_per_case"
            ),
        ]
        indexes = [
            models.Index(
                name="dispatch_open", fields=["requested_at"], condition=models.Q(state="requested")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} for {self.case_id} ({self.state})"
