"""Unforeseen errors told without a patient: a database error's own text holds the row that it was about."""

import logging
import traceback
from pathlib import Path
from types import TracebackType

from django.db import Error as DatabaseFault

KEPT = 6  # innermost places of a traceback
LIBRARIES = "site-packages/"


def plainly(error: BaseException) -> str:
    """The error's class; of a database error also PostgreSQL's code, the table and the constraint. Never a value."""
    name = type(error).__name__
    diagnosis = getattr(error.__cause__, "diag", None) if isinstance(error, DatabaseFault) else None
    if diagnosis is None:
        return name
    told = (diagnosis.sqlstate, diagnosis.table_name, diagnosis.constraint_name)
    return " ".join([name, *(each for each in told if each)])


def where(error: BaseException) -> str:
    """The innermost places in our own code, outermost first, and the very last of all."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames[:-1] if LIBRARIES not in frame.filename][-KEPT:]
    return " > ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in [*ours, *frames[-1:]])


def _short(path: str) -> str:
    return path.rpartition(LIBRARIES)[2].removeprefix(f"{Path.cwd()}/")


class PlainFormatter(logging.Formatter):
    """A log line whose traceback names places and kinds of errors, and quotes none of them."""

    def formatException(  # noqa: N802 - the name is the standard library's
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> str:
        """Places and class in one line."""
        error = ei[1]
        return f"{plainly(error)} at {where(error)}" if error is not None else ""
