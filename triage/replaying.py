"""Replay: a draft run over recorded assessments, and every outcome that would be another. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from triage.protocols import Answer, BadAnswer, Context, Disposition, Protocol, Result, assess, fitting


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded assessment: the protocols it rests on, the answers in force, and the patient as then known."""

    assessment: str
    case: str
    reference: str
    at: str
    protocols: tuple[Protocol, ...]
    answers: Mapping[str, Answer]
    context: Context


@dataclass(frozen=True, slots=True)
class Change:
    """One assessment that would come out otherwise.

    `direction` is up (more urgent), down (less urgent), or open: the same so far, but something more urgent than
    before would not be ruled out. `unread` names findings whose recorded answer no longer fits their question.
    """

    assessment: str
    case: str
    reference: str
    at: str
    direction: str
    before: str
    after: str
    because: tuple[str, ...]
    unread: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: how many assessments it was given, how many used the protocol, and what changes."""

    given: int
    replayed: int
    changes: tuple[Change, ...]

    def of(self, direction: str) -> list[Change]:
        """The changes in one direction."""
        return [each for each in self.changes if each.direction == direction]


def replay(draft: Protocol, recorded: Iterable[Recorded]) -> Replay:
    """Run the draft in the place of the version that each assessment used."""
    given = replayed = 0
    changes: list[Change] = []
    for each in recorded:
        given += 1
        after = tuple(draft if item.id == draft.id else item for item in each.protocols)
        used, wanted = fitting(each.protocols, each.context), fitting(after, each.context)
        if draft in wanted or any(item.id == draft.id for item in used):
            replayed += 1
            if change := _compare(each, draft, used, wanted):
                changes.append(change)
    return Replay(given, replayed, tuple(changes))


def _compare(each: Recorded, draft: Protocol, used: list[Protocol], wanted: list[Protocol]) -> Change | None:
    unread = _unread(draft, each.answers)
    before = [assess(used, each.answers, each.context)]
    others = [item for item in wanted if item is not draft]
    after = [assess(others, each.answers, each.context)] if others else []
    if draft in wanted:
        # Only the draft has another opinion of these answers; the others read them as before.
        readable = {key: value for key, value in each.answers.items() if key not in unread}
        after.append(assess([draft], readable, each.context))
    was, is_ = _at_least(before), _at_least(after)
    feared, fears = _not_ruled_out(before), _not_ruled_out(after)
    direction = ""
    if is_.urgency != was.urgency or is_.code != was.code:
        direction = "up" if is_.urgency < was.urgency else "down"
    elif fears.urgency < feared.urgency:
        direction, was, is_ = "open", feared, fears
    if not direction:
        return None
    grounds = [ground for one in after for ground in one.deciding if ground.disposition.code == is_.code]
    return Change(
        assessment=each.assessment,
        case=each.case,
        reference=each.reference,
        at=each.at,
        direction=direction,
        before=was.code,
        after=is_.code,
        because=tuple(dict.fromkeys(ground.because for ground in grounds)),
        unread=tuple(unread),
    )


def _at_least(results: Sequence[Result]) -> Disposition:
    return min((each.at_least for each in results), key=lambda found: found.urgency)


def _not_ruled_out(results: Sequence[Result]) -> Disposition:
    return min((each.not_ruled_out for each in results), key=lambda found: found.urgency)


def _unread(draft: Protocol, answers: Mapping[str, Answer]) -> list[str]:
    """Findings of the draft that do not take the recorded answer."""
    found = []
    for finding in draft.findings:
        if finding.derived is None and finding.id in answers:
            try:
                finding.rank(answers[finding.id])
            except BadAnswer:
                found.append(finding.id)
    return found
