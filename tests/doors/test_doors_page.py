"""The examples of docs/doors.md run as they stand, one after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from planted_results import planted_results

from tocsin.digest import packaged_digest
from tocsin.doors.cells import cell_rows
from tocsin.results import TRACE
from tocsin.settings import packaged_folder

PAGE = packaged_folder().parents[2] / "docs" / "doors.md"


@pytest.fixture
def page() -> str:
    if not PAGE.is_file():
        pytest.skip("the documentation lies in a checkout only")
    return PAGE.read_text(encoding="utf-8")


def test_every_example_runs(page: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 6
    shared: dict[str, Any] = {}
    for number, block in enumerate(blocks):
        exec(compile(block, f"example {number + 1}", "exec"), shared)  # noqa: S102
        if "checked.findings" in block:
            assert shared["checked"].findings == ()
            assert shared["tocsin"].Store.open().sources() == ("own-list",)
            shared["tocsin"].Store.open().remove("own-list 2019")
    assert (shared["again"].samples == shared["forecast"].samples).all()
    assert list((tmp_path / "hub" / "model-output").rglob("*.parquet"))


def test_tables_and_columns_are_those_of_the_page(page: str) -> None:
    for kind, result in planted_results().items():
        (row,) = re.findall(rf"^\| `{kind}` \| (.*) \|$", page, re.MULTILINE)
        assert tuple(re.findall(r"`(\w+)`", row)) == result.PARTS
    for name, dtype in TRACE.items():
        assert f"| `{name}` | {dtype.__name__} |" in page.replace("type[", "")
    section = page.split("## Half-degree cells")[1].split("- **GeoParquet")[0].split("```")[-1]
    named = set(re.findall(r"\w+", section))
    assert set(cell_rows(packaged_digest()).columns) - set(TRACE) <= named
