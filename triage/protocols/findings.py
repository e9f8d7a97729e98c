"""The findings dictionary: every clinical fact a caller can be asked about, or that is known of the patient."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from triage.protocols.ages import Group
from triage.protocols.errors import BadAnswer

YES: Final = "yes"
NO: Final = "no"
NOT_KNOWN: Final = "not-known"
PRESENT: Final = "present"
ABSENT: Final = "absent"

Answer = str | int | float


class Kind(StrEnum):
    """How a finding is answered; a derived one is never asked, it follows from age and sex."""

    YES_NO = "yes_no"
    LEVEL = "level"
    NUMBER = "number"
    DERIVED = "derived"


class Danger(StrEnum):
    """Whether a number becomes more dangerous as it rises or as it falls."""

    RISING = "rising"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class Level:
    """One step of an ordered finding, least dangerous first."""

    id: str
    say: str
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number from which (rising) or down to which (falling) the danger counts; the value is included."""

    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A number's unit, the range that can be true of a person, and its thresholds in order of danger."""

    unit: str
    lowest: float
    highest: float
    thresholds: tuple[Threshold, ...]
    danger: Danger = Danger.RISING

    def rank(self, value: float) -> int:
        """How many thresholds the value has reached; raises BadAnswer outside the valid range."""
        if not self.lowest <= value <= self.highest:  # also refuses "not a number"
            raise BadAnswer(f"{value} {self.unit} is outside {self.lowest:g} to {self.highest:g}.")
        if self.danger is Danger.RISING:
            return sum(value >= step.at for step in self.thresholds)
        return sum(value <= step.at for step in self.thresholds)


@dataclass(frozen=True, slots=True)
class Statement:
    """How the narrative says it: `has pain in the chest`, `no pain in the chest`."""

    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One permanent entry of the dictionary.

    `not_known` says how "not known" counts: `present`, `absent`, or the id of a level or threshold.
    A finding that can lead to C1 or C2 must count as present at that strength.
    """

    id: str
    means: str
    why: str
    kind: Kind
    ask: str = ""
    lay: tuple[str, ...] = ()
    not_known: str = PRESENT
    levels: tuple[Level, ...] = ()
    number: Scale | None = None
    derived: Group | None = None
    asked_of: Group | None = None
    statement: Statement | None = None
    snomed: str = ""
    risk: bool = False

    @property
    def steps(self) -> tuple[str, ...]:
        """Ids of the degrees that a rule can ask for, in order of danger; yes/no has the single step `yes`."""
        if self.kind is Kind.LEVEL:
            return tuple(level.id for level in self.levels[1:])
        if self.number is not None:
            return tuple(step.id for step in self.number.thresholds)
        return (YES,)

    @property
    def not_known_rank(self) -> int:
        """The rank that "not known" counts as: 0 is absent, len(steps) the most dangerous."""
        if self.not_known == ABSENT:
            return 0
        if self.not_known == PRESENT:
            return len(self.steps)
        return self.steps.index(self.not_known) + 1

    def rank(self, answer: Answer) -> int:
        """The strength of an answer, 0 for absent; raises BadAnswer when it does not fit the finding."""
        if answer == NOT_KNOWN:
            return self.not_known_rank
        if self.kind is Kind.LEVEL:
            for rank, level in enumerate(self.levels):
                if level.id == answer:
                    return rank
            raise BadAnswer(f"{self.id}: {answer!r} is not one of {[level.id for level in self.levels]}.")
        if self.number is not None:
            return self._rank_of_number(answer)
        if answer == YES:
            return 1
        if answer == NO:
            return 0
        raise BadAnswer(f"{self.id}: {answer!r} is not an answer; answer yes, no or not-known.")

    def _rank_of_number(self, answer: Answer) -> int:
        if self.number is None or isinstance(answer, str | bool):
            raise BadAnswer(f"{self.id}: {answer!r} is not a number; answer a number or not-known.")
        return self.number.rank(answer)

    def least_answer(self) -> Answer:
        """The answer that says the danger is wholly absent."""
        if self.kind is Kind.LEVEL:
            return self.levels[0].id
        if self.number is not None:
            rising = self.number.danger is Danger.RISING
            return self.number.lowest if rising else self.number.highest
        return NO

    def answer_at(self, rank: int) -> Answer:
        """An answer of just this strength."""
        if rank == 0:
            return self.least_answer()
        if self.kind is Kind.LEVEL:
            return self.levels[rank].id
        if self.number is not None:
            return self.number.thresholds[rank - 1].at
        return YES

    def says(self, answer: Answer) -> str:
        """The words of an answer in the narrative; raises BadAnswer when it does not fit."""
        rank = self.rank(answer)
        if answer == NOT_KNOWN:
            return f"not known: {self.means}"
        if self.kind is Kind.LEVEL:
            return self.levels[rank].statement or self.levels[rank].say
        if self.number is not None:
            return f"{self.means}: {answer} {self.number.unit}"
        if self.statement is None:
            return self.means if rank else f"no: {self.means}"
        return self.statement.yes if rank else self.statement.no
