"""`make check`: every rule a machine can hold. Runs all of them and reports every failure, not the first.

`--write-docs` writes the generated pages instead of comparing them.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hub.demo.embedded import Servers  # noqa: E402 - found through the line above

PYTHON = [sys.executable]
PACKAGES = ["hub", "triage", "referrals", "benchmarks"]
SIDE_BY_SIDE = 2


@dataclass(frozen=True)
class Check:
    """A rule and the command that holds it."""

    name: str
    command: list[str]


@dataclass(frozen=True)
class Verdict:
    """What a command said."""

    check: Check
    passed: bool
    words: str
    seconds: float


def _tool(*arguments: str) -> list[str]:
    return [*PYTHON, "-m", *arguments]


def checks() -> list[Check]:
    """All rules, the slowest first."""
    present = [package for package in PACKAGES if any((ROOT / package).rglob("*.py"))]
    layers = "from importlinter.cli import lint_imports_command as lint_imports; lint_imports()"
    return [
        Check("types (mypy, strict)", _tool("mypy", "--no-error-summary", *present)),
        Check("protocols (verifier)", [*PYTHON, "manage.py", "check_protocols", "--check"]),
        Check("templates (djlint)", _tool("djlint", "--lint", "templates")),
        Check("lint (ruff)", _tool("ruff", "check", "--quiet", ".")),
        Check("format (ruff)", _tool("ruff", "format", "--check", "--quiet", ".")),
        Check("layers (import-linter)", [*PYTHON, "-c", layers]),
        Check("system check (Django)", [*PYTHON, "manage.py", "check", "--fail-level", "WARNING"]),
        Check("migrations", [*PYTHON, "manage.py", "makemigrations", "--check", "--dry-run"]),
        Check("generated pages", [*PYTHON, "manage.py", "generate_docs", "--check"]),
        Check("ceilings", [*PYTHON, ".ci/ceilings.py"]),
        Check("no addresses of an index", [*PYTHON, ".ci/no_addresses.py"]),
    ]


def run(check: Check, environment: dict[str, str]) -> Verdict:
    """One rule, to its end."""
    began = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    verdict = Verdict(check, done.returncode == 0, done.stdout + done.stderr, time.monotonic() - began)
    mark = "passed" if verdict.passed else "FAILED"
    print(f"  {mark}  {check.name}  {verdict.seconds:.1f} s", flush=True)
    return verdict


def main() -> int:
    """Exit code: 0 when every rule holds."""
    state = ROOT / ".state" / "check" / f"run-{os.getpid()}"
    with Servers(state, durable=False, given={}) as servers:
        environment = {**os.environ, **servers.env(), "HUB_MODE": "test", "HUB_STATE": str(state)}
        if "--write-docs" in sys.argv:
            pages = ("generate_docs", "check_protocols")
            return max(
                subprocess.call([*PYTHON, "manage.py", page], cwd=ROOT, env=environment) for page in pages
            )
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            verdicts = list(pool.map(lambda check: run(check, environment), checks()))
    servers.remove()
    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        print(f"\n--- {verdict.check.name} ---\n{verdict.words.strip()}")
    print(f"\n{len(verdicts) - len(failed)} of {len(verdicts)} rules hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
