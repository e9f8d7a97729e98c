"""The machines that may call the API: a CAD or a partner, and what each is allowed."""

from django.db import models


class ApiClient(models.Model):
    """One client beside its OAuth2 application. Its name is what cases and services are kept under.

    The name outlives the secret: a new secret, even a new application, changes nothing about what is its own.
    The application is named by its client_id and not by a foreign key, because its table's migrations depend
    on ours (the user), and ours cannot depend on them as well.
    """

    class Kind(models.TextChoices):
        CAD = "cad", "Computer-aided dispatch"
        PARTNER = "partner", "Receiving service"

    name = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    scopes = models.JSONField(default=list)
    client_id = models.CharField("OAuth2 client id", max_length=100, unique=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"

    @property
    def allowed_scopes(self) -> list[str]:
        """What it may ask for: its own list, and never more than its kind may have."""
        return [scope for scope in SCOPES_OF[self.kind] if scope in self.scopes]


# A partner can never be given a CAD's scopes, whatever stands in its row.
SCOPES_OF: dict[str, tuple[str, ...]] = {
    ApiClient.Kind.CAD.value: ("cases:write", "cases:read", "dispatches"),
    ApiClient.Kind.PARTNER.value: ("referrals", "services"),
}
