"""The whole hub as a group of processes: servers, web, live, worker, beat, and one address in front.

    with Stack(state) as stack:          # PostgreSQL and Valkey run
        stack.manage("prepare_database")
        stack.start("web", "worker")     # web answers before this returns
        stack.processes["worker"].kill() # as a failing machine would
        stack.heal(print)                # started again

The demo, the tests of failure, the browser journeys and the benchmarks all use it.
"""

import base64
import http.client
import importlib.util
import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from hub.demo.embedded import Servers
from hub.demo.ports import Ports
from hub.demo.processes import NotStartedError, Process, stop_together

ROOT = Path(__file__).resolve().parent.parent.parent
FIRST_PUBLIC_PORT, FIRST_INNER_PORT = 8000, 18_000
INNER = ("web", "live", "cad", "partner")
PARTS = ("web", "live", "worker", "courier", "beat", "front door")


class Stack:
    """One hub in one state folder. `env` is what its processes read; `url` is the address for people."""

    def __init__(
        self,
        state: Path | str,
        *,
        durable: bool = True,
        web_workers: int = 2,
        worker_processes: int = 2,
        host: str = "127.0.0.1",
        given: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """`given`: outside addresses that win (default: the environment); `extra`: further settings."""
        self.servers = Servers(state, durable=durable, given=given)
        self.state = self.servers.state
        self.logs = self.state / "logs"
        self.processes: dict[str, Process] = self.servers.processes
        self.env: dict[str, str] = {}
        self._web_workers, self._worker_processes = web_workers, worker_processes
        self._host = host
        self._extra = dict(extra or {})
        self._ports = Ports(self.state / "ports.json", host)
        self._port: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.start_servers()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address for people and machines: pages, API and live stream on one origin."""
        return f"http://127.0.0.1:{self._port['front door']}"

    @property
    def web_url(self) -> str:
        """The web process itself, without the front door: what benchmarks measure."""
        return f"http://127.0.0.1:{self._port['web']}"

    @property
    def live_url(self) -> str:
        """The live process itself."""
        return f"http://127.0.0.1:{self._port['live']}"

    def start_servers(self) -> None:
        """Start PostgreSQL and Valkey, choose ports, write `env`. Raises as `Servers.start` does."""
        self.servers.start()
        try:
            self.logs.mkdir(exist_ok=True)
            self._port["front door"] = self._ports.take("front door", FIRST_PUBLIC_PORT)
            for name in INNER:
                self._port[name] = self._ports.take(name, FIRST_INNER_PORT)
            self.env = self._environment()
            self.servers.hold.note(f"{self.url} (process {os.getpid()})")
        except BaseException:
            self.stop()
            raise

    def start(self, *names: str) -> None:
        """Start these parts (default: all) together and wait until those that listen answer.

        Raises `NotStartedError`.
        """
        started = [self._known(name) for name in names or PARTS]
        for process in started:
            if not process.alive:
                process.launch()
        for process in started:
            process.wait_until_ready()

    def start_services(self) -> bool:
        """Start the demo's own CAD and partner services; False when this checkout has none."""
        if importlib.util.find_spec("hub.demo.services") is None:
            return False
        self.start("services")
        return True

    def manage(self, command: str, *arguments: str) -> str:
        """Run one management command to its end and return what it printed. Raises `NotStartedError`."""
        log, output = self.logs / f"{command}.log", self.logs / f"{command}.output"
        for file in (log, output):
            file.write_text("")
        process = self._process(command, [sys.executable, "manage.py", command, *arguments], log)
        process.output = output
        process.launch()
        if code := process.finish():
            said = output.read_text(errors="replace")[-2000:]
            raise NotStartedError(f"manage.py {command} ended with {code}.\n{said}{process.last_words()}")
        return output.read_text(errors="replace")

    def heal(self, say: Callable[[str], None]) -> None:
        """Start again what died unasked, each with a growing delay, and `say` so."""
        for process in list(self.processes.values()):
            done = process.revive()
            if done:
                say(done)

    def stop(self) -> None:
        """Stop everything: first those who use the servers, then the servers."""
        stop_together([p for name, p in self.processes.items() if name not in {"postgres", "valkey"}])
        self.servers.stop()
        self._ports.free()

    def _known(self, name: str) -> Process:
        if name not in self.processes:
            self.processes[name] = self._make(name)
        return self.processes[name]

    def _make(self, name: str) -> Process:
        command, answers = {
            "web": (self._web(), self._answers("web", "/sign-in/")),
            "live": (self._live(), self._answers("live", "/live/health")),
            "worker": (self._worker(), None),
            "courier": (self._courier(), None),
            "beat": (self._beat(), None),
            "front door": (self._front_door(), self._answers("front door", "/sign-in/")),
            "services": (["-m", "hub.demo.services"], None),
            "callers": (["-m", "hub.demo.callers", "--first", "20", "--per-hour", "30"], None),
        }[name]
        log = self.logs / f"{name.replace(' ', '-')}.log"
        process = self._process(name, [sys.executable, *command], log)
        if answers is not None:
            process.ready = answers
        return process

    def _process(self, name: str, command: list[str], log: Path) -> Process:
        return Process(name=name, command=command, folder=ROOT, log=log, environment=self.env)

    def _web(self) -> list[str]:
        options = (
            f"--interface wsgi --host 127.0.0.1 --port {self._port['web']} --workers {self._web_workers}"
        )
        more = "--blocking-threads 8 --http 1 --no-ws --no-access-log --workers-kill-timeout 5"
        return ["-m", "granian", *options.split(), *more.split(), "hub.config.wsgi:application"]

    def _live(self) -> list[str]:
        # Open streams would hold the process for ever: after 3 seconds they are cut, and screens reconnect.
        options = (
            f"--host 127.0.0.1 --port {self._port['live']} --timeout-graceful-shutdown 3 --no-access-log"
        )
        more = "--log-level warning"
        return ["-m", "uvicorn", *options.split(), *more.split(), "hub.config.asgi:application"]

    def _worker(self) -> list[str]:
        """Does what is due. Calls nobody outside, so that no partner can hold the clock up."""
        return _celery(f"worker -n worker@%h -Q agenda -c {self._worker_processes}")

    def _courier(self) -> list[str]:
        """Delivers messages: it mostly waits for others, so threads serve it."""
        return _celery("worker -n courier@%h -Q post -P threads -c 8")

    def _beat(self) -> list[str]:
        # The folder of the state may hold spaces: it is one argument.
        return [*_celery("beat --pidfile="), "-s", str(self.state / "beat-schedule")]

    def _front_door(self) -> list[str]:
        ports = f"--port {self._port['front door']} --web {self._port['web']} --live {self._port['live']}"
        return ["-m", "hub.demo.front_door", "--host", self._host, *ports.split()]

    def _answers(self, name: str, path: str) -> Callable[[], bool]:
        port = self._port[name]

        def ask() -> bool:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            try:
                line.request("GET", path)
                return line.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
            except (OSError, http.client.HTTPException):
                return False
            finally:
                line.close()

        return ask

    def _environment(self) -> dict[str, str]:
        own = {
            "HUB_MODE": "demo",
            "HUB_STATE": str(self.state),
            "HUB_PUBLIC_URL": self.url,
            "HUB_CAD_URL": f"http://127.0.0.1:{self._port['cad']}",
            "HUB_DEMO_CAD_URL": f"http://127.0.0.1:{self._port['cad']}",
            "HUB_DEMO_PARTNER_URL": f"http://127.0.0.1:{self._port['partner']}",
            "PYTHONUNBUFFERED": "1",
        }
        return {**os.environ, **own, **self.servers.env(), **_keys(self.state / "keys.json"), **self._extra}


def _celery(options: str) -> list[str]:
    quiet = "--without-gossip --without-mingle" if options.startswith("worker") else ""
    return ["-m", "celery", "-A", "hub.config.celery", *options.split(), *quiet.split(), "-l", "WARNING"]


def _keys(file: Path) -> dict[str, str]:
    """Secrets of this state folder, made once and readable by their owner alone."""
    if not file.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "HUB_CAD_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as output:
            json.dump(made, output)
        unfinished.rename(file)
    found: dict[str, str] = json.loads(file.read_text())
    return found
