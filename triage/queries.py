"""What the rooms above and the pages ask of triage: what was decided and said, and what waits for somebody."""

from dataclasses import replace

from django.db.models import Q, QuerySet

from hub.cases.models import Case
from hub.cases.phones import as_e164
from hub.cases.states import State
from hub.people.models import User
from triage import published
from triage.models import (
    Assessment,
    ClosingSet,
    Concern,
    Decision,
    OpenedPresentation,
    Opening,
    Override,
    ProtocolVersion,
)
from triage.protocols import Protocol
from triage.replaying import Recorded
from triage.standing import context_of, readable


def decision_of(case: Case) -> Decision | None:
    """The decision that stands for this case: of the newest assessment, and only while it is concluded."""
    newest = Decision.objects.filter(assessment__case=case, assessment__state=Assessment.State.CONCLUDED)
    return newest.select_related("by", "override").order_by("-id").first()


def closing_set_of(case: Case) -> ClosingSet | None:
    """What the caller was told at the end, if it was recorded for the decision that stands."""
    decision = decision_of(case)
    return None if decision is None else decision.closing_set


def number_back(case: Case) -> str:
    """The number that the newest speaker said to ring back, in E.164 when it can be read; empty when none was said."""
    said = Opening.objects.filter(assessment__case=case).exclude(number_back="").order_by("-id")
    return as_e164(said.values_list("number_back", flat=True).first() or "")


def requests_for_second() -> list[Override]:
    """Overrides below C1 or C2 that wait for a second clinician, oldest first."""
    waits = {"state": Override.State.ASKED, "assessment__case__state": State.IN_ASSESSMENT}
    asked = Override.objects.filter(**waits).exclude(assessment__state=Assessment.State.ENDED).order_by("at")
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


def refused_on_their_date() -> list[ProtocolVersion]:
    """Versions that did not come into force as planned, and that nobody has done anything about."""
    return list(
        ProtocolVersion.objects.exclude(refused_because="").defer("content").order_by("title", "number")
    )


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
    told = {each.finding: each.value for each in assessment.answers.all()}
    keys = [key for each in assessment.presentations.all() if not each.closed_at for key in each.versions]
    case, protocols = assessment.case, tuple(each.protocol for each in published.versions(keys))
    person = context_of(case, assessment, told, assessment.opened_at)
    return Recorded(
        assessment=str(assessment.pk),
        case=str(case.pk),
        reference=case.reference,
        at=assessment.opened_at.isoformat(),
        protocols=protocols,
        answers=readable(protocols, told),
        context=replace(person, facts=readable(protocols, person.facts)),
    )
