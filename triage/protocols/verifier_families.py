"""Every presentation shares out every age and sex among its protocols: no gap, no overlap."""

from __future__ import annotations

from collections.abc import Iterator

from triage.protocols.ages import AgeLimit, Sex
from triage.protocols.library import Library
from triage.protocols.model import Presentation, Protocol


def family_faults(library: Library) -> Iterator[str]:
    """Gaps and overlaps of each presentation, exact to the border."""
    for presentation in library.presentations.values():
        for sex in (Sex.FEMALE, Sex.MALE):
            yield from _faults(presentation, sex, library)


def _faults(presentation: Presentation, sex: Sex, library: Library) -> Iterator[str]:
    members = [library.protocols[item] for item in presentation.protocols]
    fitting = [item for item in members if item.applies_to.sex in (None, sex)]
    ordered = sorted(fitting, key=_start)
    reached: AgeLimit | None = AgeLimit(0, in_days=True)
    for protocol in ordered:
        start = protocol.applies_to.start or AgeLimit(0, in_days=True)
        if reached is None or (start != reached and start.sort_key <= reached.sort_key):
            yield f"{presentation.id}, {sex}: {protocol.id} overlaps the protocol before it at {start.to_text()}"
        elif start != reached:
            yield f"{presentation.id}, {sex}: nobody covers {reached.to_text()} to {start.to_text()}"
        reached = protocol.applies_to.end
    if reached is not None:
        yield f"{presentation.id}, {sex}: nobody covers {reached.to_text()} and over"


def _start(protocol: Protocol) -> float:
    start = protocol.applies_to.start
    return 0.0 if start is None else start.sort_key
