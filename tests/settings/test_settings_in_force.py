"""Settings: which one wins, and what happens to one that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.errors import InputError
from tocsin.settings import load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, so that no tocsin.toml of the checkout takes part."""
    folder = tmp_path / "current"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_the_environment_wins_over_the_current_folder_over_the_store(
    home: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().lag_days == 0
    home.mkdir()
    (home / "tocsin.toml").write_text("lag_days = 1\n")
    assert load_settings().lag_days == 1
    (elsewhere / "tocsin.toml").write_text("lag_days = 2\n")
    assert load_settings().lag_days == 2
    monkeypatch.setenv("TOCSIN_LAG_DAYS", "3")
    assert load_settings().lag_days == 3
    assert load_settings(lag_days=4).lag_days == 4


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOCSIN_HOME", "")
    assert load_settings().home.is_absolute()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOCSIN_LAG_DAYS", "-1", "lag_days"),
        ("TOCSIN_THEATRES", "abc", "theatres"),
        ("TOCSIN_AS_OF_MODE", "x", "x"),
        ("TOCSIN_WORDING", "mine", "wording"),
    ],
)
def test_what_cannot_be_is_named(name: str, value: str, said: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=said):
        load_settings()


@pytest.mark.parametrize("content", [b"lag_days = \n", b"\xff\xfe", b"unknown_setting = 1\n"])
def test_a_bad_file_is_an_error_of_the_user(content: bytes, home: Path, elsewhere: Path) -> None:
    (elsewhere / "tocsin.toml").write_bytes(content)
    with pytest.raises(InputError, match=r"tocsin\.toml|unknown_setting"):
        load_settings()


@pytest.mark.parametrize("table", ["", "[theatres]\n", "[tocsin]\n", "[theatres.tocsin]\n"])
@pytest.mark.parametrize("name", ["acled_password", "TOCSIN_UCDP_TOKEN", "acled_user", "acled_pasword", "pw"])
def test_a_password_in_the_wrong_place_is_never_printed(name: str, table: str, elsewhere: Path) -> None:
    (elsewhere / "tocsin.toml").write_text(f'{table}{name} = "hunter2"\n')
    with pytest.raises(InputError) as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)
    if not table and name in ("acled_password", "TOCSIN_UCDP_TOKEN", "acled_user"):
        assert "belong into the environment or the keyring, see docs/pull.md" in str(raised.value)
