"""The written copy: reason, advice, worsening signs and whom to ring, by text message when the case has ended."""

from collections.abc import Iterable
from datetime import timedelta

from hub.cases.closing_guards import after_closing
from hub.cases.models import Case
from hub.cases.phones import as_e164
from hub.cases.states import Outcome
from hub.clock import now
from hub.post.operations import post
from hub.record.actors import Actor
from triage.models import ClosingSet
from triage.queries import closing_set_of

USEFUL_FOR = timedelta(hours=12)


@after_closing
def send_copy(case: Case, outcome: str, by: Actor) -> None:
    """Send what was said to the number that the caller gave, once, in the transaction that ends the case."""
    if outcome not in (Outcome.ADVICE, Outcome.REFERRED):
        return
    said = closing_set_of(case)
    if said is None or said.written != ClosingSet.Written.TEXT:
        return
    post(
        channel="sms",
        destination=as_e164(said.written_to),
        kind="assessment.written_copy",
        subject=case.stream,
        reference=f"written-copy:{said.pk}",
        body={"text": copy_of(said)},
        expires_at=now() + USEFUL_FOR,
    )


def copy_of(said: ClosingSet) -> str:
    """The text of a recorded closing set, as it is sent."""
    return text_of(
        reason=str(said.decision.disposition["say"]),
        advice=said.advice,
        worsening=said.worsening,
        time_scale=said.time_scale,
        ring=said.ring,
    )


def text_of(
    *, reason: str, advice: Iterable[str], worsening: Iterable[str], time_scale: str, ring: str
) -> str:
    """The text, for the preview and for sending alike.

    No name and no diagnosis, because others may read the telephone.
    """
    signs = " ".join(worsening)
    parts = [
        "From the ambulance service, as we said on the telephone.",
        f"From what you told us you do not need an ambulance, and none is coming. {reason}",
        " ".join(advice),
        f"Ring 999 if: {signs}" if signs else "",
        f"Better or seen: {time_scale.strip()}. Otherwise ring {ring.strip()}.",
    ]
    return "\n".join(part for part in parts if part)
