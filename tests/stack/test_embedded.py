"""The servers from wheels: any folder name, any account, several at once, and every way of ending."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hub.demo.embedded import Servers
from hub.demo.places import AlreadyRunningError, reachable_by_others, socket_folder
from hub.demo.processes import Account

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534
LAUNCH = """
import sys, time
from hub.demo.embedded import Servers
from hub.demo.places import AlreadyRunningError
servers = Servers(sys.argv[1], durable=False, given={})
try:
    servers.start()
except AlreadyRunningError as held:
    print("held by", held, flush=True)
    sys.exit(3)
print("started", servers.processes["postgres"].pid, servers.processes["valkey"].pid, flush=True)
time.sleep(float(sys.argv[2]))
servers.stop()
"""
pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("a folder with spaces") / "état"
    yield folder
    if folder.exists():
        _remove(folder)


def _remove(folder: Path) -> None:
    Servers(folder, given={}).remove()


def _launch(state: Path, seconds: float, **how: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", LAUNCH, str(state), str(seconds)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, **how)


def _first_line(launcher: "subprocess.Popen[str]") -> list[str]:
    assert launcher.stdout is not None
    return launcher.stdout.readline().split()


def _runs(pid: int) -> bool:
    # A dead child that its parent has not collected yet still has a number, but no longer runs.
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _gone(pids: list[int], within: float) -> bool:
    end = time.monotonic() + within
    while any(_runs(pid) for pid in pids):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_servers_answer_and_keep_their_data_between_starts(state: Path) -> None:
    with Servers(state, given={}) as servers:
        with psycopg.connect(servers.env()["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('still here')")
        pids = [process.pid for process in servers.processes.values()]
    assert _gone(pids, within=1)
    with (
        Servers(state, given={}) as servers,
        psycopg.connect(servers.env()["DATABASE_OWNER_URL"]) as connection,
    ):
        assert connection.execute("SELECT word FROM kept").fetchone() == ("still here",)


def test_the_serving_role_is_neither_owner_nor_superuser(state: Path) -> None:
    with Servers(state, durable=False, given={}) as servers:
        addresses = servers.env()
        with psycopg.connect(addresses["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE owned (word text)")
        with psycopg.connect(addresses["DATABASE_URL"]) as connection:
            rights = connection.execute(
                "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert rights == (False, False, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DROP TABLE owned")


def test_addresses_given_from_outside_win(state: Path) -> None:
    given = {"DATABASE_URL": "postgresql://hospital/hub", "REDIS_URL": "redis://hospital:6379/0"}
    with Servers(state, given=given) as servers:
        assert servers.processes == {}
        assert servers.env() == {
            **given,
            "DATABASE_OWNER_URL": given["DATABASE_URL"],
            "CELERY_BROKER_URL": given["REDIS_URL"],
        }


def test_nothing_is_left_behind_when_the_launcher_is_killed_outright(state: Path) -> None:
    launcher = _launch(state, 60)
    word, *numbers = _first_line(launcher)
    assert word == "started"
    pids = [int(number) for number in numbers]
    assert all(_runs(pid) for pid in pids)
    launcher.kill()
    launcher.communicate()
    assert _gone(pids, within=5)


def test_a_start_right_after_a_kill_succeeds(state: Path) -> None:
    for _ in range(3):
        launcher = _launch(state, 60)
        assert _first_line(launcher)[0] == "started"
        launcher.kill()
        launcher.communicate()
    with Servers(state, given={}) as servers:
        assert servers.processes["postgres"].alive


def test_of_four_racing_launchers_one_starts_and_the_others_say_who_holds_it(state: Path) -> None:
    launchers = [_launch(state, 3) for _ in range(4)]
    words = [_first_line(launcher) for launcher in launchers]
    assert sorted(line[0] for line in words) == ["held", "held", "held", "started"]
    for launcher in launchers:
        launcher.communicate()
    assert sorted(launcher.returncode for launcher in launchers) == [0, 3, 3, 3]


def test_two_folders_run_side_by_side(tmp_path: Path) -> None:
    with (
        Servers(tmp_path / "one", durable=False, given={}) as one,
        Servers(tmp_path / "two", durable=False, given={}) as two,
    ):
        assert one.env() != two.env()
        with psycopg.connect(one.env()["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE only_in_one (word text)")
        with psycopg.connect(two.env()["DATABASE_OWNER_URL"]) as connection:
            assert connection.execute("SELECT to_regclass('only_in_one')").fetchone() == (None,)
    for name in ("one", "two"):
        _remove(tmp_path / name)


def test_reset_refuses_while_it_runs_and_then_leaves_nothing(state: Path) -> None:
    with Servers(state, durable=False, given={}) as servers:
        sockets = servers.sockets
        with pytest.raises(AlreadyRunningError):
            _remove(state)
        assert servers.processes["postgres"].alive
    _remove(state)
    assert not state.exists()
    assert not sockets.exists()


def test_acknowledged_rows_survive_a_killed_database(state: Path) -> None:
    with Servers(state, given={}) as servers:
        address, database = servers.env()["DATABASE_OWNER_URL"], servers.processes["postgres"]
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE calls (number int)")
            for number in range(200):
                connection.execute("INSERT INTO calls VALUES (%s)", [number])
            database.kill()
        said: list[str] = []
        end = time.monotonic() + 20
        while not (database.alive and database.ready()) and time.monotonic() < end:
            said += filter(None, [database.revive()])
            time.sleep(0.05)
        assert "postgres had stopped" in said[0]
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT count(*) FROM calls").fetchone() == (200,)


def test_the_socket_folder_is_private_and_its_name_short(tmp_path: Path) -> None:
    deep = tmp_path / ("a very long name " * 8)
    folder = socket_folder(deep, Account())
    try:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert len(str(folder / ".s.PGSQL.5432")) < 100
    finally:
        folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_a_socket_folder_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path, Account())
    try:
        os.chown(folder, 12345, 12345)
        with pytest.raises(Exception, match="belongs to somebody else"):
            socket_folder(tmp_path, Account())
    finally:
        folder.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_no_server_runs_as_root(state: Path) -> None:
    with Servers(state, durable=False, given={}) as servers:
        for process in servers.processes.values():
            assert Path(f"/proc/{process.pid}").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_an_ordinary_user_can_run_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not reachable_by_others(Path(sys.executable).resolve().parent):
        pytest.skip("this Python is in a closed home; nobody else can run it")
    state = Path("/tmp") / f"hub-test-{os.getpid()}"  # noqa: S108 - pytest's own folder is closed to others
    state.mkdir()
    os.chown(state, NOBODY, NOBODY)
    launcher = _launch(state, 0, user=NOBODY, group=NOBODY, extra_groups=[], env={"PATH": os.defpath})
    words = _first_line(launcher)
    launcher.communicate()
    _remove(state)
    assert words[0] == "started"
    assert launcher.returncode == 0


def test_a_polite_signal_stops_everything(state: Path) -> None:
    code = LAUNCH.replace(
        "import sys, time", "import sys, time\nfrom hub.demo.processes import *\nraise_when_told_to_stop()"
    )
    # The line that lets the signal come is printed inside the try: it may come in the very next moment.
    code = code.replace('print("started"', 'try:\n  print("started"')
    code = code.replace("time.sleep(float(sys.argv[2]))", "  time.sleep(60)\nexcept Stopped: pass")
    command = [sys.executable, "-c", code, str(state), "60"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as launcher:
        pids = [int(number) for number in _first_line(launcher)[1:]]
        launcher.send_signal(signal.SIGTERM)
        launcher.communicate()
        assert launcher.returncode == 0
        assert _gone(pids, within=0.5)
