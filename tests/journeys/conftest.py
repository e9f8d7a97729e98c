"""One real hub for all journeys: every process of the demo, and people at browsers of their own."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from hub.demo.stack import Stack
from tests.chromium import launch_arguments
from tests.journeys.outside import Outside, answers, eventually
from tests.journeys.screen import ROOT, Screen
from tests.stack.test_embedded_demo import OF_THE_TEST_RUN

PATIENCE = 20_000  # milliseconds for anything to appear: machines under test are busy
QUICK = {"HUB_DEMO_PACE": "0.3"}  # the demo's services think for a second, not for six
SHORT_LIMIT = 6  # seconds until a screen locks, where a journey waits for it
People = Callable[..., Screen]


def real_hub(folder: Any, **extra: str) -> Iterator[Outside]:
    """A hub with every process, seeded as `make demo` seeds it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_TEST_RUN:
            patch.delenv(name, raising=False)
        stack = Stack(
            folder, durable=False, given={}, web_workers=1, worker_processes=1, extra={**QUICK, **extra}
        )
        with stack:
            stack.manage("prepare_database")
            stack.manage("seed_demo")
            stack.start()
            stack.start_services()
            outside = Outside(stack)
            outside.wait_for_doors()
            yield outside
            outside.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium per file. Playwright keeps an event loop running in this thread, and while it does no other test
    of the process could start one of its own: it must end with the journeys that need it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**launch_arguments())
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The hub of all journeys. Each journey brings its own cases; services accept unless a journey says otherwise."""
    yield from real_hub(tmp_path_factory.mktemp("the whole hub"))


@pytest.fixture
def services_accept(outside: Outside) -> Iterator[None]:
    """Every service accepts, dispatch acknowledges; put right again afterwards."""
    outside.all_services("accept")
    outside.dispatch("acknowledge")
    yield
    outside.all_services("accept")
    outside.dispatch("acknowledge")


@pytest.fixture
def people(browser: Browser, outside: Outside) -> Iterator[People]:
    """people("nadia"): a person signed in at a browser of their own. In the end no page may have complained."""
    expect.set_options(timeout=PATIENCE)
    screens: list[Screen] = []

    def person(
        name: str = "", *, url: str = outside.url, width: int = 1280, height: int = 800, **more: Any
    ) -> Screen:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-GB", timezone_id="Europe/London",
            reduced_motion="reduce", **more,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        screen = Screen(context.new_page(), url)
        screens.append(screen)
        if name:
            screen.sign_in(name, outside.password)
        return screen

    yield person
    expect.set_options(timeout=None)
    for screen in screens:
        screen.page.context.close()
    assert [fault for screen in screens for fault in screen.faults] == []


@pytest.fixture(scope="session")
def short_limit(outside: Outside) -> Iterator[str]:
    """The address of a second pair of web process and front door on the same hub, whose screens lock soon."""
    stack = outside.stack
    with ExitStack() as running:
        web, door = _free_port(), _free_port()
        # The public address stays the first one's: from it the live process knows the session's cookie.
        environment = {**stack.env, "HUB_IDLE_SECONDS": str(SHORT_LIMIT)}
        pages = f"granian --interface wsgi --host 127.0.0.1 --port {web} --no-ws hub.config.wsgi:application"
        live = urlsplit(stack.live_url).port
        front = f"hub.demo.front_door --port {door} --web {web} --live {live}"
        for command in (pages, front):
            process = subprocess.Popen([sys.executable, "-m", *command.split()], cwd=ROOT, env=environment)
            running.callback(process.wait, 20)
            running.callback(process.terminate)
        eventually(lambda: answers(f"http://127.0.0.1:{door}/sign-in/"), "the second web process", 120)
        yield f"http://127.0.0.1:{door}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
