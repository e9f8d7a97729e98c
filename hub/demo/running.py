"""Commands typed beside a running demo speak to it: `manage.py verify_record` needs no settings by hand.

The demo leaves its settings in its own state folder, for its own account only, and takes them away when it stops.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".state" / "demo"
FILE = "environment.json"
CHOSEN = ("HUB_MODE", "DATABASE_URL")  # whoever sets one of these knows where to go


def leave_settings(state: Path, environment: Mapping[str, str]) -> None:
    """Keep what differs from this process's own environment, and who wrote it."""
    ours = {name: value for name, value in environment.items() if os.environ.get(name) != value}
    file = state / FILE
    file.unlink(missing_ok=True)
    with open(file, "x", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
        json.dump({"process": os.getpid(), "environment": ours}, opened)


def take_settings_away(state: Path) -> None:
    """The demo has stopped."""
    (state / FILE).unlink(missing_ok=True)


def settings_of_running_demo(state: Path) -> dict[str, str]:
    """What the demo of this folder runs with; empty when none runs, also when it was killed outright."""
    try:
        left = json.loads((state / FILE).read_text(encoding="utf-8"))
        os.kill(left["process"], 0)
    except (OSError, ValueError, KeyError):
        return {}
    return dict(left["environment"])


def speak_to_running_demo() -> None:
    """For manage.py: nothing is changed when the environment says already where to go."""
    if not any(os.environ.get(name) for name in CHOSEN):
        os.environ.update(settings_of_running_demo(Path(os.environ.get("HUB_STATE", STATE))))
