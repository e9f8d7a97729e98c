"""What is looked for: the need that the assessment concluded, and the patient as far as known. Pure."""

from dataclasses import dataclass

AMBULANCE = "ambulance"  # as the clinical content says it among the kinds of care


@dataclass(frozen=True, slots=True)
class FollowUpRule:
    """How, and how many minutes after closing, somebody asks how the patient is."""

    by: str
    after_minutes: int


@dataclass(frozen=True, slots=True)
class Need:
    """A disposition as onward care sees it: kinds of service in order of preference, and the time it allows."""

    code: str
    title: str
    kinds: tuple[str, ...]
    within_minutes: int
    presentations: tuple[str, ...] = ()
    follow_up: FollowUpRule | None = None

    @property
    def for_ambulance(self) -> bool:
        """The CAD's to answer, no service's."""
        return AMBULANCE in self.kinds

    @property
    def for_a_service(self) -> bool:
        """Neither an ambulance nor advice alone."""
        return bool(self.kinds) and not self.for_ambulance


@dataclass(frozen=True, slots=True)
class Patient:
    """What eligibility asks about. None means not recorded, which is never taken for an answer.

    Of risks three things can be known: the patient is or has it (`risks`), is or has it not (`absent`), or neither.
    """

    age_years: int | None = None
    sex: str | None = None
    district: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    practice_code: str | None = None
    risks: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
