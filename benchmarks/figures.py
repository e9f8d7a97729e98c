"""Figures of a run: percentiles, rate, and the table they are printed in."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. Times in milliseconds, rate per second; None is not applicable."""

    what: str
    cases: int
    count: int
    p50: float
    p95: float
    p99: float
    rate: float | None = None
    queries: int | None = None
    ratio_to_raw: float | None = None
    note: str = ""


def percentile(sorted_times: Sequence[float], share: float) -> float:
    """The value that `share` of the times do not exceed (nearest rank)."""
    rank = max(int(len(sorted_times) * share + 0.999999) - 1, 0)
    return sorted_times[min(rank, len(sorted_times) - 1)]


def figure(
    what: str, cases: int, seconds: Sequence[float], *, rate: float | None = None, note: str = ""
) -> Figure:
    """A figure from the single times, in seconds, and the rate per second when one was measured."""
    ordered = sorted(seconds)
    p50, p95, p99 = (percentile(ordered, share) * 1000 for share in (0.5, 0.95, 0.99))
    return Figure(what, cases, len(ordered), p50, p95, p99, rate, note=note)


HEADINGS = (
    "what",
    "cases",
    "measured",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "per second",
    "queries",
    "of raw SQL",
    "note",
)


def row(entry: Figure) -> list[str]:
    """One line of the table."""
    return [
        entry.what,
        f"{entry.cases:,}",
        f"{entry.count:,}",
        *(f"{value:.{1 if value >= 1 else 3}f}" for value in (entry.p50, entry.p95, entry.p99)),
        "" if entry.rate is None else f"{entry.rate:.0f}",
        "" if entry.queries is None else str(entry.queries),
        "" if entry.ratio_to_raw is None else f"{entry.ratio_to_raw:.0%}",
        entry.note,
    ]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cells) + " |" for cells in rows]
    return "\n".join(lines) + "\n"
