"""One LISTEN connection a process: hears of every event of the record at its commit."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connections

logger = logging.getLogger(__name__)
CHANNEL = "hub"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two attempts to connect
QUIET = 10.0  # seconds without news after which the connection is asked whether it still lives


@dataclass(frozen=True, slots=True)
class Notice:
    """Something was written: the stream, and the kind of event."""

    stream: str
    kind: str

    @property
    def topic(self) -> str:
        """The first word of the kind."""
        return self.kind.partition(".")[0]


def read(payload: str) -> Notice:
    """`<stream> <kind> <number of the event>`; the number is not needed here."""
    stream, _, rest = payload.partition(" ")
    return Notice(stream, rest.partition(" ")[0])


def address() -> dict[str, Any]:
    """Where PostgreSQL is, by Django's settings. A session of its own: LISTEN does not live in a pool."""
    settings = connections["default"].settings_dict
    found = {
        "dbname": settings["NAME"], "user": settings["USER"], "password": settings["PASSWORD"],
        "host": settings["HOST"], "port": settings["PORT"], "sslmode": settings["OPTIONS"].get("sslmode"),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


class Listener:
    """Listens for ever. `heard` is called for each notice, `missed` whenever notices may have been lost."""

    def __init__(self, heard: Callable[[Notice], None], missed: Callable[[], None]) -> None:
        self._heard, self._missed = heard, missed
        self.listening = False

    async def run(self) -> None:
        """Connect, listen, and after any fault connect again, waiting longer each time."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                pause = FIRST_PAUSE if self.listening else min(pause * 2, LONGEST_PAUSE)
                logger.warning(
                    "The live process lost its ear (%s); connecting again in %.1f s.", error, pause
                )
            finally:
                self.listening = False
            await asyncio.sleep(pause)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            **address(), autocommit=True, connect_timeout=5, application_name="hub live"
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self.listening = True
            self._missed()  # whatever was committed before LISTEN stood was not heard
            while True:
                async for notify in connection.notifies(timeout=QUIET):
                    self._heard(read(notify.payload))
                # A connection that a firewall forgot gives no error by itself: ask.
                async with asyncio.timeout(QUIET):
                    await connection.execute("SELECT 1")
