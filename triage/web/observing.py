"""Observations on the assessment's page: typed in, and shown with their early-warning score."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from hub.people.models import naming
from hub.prepared import Prepared
from triage.models import Observation
from triage.news2 import Consciousness, Score, Vitals, score, unfit
from triage.numbers import is_plain
from triage.operations.observing import known, vitals_of
from triage.standing import Standing

_TAKEN = Prepared(lambda key: naming(Observation.objects.filter(assessment_id=key), "by").order_by("-id"))


class _Plain:
    """A field of numbers that takes plain digits and nothing else."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip() and not is_plain(value.strip()):
            raise ValidationError("Enter a number.", code="invalid")
        return super().to_python(value)  # type: ignore[misc]


class _Whole(_Plain, forms.IntegerField):
    pass


class _Decimal(_Plain, forms.DecimalField):
    pass


class ObservationForm(forms.Form):
    """One set, as somebody beside the patient reads it out. What may be is the operation's rule."""

    respiratory_rate = _Whole(label="Breaths a minute", required=False)
    saturation = _Whole(label="Oxygen saturation, %", required=False)
    scale = forms.ChoiceField(
        label="Saturation scale",
        required=False,
        choices=[("1", "1: usual"), ("2", "2: prescribed target 88 to 92 %")],
    )
    on_oxygen = forms.ChoiceField(
        label="Breathing", required=False, choices=[("", "Not known"), ("no", "Air"), ("yes", "Oxygen")]
    )
    systolic = _Whole(label="Upper blood pressure, mmHg", required=False)
    pulse = _Whole(label="Pulse a minute", required=False)
    consciousness = forms.ChoiceField(
        label="Consciousness", required=False, choices=[("", "Not known"), *Observation.Consciousness.choices]
    )
    temperature = _Decimal(label="Temperature, °C", required=False, max_digits=3, decimal_places=1)
    source = forms.ChoiceField(
        label="Measured by", required=False, choices=[("", "Choose"), *Observation.Source.choices]
    )
    source_words = forms.CharField(label="Who, with what", required=False, max_length=200)
    minutes_ago = _Whole(label="Minutes ago", required=False)

    def vitals(self) -> Vitals:
        """As the operation takes them."""
        given = self.cleaned_data
        oxygen, mind = given["on_oxygen"], given["consciousness"]
        return Vitals(
            respiratory_rate=given["respiratory_rate"],
            saturation=given["saturation"],
            scale=int(given["scale"] or 1),
            on_oxygen=None if not oxygen else oxygen == "yes",
            systolic=given["systolic"],
            pulse=given["pulse"],
            consciousness=Consciousness(mind) if mind else None,
            temperature=given["temperature"],
        )

    def details(self) -> dict[str, Any]:
        """What the operation takes besides the case."""
        given = self.cleaned_data
        told = {name: given[name] for name in ("source", "source_words")}
        return {"vitals": self.vitals(), "minutes_ago": given["minutes_ago"] or 0, **told}


@dataclass(frozen=True, slots=True)
class Shown:
    """One set on the page: the row, its score, or why it has none."""

    row: Observation
    score: Score | None
    unfit: str


def shown(now_: Standing) -> list[Shown]:
    """Every set of this assessment, newest first. One query."""
    reason = unfit(now_.context.age, known(now_))
    rows = _TAKEN.rows(now_.assessment.pk)
    return [Shown(row, None if reason else score(vitals_of(row)), reason) for row in rows]
