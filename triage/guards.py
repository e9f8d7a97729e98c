"""What must be true of the assessment before a case ends without an ambulance, or with a lesser one."""

from hub.cases.closing_guards import LOWER, demanded, guard
from hub.cases.models import Case
from hub.cases.states import Outcome, urgency
from triage import published
from triage.models import ClosingSet, Decision
from triage.policies import (
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
    """An assessment that concludes C3, or the emergency department within the hour, does not send C4."""
    shared = published.shared()
    wanted = shared.dispositions.get(category) if shared else None
    if wanted is not None and wanted.urgency <= disposition.urgency:
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
    """A case that is certain or decided to need C1 or C2 does not end as cancelled or without contact.

    Nor is the ambulance sent below what is certain: that takes a lowering in order.
    """
    lower = outcome.removeprefix(LOWER) if outcome.startswith(LOWER) else ""
    certain = demanded(case) if lower or outcome in DROPPED else None
    if certain is None or (lower and urgency(lower) <= urgency(certain.category)):
        return []
    drops = bool(lower) or certain.red
    return [f"{certain.why} Send the ambulance, or go below with a reason."] if drops else []


def details_of(row: ClosingSet) -> ClosingDetails:
    """A saved closing set as the details it was made of."""
    return ClosingDetails(**{name: getattr(row, name) for name in ClosingDetails.__dataclass_fields__})
