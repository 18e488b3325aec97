"""Fixtures that several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A loaded machine is no reason for a test to fail. Examples are new at every run, but in CI, where they stay the same
# from run to run: what it says is then of the change alone.
settings.register_profile("tocsin", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tocsin")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real development data; it is no part of the project, so tests that need it skip without it."""
    folder = Path(os.environ.get("TOCSIN_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not (folder / "ged211_precise.parquet").is_file():
        pytest.skip(f"the development data is not at {folder}")
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store folder that every command in the test uses."""
    folder = tmp_path / "home"
    monkeypatch.setenv("TOCSIN_HOME", str(folder))
    return folder
