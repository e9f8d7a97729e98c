"""How every operation of an assessment begins and ends: the held case, and what a change undoes."""

from typing import NoReturn
from uuid import UUID

from hub.cases.models import Case
from hub.cases.operations.locking import lock_held
from hub.cases.states import State
from hub.clock import now
from hub.people.models import User
from hub.record.actors import Actor
from hub.record.operations import write
from hub.record.transitions import apply
from hub.refusals import Refusal
from triage import published
from triage.models import Assessment, Override
from triage.operations.lowering import UNEXPLAINED, Why, refuse_unexplained
from triage.published import Shared
from triage.standing import Standing, current, standing
from triage.states import ASSESSMENT_STATES


def held_in_assessment(case_id: UUID, *, by: User, fence: int) -> Case:
    """The held, locked case, once its consultation has begun."""
    case = lock_held(case_id, by=by, fence=fence)
    if case.state != State.IN_ASSESSMENT:
        raise Refusal(
            "The consultation has not begun. Ring back first; when somebody answers, start the consultation. "
            "Nothing was saved.",
            code="not-begun",
            state=case.state,
        )
    return case


def held_standing(case_id: UUID, *, by: User, fence: int) -> Standing:
    """The open assessment of a held case. The case's lock covers all rows of its assessment."""
    case = held_in_assessment(case_id, by=by, fence=fence)
    assessment = current(case)
    if assessment is None:
        raise Refusal("No assessment is open for this case. Open it first.", code="no-assessment")
    return standing(case, assessment)


def catalogue() -> Shared:
    """The catalogue in force; refuses while nothing is published."""
    found = published.shared()
    if found is None:
        raise Refusal(
            "No clinical content is published. Ask the governance lead; use the paper protocols meanwhile.",
            code="nothing-published",
        )
    return found


def changed(
    now_: Standing, *, by: User, why: Why = UNEXPLAINED, over_record: bool = False, news: bool = False
) -> Standing:
    """After a change: a conclusion no longer stands, nor does an override down on other grounds.

    Refused when it makes the outcome less urgent and nobody said why. over_record: it denies a risk on record.
    news: something unknown was told for the first time, which contradicts nobody.
    """
    before = now_.result
    now_.work_out()
    if not news:
        refuse_unexplained(now_, before, by=by, why=why, over_record=over_record)
    if now_.assessment.state == Assessment.State.CONCLUDED:
        apply(
            ASSESSMENT_STATES, now_.assessment, "resume", by=by, data={"assessment": str(now_.assessment.pk)}
        )
        now_.decision = None
    found = now_.override
    if found is not None and found.direction == "down" and not _same_grounds(now_, found):
        lapse(found, stream=now_.case.stream, by=by)
        now_.override = None
    return now_


def lapse(found: Override, *, stream: str, by: Actor) -> None:
    """What an override rested on is gone; nobody has to answer its request any more."""
    found.state = Override.State.LAPSED
    found.save(update_fields=["state"])
    write(stream=stream, kind="assessment.override_lapsed", by=by, data={"override": found.pk})


def end(assessment: Assessment, *, by: Actor, why: Why = UNEXPLAINED) -> None:
    """Kept for the record: nothing of it counts any more, and nobody is asked about it."""
    open_ = assessment.overrides.filter(state__in=[Override.State.ASKED, Override.State.IN_FORCE])
    for each in open_:
        lapse(each, stream=assessment.stream, by=by)
    assessment.ended_at = now()
    data = {"assessment": str(assessment.pk), **why.told()}
    apply(ASSESSMENT_STATES, assessment, "end", by=by, data=data, changed=("ended_at",))


def _same_grounds(now_: Standing, found: Override) -> bool:
    return (
        now_.result is not None
        and now_.result.complete
        and found.suggested == now_.result.at_least.code
        and found.basis == now_.basis
    )


def unfinished(code: str, heading: str, sentences: list[str]) -> NoReturn:
    """Refuse, naming everything that is missing; what was typed stays as a draft."""
    told = " ".join(sentences)
    raise Refusal(f"{heading} {told}", code=code, status=422, missing=sentences)
