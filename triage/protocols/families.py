"""From what the caller has to the protocols that apply to this patient."""

from __future__ import annotations

from triage.protocols.engine import Context
from triage.protocols.library import Library
from triage.protocols.model import Protocol


def variants(library: Library, presentation_id: str, context: Context) -> tuple[Protocol, ...]:
    """The protocols of a presentation for this patient: one when age and sex are known, every possible one otherwise.

    Raises KeyError for an unknown presentation.
    """
    family = library.presentations[presentation_id].protocols
    fitting = [library.protocols[item] for item in family]
    return tuple(item for item in fitting if item.applies_to.holds(context.age, context.sex) is not False)
