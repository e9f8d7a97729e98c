"""From a fresh clone to a ready `.venv`: run by any Python from 3.11 to 3.13, standard library only.

The libraries are those of requirements.lock, each checked against its hash, from whatever package index this
machine is set up to use. A stamp of the lock's content says when there is nothing to do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "installed-lock.sha256"
OLDEST, NEWEST = (3, 11), (3, 13)
FETCHED = ("Collecting ", "Requirement already")
SHOWN_EVERY = 20
ADVICE = """\
This Python cannot make virtual environments with pip in them. Any one of these mends it; then run this again:
  - Debian or Ubuntu:  apt install python3-venv
  - or install `uv` or `virtualenv` where your shell finds it
  - or use a Python from python.org, pyenv or conda"""


def say(words: str) -> None:
    """One line at once, also into a pipe."""
    print(f"  {words}", flush=True)


def fits(python: Path | str) -> bool:
    """Whether this interpreter runs and is one the lock was made for."""
    question = f"import sys; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return subprocess.run([python, "-c", question], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / "bin" / "python"


def installers(python: Path) -> list[list[str]]:
    """Commands that can install into the environment of `python`, best first."""
    inside = [str(python), "-m", "pip"]
    outside = [sys.executable, "-m", "pip", "--python", str(python)]
    found = [inside, outside]
    if uv := shutil.which("uv"):
        found.append([uv, "pip", "--python", str(python)])
    return found


def _works(command: list[str]) -> bool:
    if Path(command[0]).name == "uv":
        return True
    return subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0


def _with_pip(python: Path) -> list[str] | None:
    subprocess.run([python, "-m", "ensurepip", "--default-pip"], capture_output=True, check=False)
    return next((command for command in installers(python) if _works(command)), None)


def _debian_package() -> bool:
    """As root on Debian the missing part can be had without asking anybody."""
    apt = shutil.which("apt-get")
    if os.geteuid() != 0 or apt is None:
        return False
    say("this Python lacks ensurepip; installing Debian's python3-venv")
    subprocess.run([apt, "update", "-qq"], capture_output=True, check=False)
    wanted = ["python3-venv", f"python3.{sys.version_info.minor}-venv"]
    done = [
        subprocess.run([apt, "install", "-y", "-qq", name], capture_output=True, check=False)
        for name in wanted
    ]
    return any(result.returncode == 0 for result in done)


def make_environment() -> list[str]:
    """Make `.venv` if it is missing or broken, and return the command that installs into it."""
    python = python_of(VENV)
    if not fits(python):
        shutil.rmtree(VENV, ignore_errors=True)
        say(f"virtual environment with Python {sys.version.split()[0]}")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=True)
    installer = _with_pip(python)
    if installer is None and _debian_package():
        installer = _with_pip(python)
    if installer is None:
        raise SystemExit(ADVICE)
    return installer


def install(installer: list[str]) -> None:
    """Install the lock. Ends the program with the installer's own words when it fails."""
    total = sum("==" in line for line in LOCK.read_text().splitlines())
    began = time.monotonic()
    say(f"about {total} libraries, each checked against its hash")
    # The lock names every library, so nothing is left to resolve.
    command = [*installer, "install", "--require-hashes", "--no-deps", "-r", str(LOCK)]
    lines: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            _show(lines, total, time.monotonic() - began)
    if process.returncode != 0:
        raise SystemExit(
            "".join(lines[-25:]) + "\nThe libraries could not be installed; the reason is above."
        )
    say(f"libraries ready, {time.monotonic() - began:.1f} s")


def _show(lines: list[str], total: int, seconds: float) -> None:
    """Progress, in few words: the installer itself would say hundreds of lines."""
    if lines[-1].startswith("Installing collected"):
        say(f"  unpacking, {seconds:.0f} s")
    elif lines[-1].startswith(FETCHED):
        seen = sum(line.startswith(FETCHED) for line in lines)
        if seen % SHOWN_EVERY == 0:
            say(f"  {seen} of {total} fetched, {seconds:.0f} s")


def main() -> None:
    """Do what is missing; print nothing when nothing is."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise SystemExit(
            f"The clinical hub needs Python 3.11, 3.12 or 3.13; this is {sys.version.split()[0]}."
        )
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == digest and fits(python_of(VENV)):
        return
    print("Setting up, once for each change of the lock", flush=True)
    install(make_environment())
    STAMP.write_text(digest)


if __name__ == "__main__":
    main()
