"""The waiting cases as a picture: a row a category, time runs to the right, towards the limit."""

from dataclasses import dataclass

from hub.board.queries import LAST_BIN, OVER, Queue

LABEL, COLUMN, ROW, HEAD = 44, 40, 40, 20  # units of the picture
GAP = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """The cases of one category with about the same time left."""

    x: int
    y: float
    width: int
    height: float
    kind: str
    count: int
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Coordinates for the template; lengths in units of the view box."""

    width: int
    height: int
    limit_x: int
    rows: list[tuple[str, int]]
    marks: list[tuple[str, int]]
    bars: list[Bar]


def draw(queues: list[Queue]) -> Picture:
    """Bars are as high as their count, measured by the highest of all."""
    most = max([1, *(count for queue in queues for count in queue.bins.values())])
    rows = [(queue.category, HEAD + number * ROW) for number, queue in enumerate(queues)]
    bars = [
        _bar(queue.category, bin_number, count, top=rows[row][1], most=most)
        for row, queue in enumerate(queues)
        for bin_number, count in sorted(queue.bins.items())
    ]
    limit_x = LABEL + LAST_BIN * COLUMN
    marks = [(str(minutes), limit_x - minutes // 5 * COLUMN) for minutes in (60, 45, 30, 20, 10, 5)]
    return Picture(limit_x + COLUMN + GAP, HEAD + len(rows) * ROW + GAP, limit_x, rows, marks, bars)


def _bar(category: str, number: int, count: int, *, top: int, most: int) -> Bar:
    height = max(8.0, round((ROW - 18) * count / most, 1))
    return Bar(
        x=LABEL + (LAST_BIN - number) * COLUMN + 2,
        y=top + ROW - 4 - height,
        width=COLUMN - 4,
        height=height,
        kind="over" if number == OVER else "soon" if number <= 2 else "calm",
        count=count,
        words=f"{category}: {count:,} with {_left(number)}",
    )


def _left(number: int) -> str:
    if number == OVER:
        return "the limit passed"
    if number == LAST_BIN:
        return "an hour or more left"
    return f"{(number - 1) * 5} to {number * 5} minutes left"
