"""Every proof that the hazard log names is a test that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOG = (ROOT / "docs/clinical-safety/hazard-log.md").read_text(encoding="utf-8")


def test_every_proof_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", LOG)
    assert len(named) > 40
    absent = [
        f"{path}::{name}"
        for path, name in named
        if not re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert absent == []


def test_every_hazard_has_a_proof_and_an_id_of_its_own() -> None:
    rows = re.findall(r"^\| (H\d+) \|(.*)$", LOG, re.MULTILINE)
    ids = [key for key, _ in rows]
    assert len(ids) == len(set(ids))
    assert [key for key, rest in rows if "::test_" not in rest] == []
