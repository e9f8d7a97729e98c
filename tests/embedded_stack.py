"""pytest plugin: a PostgreSQL and a Valkey of this run's own, before pytest-django reads the settings.

Loaded by `-p tests.embedded_stack`; a conftest would be too late. Each run has its own folder, so that two
runs in one checkout never share a server that one of them stops.
"""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

import pytest

from hub.demo.embedded import Servers
from hub.demo.places import AlreadyRunningError

ROOT = Path(__file__).resolve().parent.parent
RUNS = ROOT / ".state" / "tests"
_servers: Servers | None = None


def _needed() -> bool:
    # A worker of xdist inherits the addresses from the process that started it.
    return not os.environ.get("PYTEST_XDIST_WORKER")


def remove_left_over_runs(runs: Path = RUNS) -> None:
    """A run that was killed could not tidy up: the next one does. Runs that still live are let alone."""
    for folder in runs.glob("run-*"):
        try:
            os.kill(int(folder.name.removeprefix("run-")), 0)
        except ProcessLookupError:
            _remove(folder)
        except PermissionError:
            continue


def _remove(folder: Path) -> None:
    # Two runs may tidy up the same folder at once; either may find it gone.
    with contextlib.suppress(AlreadyRunningError, OSError):
        Servers(folder, durable=False, given={}).remove()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Start the servers and tell the settings where they are."""
    global _servers  # noqa: PLW0603 - pytest gives a plugin module no other place between two hooks
    if _needed():
        remove_left_over_runs()
        _servers = Servers(RUNS / f"run-{os.getpid()}", durable=False)
        _servers.start()
        os.environ.update(_servers.env())
        # Tests make their database, so they are its owner; what the serving role may do is shown by SET ROLE.
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
        os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0" * 40)
        os.environ.setdefault("HUB_STATE", str(_servers.state))
    os.environ.setdefault("HUB_MODE", "test")
    return (yield)


def pytest_unconfigure() -> None:
    """Stop them and leave nothing behind."""
    if _servers is not None and _needed():
        _servers.stop()
        _remove(_servers.state)
