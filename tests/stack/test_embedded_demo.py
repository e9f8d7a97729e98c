"""`make demo` as a person meets it: from an empty folder to pages that answer, and to a clean stop."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.demo.embedded import Servers
from tests.stack.test_embedded import ROOT

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(300)]
OF_THE_TEST_RUN = {
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "REDIS_URL",
    "CELERY_BROKER_URL",
    "HUB_MODE",
    "HUB_STATE",
}


class Demo:
    """A demo in a process of its own, and what it has printed so far."""

    def __init__(self, state: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
        self.state = state
        self.printed = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub.demo", "run", "--state", str(state)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def read_until(self, pattern: str) -> re.Match[str]:
        """What it printed, as soon as it matches."""
        assert self.process.stdout is not None
        while not (found := re.search(pattern, self.printed)):
            line = self.process.stdout.readline()
            assert line, f"the demo ended before {pattern!r}:\n{self.printed}"
            self.printed += line
        return found

    def stop(self) -> str:
        """Ctrl-C; return all it printed."""
        self.process.send_signal(signal.SIGINT)
        self.printed += self.process.communicate(timeout=60)[0]
        return self.printed


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    state = tmp_path_factory.mktemp("a demo") / "state"
    running = Demo(state)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
        Servers(state, given={}).remove()


def _page(address: str) -> tuple[int, str]:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own address on this machine
        return answer.status, answer.read().decode()


def _processes_of(state: Path) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"HUB_STATE={state}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def test_a_demo_starts_heals_refuses_a_second_and_stops(demo: Demo) -> None:
    address = demo.read_until(r"Open (http://\S+)").group(1)
    status, page = _page(f"{address}/sign-in/")
    assert status == 200
    assert "not for" in page.lower()  # the sign-in page says what this is not
    assert re.search(r"nadia", demo.printed), "the sign-ins are printed"

    said = _manage(demo.state, "verify_record")
    assert "every chain whole" in said.stdout, said.stderr

    again = Demo(demo.state)
    refused = again.process.communicate(timeout=60)[0]
    assert again.process.returncode == 1
    assert address in refused

    (worker,) = [p for p in _pids(demo.state, "worker@%h") if _parent(p) == demo.process.pid]
    os.kill(worker, signal.SIGKILL)
    demo.read_until(r"worker had stopped \(exit -9\); started again")

    printed = demo.stop()
    assert demo.process.returncode == 0
    assert "stopped; what was entered is kept" in printed
    end = time.monotonic() + 5
    while _processes_of(demo.state) and time.monotonic() < end:
        time.sleep(0.1)
    assert _processes_of(demo.state) == []
    assert set(json.loads((demo.state / "ports.json").read_text())) >= {"front door", "web", "live"}
    nobody = _manage(demo.state, "verify_record")
    assert nobody.returncode != 0, "a command found a demo that has stopped"
    assert "DATABASE_URL" in nobody.stderr


def _manage(state: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command as somebody types it beside the demo: nothing in the environment says where to go."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_TEST_RUN}
    return subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env={**environment, "HUB_STATE": str(state)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def _pids(state: Path, word: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"HUB_STATE={state}".encode() in (folder / "environ").read_bytes()
            if ours and word in (folder / "cmdline").read_text().split("\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
