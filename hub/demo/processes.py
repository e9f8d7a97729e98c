"""One child process: started, asked whether it is ready, stopped, killed, started again."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

LOG_KEPT = 5_000_000
PR_SET_PDEATHSIG = 1
FIRST_DELAY, LONGEST_DELAY, SETTLED_AFTER = 0.5, 30.0, 60.0


class NotStartedError(Exception):
    """A process did not start; the message ends with the last lines of its log."""


class Stopped(BaseException):
    """Somebody asked this program to stop. Not an Exception, so that nothing swallows it."""


@dataclass(frozen=True)
class Account:
    """The operating-system account a child runs under. Empty: the one of its parent."""

    uid: int | None = None
    gid: int | None = None

    def owns(self, path: Path) -> None:
        """Give `path` to this account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def popen_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to start a child under this account."""
        if self.uid is None or self.gid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def _dies_with_parent(signal_number: int) -> Callable[[], None] | None:
    # The kernel stops the child when its parent is killed outright. It counts the death of the *thread* that
    # started the child, so children are started from a thread that lives as long as they should.
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded before the fork: nothing may be allocated after it
    parent = os.getpid()

    def ask_kernel() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl: no signal will ever come
            os._exit(1)

    return ask_kernel


@dataclass
class Process:
    """A command that is meant to keep running. Times are seconds."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    log: Path
    output: Path | None = None  # what it says on standard output, when that is wanted apart from its log
    environment: Mapping[str, str] | None = None
    account: Account = field(default_factory=Account)
    stop_signal: int = signal.SIGTERM
    death_signal: int = signal.SIGTERM
    grace: float = 10
    ready: Callable[[], bool] = lambda: True
    patience: float = 180  # a small machine under load takes a minute to import everything
    wanted: bool = False
    restarts: int = 0
    _child: "subprocess.Popen[bytes] | None" = None
    _launched_at: float = 0
    _retry_at: float = 0
    _delay: float = FIRST_DELAY

    @property
    def alive(self) -> bool:
        """Whether the operating system still runs it."""
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int:
        """Process number; also the number of its process group. Raises when it never ran."""
        if self._child is None:
            raise NotStartedError(f"{self.name} is not running")
        return self._child.pid

    def launch(self) -> None:
        """Start it and return at once."""
        self.wanted = True
        self._launched_at = time.monotonic()
        with self.log.open("ab") as log, (self.output or self.log).open("ab") as output:
            self._child = subprocess.Popen(
                [str(part) for part in self.command],
                cwd=self.folder,
                env=dict(self.environment) if self.environment is not None else None,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
                preexec_fn=_dies_with_parent(self.death_signal),  # noqa: PLW1509 - calls one loaded C function
                **self.account.popen_arguments(),
            )

    def start(self) -> None:
        """Start it and wait until it answers. Raises `NotStartedError` with the end of its log."""
        if self.alive:
            return
        self._keep_log_small()
        self.launch()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Return once it answers; raise `NotStartedError` when it dies or `patience` runs out."""
        end = time.monotonic() + self.patience
        while not self.ready():
            if not self.alive:
                raise NotStartedError(f"{self.name} ended while starting.\n{self.last_words()}")
            if time.monotonic() > end:
                raise NotStartedError(
                    f"{self.name} gave no answer in {self.patience:.0f} seconds.\n{self.last_words()}"
                )
            time.sleep(0.02)

    def finish(self) -> int:
        """Wait for a command that ends by itself and return its exit code; stop it when we are stopped."""
        if self._child is None:
            raise NotStartedError(f"{self.name} is not running")
        try:
            return self._child.wait()
        finally:
            self.stop()

    def ask_to_stop(self) -> None:
        """Send the polite signal and return at once."""
        self.wanted = False
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(self.stop_signal)

    def stop(self) -> None:
        """Ask it to stop, wait `grace` seconds, then kill what is left of its group."""
        self.ask_to_stop()
        if self._child is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._child.wait(self.grace)
        self._kill_group()  # also the children of a child that ended without them
        self._child.wait()

    def kill(self) -> None:
        """Kill it and its whole group outright, as a failing machine would; `revive` may start it again."""
        self._kill_group()
        if self._child is not None:
            self._child.wait()

    def revive(self) -> str:
        """Start it again if it died unasked and its delay is over. Return what was done, or an empty text."""
        if not self.wanted or self.alive or time.monotonic() < self._retry_at:
            return ""
        lived = time.monotonic() - self._launched_at
        self._delay = FIRST_DELAY if lived > SETTLED_AFTER else min(self._delay * 2, LONGEST_DELAY)
        self._retry_at = time.monotonic() + self._delay
        self.restarts += 1
        code = self._child.returncode if self._child is not None else "unknown"
        self._kill_group()  # orphans of the dead one would go on answering beside the new one
        self.launch()
        return f"{self.name} had stopped (exit {code}); started again. Log: {self.log}"

    def last_words(self, characters: int = 2000) -> str:
        """The end of its log."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - characters))
            return log.read().decode(errors="replace")

    def _kill_group(self) -> None:
        if self._child is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._child.pid, signal.SIGKILL)

    def _keep_log_small(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_KEPT:
            self.log.replace(self.log.with_suffix(".old.log"))


def stop_together(processes: Sequence[Process]) -> None:
    """Ask all to stop at once, then wait for each: the slowest decides, not the sum."""
    for process in processes:
        process.ask_to_stop()
    for process in processes:
        process.stop()


def raise_when_told_to_stop() -> None:
    """From now on Ctrl-C, `kill` and a closed terminal raise `Stopped` in the main thread, once."""

    def told(number: int, _frame: FrameType | None) -> NoReturn:
        ignore_further_signals()  # a second Ctrl-C must not interrupt the orderly stop
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, told)


def ignore_further_signals() -> None:
    """Let the orderly stop run to its end."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
