"""GET /live/?panel=…&case=…: a small ASGI application; open screens get each change at its commit."""

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.db import DatabaseError, close_old_connections

from hub.live.frames import PING, RETRY, frame
from hub.live.mailbox import Mailbox
from hub.live.panels import Panel, find
from hub.live.scopes import may_follow
from hub.live.screens import Screens
from hub.live.viewers import TurnedAwayError, Viewer, session_key, viewer
from hub.people.permissions import Permission

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PING_EVERY = 15.0  # seconds; proxies close a silent connection
ASK_AGAIN = 60.0  # seconds after which the session is looked at again
SLOWEST_WRITE = 30.0  # seconds a screen may take to read what was sent before it is cut off
MOST_SUBJECTS = 40  # panels and cases on one screen
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class LiveApplication:
    """One for each process. Works with or without the server's lifespan events."""

    def __init__(self) -> None:
        self._screens: Screens | None = None

    @property
    def screens(self) -> Screens:
        """The switchboard, started by the first who needs it: tasks belong to the running loop."""
        if self._screens is None:
            self._screens = Screens()
        self._screens.start()
        return self._screens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self.screens.start()
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._screens is not None:
                    await self._screens.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, 405, "Only GET.")
        elif path == "/live/health":
            well = self.screens.listener.listening
            words = f"{'listening' if well else 'not listening to PostgreSQL'}; {len(self.screens)} screens"
            await _answer(send, 200 if well else 503, words)
        elif path == "/live/":
            await self._stream(scope, receive, send)
        else:
            await _answer(send, 404, "There is nothing here.")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = session_key(_header(scope, b"cookie"))
        try:
            panels, streams = asked_for(scope["query_string"])
            await self.screens.in_thread(partial(admit, key, panels, streams))
        except TurnedAwayError as refused:
            await _answer(send, refused.status, refused.sentence)
            return
        except DatabaseError:
            await _answer(send, 503, "The database does not answer. Try again in a moment.")
            return
        screen = Mailbox()
        self.screens.join(screen, panels=panels, streams=streams)
        ways = [
            asyncio.create_task(self._write(screen, partial(self._allowed, key, panels, streams), send)),
            asyncio.create_task(_gone(receive)),
        ]
        try:
            # The server cancels open streams when it stops: an orderly end, the screens come back by themselves.
            with suppress(asyncio.CancelledError):
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.screens.leave(screen)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        with suppress(OSError, RuntimeError):
            await send({"type": "http.response.body", "body": b""})

    async def _write(self, screen: Mailbox, allowed: Callable[[], Awaitable[str]], send: Send) -> None:
        """Send what comes until the session ends or the screen stops reading."""
        clock = asyncio.get_running_loop().time
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        body, ask_at = RETRY, clock() + ASK_AGAIN * random.uniform(0.5, 1)  # noqa: S311 - spreads the questions
        while True:
            async with asyncio.timeout(SLOWEST_WRITE):
                await send({"type": "http.response.body", "body": body, "more_body": True})
            if clock() >= ask_at:
                ask_at = clock() + ASK_AGAIN
                if why := await allowed():
                    await send({"type": "http.response.body", "body": frame("ended", why), "more_body": True})
                    return
            body = await screen.take(min(PING_EVERY, max(0.0, ask_at - clock()))) or PING

    async def _allowed(self, key: str, panels: list[Panel], streams: list[str]) -> str:
        """Why this screen may not go on, or nothing. A database that is away for a moment ends no stream."""
        try:
            await self.screens.in_thread(partial(admit, key, panels, streams))
        except TurnedAwayError as refused:
            return refused.sentence
        except Exception:  # noqa: BLE001 - asked again in a minute
            return ""
        return ""


def asked_for(query: bytes) -> tuple[list[Panel], list[str]]:
    """The panels and the record's streams that a screen wants. TurnedAwayError 400 or 404 for nonsense."""
    wanted = parse_qs(query.decode("latin-1"))
    names = list(dict.fromkeys(wanted.get("panel", [])))
    panels = [found for name in names if (found := find(name))]
    if len(panels) != len(names):
        raise TurnedAwayError(404, "There is no such panel.")
    try:
        streams = [f"case:{UUID(text)}" for text in dict.fromkeys(wanted.get("case", []))]
    except ValueError:
        raise TurnedAwayError(404, "There is no such case.") from None
    if not 0 < len(panels) + len(streams) <= MOST_SUBJECTS:
        raise TurnedAwayError(400, f"Ask for 1 to {MOST_SUBJECTS} panels or cases: ?panel=name&case=id.")
    return panels, streams


def admit(key: str, panels: list[Panel], streams: list[str]) -> None:
    """TurnedAwayError unless somebody is signed in and may see all of it; 404 for a case outside their scope.

    For a thread: it asks the database.
    """
    person = viewer(key)
    _permitted(person, panels, streams)
    try:
        if streams and not may_follow(person.user, streams):
            raise TurnedAwayError(404, "There is no such case.")
    finally:
        close_old_connections()  # back to the pool


def _permitted(person: Viewer, panels: list[Panel], streams: list[str]) -> None:
    needed = {panel.permission for panel in panels} | ({Permission.VIEW_CASE} if streams else set())
    if not needed <= person.permissions:
        raise TurnedAwayError(403, "Your role does not see this.")


def _header(scope: Scope, name: bytes) -> str:
    return "; ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


async def _gone(receive: Receive) -> None:
    """Returns when the screen has closed its connection."""
    with suppress(asyncio.CancelledError):
        while (await receive())["type"] != "http.disconnect":
            pass


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = LiveApplication()
