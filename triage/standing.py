"""Where an assessment stands: everything that a screen, an operation or a guard needs to know, in five queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.cases import ages
from hub.cases.models import Case
from hub.cases.states import Category, most_urgent
from hub.clock import local, now
from hub.people.models import naming
from hub.prepared import Prepared
from triage import published
from triage.models import Answer, Assessment, Decision, OpenedPresentation, Override
from triage.protocols import (
    NOT_KNOWN,
    UNKNOWN_AGE,
    Age,
    BadAnswer,
    Context,
    Finding,
    Protocol,
    Result,
    Sex,
    assess,
    fitting,
)
from triage.protocols.compiled import compile_protocol
from triage.protocols.findings import Answer as Value

# What an assessment consists of, read with each answer, in the time of a breath: of the people only their names.
_CURRENT = Prepared(
    lambda case: (
        Assessment.objects.filter(case_id=case).exclude(state=Assessment.State.ENDED).order_by("id")[:1]
    )
)
_OPENED = Prepared(lambda key: OpenedPresentation.objects.filter(assessment_id=key, closed_at__isnull=True))
_ANSWERS = Prepared(
    lambda key: naming(Answer.objects.filter(assessment_id=key), "by").defer("words", "digest").order_by("id")
)
_OVERRIDE = Prepared(
    lambda key: naming(
        Override.objects.filter(assessment_id=key, state__in=["asked", "in_force"]), "by", "second"
    ).order_by("id")[:1]
)
_DECISION = Prepared(lambda key: naming(Decision.objects.filter(assessment_id=key), "by").order_by("-id")[:1])

# The case's risk codes that have another name, or another form, in the findings dictionary.
RISK_FACTS: dict[str, tuple[str, str]] = {
    "adrenal_insufficiency": ("steroid-dependent", "yes"),
    "pregnant": ("pregnant-or-recently", "yes"),
    "recently_pregnant": ("pregnant-or-recently", "yes"),
    "recent_surgery": ("surgery-or-discharge", "yes"),
    "recent_discharge": ("surgery-or-discharge", "yes"),
    "immunosuppression": ("immunosuppressed", "yes"),
    # How long is not on record: it counts as the longest until somebody asks.
    "long_lie": ("floor-hours", "not-known"),
}

# Whoever must be at the emergency department and cannot get there by themselves: a C4 ambulance would come too late.
INSTEAD_OF_THE_JOURNEY = {"ED1H": str(Category.C3), "ED4H": str(Category.C3)}


@dataclass
class Standing:
    """An assessment at this moment. `answers` holds the answer in force for each finding."""

    case: Case
    assessment: Assessment
    opened: list[OpenedPresentation]
    versions: list[published.Loaded]
    answers: dict[str, Answer]
    superseded: dict[str, list[Answer]]
    context: Context
    override: Override | None
    decision: Decision | None
    result: Result | None = None
    protocols: list[Protocol] = field(default_factory=list)

    def work_out(self) -> "Standing":
        """Ask the engine; no presentation open means no result."""
        self.protocols = fitting((each.protocol for each in self.versions), self.context)
        self._read_what_fits()
        self.result = assess(self.protocols, self.values, self.context) if self.protocols else None
        return self

    @property
    def values(self) -> dict[str, Value]:
        """What was answered, by finding."""
        return {key: answer.value for key, answer in self.answers.items()}

    def _read_what_fits(self) -> None:
        """What an open question cannot take counts as not known, here and not in the record.

        It was told under another version of the content, or the case came in with a risk of that name.
        """
        for key, value in readable(self.protocols, self.values).items():
            self.answers[key].value = value
        if self.context.facts:
            self.context = replace(self.context, facts=readable(self.protocols, self.context.facts))

    @property
    def basis(self) -> list[str]:
        """The rules that decide now, as an override remembers them."""
        grounds = self.result.deciding if self.result else ()
        return sorted(f"{ground.protocol}/{ground.rule}" for ground in grounds)

    @property
    def down(self) -> Override | None:
        """An override down that is in force and still rests on the same grounds."""
        found = self.override
        if found is None or found.direction != "down" or found.state != "in_force" or self.result is None:
            return None
        return found if found.suggested == self.result.at_least.code and found.basis == self.basis else None

    @property
    def up(self) -> Override | None:
        """An override up that is in force; it counts while it is more urgent than the rules."""
        found = self.override
        return found if found and found.direction == "up" and found.state == "in_force" else None

    @property
    def ambulance(self) -> str:
        """The most urgent ambulance that is certain or decided; empty when nobody asks for one yet.

        A lowering that is in force stands in the place of the rules; nothing else makes it less.
        """
        certain = [self.down.code] if self.down else [self.result.at_least.code] if self.result else []
        decided = [each.code for each in (self.up, self.decision) if each is not None]
        codes = [ambulance_for(code) for code in (*certain, *decided)]
        return most_urgent(*filter(None, codes)) if any(codes) else ""


def ambulance_for(code: str) -> str:
    """The ambulance that a disposition asks for, or that goes in the place of its journey; empty for all others."""
    return INSTEAD_OF_THE_JOURNEY.get(code, code if code in Category.values else "")


def current(case: Case) -> Assessment | None:
    """The case's assessment that has not ended."""
    return _CURRENT.row(case.pk)


