"""The deployment as its files say it: what goes into the image runs, each container is held as tight as it can be."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
OF_THE_HUB = {"migrate", "web", "live", "worker", "courier", "beat"}


def in_the_image(folder: Path) -> Path:
    """A copy of what .dockerignore lets in."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    left_out = {line.rstrip("/") for line in lines if line[0] not in "!*"}

    def ignored(where: str, names: list[str]) -> set[str]:
        here = Path(where).relative_to(ROOT)
        return {name for name in names if str(here / name) in left_out} | {"__pycache__"}

    for name in (line[1:].rstrip("/") for line in lines if line[0] == "!"):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def settings_of_the_build() -> dict[str, str]:
    """What the Dockerfile gives to collectstatic."""
    run = re.search(
        r"^RUN (HUB_MODE=.*?) python manage\.py collectstatic",
        (ROOT / "Dockerfile").read_text().replace("\\\n", " "),
        re.MULTILINE,
    )
    assert run is not None
    return dict(pair.split("=", 1) for pair in run.group(1).split())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's folder after `collectstatic`, run there as the Dockerfile does."""
    folder = in_the_image(tmp_path_factory.mktemp("image"))
    assert not (folder / "hub" / "demo").exists()
    done = python(folder, "manage.py", "collectstatic", "--no-input", "--verbosity=0")
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, **settings_of_the_build()},
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


def test_what_goes_into_the_image_can_be_started_there(image: Path) -> None:
    done = python(image, "-c", "import hub.config.asgi, hub.config.celery, hub.config.urls")
    assert done.returncode == 0, done.stderr[-2000:]
    helped = python(image, "manage.py", "help")
    for command in ("add_person", "add_api_client", "prepare_database", "publish_protocols", "verify_record"):
        assert command in helped.stdout
    assert "replay_calls" not in helped.stdout  # it needs the demo


def test_scripts_import_scripts_of_their_own_version(image: Path) -> None:
    """An import without a fingerprint would give a browser the old file for a while after an upgrade."""
    scripts = list((image / "staticfiles" / "js").glob("*.????????????.js"))
    assert len(scripts) > 10
    imported = [
        (script.parent / address).resolve()
        for script in scripts
        for address in re.findall(r'^import .*?"(.+?)";', script.read_text(), flags=re.MULTILINE)
    ]
    assert len(imported) > 10
    for file in imported:
        assert re.search(r"\.[0-9a-f]{12}\.js$", file.name), file.name
        assert file.exists()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_container_gains_no_rights_and_its_log_is_limited(name: str) -> None:
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["logging"] == {"driver": "local"}
    assert service["restart"] == ("no" if name == "migrate" else "unless-stopped")
    assert service.get("read_only", False) is (name in {*OF_THE_HUB, "broker"})
    assert not {"privileged", "pid", "network_mode"} & set(service)


def test_nothing_but_the_proxy_runs_as_root() -> None:
    assert re.search(r"^USER hub$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    named = {name: service["user"] for name, service in SERVICES.items() if "user" in service}
    assert named == {"database": "postgres", "broker": "valkey"}
    assert set(SERVICES) - set(named) - OF_THE_HUB == {"proxy"}


def test_only_the_proxy_and_the_courier_reach_outside() -> None:
    networks = yaml.safe_load(COMPOSE)["networks"]
    assert {name for name, network in networks.items() if not network.get("internal")} == {"outside"}
    on = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert {name for name in on if "outside" in on[name]} == {"proxy", "courier"}
    assert on["database"] == on["broker"] == {"inside"}
    assert not on["proxy"] & {"inside"}


def test_streams_are_compressed_from_their_first_few_bytes_and_a_dead_page_is_a_sentence() -> None:
    proxy = yaml.safe_load(COMPOSE)["configs"]["proxy"]["content"]
    live = re.search(r"handle /live/\* \{(.*?)reverse_proxy live:8001", proxy, re.DOTALL)
    assert live is not None
    assert re.search(r"encode gzip \{\s*minimum_length 1\s*\}", live.group(1))
    assert re.search(r"reverse_proxy web:8000 \{\s*lb_try_duration 8s\s*\}", proxy)
    assert re.search(r'handle_errors \{\s*respond ".*may not be saved.*" \{err\.status_code\}', proxy)
    assert "depends_on" not in SERVICES["proxy"]  # it must be there to say so


def test_operations_names_every_secret_of_compose_and_no_other() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE))
    table = OPERATIONS.partition("| in `.env` |")[2].partition("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert asked == set(re.findall(r"`([A-Z_]+)`", " ".join(first_cells)))


def test_every_command_of_operations_exists() -> None:
    commands = set(re.findall(r"manage\.py ([a-z_]+)", OPERATIONS))
    there = {file.stem for file in ROOT.glob("*/management/commands/*.py")}
    assert {"add_person", "verify_record", "publish_protocols"} <= commands <= there
    for line in re.findall(r"^docker compose .*$", OPERATIONS, re.MULTILINE):
        words = line.partition("#")[0].split()
        assert words[2] in {"up", "exec", "run", "build", "stop"}
        named = set(words) & set(SERVICES)
        assert named or words[2] in {"up", "build"}, line
