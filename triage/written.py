"""The written copy: reason, advice, worsening signs and whom to ring, by text message when the case has ended."""

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
    """The text: no name and no diagnosis, because others may read the telephone."""
    parts = [
        "From the ambulance service, as we said on the telephone. No ambulance is coming.",
        " ".join(said.advice),
        "Ring 999 if: " + " ".join(said.worsening) if said.worsening else "",
        f"Better or seen: {said.time_scale}. Otherwise ring {said.ring}.",
    ]
    return "\n".join(part for part in parts if part)
