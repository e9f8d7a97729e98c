"""A real uvicorn with the live application, and screens that read its stream."""

import http.client
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Self

import pytest
import uvicorn
from django.test import Client

from hub.live import panels
from hub.live.stream import LiveApplication
from hub.people.models import User
from hub.people.permissions import Permission


class Server:
    """One live process, as a thread of the test: the same server program, the same sockets."""

    def __init__(self) -> None:
        self.application = LiveApplication()
        config = uvicorn.Config(
            self.application, port=0, lifespan="on", log_level="error", timeout_graceful_shutdown=1
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run)

    def __enter__(self) -> Self:
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.port: int = self.server.servers[0].sockets[0].getsockname()[1]
        self.wait_until_listening()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self.thread.join()

    def wait_until_listening(self) -> None:
        end = time.monotonic() + 10
        while self.get("/live/health")[0] != 200:
            assert time.monotonic() < end, "the live process does not listen"
            time.sleep(0.02)

    def get(self, path: str, cookie: str = "", method: str = "GET") -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request(method, path, headers={"Cookie": cookie} if cookie else {})
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        finally:
            line.close()


class Screen:
    """An open stream; its events come out of `next`."""

    def __init__(self, port: int, query: str, cookie: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        self.line.request("GET", f"/live/?{query}", headers={"Cookie": cookie})
        self.socket = self.line.sock
        self.answer = self.line.getresponse()
        self.status = self.answer.status
        self.events: queue.Queue[tuple[str, str] | None] = queue.Queue()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        name, data = "", []
        with suppress(OSError, ValueError, AttributeError, http.client.HTTPException):
            while line := self.answer.readline():
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data:"):
                    data.append(text[5:].removeprefix(" "))
                elif not text and name:
                    self.events.put((name, "\n".join(data)))
                    name, data = "", []
        self.events.put(None)

    def next(self, name: str, seconds: float = 5.0) -> str:
        """The data of the next event of this name; others before it are passed over."""
        end = time.monotonic() + seconds
        while True:
            event = self.events.get(timeout=max(0.01, end - time.monotonic()))
            assert event is not None, f"the stream ended before {name}"
            if event[0] == name:
                return event[1]

    def silent(self, name: str, seconds: float) -> bool:
        """Whether no event of this name comes for so long."""
        try:
            self.next(name, seconds)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the reading thread
        self.thread.join(5)
        self.answer.close()
        self.line.close()


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def cookie_of(client_as: Callable[[User], Client]) -> Callable[[User], str]:
    def cookie(user: User) -> str:
        client = client_as(user)
        return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    return cookie


@pytest.fixture
def open_screen(server: Server, cookie_of: Callable[[User], str]) -> Iterator[Callable[..., Screen]]:
    opened: list[Screen] = []

    def open_(user: User, query: str) -> Screen:
        opened.append(Screen(server.port, query, cookie_of(user)))
        return opened[-1]

    yield open_
    for screen in opened:
        screen.close()


@pytest.fixture
def test_panel(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Register a panel for one test only."""
    monkeypatch.setattr(panels, "_PANELS", dict(panels._PANELS))

    def register(render: Callable[[], str], topic: str = "case", name: str = "test.panel") -> None:
        panels.panel(name, topics=(topic,), permission=Permission.VIEW_BOARD)(render)

    return register
