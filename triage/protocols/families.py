"""From the protocols of a presentation to those that apply to this patient."""

from __future__ import annotations

from collections.abc import Iterable

from triage.protocols.engine import Context
from triage.protocols.model import Protocol


def fitting(protocols: Iterable[Protocol], context: Context) -> list[Protocol]:
    """Those for a person of this age and sex: one when both are known, every possible one otherwise.

    All of them when none fits: a presentation opened for the wrong patient still asks its questions.
    """
    every = list(protocols)
    return [each for each in every if each.applies_to.holds(context.age, context.sex) is not False] or every
