"""Observations told on the telephone: kept with who measured them and when. They never change an outcome."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from hub.clock import now
from hub.people.models import User
from hub.record.operations import write
from hub.refusals import Refusal
from triage.models import Observation
from triage.news2 import Consciousness, Vitals, score, unfit
from triage.operations.holding import held_standing
from triage.standing import Standing

# What can be true of a person who is spoken about; beyond it, a slip of the tongue or of a finger.
RANGES: dict[str, tuple[int, int, str]] = {
    "respiratory_rate": (0, 80, "Breaths a minute"),
    "saturation": (40, 100, "Oxygen saturation"),
    "systolic": (30, 300, "Systolic pressure"),
    "pulse": (0, 300, "Pulse"),
    "temperature": (25, 45, "Temperature"),
}
OLDEST_MINUTES = 24 * 60


def observe(
    *,
    case_id: UUID,
    by: User,
    fence: int,
    vitals: Vitals,
    source: str,
    source_words: str = "",
    minutes_ago: int = 0,
) -> Observation:
    """Keep one set of observations. Refused when nothing was measured, a number cannot be, or the source is missing."""
    sentences = _wrong(vitals, source, minutes_ago)
    if sentences:
        raise Refusal(
            " ".join([*sentences, "Nothing was saved."]),
            code="bad-observations",
            status=422,
            missing=sentences,
        )
    with transaction.atomic():
        now_ = held_standing(case_id, by=by, fence=fence)
        row = Observation.objects.create(
            assessment=now_.assessment,
            **{name: getattr(vitals, name) for name in (*RANGES, "scale", "on_oxygen")},
            consciousness=str(vitals.consciousness or ""),
            source=source,
            source_words=source_words.strip(),
            measured_at=now() - timedelta(minutes=minutes_ago),
            by=by,
        )
        data = {"observation": row.pk, **_told(vitals), **_scored(now_, vitals)}
        data |= {"source": row.get_source_display(), "words": row.source_words, "minutes_ago": minutes_ago}
        write(stream=now_.case.stream, kind="assessment.observed", by=by, data=data)
    return row


def _wrong(vitals: Vitals, source: str, minutes_ago: int) -> list[str]:
    measured = {name: getattr(vitals, name) for name in RANGES}
    found = [
        f"{RANGES[name][2]} is between {RANGES[name][0]} and {RANGES[name][1]}."
        for name, value in measured.items()
        if value is not None and not RANGES[name][0] <= value <= RANGES[name][1]
    ]
    if all(value is None for value in measured.values()) and vitals.consciousness is None:
        found.append("Enter at least one observation.")
    if vitals.scale not in (1, 2):
        found.append("The saturation scale is 1 or 2.")
    if source not in Observation.Source.values:
        found.append("Record who measured, and with what.")
    if not 0 <= minutes_ago <= OLDEST_MINUTES:
        found.append("Record how many minutes ago it was measured: at most a day.")
    return found


def _told(vitals: Vitals) -> dict[str, object]:
    values = {name: getattr(vitals, name) for name in (*RANGES, "scale", "on_oxygen", "consciousness")}
    return {name: str(each) if isinstance(each, Decimal) else each for name, each in values.items()}


def _scored(now_: Standing, vitals: Vitals) -> dict[str, object]:
    """The score as it was shown, or why there was none."""
    if reason := unfit(now_.context.age, known(now_)):
        return {"news2": "not scored", "why_not": reason}
    found = score(vitals)
    told = f"at least {found.total}" if found.missing else str(found.total)
    return {"news2": told, "threes": found.threes, "not_measured": found.missing}


def known(now_: Standing) -> dict[str, object]:
    """What was answered or is on record, by finding; an answer stands above the record."""
    return {**now_.context.facts, **{key: answer.value for key, answer in now_.answers.items()}}


def vitals_of(row: Observation) -> Vitals:
    """A kept set as it was measured."""
    return Vitals(
        **{name: getattr(row, name) for name in (*RANGES, "scale", "on_oxygen")},
        consciousness=Consciousness(row.consciousness) if row.consciousness else None,
    )
