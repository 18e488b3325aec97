"""JavaScript by others is as published, has a licence, and all JavaScript together is small."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from tocsin.web.headers import STATIC, content_policy
from tocsin.web.static_files import static_files, versions

VENDOR = STATIC / "vendor"
FILES = tomllib.loads((VENDOR / "vendor.toml").read_text(encoding="utf-8"))["file"]
MOST_JAVASCRIPT = 600_000
OURS = sorted({*STATIC.rglob("*.js")} - {*VENDOR.rglob("*.js")})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])
def test_a_vendored_file_is_as_published(file: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / file["name"]).read_bytes()).hexdigest() == file["sha256"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", file["version"])
    assert "Copyright" in (VENDOR / file["licence_file"]).read_text(encoding="utf-8")


def test_every_vendored_file_is_accounted_for() -> None:
    named = {name for file in FILES for name in (file["name"], file["licence_file"])} | {"vendor.toml"}
    assert {path.name for path in VENDOR.iterdir()} == named


def test_all_javascript_together_is_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.rglob("*.js")) < MOST_JAVASCRIPT


@pytest.mark.parametrize("path", [*OURS, *STATIC.glob("*.css")], ids=lambda path: path.name)
def test_our_own_files_ask_for_nothing_from_elsewhere(path: Path) -> None:
    text = (
        path.read_text(encoding="utf-8")
        .replace("http://www.w3.org/2000/svg", "")
        .replace("http://www.w3.org/1999/xlink", "")
    )
    assert not re.search(r"https?://|@import|url\(\s*['\"]?//", text)
    assert "eval(" not in text
    assert "innerHTML" not in text
    assert 'setAttribute("style"' not in text


def test_the_policy_allows_the_style_sheets_that_plot_writes() -> None:
    hashes = [one for file in FILES for one in file.get("style_sha256", ())]
    assert len(hashes) == 3
    assert all(f"'sha256-{one}'" in content_policy() for one in hashes)


def test_every_static_file_has_a_version_of_its_content() -> None:
    assert {"tocsin.css", "tocsin.js", "icon.svg", "vendor/d3.min.js"} <= set(static_files())
    for path, file in static_files().items():
        assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest().startswith(versions()[path])
        assert file.content == (STATIC / path).read_bytes()
