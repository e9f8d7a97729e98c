"""Worker, beat, courier and broker killed outright in mid-work: nothing lost, nothing done twice."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hub.demo.stack import ROOT, Stack
from tests.stack.test_embedded_demo import OF_THE_TEST_RUN

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(420)]
ITEMS = 1000


class Cad(BaseHTTPRequestHandler):
    """A CAD that takes every request, slowly enough to be killed in the middle of one."""

    got: list[str] = []
    pause = 0.02

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        time.sleep(self.pause)
        self.got.append(self.headers["webhook-id"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def cad() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cad)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, cad: str) -> Iterator[Stack]:
    """A hub without pages: PostgreSQL, Valkey, worker, courier and beat, healed as the demo heals itself."""
    folder: Path = tmp_path_factory.mktemp("failing hub")
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_TEST_RUN:
            patch.delenv(name, raising=False)
        hub = Stack(folder, durable=False, given={}, extra={"HUB_CAD_URL": cad})
    with hub:
        hub.manage("prepare_database")
        hub.start("worker", "courier", "beat")
        yield hub


def put(stack: Stack, what: str, count: int, argument: float = 0) -> None:
    command = [sys.executable, "-m", "tests.stack.work", what, str(count), str(argument)]
    subprocess.run(command, check=True, cwd=ROOT, env=stack.env, timeout=180)


def ask(stack: Stack, query: str) -> list[Any]:
    with psycopg.connect(stack.env["DATABASE_OWNER_URL"]) as line:
        return line.execute(query).fetchall()


def until(stack: Stack, query: str, enough: Callable[[int], bool], seconds: float = 150) -> int:
    """Heal the hub and count again until it is enough."""
    end = time.monotonic() + seconds
    while not enough(count := ask(stack, query)[0][0]):
        assert time.monotonic() < end, f"{query} stands at {count}"
        stack.heal(lambda words: None)
        time.sleep(0.05)
    return int(count)


def test_a_thousand_due_items_survive_the_killing_of_everything(stack: Stack) -> None:
    done = "SELECT count(*) FROM hub_event WHERE kind = 'case.welfare_due'"
    before = ask(stack, done)[0][0]
    put(stack, "welfare_calls", ITEMS, 4)

    for share, victim in ((0.1, "worker"), (0.3, "valkey"), (0.5, "beat"), (0.7, "worker")):
        reached = until(stack, done, lambda count, share=share: count >= before + ITEMS * share)
        stack.processes[victim].kill()
        assert reached < before + ITEMS, "everything was done before anything could be killed"
    until(stack, done, lambda count: count >= before + ITEMS)
    time.sleep(3)

    per_case = ask(
        stack, "SELECT stream, count(*) FROM hub_event WHERE kind = 'case.welfare_due' GROUP BY stream"
    )
    assert len(per_case) == before + ITEMS
    assert {times for _, times in per_case} == {1}
    late = (
        "SELECT count(*) FROM hub_dueitem WHERE kind = 'case.welfare' AND state <> 'done' AND due_at <= now()"
    )
    assert ask(stack, late) == [(0,)]
    assert "every chain whole" in stack.manage("verify_record")


def test_the_broker_wiped_clean_loses_nothing(stack: Stack) -> None:
    before = ask(stack, "SELECT count(*) FROM hub_event WHERE kind = 'case.welfare_due'")[0][0]
    put(stack, "welfare_calls", 50, 6)
    stack.processes["valkey"].kill()
    for file in (stack.state / "valkey").rglob("*"):
        if file.is_file():
            file.unlink()
    done = "SELECT count(*) FROM hub_event WHERE kind = 'case.welfare_due'"
    until(stack, done, lambda count: count >= before + 50)
    time.sleep(2)
    assert ask(stack, done)[0][0] == before + 50


def test_messages_survive_a_courier_killed_in_mid_delivery_and_keep_their_id(stack: Stack) -> None:
    delivered = "SELECT count(*) FROM hub_message WHERE kind = 'dispatch.requested' AND state = 'delivered'"
    asked = "SELECT id::text FROM hub_message WHERE kind = 'dispatch.requested'"
    earlier = {key for (key,) in ask(stack, asked)}
    until(stack, delivered, lambda count: count >= len(earlier))
    Cad.got.clear()
    put(stack, "ambulances", 60)
    for share in (5, 25):
        until(stack, delivered, lambda count, share=share: count >= len(earlier) + share)
        stack.processes["courier"].kill()
    until(stack, delivered, lambda count: count >= len(earlier) + 60)

    assert set(Cad.got) == {key for (key,) in ask(stack, asked)} - earlier
    # A call that was cut by the kill is made again under the same id: the other side sees it is one message.
    assert sum(Counter(Cad.got).values()) <= 60 + 2 * 8


def test_an_ambulance_that_nobody_acknowledges_alarms_by_the_real_clock(stack: Stack) -> None:
    alarmed = "SELECT count(*) FROM hub_case WHERE state = 'awaiting_dispatch' AND alarms::text LIKE '%Ring dispatch%'"
    before = ask(stack, alarmed)[0][0]
    put(stack, "ambulances", 5)
    until(stack, alarmed, lambda count: count >= before + 5, seconds=90)
