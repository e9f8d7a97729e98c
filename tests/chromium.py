"""A real Chromium for the browser journeys: the machine's own, else Playwright's, else Debian's package.

`python -m tests.chromium` makes sure there is one before the tests start.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOAD_LIMIT = 300  # seconds
WARNING = """
****************************************************************************************
  NO BROWSER. The browser journeys and their accessibility checks CANNOT RUN here.
  Install Chromium (Debian: apt install chromium), or set CHROMIUM=/path/to/it.
****************************************************************************************
"""


def on_machine() -> Path | None:
    """The browser that CHROMIUM names, or the first one found on the PATH."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given) if Path(given).exists() else None
    return next((Path(found) for found in map(shutil.which, NAMES) if found), None)


def of_playwright() -> Path | None:
    """The browser that Playwright downloaded earlier."""
    question = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as playwright: print(playwright.chromium.executable_path)"
    )
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip() or "/nowhere")
    return path if path.exists() else None


def find() -> Path | None:
    """A browser that is already here."""
    return on_machine() or of_playwright()


def launch_arguments() -> dict[str, Any]:
    """Arguments for Playwright's `launch`. Root needs no sandbox; nobody else may go without it."""
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path = on_machine()
    return {"args": arguments, **({"executable_path": str(path)} if path else {})}


def _try(*command: str) -> None:
    try:
        subprocess.run(command, timeout=DOWNLOAD_LIMIT, check=False, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as failure:
        print(f"  {command[0]}: {failure}")


def provide() -> Path | None:
    """Find a browser, or fetch one."""
    if (found := find()) is None:
        print("  no Chromium on this machine; asking Playwright for its own", flush=True)
        _try(sys.executable, "-m", "playwright", "install", "chromium")
        found = of_playwright()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("  asking Debian for its chromium", flush=True)
        _try("apt-get", "update", "-qq")
        _try("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core")
        found = on_machine()
    return found


def main() -> int:
    """Exit code 1 when there is no browser and CI counts on one."""
    found = provide()
    if found is not None:
        print(f"  browser: {found}")
        return 0
    print(WARNING, file=sys.stderr)
    return 1 if os.environ.get("CI", "").lower() in {"1", "true", "yes"} else 0


if __name__ == "__main__":
    sys.exit(main())
