"""Where the browser of the tests comes from: what is named, what is on the path, or what apt-get installs."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest
from project_tree import ROOT


@pytest.fixture
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_under_test", ROOT / "tools" / "browser.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the path, with nothing in it."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("TOCSIN_BROWSER", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return folder


def program(path: Path, text: str = "") -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_what_is_named_comes_before_what_is_on_the_path(
    tool: ModuleType, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tool.find_browser() is None
    chrome = program(path / "google-chrome")
    assert tool.find_browser() == chrome
    chromium = program(path / "chromium")
    assert tool.find_browser() == chromium
    assert tool.main() == 0
    own = program(tmp_path / "my-browser")
    monkeypatch.setenv("TOCSIN_BROWSER", own)
    assert tool.find_browser() == own
    # One that is not there is not passed over in silence: the tests fail on it.
    monkeypatch.setenv("TOCSIN_BROWSER", "/no/such/browser")
    assert tool.find_browser() == "/no/such/browser"


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 2), ("1", 2), ("false", 0)])
def test_without_one_tests_are_skipped_but_not_in_ci(
    tool: ModuleType,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    code: int,
) -> None:
    monkeypatch.setenv("CI", ci)
    assert tool.main() == code
    said = capsys.readouterr().err
    assert "install one, or set TOCSIN_BROWSER=/path/to/it" in said
    assert ("skipped" in said) == (code == 0)


def test_root_on_debian_gets_chromium(tool: ModuleType, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    asked = path.parent / "asked"
    browser = path / "chromium"
    made = f'*install*) printf "#!/bin/sh\\n" > "{browser}"; /bin/chmod 755 "{browser}";;'
    program(path / "apt-get", f'echo "$@" >> "{asked}"; case "$*" in {made} esac')
    assert tool.main() == 0
    assert asked.read_text().splitlines() == [
        "-qq update",
        "-qq install --yes --no-install-recommends chromium fonts-dejavu-core",
    ]
    assert tool.main() == 0
    assert len(asked.read_text().splitlines()) == 2  # once


def test_others_are_not_asked_for_their_password(tool: ModuleType, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    asked = path.parent / "asked"
    program(path / "apt-get", f'echo "$@" >> "{asked}"')
    assert tool.main() == 0
    assert not asked.exists()


def test_what_apt_get_says_last_is_told_where_it_fails(
    tool: ModuleType, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(path / "apt-get", "echo E: no network; exit 100")
    assert tool.main() == 0
    assert "apt-get update failed; its last lines:\nE: no network" in capsys.readouterr().err
