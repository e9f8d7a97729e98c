"""`make demo` and `make demo-reset`: the whole hub on this machine, from nothing to sign-ins."""

import argparse
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from hub.demo.embedded import Servers
from hub.demo.places import AlreadyRunningError, CannotRunError
from hub.demo.processes import NotStartedError, Stopped, raise_when_told_to_stop
from hub.demo.running import STATE, leave_settings, take_settings_away
from hub.demo.stack import Stack

LOOK_EVERY = 0.5  # seconds between two looks at the processes
FOLLOW_UP_MINUTES = "2"  # a person who tries the demo sees the reminder fire; 0: as long as the rule says


@contextmanager
def step(words: str) -> Generator[None, None, None]:
    """A line that says what is being done, and then how long it took."""
    print(f"  {words} ...", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)


def say(words: str) -> None:
    """One line at once, also into a pipe."""
    print(f"  {words}", flush=True)


def prepare(stack: Stack) -> str:
    """From running servers to a hub that answers. Returns what the seed printed: the sign-ins."""
    with step("tables and rights"):
        stack.manage("prepare_database")
    with step("people, services and cases to try"):
        sign_ins = "Sign in" + stack.manage("seed_demo").rpartition("Sign in")[2]
    with step("pages, live screens, worker, clock, front door"):
        stack.start()
    with step("the demo's own CAD and partner services"):
        present = stack.start_services()
        if present:
            stack.start("callers")
    if not present:
        say("(this checkout has no demo services; cases arrive only by hand)")
    return sign_ins


def demo(state: Path) -> None:
    """Run until told to stop."""
    raise_when_told_to_stop()
    print("The clinical hub, demonstration. Ctrl-C stops it.", flush=True)
    minutes = os.environ.get("HUB_DEMO_FOLLOW_UP_MINUTES", FOLLOW_UP_MINUTES)
    extra = {"HUB_DEMO_FOLLOW_UP_MINUTES": minutes}
    stack = Stack(state, host=os.environ.get("HUB_DEMO_HOST", "127.0.0.1"), extra=extra)
    try:
        with step("PostgreSQL and Valkey"):
            stack.start_servers()
        leave_settings(stack.state, stack.env)
        sign_ins = prepare(stack)
        print(f"\n{sign_ins.strip()}\n\nOpen {stack.url}\nLogs: {stack.logs}\n", flush=True)
        while True:
            time.sleep(LOOK_EVERY)
            stack.heal(say)
    except Stopped:
        with step("\nstopping"):
            stack.stop()
        say("stopped; what was entered is kept for the next start (`make demo-reset` starts anew)")
    finally:
        take_settings_away(stack.state)
        stack.stop()


def reset(state: Path) -> None:
    """Forget everything of the demo. Refuses while it runs."""
    if not state.exists():
        say("there is nothing to reset")
        return
    Servers(state, given={}).remove()
    say("the demo's data is gone; `make demo` starts anew")


def main() -> int:
    """Exit code: 0 when it ran and stopped, 1 with a sentence when it could not."""
    parser = argparse.ArgumentParser(prog="hub.demo", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["run", "reset"], default="run")
    parser.add_argument("--state", type=Path, default=STATE)
    given = parser.parse_args()
    try:
        (reset if given.what == "reset" else demo)(given.state)
    except AlreadyRunningError as running:
        print(f"The demo of this folder is already running: {running}. Stop it there with Ctrl-C first.")
        return 1
    except (CannotRunError, NotStartedError) as failure:
        print(f"\nThe demo could not start. {failure}")
        return 1
    except PermissionError as failure:
        print(f"\nNo permission for {failure.filename}. Use the account that ran the demo here before.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
