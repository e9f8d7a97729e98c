"""The set-up of a fresh clone: made once, skipped when nothing changed, kind when it cannot."""

import sys
from pathlib import Path

import pytest

from hub.demo import bootstrap


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of its own whose lock asks for nothing."""
    folder = tmp_path / "a clone with spaces"
    folder.mkdir()
    monkeypatch.setattr(bootstrap, "ROOT", folder)
    monkeypatch.setattr(bootstrap, "VENV", folder / ".venv")
    monkeypatch.setattr(bootstrap, "LOCK", folder / "requirements.lock")
    monkeypatch.setattr(bootstrap, "STAMP", folder / ".venv" / "installed-lock.sha256")
    (folder / "requirements.lock").write_text("# nothing\n")
    return folder


def test_a_fresh_clone_gets_an_environment_and_a_second_run_does_nothing(clone: Path, capsys) -> None:
    bootstrap.main()
    assert "libraries ready" in capsys.readouterr().out
    assert bootstrap.fits(clone / ".venv" / "bin" / "python")
    bootstrap.main()
    assert capsys.readouterr().out == ""
    (clone / "requirements.lock").write_text("# something else\n")
    bootstrap.main()
    assert "libraries ready" in capsys.readouterr().out


def test_a_failed_installation_ends_with_the_installers_words_and_is_tried_again(clone: Path, capsys) -> None:
    (clone / "requirements.lock").write_text("no-hash-here==1.0\n")
    with pytest.raises(SystemExit, match="could not be installed"):
        bootstrap.main()
    capsys.readouterr()
    (clone / "requirements.lock").write_text("# nothing\n")
    bootstrap.main()
    assert "libraries ready" in capsys.readouterr().out


def test_a_python_without_pip_gets_advice(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_with_pip", lambda python: None)
    monkeypatch.setattr(bootstrap, "_debian_package", lambda: False)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        bootstrap.main()
    assert not (clone / ".venv" / "installed-lock.sha256").exists()


def test_a_broken_environment_is_made_again(clone: Path) -> None:
    python = clone / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to("/nowhere/python3.11")
    bootstrap.main()
    assert bootstrap.fits(python)


def test_only_the_versions_of_the_lock_fit(tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    assert bootstrap.fits(sys.executable)
    assert not bootstrap.fits(old)
    assert not bootstrap.fits(tmp_path / "missing")
