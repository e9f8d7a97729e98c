"""Verify the record: recompute every chain outside PostgreSQL and hold it against the heads."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction

# One statement, so one moment: a head read before or after its events would be a fault that is none while people work.
_ROWS = """
SELECT stream, head.length, head.hash, sequence, kind, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       coalesce(by_id::text, ''), by_label, data::text, previous_hash, event.hash
FROM hub_event AS event FULL JOIN hub_streamhead AS head USING (stream) ORDER BY stream, sequence
"""
_Row = tuple[str, int | None, str, int | None, str, str, str, str, str, str, str]


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
    """Walk every stream: numbering without gaps, each hash right, each chain as long as its head says.

    While people work, too: what is written meanwhile belongs to the next verification.
    """
    faults: list[str] = []
    streams = events = 0
    for stream, rows in groupby(_rows(), key=itemgetter(0)):
        found, length = _walk(stream, rows)
        faults += found
        events += length
        streams += bool(length)
    return Verdict(streams=streams, events=events, faults=faults)


def _walk(stream: str, rows: Iterable[_Row]) -> tuple[list[str], int]:
    """The faults of one stream and the number of its events."""
    faults: list[str] = []
    counted = length = 0
    last, head = "", None
    for _, head_length, head_hash, sequence, *parts, previous, kept in rows:
        head = None if head_length is None else (head_length, head_hash)
        if sequence is None:  # a head alone
            break
        counted += 1
        if sequence != length + 1:
            faults.append(f"{stream}: event {length + 1} is missing, the next is {sequence}")
        if previous != last:
            faults.append(f"{stream}: event {sequence} does not follow the one before it")
        if seal(previous, stream, str(sequence), *parts) != kept:
            faults.append(f"{stream}: event {sequence} was changed after it was written")
        length, last = sequence, kept
    if head is None:
        faults.append(f"{stream}: has events and no head")
    elif head != (length, last):
        faults.append(f"{stream}: ends at {length}, its head says {head[0]}")
    return faults, counted


def _rows() -> Iterator[_Row]:
    """All events in order with the heads of their streams; the memory needed does not grow with the record."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        while rows := cursor.fetchmany(5000):
            yield from rows
