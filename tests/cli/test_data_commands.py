"""`tocsin data`: what a user reads, what a program reads, and how each mistake ends."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ged_files import ged_row, ged_text, write_ged
from tocsin.cli import main
from tocsin.store import Store


@pytest.fixture
def tocsin(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command in this process; gives exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tocsin", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        out, err = capsys.readouterr()
        return int(code or 0), out, err

    return run


def answer(tocsin: Any, *arguments: object) -> Any:
    code, out, err = tocsin(*arguments, "--format", "json")
    assert code == 0, err
    return json.loads(out)


def test_an_empty_store_says_that_the_packaged_figures_answer(tocsin, home: Path) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = tocsin("data", "status")
    assert code == 0
    assert "the packaged figures answer: UCDP GED 21.1, located events, 1989-2020." in out
    found = answer(tocsin, "data", "status")
    assert (found["empty"], found["vintages"], found["packaged"]["release"]) == (True, [], "21.1")
    assert not home.exists()


def test_import_status_again_and_remove(tocsin, home: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1), ged_row(2, latitude=91), ged_row(3, high=1)])
    code, out, err = tocsin("data", "import", file)
    assert code == 0
    assert "GEDEvent_v24_1.csv: 2 events taken in as ucdp-ged 24.1, 1 rows rejected, 1 questioned" in out
    assert "published 2024-06-30 (assumed; say --published)" in out
    assert "1 rejected: latitude beyond -90 to 90 (column latitude; line 3: latitude='91')" in out
    assert "Reading and checking GEDEvent_v24_1.csv ..." in err
    listed = next(line.split(": ", 1)[1] for line in out.splitlines() if "rejected rows: " in line)
    assert Path(listed).read_text().splitlines()[1].startswith("3,latitude beyond -90 to 90,2,")

    code, out, _ = tocsin("data", "import", file)
    assert (code, out) == (0, "GEDEvent_v24_1.csv: already held as ucdp-ged 24.1, 2 events; nothing changed\n")

    code, out, _ = tocsin("data", "status")
    assert "ucdp-ged 24.1\tyearly\t2\t1\t1\t2015-01-01\t2015-12-31\tMali\t1-1\t2024-06-30 (assumed)" in out
    assert "Only these countries are covered: Mali." in out

    assert tocsin("data", "remove", "24.1")[:2] == (0, "Removed ucdp-ged 24.1: 2 events from 1 file(s)\n")
    code, _, err = tocsin("data", "remove", "24.1")
    assert (code, err) == (2, "tocsin: no release '24.1' is held; held: none.\n")


def test_json_keys_are_the_documented_ones(tocsin, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    from tocsin.cli import data

    file = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1), ged_row(2, high=1)])
    imported = answer(tocsin, "data", "import", file, "--published", "2024-06-04", "--covers", "world")
    held = answer(tocsin, "data", "status")
    assert set(imported) == {"store", "files"}
    (entry,), (vintage,) = imported["files"], held["vintages"]
    for keys, documented in (
        ([*imported, *entry, *entry["findings"][0]], data.import_files.__doc__),
        ([*held, *held["packaged"], *vintage, *vintage["files"][0]], data.status.__doc__),
    ):
        words = set((documented or "").replace("`", " ").replace(",", " ").replace("]", " ").replace(":", " ").split())
        assert not set(keys) - words
    assert entry["vintage"] == vintage["vintage"] == "ucdp-ged 24.1"
    assert (entry["published"], entry["published_assumed"]) == ("2024-06-04", False)
    assert (entry["countries"], entry["rows"], entry["questioned"], entry["unchanged"]) == ("world", 2, 1, False)
    assert entry["findings"][0]["examples"] == ["line 3: low='2', best='3', high='1'"]
    assert vintage["citation"].startswith("UCDP GED, version 24.1: Sundberg & Melander (2013)")
    assert vintage["licence"] == "CC BY 4.0"
    assert answer(tocsin, "data", "import", file, "--published", "2024-06-04", "--covers", "world")["files"][0][
        "unchanged"
    ]


def test_all_files_of_a_command_or_none_and_all_mistakes_at_once(tocsin, home: Path, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    good = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)])
    bad = write_ged(tmp_path / "GEDEvent_v23_1.csv", [])
    code, out, err = tocsin("data", "import", good, bad, tmp_path / "nowhere.csv")
    assert (code, out) == (2, "")
    assert "2 of 3 files cannot be used. Nothing was imported." in err
    assert "GEDEvent_v23_1.csv has a header and no rows" in err
    assert "there is no file" in err
    assert Store(home).is_empty()


@pytest.mark.parametrize(
    ("file", "content", "options", "message"),
    [
        (
            "events.csv",
            ged_text([ged_row(1)]).encode(),
            [],
            "does not say which release it is; give it, e.g. --release",
        ),
        (
            "events.csv",
            ged_text([ged_row(1)]).encode(),
            ["--release", "24"],
            "'24' is not the name of a UCDP GED release",
        ),
        ("GEDEvent_v24_1.csv", b"", [], "GEDEvent_v24_1.csv is empty (0 bytes)"),
        ("GEDEvent_v24_1.csv", ged_text([ged_row(1, side_a="C\xf4te")]).encode("latin-1"), [], "byte 0xf4 on line 2"),
        (
            "GEDEvent_v24_1.csv.gz",
            gzip.compress(ged_text([ged_row(1)]).encode())[:-9],
            [],
            "is cut off: its gzip stream",
        ),
        (
            "GEDEvent_v24_1.csv",
            ged_text([ged_row(1, high=1)]).encode(),
            ["--strict"],
            "refused by --strict. 1 questioned",
        ),
        ("GEDEvent_v24_1.csv", b"a,b\n1,2\n", [], "11 of 11 needed columns are missing (id, type_of_violence, side_a"),
        (
            "GEDEvent_v24_1.csv",
            ged_text([ged_row(1)]).encode(),
            ["--published", "2023-05-01"],
            "covers events to 2023-12-31, so it cannot have been published on 2023-05-01",
        ),
        ("GEDEvent_v24_1.csv", ged_text([ged_row(1)]).encode(), ["--published", "June"], "--published is a day like"),
        (
            "GEDEvent_v24_0_3.csv",
            ged_text([ged_row(1, year=2024, date_start="2024-03-01", date_end="2024-03-01")]).encode(),
            ["--covers-until", "2024"],
            "--covers-until is for yearly releases",
        ),
    ],
)
def test_every_mistake_ends_in_one_clear_line(  # type: ignore[no-untyped-def]
    tocsin, home: Path, tmp_path: Path, file: str, content: bytes, options: list[str], message: str
) -> None:
    path = tmp_path / file
    path.write_bytes(content)
    code, out, err = tocsin("data", "import", path, *options)
    assert (code, out) == (2, "")
    told = [line for line in err.splitlines() if not line.startswith("Reading and checking")]
    assert len(told) == 1
    assert told[0].startswith("tocsin: ")
    assert message in told[0]
    assert Store(home).is_empty()


def test_settings_name_the_store_and_how_long_to_wait(tocsin, home: Path, tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from filelock import FileLock

    file = write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)])
    (home / "store").mkdir(parents=True)
    monkeypatch.setenv("TOCSIN_LOCK_SECONDS", "0.1")
    with FileLock(home / "store" / ".lock"):
        code, _, err = tocsin("data", "import", file)
    assert code == 2
    assert "another tocsin is writing to the store" in err
    assert tocsin("data", "import", file)[0] == 0
    assert Store.open().home == home


def test_the_help_needs_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys\nfrom tocsin.cli.data import data_app\n"
        "heavy = {'polars', 'numpy', 'pandera', 'pandas', 'lightgbm'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
