"""All open screens of this process: a panel is drawn once a version, for every screen that shows it."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections
from django.template.loader import render_to_string

from hub.clock import now
from hub.live.frames import CHANGED, RESYNC, frame
from hub.live.listener import Listener, Notice
from hub.live.mailbox import Mailbox
from hub.live.panels import Panel

logger = logging.getLogger(__name__)
Found = TypeVar("Found")
COALESCE = 0.25  # seconds in which changes are gathered before a panel is drawn again
TICK = 10.0  # seconds after which a panel is drawn again because time has passed
THREADS = 4


class Showing:
    """One panel and the screens that show it, while there are any."""

    def __init__(self, panel: Panel, draw: Callable[[Panel], "asyncio.Future[str]"]) -> None:
        self.panel = panel
        self.screens: set[Mailbox] = set()
        self.changed = asyncio.Event()
        self.changed.set()
        self._draw = draw
        self._good = ""  # the newest HTML that could be drawn
        self._digest = b""
        self._frame: bytes | None = None
        self.task = asyncio.create_task(self._keep(), name=f"panel {panel.name}")

    def join(self, screen: Mailbox) -> None:
        """A new screen gets the newest version at once."""
        self.screens.add(screen)
        if self._frame is not None:
            screen.put(self.panel.name, self._frame)

    async def _keep(self) -> None:
        while True:
            await self.changed.wait()
            await asyncio.sleep(COALESCE)
            # Cleared before drawing: a change that comes while it is drawn makes it be drawn again.
            self.changed.clear()
            self._show(await self._html())

    async def _html(self) -> str:
        try:
            self._good = await self._draw(self.panel)
        except Exception:
            logger.exception("The live panel %s could not be drawn.", self.panel.name)
            # An old picture must not pass for a new one.
            return render_to_string("hub/live/_not_drawn.html", {"at": now(), "before": self._good})
        return self._good

    def _show(self, html: str) -> None:
        digest = hashlib.sha256(html.encode()).digest()
        if digest == self._digest:
            return
        self._digest, self._frame = digest, frame(self.panel.name, html)
        for screen in self.screens:
            screen.put(self.panel.name, self._frame)


class Screens:
    """The switchboard: notices of the record in, frames to mailboxes out."""

    def __init__(self) -> None:
        self._showing: dict[str, Showing] = {}
        self._followers: dict[str, set[Mailbox]] = {}
        self._everyone: set[Mailbox] = set()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="live")
        self._tasks: list[asyncio.Task[None]] = []
        self.listener = Listener(self._heard, self._missed)

    def start(self) -> None:
        """Begin to listen, once in a process."""
        if not self._tasks:
            run = asyncio.create_task
            self._tasks = [run(self.listener.run(), name="listener"), run(self._tick(), name="tick")]

    async def stop(self) -> None:
        """End every task; the screens' own streams end with their connections."""
        tasks = [*self._tasks, *(showing.task for showing in self._showing.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()
        self._showing.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._everyone)

    def join(self, screen: Mailbox, *, panels: list[Panel], streams: list[str]) -> None:
        """A screen opens."""
        self._everyone.add(screen)
        for panel in panels:
            if panel.name not in self._showing:
                self._showing[panel.name] = Showing(panel, self._draw)
            self._showing[panel.name].join(screen)
        for stream in streams:
            self._followers.setdefault(stream, set()).add(screen)

    def leave(self, screen: Mailbox) -> None:
        """A screen closes; what nobody shows any more is not drawn any more."""
        self._everyone.discard(screen)
        for name, showing in list(self._showing.items()):
            showing.screens.discard(screen)
            if not showing.screens:
                showing.task.cancel()
                del self._showing[name]
        for stream, followers in list(self._followers.items()):
            followers.discard(screen)
            if not followers:
                del self._followers[stream]

    async def in_thread(self, call: Callable[[], Found]) -> Found:
        """Run something that asks the database, off the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _draw(self, panel: Panel) -> "asyncio.Future[str]":
        return asyncio.get_running_loop().run_in_executor(self._threads, _drawn, panel)

    def _heard(self, notice: Notice) -> None:
        for showing in self._showing.values():
            if notice.topic in showing.panel.topics:
                showing.changed.set()
        if followers := self._followers.get(notice.stream):
            for screen in followers:
                screen.put(notice.stream, CHANGED)

    def _missed(self) -> None:
        """Notices may have been lost: everything is drawn anew, and every screen is told to look again."""
        for showing in self._showing.values():
            showing.changed.set()
        for screen in self._everyone:
            screen.put("resync", RESYNC)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            for showing in self._showing.values():
                showing.changed.set()


def _drawn(panel: Panel) -> str:
    try:
        return panel.render()
    finally:
        close_old_connections()
