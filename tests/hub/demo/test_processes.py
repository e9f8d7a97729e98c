"""Children: started, watched, revived, stopped; and the ports they are given."""

import json
import os
import signal
import socket
import stat
import sys
import time
from pathlib import Path

import pytest

from hub.demo import processes
from hub.demo.ports import Ports
from hub.demo.processes import NotStartedError, Process, stop_together
from hub.demo.stack import Stack

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
SLOW = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(0.5), sys.exit()))
print("up", flush=True)
time.sleep(60)
"""


def _runs(pid: int) -> bool:
    # A dead process that nobody has collected yet still has a number, but no longer runs.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _process(tmp_path: Path, command: list[str], **more: object) -> Process:
    return Process(name="child", command=command, folder=tmp_path, log=tmp_path / "child.log", **more)


def test_a_child_that_ends_while_starting_says_why(tmp_path: Path) -> None:
    child = _process(
        tmp_path, [sys.executable, "-c", "raise SystemExit('no such database')"], ready=lambda: False
    )
    with pytest.raises(NotStartedError, match="no such database"):
        child.start()


def test_a_silent_child_is_given_up_after_its_patience(tmp_path: Path) -> None:
    child = _process(tmp_path, SLEEP, ready=lambda: False, patience=0.2)
    with pytest.raises(NotStartedError, match="no answer"):
        child.start()
    child.stop()
    assert not child.alive


def test_a_child_that_ignores_the_polite_signal_is_killed(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf"
    child = _process(tmp_path, [sys.executable, "-c", STUBBORN, str(deaf)], ready=deaf.exists, grace=0.3)
    child.start()
    child.stop()
    assert not child.alive


def test_a_dead_child_is_revived_with_a_growing_delay_and_said(tmp_path: Path) -> None:
    child = _process(tmp_path, [sys.executable, "-c", "raise SystemExit(7)"])
    child.start()
    said: list[tuple[float, str]] = []
    end = time.monotonic() + 10
    while len(said) < 3 and time.monotonic() < end:
        said += [(time.monotonic(), words) for words in [child.revive()] if words]
        time.sleep(0.01)
    child.stop()
    assert "exit 7" in said[0][1]
    assert child.restarts == 3
    assert said[2][0] - said[1][0] > said[1][0] - said[0][0] > processes.FIRST_DELAY


def test_a_child_that_was_stopped_stays_stopped(tmp_path: Path) -> None:
    child = _process(tmp_path, SLEEP)
    child.start()
    child.stop()
    assert child.revive() == ""
    assert not child.alive


def test_killing_takes_the_children_of_the_child_too(tmp_path: Path) -> None:
    child = _process(tmp_path, [sys.executable, "-c", PARENT])
    child.ready = lambda: child.log.read_text().strip() != ""
    child.start()
    grandchild = int(child.log.read_text().strip())
    child.kill()
    end = time.monotonic() + 5
    while _runs(grandchild) and time.monotonic() < end:
        time.sleep(0.02)
    assert not _runs(grandchild)


def test_a_revived_child_has_no_orphans_of_its_former_life_beside_it(tmp_path: Path) -> None:
    child = _process(tmp_path, [sys.executable, "-c", PARENT])
    child.ready = lambda: child.log.read_text().strip() != ""
    child.start()
    orphan = int(child.log.read_text().strip())
    os.kill(child.pid, signal.SIGKILL)  # the parent alone, as the kernel does when memory runs out
    end = time.monotonic() + 5
    while child.alive and time.monotonic() < end:
        time.sleep(0.01)
    assert child.revive()
    while _runs(orphan) and time.monotonic() < end:
        time.sleep(0.01)
    assert not _runs(orphan)
    child.stop()


def test_stopping_together_takes_as_long_as_the_slowest(tmp_path: Path) -> None:
    children = [_process(tmp_path, [sys.executable, "-c", SLOW]) for _ in range(3)]
    for number, child in enumerate(children):
        child.log = tmp_path / f"{number}.log"
        child.ready = lambda log=child.log: "up" in log.read_text()
        child.start()
    began = time.monotonic()
    stop_together(children)
    assert time.monotonic() - began < 1.4
    assert not any(child.alive for child in children)


def test_ports_are_remembered_and_never_given_twice(tmp_path: Path) -> None:
    one, two = Ports(tmp_path / "one.json"), Ports(tmp_path / "two.json")
    first, second = one.take("web", 28_000), two.take("web", 28_000)
    assert first != second  # nobody listens yet, and still it is taken
    one.free()
    two.free()
    again = Ports(tmp_path / "two.json")
    assert again.take("web", 28_000) == second
    again.free()


def test_a_port_somebody_listens_on_is_passed_over(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        busy = server.getsockname()[1]
        memory = tmp_path / "ports.json"
        memory.write_text(json.dumps({"web": busy}))
        ports = Ports(memory)
        assert ports.take("web", 28_000) != busy
        ports.free()


def test_the_stack_keeps_its_secrets_to_itself_and_between_starts(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/hub", "REDIS_URL": "redis://elsewhere"}
    with Stack(tmp_path / "state", given=given) as stack:
        first = stack.env["SECRET_KEY"]
        assert stat.S_IMODE((tmp_path / "state" / "keys.json").stat().st_mode) == 0o600
        assert stack.env["DATABASE_URL"] == given["DATABASE_URL"]
        assert stack.env["HUB_PUBLIC_URL"] == stack.url
    with Stack(tmp_path / "state", given=given) as stack:
        assert stack.env["SECRET_KEY"] == first
    with Stack(tmp_path / "other", given=given) as stack:
        assert stack.env["SECRET_KEY"] != first


def test_a_signal_raises_once_and_later_ones_wait(tmp_path: Path) -> None:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        processes.raise_when_told_to_stop()
        with pytest.raises(processes.Stopped, match="SIGTERM"):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)  # ignored: the orderly stop goes on
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
