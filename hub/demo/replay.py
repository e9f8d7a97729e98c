"""Feeds a recorded call stream into the intake API, as a CAD would, and tells what became of each row."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx

from hub.demo.api import Api
from hub.demo.recording import BadRow, Natures, Row, pause_before, rows

SENDERS = 4  # requests under way at once
MOST_TOLD = 200  # faults printed by line; the rest is counted
SHOWN_EVERY = 1.0  # seconds


@dataclass(slots=True)
class Summary:
    """What became of the rows. `refused` and `bad` keep line and reason."""

    accepted: int = 0
    already_known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    bad: list[tuple[int, str]] = field(default_factory=list)
    unclear: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """Rows seen so far."""
        return self.accepted + self.already_known + len(self.refused) + len(self.bad)

    def lines(self) -> Iterator[str]:
        """The summary in words."""
        arrived = f"{self.accepted} accepted, {self.already_known} already known"
        yield f"{self.read} rows: {arrived}, {len(self.refused)} refused by the hub, {len(self.bad)} unreadable."
        if self.unclear:
            natures = ", ".join(f"{name} ({count})" for name, count in self.unclear.most_common(20))
            yield f"Natures without a mapping, sent as unclear: {natures}."
        for title, faults in (("refused", self.refused), ("unreadable", self.bad)):
            for line, why in sorted(faults)[:MOST_TOLD]:
                yield f"line {line} {title}: {why}"
            if len(faults) > MOST_TOLD:
                yield f"and {len(faults) - MOST_TOLD} more {title}"


def replay(
    file: Path,
    api: Api,
    *,
    natures: Natures,
    speed: float = 0.0,
    limit: int | None = None,
    show: Callable[[Summary], None],
) -> Summary:
    """Send every row, `speed` times as fast as recorded (0: as fast as the hub takes them).

    Raises UnreadableError for the file and UnreachableError for a hub that stays away; run it again then:
    rows that arrived are known by their incident number.
    """
    summary = Summary()
    under_way: dict[Future[httpx.Response], Row] = {}
    began, shown, first = time.monotonic(), 0.0, None
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="replay") as senders:
        for row in islice(rows(file, natures), limit):
            if isinstance(row, BadRow):
                summary.bad.append((row.line, row.why))
                continue
            first = first or row
            time.sleep(pause_before(row, first, speed=speed, elapsed=time.monotonic() - began))
            under_way[senders.submit(_send, api, row)] = row
            if not row.known:
                summary.unclear[row.nature] += 1
            _collect(summary, under_way, at_most=SENDERS * 2)
            if time.monotonic() - shown > SHOWN_EVERY:
                shown = time.monotonic()
                show(summary)
        _collect(summary, under_way, at_most=0)
    show(summary)
    return summary


def _send(api: Api, row: Row) -> httpx.Response:
    number: str = row.body["cad_number"]
    return api.post("/api/v1/cases", row.body, key=number)


def _collect(summary: Summary, under_way: dict[Future[httpx.Response], Row], *, at_most: int) -> None:
    """Take in the answers that are there, and wait while too many are under way."""
    while len(under_way) > at_most:
        for done in wait(under_way, return_when=FIRST_COMPLETED).done:
            _count(summary, under_way.pop(done), done.result())


def _count(summary: Summary, row: Row, answer: httpx.Response) -> None:
    if answer.status_code == httpx.codes.OK or answer.headers.get("Idempotency-Replayed"):
        summary.already_known += 1
    elif answer.status_code == httpx.codes.CREATED:
        summary.accepted += 1
    else:
        summary.refused.append((row.line, _reason(answer)))


def _reason(answer: httpx.Response) -> str:
    try:
        told = answer.json()
        faults = "; ".join(str(each) for each in told.get("errors", []))
        return f"{answer.status_code} {told.get('detail', '')} {faults}".strip()
    except (ValueError, AttributeError):
        return f"{answer.status_code} {answer.reason_phrase}"


def progress(summary: Summary) -> None:
    """One line that moves on a terminal, and a line now and then in a log."""
    arrived = f"{summary.accepted} accepted, {summary.already_known} known"
    text = f"{summary.read} rows, {arrived}, {len(summary.refused)} refused"
    moving = sys.stderr.isatty()
    print(f"\r{text}" if moving else text, end="" if moving else "\n", file=sys.stderr, flush=True)