def standing(case: Case, assessment: Assessment) -> Standing:
    """Read an assessment and work it out."""
    opened = _OPENED.rows(assessment.pk)
    in_force, superseded = _answers(assessment)
    decision = None
    if assessment.state == Assessment.State.CONCLUDED:
        decision = _DECISION.row(assessment.pk)
    return Standing(
        case=case,
        assessment=assessment,
        opened=opened,
        versions=published.versions(key for each in opened for key in each.versions),
        answers=in_force,
        superseded=superseded,
        context=context_of(case, assessment, {key: answer.value for key, answer in in_force.items()}),
        override=_OVERRIDE.row(assessment.pk),
        decision=decision,
    ).work_out()


def _answers(assessment: Assessment) -> tuple[dict[str, Answer], dict[str, list[Answer]]]:
    """Answers in force and superseded ones, by finding; a chain is linear and ids rise along it."""
    in_force: dict[str, Answer] = {}
    superseded: dict[str, list[Answer]] = {}
    for answer in _ANSWERS.rows(assessment.pk):
        if answer.finding in in_force:
            superseded.setdefault(answer.finding, []).append(in_force[answer.finding])
        in_force[answer.finding] = answer
    return in_force, superseded


def context_of(
    case: Case, assessment: Assessment, answers: Mapping[str, Value], at: datetime | None = None
) -> Context:
    """What is known without asking, now or at a moment.

    A clinician's answer stands above the record's entry; "not known" is none, and leaves the entry where it is.
    """
    facts: dict[str, Any] = {
        key: value for key, value in recorded(case).items() if answers.get(key, NOT_KNOWN) == NOT_KNOWN
    }
    return Context(age=age_of(case, assessment, at), sex=sex_of(case, assessment), facts=facts)


def readable(protocols: Iterable[Protocol], given: Mapping[str, Value]) -> dict[str, Value]:
    """What was told, with "not known" in the place of what an open protocol's question does not take."""
    read = dict(given)
    for protocol in protocols:
        slots = compile_protocol(protocol).slots
        for key, value in given.items():
            slot = slots.get(key)
            if slot is not None and value not in slot.named and not _takes(slot.finding, value):
                read[key] = NOT_KNOWN
    return read


def _takes(finding: Finding, value: Value) -> bool:
    try:
        finding.rank(value)
    except BadAnswer:
        return False
    return True


def recorded(case: Case) -> dict[str, Value]:
    """The case's risks as findings and their answers."""
    return dict(fact_of(risk) for risk in case.risks)


def fact_of(risk: str) -> tuple[str, str]:
    """A risk code of the case as a finding and its answer; an unknown code is shown and has no effect."""
    return RISK_FACTS.get(risk, (risk.replace("_", "-"), "yes"))


def age_of(case: Case, assessment: Assessment, at: datetime | None = None) -> Age:
    """The age as exactly as it is known, for the rules."""
    return age_known(case, assessment, at)[0]


def age_known(case: Case, assessment: Assessment, at: datetime | None = None) -> tuple[Age, str | None]:
    """The age for the rules and, chosen with it, in words for people; None is not recorded.

    The date of birth, then what the caller says now, then the case's years.
    """
    today = local(at or now()).date()
    if case.birth_date is not None and case.birth_date <= today:
        return Age.on(case.birth_date, today), ages.said(case.birth_date, None, today)
    if assessment.stated_age:
        return Age.from_text(assessment.stated_age), assessment.stated_age
    if case.stated_age is None:
        return UNKNOWN_AGE, None
    return Age.of_years(case.stated_age), ages.said(None, case.stated_age, today)


def sex_of(case: Case, assessment: Assessment) -> Sex:
    """The sex as told on this call, else as the case has it."""
    return Sex(assessment.stated_sex or case.sex)
