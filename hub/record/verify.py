"""Verify the record: recompute every chain outside PostgreSQL and hold it against the heads."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

_ROWS = """
SELECT stream, sequence, kind, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       coalesce(by_id::text, ''), by_label, data::text, previous_hash, hash
FROM hub_event ORDER BY stream, sequence
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification found."""

    streams: int
    events: int
    faults: list[str]


def seal(previous: str, *parts: str) -> str:
    """The hash of one event: SHA-256 over the previous hash and its own columns, each length-prefixed."""
    text = previous + "".join(f"|{len(part.encode())}:{part}" for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def verify() -> Verdict:
    """Walk every stream: numbering without gaps, each hash right, each chain as long as its head says."""
    heads = _heads()
    faults: list[str] = []
    ends: dict[str, tuple[int, str]] = {}
    events = 0
    for stream, sequence, *parts, previous, kept in _rows():
        events += 1
        length, last = ends.get(stream, (0, ""))
        if sequence != length + 1:
            faults.append(f"{stream}: event {length + 1} is missing, the next is {sequence}")
        if previous != last:
            faults.append(f"{stream}: event {sequence} does not follow the one before it")
        if seal(previous, stream, str(sequence), *parts) != kept:
            faults.append(f"{stream}: event {sequence} was changed after it was written")
        ends[stream] = (sequence, kept)
    for stream, (length, last) in heads.items():
        if ends.get(stream, (0, "")) != (length, last):
            faults.append(f"{stream}: ends at {ends.get(stream, (0, ''))[0]}, its head says {length}")
    faults += [f"{stream}: has events and no head" for stream in ends if stream not in heads]
    return Verdict(streams=len(ends), events=events, faults=faults)


def _heads() -> dict[str, tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT stream, length, hash FROM hub_streamhead")
        return {stream: (length, last) for stream, length, last in cursor.fetchall()}


def _rows() -> Iterator[tuple[str, int, str, str, str, str, str, str, str]]:
    """All events in order, streamed: the memory needed does not grow with the record."""
    from django.db import transaction

    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        while rows := cursor.fetchmany(5000):
            yield from rows
