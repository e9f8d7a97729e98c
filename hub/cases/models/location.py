"""Where the patient is: spoken by the caller, and at least one exact pointer when it is known."""

import re

from django.db import models

POINTERS = ("latitude", "longitude", "grid_reference", "uprn", "three_words")


def another_place(known: str | None, told: str | None) -> bool:
    """Whether two addresses name different places; one that only says more than the other does not."""
    one, other = (set(re.findall(r"\w+", (text or "").casefold())) for text in (known, told))
    return not (one <= other or other <= one)


class LocationDetails(models.Model):
    """The location's part of a case. The address is never suggested to the caller, only written down."""

    address = models.TextField(null=True, blank=True)
    postcode = models.CharField(max_length=10, null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    grid_reference = models.CharField(max_length=14, null=True, blank=True)
    uprn = models.CharField("unique property reference number", max_length=12, null=True, blank=True)
    three_words = models.CharField(max_length=80, null=True, blank=True)
    access_note = models.TextField("how to get in", null=True, blank=True)
    address_confirmed_at = models.DateTimeField(null=True, blank=True)
    # The caller has spoken another address since the pointers came in: a crew must not follow them unseen.
    pointer_doubtful = models.BooleanField(default=False, db_default=False)

    class Meta:
        abstract = True

    @property
    def pointers(self) -> dict[str, str | None]:
        """Every exact pointer, as text: what a crew's map can be set to."""
        named = {name: getattr(self, name) for name in POINTERS}
        return {name: None if value is None else str(value) for name, value in named.items()}

    @property
    def exact_location(self) -> bool:
        """Whether one pointer that a crew can follow is recorded."""
        return bool(self.uprn or self.grid_reference or self.three_words or self.latitude is not None)
