"""Production: refuses to start without its secrets and says which; cookies, hosts and static files are strict."""

import json
import os
import subprocess
import sys

import pytest

from hub.demo.stack import ROOT

COMPLETE = {
    "HUB_MODE": "production",
    "SECRET_KEY": "made-up-for-this-test-" + "x" * 40,
    "DATABASE_URL": "postgresql://hub_web:made-up@127.0.0.1:5/hub",
    "REDIS_URL": "redis://127.0.0.1:6/0",
    "HUB_PUBLIC_URL": "https://hub.example",
    "HUB_CAD_URL": "https://cad.example",
    "HUB_CAD_SECRET": "whsec_" + "c2VjcmV0" * 4,
    "NOTIFY_API_KEY": "made-up",
    "NOTIFY_TEMPLATE_ID": "made-up",
}
SHOW = """
import json
from hub.config import settings as s
print(json.dumps({
    "debug": s.DEBUG, "session": s.SESSION_COOKIE_SECURE, "csrf": s.CSRF_COOKIE_SECURE, "hosts": s.ALLOWED_HOSTS,
    "hsts": s.SECURE_HSTS_SECONDS, "texts": s.TEXT_MESSAGES, "finders": s.WHITENOISE_USE_FINDERS,
}))
"""


def run(environment: dict[str, str], code: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**inherited, **environment},
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(set(COMPLETE) - {"HUB_MODE"}))
def test_it_does_not_start_without_a_secret_and_names_it(missing: str) -> None:
    given = {name: value for name, value in COMPLETE.items() if name != missing}
    refused = run(given, "import hub.config.settings")
    assert refused.returncode != 0
    assert missing in refused.stderr
    assert "made-up" not in refused.stderr


def test_without_any_mode_it_is_production() -> None:
    refused = run({}, "import hub.config.settings")
    assert refused.returncode != 0
    assert "SECRET_KEY, DATABASE_URL" in refused.stderr


def test_a_mode_that_does_not_exist_is_named() -> None:
    assert "'prod'" in run({"HUB_MODE": "prod"}, "import hub.config.settings").stderr


def test_complete_it_is_strict() -> None:
    shown = run(COMPLETE, SHOW)
    assert shown.returncode == 0, shown.stderr
    settings = json.loads(shown.stdout)
    assert settings == {
        "debug": False, "session": True, "csrf": True, "hosts": ["hub.example", "127.0.0.1", "localhost", "web"],
        "hsts": 31_536_000, "texts": "notify", "finders": False,
    }  # fmt: skip
