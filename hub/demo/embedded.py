"""Real PostgreSQL and Valkey from wheels, as child processes. Needs no root and never runs a server as root.

`DATABASE_URL` and `REDIS_URL`, when set, win: then that server is not started here.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

import psycopg
from psycopg import sql

from hub.demo import places
from hub.demo.processes import NotStartedError, Process, stop_together

DATABASE, OWNER, SERVING, SUPERUSER = "hub", "hub_owner", "hub_web", "postgres"
FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class Servers:
    """PostgreSQL and Valkey of one state folder, held by this process alone.

    `durable=False` is for tests: a power cut may then lose the database.
    """

    def __init__(
        self, state: Path | str, *, durable: bool = True, given: Mapping[str, str] | None = None
    ) -> None:
        self.given = dict(os.environ if given is None else given)
        self.state = Path(state).resolve()
        self.state.mkdir(parents=True, exist_ok=True)
        self.durable = durable
        self.hold = places.Hold(self.state)
        self.processes: dict[str, Process] = {}
        self._account = places.server_account()
        self._plain = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def own_database(self) -> bool:
        """Whether PostgreSQL is ours to start."""
        return not self.given.get("DATABASE_URL")

    @property
    def own_broker(self) -> bool:
        """Whether Valkey is ours to start."""
        return not self.given.get("REDIS_URL")

    def start(self) -> None:
        """Start both and wait until they answer.

        Raises `AlreadyRunningError`, `CannotRunError` or `NotStartedError`.
        """
        self.hold.take()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _start(self) -> None:
        if not (self.own_database or self.own_broker):
            return
        self.home = places.data_folder(self.state, self._account)
        self.sockets = places.socket_folder(self.state, self._account)
        self.logs = self.state / "logs"
        self.logs.mkdir(exist_ok=True)
        self._bin, self._valkey = places.programs(self._account)
        if self.own_database:
            self.processes["postgres"] = self._postgres()
        if self.own_broker:
            self.processes["valkey"] = self._broker()
        for process in self.processes.values():
            process.start()
        if self.own_database:
            self._create_roles()

    def stop(self) -> None:
        """Stop both cleanly and let go of the folder."""
        stop_together([self.processes[name] for name in ("valkey", "postgres") if name in self.processes])
        self.processes.clear()
        self.hold.free()

    def remove(self) -> None:
        """Delete everything this state folder holds, wherever it is. Raises `AlreadyRunningError`."""
        self.hold.take()
        elsewhere = places.data_folder(self.state, self._account)
        shutil.rmtree(places.socket_folder(self.state, self._account), ignore_errors=True)
        if elsewhere != self.state:
            shutil.rmtree(elsewhere)
        self.hold.free()
        shutil.rmtree(self.state)

    def env(self) -> dict[str, str]:
        """The addresses as the hub's settings read them; what was given from outside wins."""
        if self.own_database:
            found = {
                "DATABASE_URL": self.database_url(SERVING),
                "DATABASE_OWNER_URL": self.database_url(OWNER),
            }
        else:
            given = self.given["DATABASE_URL"]
            found = {
                "DATABASE_URL": given,
                "DATABASE_OWNER_URL": self.given.get("DATABASE_OWNER_URL") or given,
            }
        redis = f"unix://{self.sockets}/valkey.sock" if self.own_broker else self.given["REDIS_URL"]
        broker = self.given.get("CELERY_BROKER_URL") if not self.own_broker else None
        return {
            **found,
            "REDIS_URL": redis,
            "CELERY_BROKER_URL": broker or redis.replace("unix://", "redis+socket://"),
        }

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """Address of the embedded PostgreSQL for one role."""
        return f"postgresql://{role}@/{database}?host={self.sockets}"

    def _postgres(self) -> Process:
        data = self.home / "postgres"
        if not (data / "PG_VERSION").exists():
            self._initialise(data)
        _wait_for_predecessor(data)
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "max_connections=200",
            f"shared_buffers={'256MB' if self.durable else '64MB'}",
            "log_line_prefix=%m [%p] ",
            *([] if self.durable else FORGETFUL),
        ]
        options = [part for setting in settings for part in ("-c", setting)]
        return Process(
            name="postgres",
            command=[self._bin / "postgres", "-D", data, *options],
            folder=self.sockets,
            log=self.logs / "postgres.log",
            environment=self._plain,
            account=self._account,
            stop_signal=signal.SIGINT,  # "fast": open connections are closed, the log is flushed
            death_signal=signal.SIGINT,
            grace=30,
            ready=self._postgres_answers,
        )

    def _initialise(self, data: Path) -> None:
        shutil.rmtree(data, ignore_errors=True)  # an initdb that was interrupted leaves no PG_VERSION of use
        making = data.with_name("postgres.unfinished")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self._account.owns(making)
        # The builtin locale sorts the same on every machine. Trust is safe: the socket's folder is 0700.
        words = f"-U {SUPERUSER} -E UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
        words += " --auth-local=trust --auth-host=reject" + ("" if self.durable else " --no-sync")
        command = [str(self._bin / "initdb"), "-D", str(making), *words.split()]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=self.sockets,
            env=self._plain,
            **self._account.popen_arguments(),
        )
        if done.returncode:
            raise NotStartedError(f"PostgreSQL could not make its data folder.\n{done.stderr}")
        making.rename(data)

    def _postgres_answers(self) -> bool:
        question = [str(self._bin / "pg_isready"), "-q", "-h", str(self.sockets)]
        done = subprocess.run(question, stdout=subprocess.DEVNULL, env=self._plain, check=False)
        return done.returncode == 0

    def _create_roles(self) -> None:
        # The role that serves is not the owner of the tables: what it may not do, PostgreSQL refuses.
        with psycopg.connect(self.database_url(SUPERUSER, "postgres"), autocommit=True) as connection:
            roles = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role, rights in ((OWNER, "CREATEDB"), (SERVING, "NOCREATEDB")):
                if role not in roles:
                    connection.execute(
                        sql.SQL(f"CREATE ROLE {{}} LOGIN {rights}").format(sql.Identifier(role))
                    )
            # The owner may act as the serving role: the tests show with it what that role may not do.
            connection.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(SERVING), sql.Identifier(OWNER))
            )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                wanted = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(wanted.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

    def _broker(self) -> Process:
        data = self.home / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        self._account.owns(data)
        end = time.monotonic() + 10
        while self._broker_answers() and time.monotonic() < end:  # a killed start's Valkey is on its way out
            time.sleep(0.05)
        settings: dict[str, str | Path] = {
            "--port": "0",
            "--unixsocket": self.sockets / "valkey.sock",
            "--unixsocketperm": "700",
            "--dir": data,
            "--save": "",
            "--appendonly": "yes" if self.durable else "no",
            "--appendfsync": "everysec",
            "--maxmemory": "256mb",
            "--maxmemory-policy": "noeviction",
        }
        return Process(
            name="valkey",
            command=[self._valkey, *(part for pair in settings.items() for part in pair)],
            folder=self.sockets,
            log=self.logs / "valkey.log",
            environment=self._plain,
            account=self._account,
            ready=self._broker_answers,
        )

    def _broker_answers(self) -> bool:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(self.sockets / "valkey.sock"))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        return False


def _wait_for_predecessor(data: Path) -> None:
    """A killed start leaves a PostgreSQL that is shutting down; two must never share a data folder."""
    note = data / "postmaster.pid"
    end = time.monotonic() + 30
    while note.exists():
        number = (note.read_text().splitlines() or ["0"])[0].strip()
        program = Path("/proc") / number / "comm"
        if Path("/proc/self").exists() and (
            not program.exists() or program.read_text().strip() != "postgres"
        ):
            note.unlink(missing_ok=True)  # its process is gone, or its number was given to another program
            return
        if time.monotonic() > end or not Path("/proc/self").exists():
            return  # PostgreSQL's own check of that note decides
        time.sleep(0.05)
