"""What the rooms above ask of triage: the disposition of a case, and its story."""

from django.db.models import Q, QuerySet

from hub.cases.models import Case
from hub.people.models import User
from triage import published
from triage.models import (
    Assessment,
    ClosingSet,
    Concern,
    Decision,
    OpenedPresentation,
    Override,
    ProtocolVersion,
)
from triage.narrative import narrative
from triage.protocols import Disposition, Protocol
from triage.protocols.decoding import decode
from triage.replaying import Recorded
from triage.standing import context_of, current, standing


def decision_of(case: Case) -> Decision | None:
    """The decision that stands for this case: of the newest assessment, and only while it is concluded."""
    newest = Decision.objects.filter(assessment__case=case, assessment__state=Assessment.State.CONCLUDED)
    return newest.select_related("by", "override").order_by("-id").first()


def disposition_of(case: Case) -> Disposition | None:
    """What the assessment concluded, as content had it then (code, title, urgency, within_minutes, services,
    no_ambulance, follow_up); None while nothing is concluded."""
    decision = decision_of(case)
    return None if decision is None else decode(Disposition, decision.disposition)


def summary_of(case: Case) -> str:
    """The story for whoever takes over: as concluded, else as far as the answers go; empty without an assessment."""
    decision = decision_of(case)
    if decision is not None:
        return decision.narrative
    assessment = current(case)
    return "" if assessment is None else narrative(standing(case, assessment))


def closing_set_of(case: Case) -> ClosingSet | None:
    """What the caller was told at the end, if it was recorded for the decision that stands."""
    decision = decision_of(case)
    return None if decision is None else decision.closing_sets.last()


def requests_for_second() -> list[Override]:
    """Overrides below C1 or C2 that wait for a second clinician, oldest first."""
    asked = Override.objects.filter(state=Override.State.ASKED).order_by("at")
    return list(asked.select_related("by", "assessment__case"))


def request_for_second(override_id: int, *, by: User) -> Override | None:
    """One request, when this person may see its case."""
    found = (
        Override.objects.select_related("by", "second", "assessment__case__owner")
        .filter(pk=override_id)
        .first()
    )
    if found is None or not Case.objects.visible_to(by).filter(pk=found.assessment.case_id).exists():
        return None
    return found


def concerns() -> QuerySet[Concern]:
    """Every concern with its closing, newest first."""
    return Concern.objects.select_related("by", "version", "case", "closing__by").order_by("-id")


def open_concerns() -> list[Concern]:
    """Concerns that nobody has closed, oldest first."""
    return list(concerns().filter(closing__isnull=True).order_by("id"))


def concerns_about(protocol: Protocol) -> list[Concern]:
    """Of this protocol, and of every finding that it shares with another; open ones first, newest first."""
    shared = Q(about=Concern.About.FINDING, item__in=[each.id for each in protocol.findings])
    found = concerns().filter(shared | Q(protocol=protocol.id))
    return sorted(found, key=lambda each: each.closed)


def recorded_with(protocol: str, *, most: int) -> list[Recorded]:
    """The newest recorded assessments that rest on any version of this protocol, each as it then was."""
    versions = list(ProtocolVersion.objects.filter(protocol=protocol).values_list("pk", flat=True))
    rests = OpenedPresentation.objects.filter(versions__overlap=versions, closed_at__isnull=True)
    newest = (
        Assessment.objects.filter(pk__in=rests.values("assessment"))
        .select_related("case")
        .prefetch_related("answers", "presentations")
        .order_by("-opened_at")
    )
    return [_recorded(each) for each in newest[:most]]


def _recorded(assessment: Assessment) -> Recorded:
    answers = {each.finding: each.value for each in assessment.answers.all()}
    keys = [key for each in assessment.presentations.all() if not each.closed_at for key in each.versions]
    case = assessment.case
    return Recorded(
        assessment=str(assessment.pk),
        case=str(case.pk),
        reference=case.reference,
        at=assessment.opened_at.isoformat(),
        protocols=tuple(each.protocol for each in published.versions(keys)),
        answers=answers,
        context=context_of(case, assessment, answers, assessment.opened_at),
    )
