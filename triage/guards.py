"""What must be true of the assessment before a case ends without an ambulance, or with a lesser one."""

from hub.cases.closing_guards import LOWER, guard
from hub.cases.models import Case
from hub.cases.states import Outcome, urgency
from triage.models import ClosingSet, Decision
from triage.policies import (
    AMBULANCE,
    ClosingDetails,
    missing_from_closing_set,
    needs_a_service,
    unanswered_red_flags,
)
from triage.protocols import Disposition
from triage.protocols.decoding import decode
from triage.standing import Standing, current, standing

WITHOUT_AMBULANCE = frozenset({str(Outcome.ADVICE), str(Outcome.REFERRED)})
DROPPED = frozenset({str(Outcome.CANCELLED), str(Outcome.NO_CONTACT)})


@guard
def assessed(case: Case, outcome: str) -> list[str]:
    """A finished assessment, a disposition that needs no ambulance, and a whole closing set."""
    if outcome not in WITHOUT_AMBULANCE and not outcome.startswith(LOWER):
        return []
    assessment = current(case)
    if assessment is None:
        return ["The case has not been assessed. Open the assessment."]
    return missing_from(standing(case, assessment), outcome)


def missing_from(now_: Standing, outcome: str) -> list[str]:
    """What an assessment that was read already lacks for this outcome."""
    lower = outcome.removeprefix(LOWER) if outcome.startswith(LOWER) else ""
    if now_.decision is None:
        return ["The assessment is not concluded on the answers as they stand now."]
    if unsettled := _unsettled(now_, now_.decision):
        return unsettled
    disposition = decode(Disposition, now_.decision.disposition)
    if lower:
        return _below_conclusion(disposition, lower)
    return [*_too_urgent(disposition, outcome), *_closing_set(now_.decision)]


def _unsettled(now_: Standing, decision: Decision) -> list[str]:
    """The conclusion is of this consultation, nothing dangerous is unasked, and every override is in order."""
    found = []
    began = now_.case.consultation_started_at
    if began is not None and decision.at < began:
        found.append("The conclusion is from an earlier call. Ask what has changed, then conclude again.")
    result = now_.result
    if result is None:
        return [*found, "No presentation is open."]
    urgency = decision.disposition["urgency"]
    if result.unasked_red_flags:
        found.append(f"{len(result.unasked_red_flags)} red flags have not been asked about.")
    elif not result.complete and urgency > result.not_ruled_out.urgency:
        found.append(f"{result.not_ruled_out.title} is not ruled out.")
    if now_.down is not None and (unasked := unanswered_red_flags(now_)):
        found.append(f"Red flags not asked about: {'; '.join(unasked)}.")
    if urgency > result.at_least.urgency and now_.down is None:
        second = " and a second clinician" if result.at_least.red else ""
        found.append(f"The rules ask for {result.at_least.title}; going below needs a reason{second}.")
    return found


def _below_conclusion(disposition: Disposition, category: str) -> list[str]:
    """An assessment that concludes C3 does not send C4."""
    if disposition.code not in AMBULANCE or urgency(category) <= urgency(disposition.code):
        return []
    return [f"The assessment concludes {disposition.title}: {category} is below that."]


def _too_urgent(disposition: Disposition, outcome: str) -> list[str]:
    if not disposition.no_ambulance:
        return [f"The assessment concludes {disposition.title}: send the ambulance."]
    if outcome == Outcome.ADVICE and needs_a_service(disposition):
        return [f"{disposition.title}: a service has to accept the patient. Offer the case to one."]
    return []


def _closing_set(decision: Decision) -> list[str]:
    row = decision.closing_set
    if row is None:
        return ["The closing set is not recorded."]
    return missing_from_closing_set(details_of(row), decision.tags)


@guard
def nothing_dangerous_dropped(case: Case, outcome: str) -> list[str]:
    """A case whose answers already ask for C1 or C2 does not end as cancelled or without contact."""
    if outcome not in DROPPED:
        return []
    assessment = current(case)
    now_ = standing(case, assessment) if assessment else None
    if now_ is None or now_.result is None or not now_.result.at_least.red or now_.down is not None:
        return []
    return [
        f"The answers so far ask for {now_.result.at_least.title}: send the ambulance, or go below with a reason."
    ]


def details_of(row: ClosingSet) -> ClosingDetails:
    """A saved closing set as the details it was made of."""
    return ClosingDetails(**{name: getattr(row, name) for name in ClosingDetails.__dataclass_fields__})
