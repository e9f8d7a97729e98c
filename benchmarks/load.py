"""Load from outside: keep-alive connections in threads of a process of its own kind, timed by request."""

import http.client
import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

IDLE = 4.0  # seconds; the server lets go of a connection that is idle for longer while cases are prepared


@dataclass
class Browser:
    """A keep-alive connection with a session's cookies. One thread at a time."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""
    bearer: str = ""

    def __post_init__(self) -> None:
        self._line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        self._used = time.monotonic()

    def ask(
        self, method: str, path: str, *, form: Mapping[str, str] | None = None, document: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, bytes, http.client.HTTPMessage]:  # fmt: skip
        """Status, body and headers of one request; cookies are kept."""
        sent = {
            "Referer": self.url,
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            **(headers or {}),
        }
        body: str | None = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self.token, **form})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if document is not None:
            body, sent["Content-Type"] = json.dumps(document), "application/json"
        if self.bearer:
            sent["Authorization"] = f"Bearer {self.bearer}"
        if time.monotonic() - self._used > IDLE:
            self._line.close()  # the next request opens a new one
        self._line.request(method, path, body=body, headers=sent)
        response = self._line.getresponse()
        data = response.read()
        self._used = time.monotonic()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return response.status, data, response.headers

    def sign_in(self, username: str, password: str) -> None:
        """As a person does: the page, then the form. Raises RuntimeError when refused."""
        self.read_token(self.ask("GET", "/sign-in/")[1])
        status, _, _ = self.ask("POST", "/sign-in/", form={"username": username, "password": password})
        if status != http.HTTPStatus.FOUND:
            raise RuntimeError(f"{username} could not sign in: {status}")
        self.read_token(self.ask("GET", "/queue/")[1])

    def read_token(self, page: bytes) -> None:
        """The CSRF token of a page."""
        found = re.search(rb'name="csrf-token" content="([^"]+)"', page) or re.search(
            rb'name="csrfmiddlewaretoken" value="([^"]+)"', page
        )
        if found:
            self.token = found.group(1).decode()


@dataclass
class Run:
    """What a run of requests gave: single times in seconds, requests a second, and what went wrong."""

    times: list[float]
    rate: float
    wrong: list[str]


def run(browsers: list[Browser], count: int, work: Callable[[Browser, int], int]) -> Run:
    """Do `count` pieces of work: a third by one browser alone, which gives the times, the rest by all at once.

    The times are what one person waits while nobody else asks; the rate is what all together get done.
    A status from 400 on counts as wrong.
    """
    numbers = iter(range(count))
    alone = _serve(browsers[:1], itertools.islice(numbers, max(count // 3, 1)), work)
    together = _serve(browsers, numbers, work)
    return Run(alone.times, len(together.times) / together.elapsed, alone.wrong + together.wrong)


@dataclass
class _Served:
    times: list[float]
    elapsed: float
    wrong: list[str]


def _serve(browsers: list[Browser], numbers: Iterator[int], work: Callable[[Browser, int], int]) -> _Served:
    lock = threading.Lock()
    done = _Served([], 0.0, [])

    def serve(browser: Browser) -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            started = time.perf_counter()
            status = work(browser, number)
            done.times.append(time.perf_counter() - started)
            if status >= http.HTTPStatus.BAD_REQUEST:
                done.wrong.append(f"request {number}: {status}")

    started = time.perf_counter()
    with ThreadPoolExecutor(len(browsers)) as pool:
        for finished in [pool.submit(serve, browser) for browser in browsers]:
            finished.result()
    done.elapsed = time.perf_counter() - started
    return done
