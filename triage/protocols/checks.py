"""What a decoded entry must satisfy by itself, before anything is linked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triage.protocols.findings import ABSENT, PRESENT, Finding, Kind

Fault = tuple[str, str]
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def id_faults(entry_id: str) -> Iterator[Fault]:
    if not _ID.fullmatch(entry_id):
        yield f"the id {entry_id!r} is not in plain form.", "Write lower-case words joined by hyphens."


def finding_faults(finding: Finding) -> Iterator[Fault]:
    """Everything wrong with a dictionary entry."""
    yield from id_faults(finding.id)
    shapes = {
        Kind.LEVEL: (len(finding.levels) >= 2, "levels", "List at least two levels, the harmless one first."),
        Kind.NUMBER: (
            finding.number is not None,
            "number",
            "Add number: with unit, lowest, highest, thresholds.",
        ),
        Kind.DERIVED: (finding.derived is not None, "derived", "Add derived: with from, to or sex."),
    }
    for kind, (present, key, instead) in shapes.items():
        given = bool(finding.levels) if kind is Kind.LEVEL else present
        if finding.kind is kind and not present:
            yield f"kind {kind} needs {key}:.", instead
        elif finding.kind is not kind and given:
            yield f"{key}: does not go with kind {finding.kind}.", f"Remove {key}: or write kind: {kind}."
    yield from _words_faults(finding)
    yield from _scale_faults(finding)
    allowed = (PRESENT, ABSENT, *finding.steps)
    if finding.not_known not in allowed:
        yield f"not_known: {finding.not_known!r} is not possible.", f"Write one of: {', '.join(allowed)}."


def _words_faults(finding: Finding) -> Iterator[Fault]:
    if finding.kind is Kind.DERIVED:
        if finding.ask:
            yield "a derived fact is never asked.", "Remove ask:."
        return
    if not finding.ask:
        yield "'ask' is missing.", "Add the question in plain words."
    if not finding.risk and not 2 <= len(finding.lay) <= 6:
        yield f"{len(finding.lay)} lay phrasings.", "Give two or three ways that callers say it."
    ids = [level.id for level in finding.levels]
    if len(set(ids)) != len(ids):
        yield "two levels have one id.", "Give each level its own id."


def _scale_faults(finding: Finding) -> Iterator[Fault]:
    scale = finding.number
    if scale is None:
        return
    at = [step.at for step in scale.thresholds]
    if not at:
        yield "a number without thresholds can never matter.", "Add thresholds: with id and at."
    if at != sorted(set(at), reverse=scale.danger == "falling"):
        yield "thresholds are not in order of danger.", "Put the least dangerous first."
    if any(not scale.lowest < value <= scale.highest and scale.danger == "rising" for value in at):
        yield "a threshold is outside lowest to highest.", "Widen the range or move the threshold."
    if any(not scale.lowest <= value < scale.highest and scale.danger == "falling" for value in at):
        yield "a threshold is outside lowest to highest.", "Widen the range or move the threshold."
