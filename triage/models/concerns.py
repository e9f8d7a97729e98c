"""Concerns about clinical content: raised in words, open until a governance lead closes them with evidence."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from hub.cases.models import Case
from hub.clock import now
from triage.models.protocols import ProtocolVersion

_PERSON = settings.AUTH_USER_MODEL


class Concern(models.Model):
    """One person's doubt about a finding, a rule or a whole protocol. Append-only: it is closed by a row of its own."""

    append_only = True

    class About(models.TextChoices):
        FINDING = "finding", "Question"
        RULE = "rule", "Rule"
        PROTOCOL = "protocol", "Protocol"

    version = models.ForeignKey(ProtocolVersion, on_delete=models.PROTECT, related_name="concerns")
    protocol = models.CharField("protocol id", max_length=80)
    about = models.CharField(max_length=8, choices=About.choices)
    item = models.CharField("id of the finding or rule; empty for the protocol", max_length=80, blank=True)
    shown = models.TextField("the words of the finding or rule as they then were")
    words = models.TextField()
    # The call in which the doubt came up; none when somebody read the protocol at leisure.
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    if TYPE_CHECKING:
        version_id: int

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="concern_has_words", condition=~models.Q(words="")),
            models.CheckConstraint(
                name="concern_names_its_item", condition=models.Q(about="protocol") | ~models.Q(item="")
            ),
        ]
        indexes = [models.Index(name="concern_by_protocol", fields=["protocol", "item"])]

    def __str__(self) -> str:
        return f"concern about {self.item or self.protocol}"

    @property
    def closed(self) -> bool:
        """Whether a governance lead has closed it."""
        return hasattr(self, "closing")


class ConcernClosing(models.Model):
    """How a concern ended: what was found, and the evidence for it. Append-only; a closed concern stays closed."""

    append_only = True

    concern = models.OneToOneField(Concern, on_delete=models.PROTECT, related_name="closing")
    found = models.TextField("what was found and decided")
    evidence = models.TextField("where that can be read: audit, guidance, minutes, new version")
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="concern_closing_has_evidence", condition=~models.Q(found="") & ~models.Q(evidence="")
            )
        ]

    def __str__(self) -> str:
        return f"closing of {self.concern}"
