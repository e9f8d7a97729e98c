"""The National Early Warning Score 2, as the Royal College of Physicians published it in 2017. Pure.

Facts only: the points of each parameter and the bands. Not for under 16s, nor in pregnancy. It informs a clinician;
nothing in the rules reads it, so it can never lower an outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from triage.protocols import Age, AgeLimit

ADULT: Final = AgeLimit.from_text("16 years")
# Findings whose answers say that the patient is, or may be, pregnant; "not known" counts as may be.
PREGNANCY: Final[Mapping[str, frozenset[str]]] = {
    "pregnant-or-recently": frozenset({"yes", "not-known"}),
    "pregnancy-weeks": frozenset({"early", "late", "not-known"}),
}


class Consciousness(StrEnum):
    """ACVPU."""

    ALERT = "A"
    CONFUSED = "C"
    VOICE = "V"
    PAIN = "P"
    UNRESPONSIVE = "U"


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set of observations; None was not measured.

    Breaths and beats a minute, saturation in percent, systolic pressure in mmHg, temperature in degrees Celsius.
    scale 2 is for patients whose prescribed target is 88 to 92 percent, and only then.
    """

    respiratory_rate: int | None = None
    saturation: int | None = None
    scale: int = 1
    on_oxygen: bool | None = None
    systolic: int | None = None
    pulse: int | None = None
    consciousness: Consciousness | None = None
    temperature: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """Points by parameter (None: not measured)."""

    points: Mapping[str, int | None]

    @property
    def total(self) -> int:
        """The aggregate of what was measured: with something missing it is the least that it can be."""
        return sum(each or 0 for each in self.points.values())

    @property
    def missing(self) -> list[str]:
        """Parameters that were not measured."""
        return [name for name, each in self.points.items() if each is None]

    @property
    def threes(self) -> list[str]:
        """Parameters that score 3 by themselves."""
        return [name for name, each in self.points.items() if each == 3]

    @property
    def band(self) -> str:
        """The published band of the aggregate, or of a single 3."""
        if self.total >= 7:
            return "high"
        if self.total >= 5:
            return "medium"
        return "low-medium" if self.threes else "low"

    @property
    def band_told(self) -> str:
        """The band as people hear it: with something missing it is the least that it can be."""
        return f"at least {self.band}" if self.missing and self.band != "high" else self.band


def score(vitals: Vitals) -> Score:
    """The points of one set of observations."""
    on_oxygen = vitals.on_oxygen
    return Score(
        {
            "breathing rate": _steps(vitals.respiratory_rate, (8, 3), (11, 1), (20, 0), (24, 2), above=3),
            "oxygen saturation": _saturation(vitals),
            "air or oxygen": None if on_oxygen is None else 2 * on_oxygen,
            "systolic pressure": _steps(vitals.systolic, (90, 3), (100, 2), (110, 1), (219, 0), above=3),
            "pulse": _steps(vitals.pulse, (40, 3), (50, 1), (90, 0), (110, 1), (130, 2), above=3),
            "consciousness": None
            if vitals.consciousness is None
            else 3 * (vitals.consciousness is not Consciousness.ALERT),
            "temperature": _temperature(vitals.temperature),
        }
    )


def _steps(value: int | None, *steps: tuple[int, int], above: int) -> int | None:
    """Points of the first step that the value does not exceed; `above` beyond the last."""
    if value is None:
        return None
    return next((points for last, points in steps if value <= last), above)


def _saturation(vitals: Vitals) -> int | None:
    value = vitals.saturation
    if vitals.scale == 1:
        return _steps(value, (91, 3), (93, 2), (95, 1), above=0)
    if value is None or value <= 92:
        return _steps(value, (83, 3), (85, 2), (87, 1), above=0)
    if vitals.on_oxygen is None:
        return None  # from 93 on, scale 2 cannot be read without knowing
    return _steps(value, (94, 1), (96, 2), above=3) if vitals.on_oxygen else 0


def _temperature(value: Decimal | None) -> int | None:
    return None if value is None else _steps(int(value * 10), (350, 3), (360, 1), (380, 0), (390, 1), above=2)


def unfit(age: Age, known: Mapping[str, object]) -> str:
    """Why the score is not for this patient, in words; empty when it is.

    known: what was answered or is on record, by finding.
    """
    reached = age.reached(ADULT)
    if reached is None:
        return "NEWS2 is not for under 16s, and the age is not known."
    if not reached:
        return "NEWS2 is not for under 16s."
    if any(known.get(finding) in answers for finding, answers in PREGNANCY.items()):
        return "NEWS2 is not for pregnancy, and this patient is or may be pregnant, or was lately."
    return ""
