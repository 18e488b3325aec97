"""What is installed is all of the package, data and licences included, and nothing else."""

from __future__ import annotations

import email
import tarfile
import zipfile
from pathlib import Path

import pytest
from project_tree import ROOT

import tocsin


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def test_the_wheel_holds_exactly_the_package(wheel: Path) -> None:
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in (source / "tocsin").rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert held == wanted
    assert {"tocsin/py.typed", "tocsin/data/countries.csv", "tocsin/data/digest/monthly.parquet"} <= held


def test_the_packaged_figures_are_small(wheel: Path) -> None:
    entries = zipfile.ZipFile(wheel).infolist()
    figures = [entry.file_size for entry in entries if entry.filename.startswith("tocsin/data/digest/")]
    assert 0 < sum(figures) <= 1_500_000
    assert not any("ged" in entry.filename.lower() and entry.filename.endswith(".parquet") for entry in entries)


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"tocsin-{tocsin.__version__}.dist-info"
    metadata = email.message_from_bytes(archive.read(f"{info}/METADATA"))
    assert metadata["Version"] == tocsin.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert set(metadata.get_all("License-File", [])) == {"LICENSE", "NOTICE"}
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= set(archive.namelist())
    assert "tocsin = tocsin.cli:main" in archive.read(f"{info}/entry_points.txt").decode()


def test_the_source_archive_holds_what_tests_and_make_need(tmp_path: Path) -> None:
    from hatchling.builders.sdist import SdistBuilder

    archive = Path(next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with tarfile.open(archive) as held:
        names = {name.partition("/")[2] for name in held.getnames()}
    assert {
        "Makefile",
        "NOTICE",
        "CITATION.cff",
        "README.md",
        "RESPONSIBLE_USE.md",
        "requirements/lock.txt",
        "tools/environment.py",
        "tests/conftest.py",
        "docs/commands.md",
        "benchmarks/startup.py",
        ".ci/run",
        "src/tocsin/data/digest/monthly.parquet",
    } <= names
    assert not any(".venv" in name or "__pycache__" in name for name in names)
