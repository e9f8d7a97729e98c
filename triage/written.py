"""The written copy: reason, advice, worsening signs and whom to ring, by text message when the case has ended."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from textwrap import wrap
from uuid import UUID

from hub.cases.alarms import AlarmKind
from hub.cases.closing_guards import after_closing, after_reopening
from hub.cases.models import Case
from hub.cases.operations.locking import lock_case, raise_alarm
from hub.cases.phones import as_e164
from hub.cases.states import Outcome
from hub.clock import now
from hub.post.channels import undelivered
from hub.post.models import Message
from hub.post.operations import post, withdraw
from hub.record.actors import CLOCK, Actor
from hub.record.operations import write
from triage.models import ClosingSet
from triage.queries import closing_set_of

KIND = "assessment.written_copy"
USEFUL_FOR = timedelta(hours=12)
# GOV.UK Notify refuses a text of more than 918 characters and counts the service's name that it puts in front.
# The rest is room for that name, and for signs that count twice.
LONGEST_TEXT = 800
ROOM = LONGEST_TEXT - len("10 of 10\n")
SIGNS = "Ring 999 if: "
NOT_ARRIVED = "The advice in writing did not arrive by text message. Ring the patient and say it again."


@after_closing
def send_copy(case: Case, outcome: str, by: Actor) -> None:
    """Send what was said to the number that the caller gave, once, in the transaction that ends the case."""
    if outcome not in (Outcome.ADVICE, Outcome.REFERRED):
        return
    said = closing_set_of(case)
    if said is None or said.written != ClosingSet.Written.TEXT:
        return
    for text in texts_of(copy_of(said)):
        post(
            channel="sms",
            destination=as_e164(said.written_to),
            kind=KIND,
            subject=case.stream,
            reference=_reference(said),
            body={"text": text},
            expires_at=now() + USEFUL_FOR,
        )


def _reference(said: ClosingSet) -> str:
    return f"written-copy:{said.pk}"


@after_reopening
def stop_copy(case: Case, by: Actor) -> None:
    """ "You need no ambulance" does not go out any more to a patient who is back in the queue."""
    for said in ClosingSet.objects.filter(decision__assessment__case=case, written=ClosingSet.Written.TEXT):
        withdraw(reference=_reference(said))


@undelivered(KIND)
def copy_never_arrived(message: Message) -> None:
    """An alarm on the ended case; of several texts that fail it is one. Whoever is back in the queue is rung anyway."""
    case = lock_case(UUID(message.subject.removeprefix("case:")))
    if not case.is_open:
        case.version += 1
        case.save(update_fields=["version", *raise_alarm(case, AlarmKind.TELL_PATIENT, NOT_ARRIVED)])
    write(stream=case.stream, kind="assessment.copy_undelivered", by=CLOCK, data={"message": str(message.pk)})


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
        f"{SIGNS}{signs}" if signs else "",
        f"Better or seen: {time_scale.strip()}. Otherwise ring {ring.strip()}.",
    ]
    return "\n".join(part for part in parts if part)


def texts_of(copy: str) -> list[str]:
    """The copy as text messages, in order: one as it is, or several, numbered and parted at the ends of sentences.

    Danger signs that go on in the next text begin with "Ring 999 if" there too: it may be the only one that is read.
    """
    if len(copy) <= LONGEST_TEXT:
        return [copy]
    texts = [""]
    for line in copy.split("\n"):
        again = SIGNS if line.startswith(SIGNS) else ""
        for glue, piece in _pieces(line, ROOM - len(again)):
            if texts[-1] and len(texts[-1] + glue + piece) > ROOM:
                texts.append(piece if glue == "\n" else again + piece)
            else:
                texts[-1] += (glue if texts[-1] else "") + piece
    return [f"{number} of {len(texts)}\n{text}" for number, text in enumerate(texts, start=1)]


def _pieces(line: str, longest: int) -> Iterator[tuple[str, str]]:
    """Sentences, each with what parts it from the one before; one that no text can hold is parted between words."""
    glue = "\n"
    for sentence in re.split(r"(?<=[.!?])\s+", line):
        for piece in wrap(sentence, longest) if len(sentence) > longest else [sentence]:
            yield glue, piece
            glue = " "
