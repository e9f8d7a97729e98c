"""Where the patient is: spoken by the caller, and at least one exact pointer when it is known."""

from django.db import models


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

    class Meta:
        abstract = True

    @property
    def exact_location(self) -> bool:
        """Whether one pointer that a crew can follow is recorded."""
        return bool(self.uprn or self.grid_reference or self.three_words or self.latitude is not None)
