"""What the assessment makes certain of a case, and what becomes of it when the case ends or is opened again."""

from hub.cases.closing_guards import Demand, after_closing, after_reopening, demand
from hub.cases.models import Case
from hub.record.actors import Actor
from triage.models import Override
from triage.operations.holding import end, lapse
from triage.standing import Standing, ambulance_for, current, standing


@demand
def certain(case: Case) -> Demand | None:
    """The ambulance that the answers or the clinician ask for, while nobody has gone below it in order."""
    assessment = current(case)
    return None if assessment is None else certain_from(standing(case, assessment))


def certain_from(now_: Standing) -> Demand | None:
    """The same, of an assessment that was read already."""
    if not now_.ambulance:
        return None
    asked, because = now_.ambulance, ""
    if now_.result is not None and ambulance_for(now_.result.at_least.code) == now_.ambulance:
        asked = now_.result.at_least.title if now_.result.at_least.no_ambulance else asked
        because = " ".join(dict.fromkeys(ground.because for ground in now_.result.deciding))
    return Demand(now_.ambulance, f"The assessment asks for {asked}. {because}".strip())


@after_closing
def nobody_is_asked(case: Case, outcome: str, by: Actor) -> None:
    """A second opinion of a case that has gone its way is nobody's work any more."""
    for asked in Override.objects.filter(assessment__case=case, state=Override.State.ASKED):
        lapse(asked, stream=case.stream, by=by)


@after_reopening
def begins_afresh(case: Case, by: Actor) -> None:
    """Yesterday's "no" is no answer today, whether or not anything was concluded on it."""
    assessment = current(case)
    if assessment is not None:
        end(assessment, by=by)
