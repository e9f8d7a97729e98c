"""The machinery gives way to people: where the two take locks in opposite order, it waits only a moment."""

import time
from collections.abc import Callable

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

MOMENT = "150ms"  # well below PostgreSQL's deadlock timeout of a second: the machinery always loses first
TRIES = 40


def give_way() -> None:
    """In this transaction, wait no longer than a moment for any lock.

    A key that points nowhere is told by the statement that writes it, not by the commit: then the work that is
    wrong fails by itself and not with all that was done beside it.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{MOMENT}'; SET CONSTRAINTS ALL IMMEDIATE")


def gave_way(error: BaseException) -> bool:
    """Whether the error says that somebody else held a lock."""
    return isinstance(error, OperationalError) and isinstance(
        error.__cause__, LockNotAvailable | DeadlockDetected
    )


def patiently(work: Callable[[], None]) -> None:
    """Do the work in a transaction that gives way, again and again until it got its locks."""
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                give_way()
                work()
            return
        except OperationalError as error:
            if attempt == TRIES - 1 or not gave_way(error):
                raise
            time.sleep(0.1)
