"""People: who they are, what they are registered as, and whether they are here now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hub.clock import now
from hub.people.permissions import Permission
from hub.people.roles import ROLES, Role


class Profession(models.TextChoices):
    """What a person is registered as; the regulator differs by profession."""

    NURSE = "nurse", "Nurse"
    PARAMEDIC = "paramedic", "Paramedic"
    PHARMACIST = "pharmacist", "Pharmacist"
    MENTAL_HEALTH_NURSE = "mental_health_nurse", "Mental-health nurse"
    DOCTOR = "doctor", "Doctor"
    NOT_REGISTERED = "not_registered", "Not a registered profession"


class Skill(models.TextChoices):
    """What a person is good at, used to suggest who should take a case."""

    CHILDREN = "children", "Children"
    MENTAL_HEALTH = "mental_health", "Mental health"
    MEDICINES = "medicines", "Medicines"
    MATERNITY = "maternity", "Maternity"
    PALLIATIVE = "palliative", "Palliative care"
    FRAILTY = "frailty", "Frailty"


class UserManager(BaseUserManager["User"]):
    """Makes people with a hashed password."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who works in the hub and signs in with a browser."""

    username = models.CharField("user name", max_length=60, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=30, choices=Role.choices)
    profession = models.CharField(
        max_length=30, choices=Profession.choices, default=Profession.NOT_REGISTERED
    )
    registration_number = models.CharField(max_length=30, blank=True)
    skills = ArrayField(models.CharField(max_length=30, choices=Skill.choices), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    # By an administrator: its owner chooses another before anything else.
    password_given = models.BooleanField(default=False, db_default=False)
    joined_at = models.DateTimeField(default=now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_role_known", condition=models.Q(role__in=[value for value, _ in Role.choices])
            ),
            models.CheckConstraint(
                name="user_clinician_is_registered",
                condition=~models.Q(role__in=["clinician", "senior_clinician"])
                | (~models.Q(profession="not_registered") & ~models.Q(registration_number="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def permissions(self) -> frozenset[Permission]:
        """The rights this person holds now; none once access has ended."""
        return ROLES[Role(self.role)].permissions if self.is_active else frozenset()

    def may(self, permission: Permission) -> bool:
        """Whether this person holds the right."""
        return permission in self.permissions

    @property
    def label(self) -> str:
        """Name and job, as the record shows it."""
        return f"{self.name} ({Role(self.role).label.lower()})"


Found = TypeVar("Found", bound="models.QuerySet[Any]")
_BEYOND_THE_NAME = (
    "password", "last_login", "username", "profession", "registration_number", "skills", "is_active",
    "password_given", "joined_at",
)  # fmt: skip


def naming(found: Found, *roads: str) -> Found:
    """The rows with the people at these roads, of whom a page only shows the names: no more is read of them."""
    unread = [f"{road}__{field}" for road in roads for field in _BEYOND_THE_NAME]
    return found.select_related(*roads).defer(*unread)


class Presence(models.Model):
    """Whether somebody is on shift: from sign-in to sign-out, seen at most a few minutes ago."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(name="presence_here", fields=["seen_at"], condition=models.Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.user} since {self.since:%H:%M}"


def on_shift(*, since: datetime) -> Iterable[Presence]:
    """People signed in and active after the given moment, by name."""
    here = Presence.objects.filter(ended_at__isnull=True, seen_at__gte=since)
    return here.select_related("user").order_by("user__name")
