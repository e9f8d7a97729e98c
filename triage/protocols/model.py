"""Protocols and what they are made of: dispositions, rules, advice, closing. Frozen and self-contained."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from triage.protocols.ages import Group
from triage.protocols.conditions import Condition
from triage.protocols.findings import Finding


class ContactKind(StrEnum):
    CALL = "call"
    TEXT = "text"


class ClosingTag(StrEnum):
    """Groups for whom the closing set is stricter."""

    SUICIDAL = "suicidal"
    OVERDOSE = "overdose"
    CHILD = "child"
    INSULIN = "insulin"
    FALLEN_AND_ALONE = "fallen-and-alone"


class SayingKind(StrEnum):
    ADVICE = "advice"
    WORSENING = "worsening"
    INTERIM = "interim"


class Status(StrEnum):
    """Content is illustrative until signed off locally; sign-off is kept by the application, not in the file."""

    ILLUSTRATIVE = "illustrative"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How and how many minutes after closing somebody asks how the patient is."""

    by: ContactKind
    after_minutes: int


@dataclass(frozen=True, slots=True)
class Disposition:
    """What an assessment concludes. A smaller `urgency` is more urgent; `red` is C1 and C2."""

    code: str
    urgency: int
    title: str
    say: str
    within_minutes: int
    care: str
    services: tuple[str, ...]
    no_ambulance: bool
    red: bool = False
    follow_up: FollowUp | None = None
    dx: str = ""


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence to read aloud: advice, a sign of worsening, or care until help comes."""

    id: str
    kind: SayingKind
    say: str


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """By when to ask for help again, and whom to ring."""

    id: str
    say: str
    within_minutes: int
    ring: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One rung: when it holds (None: always), the disposition, and why in one plain sentence."""

    id: str
    disposition: str
    because: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is said when a call ends with one of these dispositions and no ambulance."""

    for_: tuple[str, ...] = field(metadata={"key": "for"})
    advice: tuple[str, ...]
    worsening: tuple[str, ...]
    safety_net: str


@dataclass(frozen=True, slots=True)
class Interim:
    """What the caller does until help of these dispositions comes."""

    for_: tuple[str, ...] = field(metadata={"key": "for"})
    care: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Strictness:
    """A stricter closing set, always or when the condition is true or may be."""

    tag: ClosingTag
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class DangerSet:
    """General danger signs: ordered findings and rules shared by reference, compulsory for some or all patients."""

    id: str
    title: str
    findings: tuple[str, ...]
    rules: tuple[Rule, ...]
    compulsory_for: Group | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A protocol as its author writes it: everything shared is named by id."""

    id: str
    version: int
    title: str
    author_role: str
    status: Status
    applies_to: Group
    words: tuple[str, ...]
    general_danger_signs: tuple[str, ...]
    findings: tuple[str, ...]
    rules: tuple[Rule, ...]
    no_ambulance: tuple[Outcome, ...]
    interim: tuple[Interim, ...]
    sources: tuple[str, ...]
    closing: tuple[Strictness, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """A protocol with everything it uses, so that a stored version needs nothing else to be read again.

    Two versions are equal when their digests are; the object itself compares by identity, which keeps looking up
    its compiled form free.

    `findings` are in the order of asking, general danger signs first, derived facts last.
    `rules` are most urgent first; the last one always holds.
    """

    id: str
    version: int
    title: str
    author_role: str
    status: Status
    applies_to: Group
    words: tuple[str, ...]
    general: tuple[str, ...]
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    no_ambulance: tuple[Outcome, ...]
    interim: tuple[Interim, ...]
    closing: tuple[Strictness, ...]
    sources: tuple[str, ...]
    dispositions: tuple[Disposition, ...]
    sayings: tuple[Saying, ...]
    safety_nets: tuple[SafetyNet, ...]

    def finding(self, finding_id: str) -> Finding:
        return next(item for item in self.findings if item.id == finding_id)

    def disposition(self, code: str) -> Disposition:
        return next(item for item in self.dispositions if item.code == code)

    def saying(self, saying_id: str) -> Saying:
        return next(item for item in self.sayings if item.id == saying_id)

    def safety_net(self, net_id: str) -> SafetyNet:
        return next(item for item in self.safety_nets if item.id == net_id)

    def outcome_for(self, code: str) -> Outcome | None:
        """What to say when the call ends with this disposition; None when an ambulance comes."""
        return next((item for item in self.no_ambulance if code in item.for_), None)

    def interim_for(self, code: str) -> tuple[Saying, ...]:
        """What to do until help of this disposition comes."""
        return tuple(self.saying(care) for item in self.interim if code in item.for_ for care in item.care)


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the caller has: lay words, and the family of protocols that share out every age and sex."""

    id: str
    title: str
    words: tuple[str, ...]
    protocols: tuple[str, ...]
