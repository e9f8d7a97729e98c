"""One rule for whatever makes the certain outcome less urgent: a coded reason, and after a "no" a second clinician."""

from dataclasses import dataclass

from hub.people.models import User
from hub.people.permissions import Permission
from hub.refusals import Refusal
from triage.models import Answer, Assessment, Override
from triage.protocols import Disposition, Result
from triage.standing import Standing

LEAST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Why:
    """Why something that was told before does not hold any more: a coded reason, and words for another one."""

    code: str = ""
    words: str = ""

    @property
    def given(self) -> bool:
        """It explains: a known code, and words that somebody who was not there understands."""
        enough = self.code != Answer.Reason.OTHER or len(self.words.split()) >= LEAST_WORDS
        return self.code in Answer.Reason.values and enough

    def told(self) -> dict[str, str]:
        """For an event; empty without a reason."""
        if not self.given:
            return {}
        label = str(Answer.Reason(self.code).label)
        return {"reason": self.code, "why": f"{label}: {self.words.strip()}" if self.words.strip() else label}


UNEXPLAINED = Why()


def refuse_unexplained(
    now_: Standing, before: Result | None, *, by: User, why: Why, over_record: bool = False
) -> None:
    """After an act: refuse it when it made the outcome less urgent, or denied the record, without a reason.

    now_: as it stands after the act. before: the result before it. The caller's transaction undoes the act.
    """
    after = now_.result
    lowers = before is not None and after is not None and after.at_least.urgency > before.at_least.urgency
    if before is not None and lowers and before.at_least.red and _declined(now_.assessment, by):
        raise Refusal(
            f"A senior clinician has declined going below {before.at_least.title}. Nothing was changed. "
            "Send the ambulance, ask for a second opinion again, or let a senior clinician take the case over.",
            code="second-needed",
        )
    if why.given or not (lowers or over_record):
        return
    if before is not None and after is not None and lowers:
        raise _unexplained(_less(before.at_least, after.at_least), why)
    raise _unexplained("The record says that this risk is there.", why)


def refuse_undecided(before: Disposition | None, after: Disposition | None, *, why: Why) -> None:
    """The same of what a clinician decided above the rules: they or another take it back with a reason, too.

    before, after: what would be concluded. Nobody else has to agree: going back is to what the rules say.
    """
    if before is None or why.given or (after is not None and after.urgency <= before.urgency):
        return
    raise _unexplained(_less(before, after), why)


def _less(before: Disposition, after: Disposition | None) -> str:
    told = f"“{after.title}”" if after else "nothing decided"
    return f"This makes it less urgent: {told} instead of “{before.title}”."


def _unexplained(what: str, why: Why) -> Refusal:
    more = " For another reason, write three words or more." if why.code == Answer.Reason.OTHER else ""
    return Refusal(
        f"{what} Nothing was changed yet. Say why, with one press.{more}",
        code="reason-needed",
        status=422,
        reasons=[list(each) for each in Answer.Reason.choices],
        words=why.words,
    )


def _declined(assessment: Assessment, by: User) -> bool:
    """A senior said no in this assessment, and this is not a senior clinician other than whoever asked."""
    said_no = list(
        Override.objects.filter(assessment=assessment, state=Override.State.DECLINED, direction="down")
    )
    itself_a_second = by.may(Permission.SECOND_SIGN) and all(each.by_id != by.pk for each in said_no)
    return bool(said_no) and not itself_a_second
