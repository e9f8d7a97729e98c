"""The directory: places that take referrals."""

import uuid
from datetime import UTC, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hub.clock import now
from referrals.hours import Hours, read_hours
from referrals.matching import Facts
from referrals.places import LONGEST_AREA
from referrals.states import ServiceKind, Status

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class ServiceQuerySet(models.QuerySet["Service"]):
    """The ways to reach services."""

    def of_client(self, client: str) -> "ServiceQuerySet":
        """Those that answer through this API client, and nothing else."""
        return self.filter(client=client, active=True).exclude(client="")

    def active(self) -> "ServiceQuerySet":
        """Those that are in the directory now."""
        return self.filter(active=True)


def _codes(length: int = 60) -> "ArrayField[list[str], list[str]]":
    return ArrayField(models.CharField(max_length=length), default=list, blank=True)


class Service(models.Model):
    """One place that takes referrals: what it does, for whom, where, when, how busy it is, how to reach it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, choices=ServiceKind.choices)
    ods_code = models.CharField("ODS code", max_length=10, unique=True)
    active = models.BooleanField(default=True)
    listed_at = models.DateTimeField(default=now)
    phone = models.CharField("telephone for professionals", max_length=30, blank=True)
    patient_note = models.CharField("what the patient needs to know", max_length=300, blank=True)

    # Area: districts (SE1) or whole areas (SE), and/or so many kilometres around a point; neither is everywhere.
    districts = _codes(LONGEST_AREA)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    radius_km = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    hours = models.JSONField("opening hours, as referrals.hours reads them", default=dict)

    age_from = models.PositiveSmallIntegerField("youngest, in years", null=True, blank=True)
    age_to = models.PositiveSmallIntegerField("below this age, in years", null=True, blank=True)
    sex = models.CharField("takes only", max_length=10, blank=True)
    conditions = _codes()
    exclusions = _codes()
    registered_only = models.BooleanField("its own registered patients only", default=False)
    response_minutes = models.PositiveSmallIntegerField()
    accept_minutes = models.PositiveSmallIntegerField("must accept within, in minutes")

    # Capacity: null is not counted. Periods of so many minutes follow one another from a fixed beginning.
    capacity = models.PositiveIntegerField("places in a period", null=True, blank=True)
    period_minutes = models.PositiveSmallIntegerField(default=1440)
    period_start = models.DateTimeField(null=True, blank=True)
    taken = models.PositiveIntegerField(default=0)
    told_status = models.CharField(max_length=10, choices=Status.choices, default=Status.UNKNOWN)
    told_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField(null=True, blank=True)
    told_by = models.CharField(max_length=160, blank=True)
    told_note = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    webhook_url = models.CharField(max_length=200, blank=True)
    webhook_secret = models.CharField(max_length=100, blank=True)
    client = models.CharField("name of its API client", max_length=100, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                name="service_status_known",
                condition=models.Q(told_status__in=[each.value for each in Status]),
            ),
            models.CheckConstraint(
                name="service_period_sensible", condition=models.Q(period_minutes__gte=15)
            ),
            models.CheckConstraint(
                name="service_radius_has_centre",
                condition=models.Q(radius_km__isnull=True)
                | models.Q(latitude__isnull=False, longitude__isnull=False),
            ),
        ]
        indexes = [models.Index(name="service_of_client", fields=["client"])]

    def __str__(self) -> str:
        return self.name

    @property
    def stream(self) -> str:
        """Where the record keeps what happened to this service."""
        return f"service:{self.pk}"

    @property
    def destination(self) -> str:
        """How the post names it: the address and the secret stay in this row."""
        return f"{self.name} service:{self.pk}"

    @property
    def opening(self) -> Hours:
        """The opening hours, read."""
        return read_hours(self.hours)

    def status_at(self, moment: datetime) -> str:
        """What the service told, if that still counts; else unknown. Never green by itself."""
        if self.told_until is None or moment >= self.told_until:
            return Status.UNKNOWN
        return self.told_status

    @property
    def status(self) -> str:
        """The status now."""
        return self.status_at(now())

    def period_at(self, moment: datetime) -> datetime:
        """The start of the capacity period that holds the moment."""
        length = timedelta(minutes=self.period_minutes)
        return moment - (moment - _EPOCH) % length

    def places_left_at(self, moment: datetime) -> int | None:
        """Places left in the period; None when nobody counts."""
        if self.capacity is None:
            return None
        taken = self.taken if self.period_start == self.period_at(moment) else 0
        return max(0, self.capacity - taken)

    @property
    def places_left(self) -> int | None:
        """Places left now."""
        return self.places_left_at(now())

    def facts(self, moment: datetime) -> Facts:
        """The service as matching sees it at this moment."""
        return Facts(
            key=str(self.pk), name=self.name, kind=self.kind, ods_code=self.ods_code, hours=self.opening,
            status=str(self.status_at(moment)), places_left=self.places_left_at(moment),
            response_minutes=self.response_minutes, accept_minutes=self.accept_minutes,
            districts=tuple(self.districts), radius_km=_number(self.radius_km),
            latitude=_number(self.latitude), longitude=_number(self.longitude),
            age_from=self.age_from, age_to=self.age_to, sex=self.sex or None,
            conditions=frozenset(self.conditions), exclusions=frozenset(self.exclusions),
            registered_only=self.registered_only,
        )  # fmt: skip


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
