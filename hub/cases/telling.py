"""The record in sentences: what happened to a case, as its timeline tells it. Rooms above add their own kinds."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from hub import said
from hub.record.models import Event

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")

MACHINERY = frozenset({"from", "to", "fence", "call", "dispatch", "before", "changed", "alarm"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """How one kind of event is told. {names} are members of its data; `more` are members shown beneath in full.

    `folded` names many of its kind in a row ("answers"): they stand as one line that opens.
    """

    words: str
    more: tuple[str, ...] = ()
    serious: bool = False
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline, and the words beneath it."""

    event: Event
    what: str
    more: list[str] = field(default_factory=list)
    serious: bool = False
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a timeline, or several of one kind folded into one; newest first."""

    told: list[Told]

    @property
    def what(self) -> str:
        """The sentence, or how many there are: "24 answers"."""
        return self.told[0].what if len(self.told) == 1 else f"{len(self.told)} {self.told[0].folded}"


class _Members(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "not recorded"


_SENTENCES: dict[str, Sentence] = {
    "case.opened": Sentence("Came in as {category} from {source}", ("order_reasons",)),
    "case.updated": Sentence("The sender changed: {changed}", ("taken_back",)),
    "case.cancelled_by_cad": Sentence("The sender cancelled the case", ("reason",), serious=True),
    "case.claim": Sentence("Claimed"),
    "case.take_over": Sentence("Taken over from {before}", ("reason",)),
    "case.start_consultation": Sentence("Consultation began"),
    "case.release": Sentence("Put back into the queue", ("reason", "alarm")),
    "case.lease_expired": Sentence("Went back into the queue by itself", ("reason", "alarm"), serious=True),
    "case.no_answer": Sentence("Back in the queue at its own age", ("reason",)),
    "case.call": Sentence("{kind}: {result}", ("note",)),
    "case.welfare_call": Sentence("Welfare call: {result}; worse: {worse}", ("note",)),
    "case.contact_added": Sentence("Added contact {rank}: {name}"),
    "case.address_confirmed": Sentence("The caller spoke the address", ("after",)),
    "case.send_ambulance": Sentence(
        "Ambulance asked for at {category} ({reason})", ("raised", "words"), serious=True
    ),
    "case.send_again": Sentence(
        "Ambulance asked for again; it was already on its way to dispatch", ("words",)
    ),
    "case.breach": Sentence("Time limit passed: ambulance asked for at {category}", serious=True),
    "case.breach_in_consultation": Sentence(
        "Time limit passed during the consultation", ("alarm",), serious=True
    ),
    "case.breach_to_senior": Sentence(
        "Time limit passed: a senior clinician decides", ("alarm",), serious=True
    ),
    "case.breach_deferred": Sentence("Time limit deferred by {minutes} min", ("reason",)),
    "case.dispatch_unacknowledged": Sentence("The CAD has not taken the request", ("alarm",), serious=True),
    "case.dispatch_acknowledged": Sentence("Dispatch has it (CAD {cad_reference})", ("words",)),
    "case.rang_dispatch_too": Sentence("Rang dispatch, which had it already", ("words",)),
    "case.old_dispatch_acknowledged": Sentence("The CAD acknowledged a request that was replaced since"),
    "case.refer": Sentence("Offered to a service", ("words",)),
    "case.referral_accepted": Sentence("Accepted by a service", ("words",)),
    "case.referral_returned": Sentence("Came back from the service", ("alarm",), serious=True),
    "case.close": Sentence("Ended: {outcome}; second clinician: {second}", ("taken_by", "words")),
    "case.duplicate_ended": Sentence("{duplicate} was ended as a duplicate of this case", ("words",)),
    "case.sender_told": Sentence(
        "The sender wrote again, when the case was no longer theirs: {category}",
        ("problem", "alarm"),
        serious=True,
    ),
    "case.reopen": Sentence("Opened again", ("reason",), serious=True),
    "message.delivered": Sentence("Message delivered: {kind}, {channel}"),
    "message.expired": Sentence(
        "Message not delivered in time: {kind}, {channel}", ("answer",), serious=True
    ),
    "message.refused": Sentence("Message refused: {kind}, {channel}", ("answer",), serious=True),
    "case.note": Sentence("Note", ("text",)),
    "case.flag": Sentence("Flag: {kind}", ("text",)),
    "case.alarm_answered": Sentence("Alarm answered", ("alarm", "words")),
}


def add_sentences(sentences: Mapping[str, Sentence]) -> None:
    """Rooms above say how their events are told. Raises ValueError when a kind is told already."""
    if twice := sorted(_SENTENCES.keys() & sentences.keys()):
        raise ValueError(f"Told already: {', '.join(twice)}")
    _SENTENCES.update(sentences)


def tell(event: Event) -> Told:
    """One event as a line; a kind nobody wrote a sentence for is shown plainly."""
    data: dict[str, Any] = event.data if isinstance(event.data, dict) else {}
    sentence = _SENTENCES.get(event.kind)
    if sentence is None:
        return Told(event, _plain_kind(event.kind), _plain_members(data))
    what = sentence.words.format_map(_Members({name: _said(value) for name, value in data.items()}))
    more = [said for name in sentence.more if (said := _words(data.get(name)))]
    more += [f"Alarm ended: {ended}" for ended in data.get("alarms_ended", [])]
    return Told(event, what[:1].upper() + what[1:], more, sentence.serious, sentence.folded)


def lines(events: Iterable[Event]) -> list[Line]:
    """A timeline: each event is a line; those that one person wrote in a row and that fold are one line together."""
    made: list[Line] = []
    told = (tell(event) for event in events)
    for (folded, _), group in groupby(told, key=lambda each: (each.folded, each.event.by_label)):
        rows = list(group)
        made += [Line(rows)] if folded else [Line([row]) for row in rows]
    return made


def _plain_kind(kind: str) -> str:
    return kind.replace(".", " ").replace("_", " ").capitalize()


def _plain_members(data: Mapping[str, Any]) -> list[str]:
    return [
        f"{name.replace('_', ' ')}: {_words(value)}"
        for name, value in data.items()
        if name not in MACHINERY and _words(value)
    ]


def _said(value: Any) -> str:
    """A member inside a sentence: codes lose their underscores, moments are told as people say them."""
    if value is None or value == "":
        return "not recorded"
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return said.clock_time(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(each) for each in value) or "nothing"
    text = str(value)
    return text.replace("_", " ").replace(".", " ") if CODE.fullmatch(text) else text.replace("_", " ")


def _words(value: Any) -> str:
    """A member shown in full, as it was written."""
    if isinstance(value, list):
        return "; ".join(_words(each) for each in value)
    return "" if value is None or isinstance(value, dict) else str(value)
