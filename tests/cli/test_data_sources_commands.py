"""`tocsin data` with several sources: told by their columns, acknowledged, one in use, the others beside it."""

from __future__ import annotations

import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest

from acled_files import acled_row, attack, ten_years, write_acled
from command_line import CommandLine
from ged_files import ged_row, write_ged
from gtd_files import gtd_row, write_gtd
from tocsin.cli import acknowledge
from tocsin.digest.load import load_digest
from tocsin.errors import InputError, NotHeldError
from tocsin.settings import load_settings
from tocsin.sources import acknowledged, statements
from tocsin.sources.registry import source_of_file
from tocsin.store import Store


class FixedDay(date):
    @classmethod
    def today(cls) -> date:
        return date(2024, 5, 20)


class DataCommand(CommandLine):
    """Runs `tocsin data`."""

    command = "data"


@pytest.fixture
def data(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> DataCommand:
    """`tocsin data`, with a home of its own."""
    return DataCommand(monkeypatch, capsys)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """A file of each source, by columns of its own."""
    return {
        "ucdp-ged": write_ged(tmp_path / "GEDEvent_v24_1.csv", [ged_row(1)]),
        "acled": write_acled(tmp_path / "export.csv", [acled_row(1), attack(2)]),
        "gtd": write_gtd(tmp_path / "globalterrorismdb_0522dist.csv", [gtd_row(1)]),
    }


def test_a_file_is_known_by_its_columns(data: DataCommand, home: Path, files: dict[str, Path]) -> None:
    out, _ = data("import", *map(str, files.values()))
    assert Store(home).sources() == ("acled", "gtd", "ucdp-ged")
    assert "export.csv: 2 events taken in as acled 2024-04-02" in out
    assert "tocsin data acknowledge acled" in out
    assert "tocsin data acknowledge gtd" in out
    assert "TOCSIN_SOURCE=gtd" in out
    assert "TOCSIN_SOURCE=ucdp-ged" not in out


def test_packed_files_are_known_as_well(files: dict[str, Path], tmp_path: Path) -> None:
    import gzip
    import zipfile

    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(files["acled"].read_bytes()))
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.write(files["gtd"], "globalterrorismdb_0522dist.csv")
        archive.writestr("codebook.txt", "id,what\n")
    assert source_of_file(packed).name == "acled"
    assert source_of_file(tmp_path / "b.zip").name == "gtd"


def test_a_source_that_is_named_reads_the_file(data: DataCommand, files: dict[str, Path], tmp_path: Path) -> None:
    assert "is not a GTD file" in data("import", str(files["acled"]), "--source", "gtd", code=2)[1]
    assert "no source is called 'acledd'" in data("import", str(files["acled"]), "--source", "acledd", code=2)[1]
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    _, said = data("import", str(other), code=2)
    assert "other.csv is of none of the sources known here (ucdp-ged, acled, gtd" in said
    assert "its columns are a, b" in said


def test_columns_count_for_more_than_a_name(tmp_path: Path) -> None:
    assert source_of_file(write_acled(tmp_path / "GEDEvent_v24_1.csv", [acled_row()])).name == "acled"
    both = tmp_path / "both.csv"
    both.write_text("event_id_cnty,event_date,event_type,eventid,iyear,gname\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"may be of several sources \(acled, gtd\)"):
        source_of_file(both)


def test_nothing_is_computed_before_the_terms_are_acknowledged(
    data: DataCommand, home: Path, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_month = [acled_row(1, event_date="2024-03-01"), attack(2, event_date="2024-03-30")]
    data("import", str(write_acled(files["acled"], whole_month)))
    monkeypatch.setenv("TOCSIN_SOURCE", "acled")
    with pytest.raises(InputError, match="tocsin data acknowledge acled"):
        load_digest(load_settings())
    assert "say --yes" in data.refused("acknowledge", "acled", "--format", "json")
    monkeypatch.setattr(acknowledge, "date", FixedDay)
    out, _ = data("acknowledge", "acled", "--yes")
    assert statements.ACLED in out
    assert "Acknowledged on 2024-05-20." in out
    assert load_digest(load_settings()).provenance.vintage == "acled 2024-04-02"
    told = json.loads(data("acknowledge", "acled", "--format", "json")[0])
    assert (told["source"], told["already"], told["acknowledged_on"]) == ("acled", True, "2024-05-20")
    words = (acknowledge.acknowledge_terms.__doc__ or "").replace("`", " ").replace(",", " ").split()
    assert set(told) <= set(words)
    assert json.loads((home / acknowledged.FILE).read_text())["acled"]["on"] == told["acknowledged_on"]


@pytest.mark.parametrize(("typed", "given"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_it_is_asked(
    data: DataCommand, home: Path, typed: str, given: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    typing = io.StringIO(f"{typed}\n")
    monkeypatch.setattr(typing, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stdin", typing)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    data("acknowledge", "gtd", code=0 if given else 2)
    assert acknowledged.is_acknowledged(home, "gtd") is given


def test_a_file_where_the_folder_of_the_store_should_be(
    data: DataCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    path.write_text("", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_HOME", str(path))
    assert f"{path} is a file; the folder of the store" in data.refused("acknowledge", "acled", "--yes")


def test_other_words_have_to_be_acknowledged_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tocsin.sources import registry

    acknowledged.acknowledge(home, "acled", on=date(2024, 1, 2))
    assert acknowledged.acknowledged_on(home, "acled") == date(2024, 1, 2)
    monkeypatch.setattr(statements, "ACLED", statements.ACLED + " And more.")
    registry.packaged_sources.cache_clear()
    try:
        assert not acknowledged.is_acknowledged(home, "acled")
        assert acknowledged.acknowledged_on(home, "acled") is None
    finally:
        monkeypatch.undo()
        registry.packaged_sources.cache_clear()


def test_what_asks_for_nothing_cannot_be_acknowledged(data: DataCommand) -> None:
    assert "ucdp-ged asks for no acknowledgement" in data.refused("acknowledge", "ucdp-ged", "--yes")


def test_status_says_which_source_is_in_use(
    data: DataCommand, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data("import", str(files["acled"]), str(files["gtd"]))
    out, _ = data("status")
    assert "acled 2024-04-02\texport\t2\t" in out
    assert "In use: ucdp-ged, of which nothing is imported; held beside it: acled, gtd; terms not" in out
    assert "Nothing of UCDP GED is imported, so the packaged figures answer" in out
    data("acknowledge", "gtd", "--yes")
    monkeypatch.setenv("TOCSIN_SOURCE", "gtd")
    told = json.loads(data("status", "--format", "json")[0])
    assert told["source"] == "gtd"
    assert {one["name"]: (one["in_use"], one["held"], one["acknowledgement"]) for one in told["sources"]} == {
        "ucdp-ged": (False, False, "not asked for"), "acled": (False, True, "missing"), "gtd": (True, True, "given"),
    }  # fmt: skip
    assert any("located to a province" in note for note in told["notes"])
    monkeypatch.setenv("TOCSIN_SOURCE", "mine")
    out, _ = data("status")
    assert "no source is called 'mine'; there are ucdp-ged, acled, gtd" in out
    assert "not acknowledged: acled (" in out


def test_a_source_of_which_nothing_is_held_is_told_how_to_be_had(
    data: DataCommand, files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_SOURCE", "acled")
    with pytest.raises(NotHeldError, match=r"no events of acled are imported.*data import FILE.*data pull acled"):
        load_digest(load_settings())
    assert "Nothing of acled is imported, and no packaged figures answer for it." in data("status")[0]
    assert "no events of acled are imported" in data.refused("compare", "ucdp-ged", "acled")
    assert "Did you mean ucdp-ged?" in data.refused("compare", "ucdp", "acled")


@pytest.mark.parametrize("name", ["aclde", "ACLED"])
def test_a_source_that_is_none_is_told_which_may_be_meant(
    data: DataCommand, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TOCSIN_SOURCE", name)
    with pytest.raises(NotHeldError, match=f"no source is called '{name}'.*Did you mean acled"):
        load_digest(load_settings())
    out, _ = data("status")
    assert f"no source is called '{name}'" in out
    assert "not acknowledged" not in out
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    for command, words in (("site", [str(tmp_path / "pages")]), ("serve", ["--port", "0"])):
        monkeypatch.setattr(data, "command", command)
        assert "Did you mean acled?" in data.refused(*words)


def test_figures_of_a_file_may_be_of_any_source_and_say_whether_they_may_be_passed_on(
    data: DataCommand, files: dict[str, Path], tmp_path: Path
) -> None:
    folder = str(tmp_path / "figures")
    export = write_acled(files["acled"], [acled_row(1, event_date="2024-03-01", timestamp="")])
    whole = write_ged(tmp_path / "mine.csv", [ged_row(1)])
    data("acknowledge", "acled", "--yes")
    assert "say the day: --published" in data.refused("digest", str(export), "-o", folder)
    out, _ = data(
        "digest", str(export), "-o", folder, "--source", "acled", "--published", "2025-01-15", "--covers", "world",
        "--covers-until", "2024",
    )  # fmt: skip
    assert "acled 2025-01-15, 2024-03 to 2024-12" in out
    assert out.splitlines()[-1].startswith("Not to be passed on: The terms of ACLED")
    told = json.loads(data("digest", str(whole), "-o", folder, "--release", "24.1", "--format", "json")[0])
    assert told["kept_to_oneself"] is None
    assert "go with a FILE" in data.refused("digest", "-o", folder, "--covers", "world")


def test_an_export_is_removed_by_source_and_name(data: DataCommand, home: Path, files: dict[str, Path]) -> None:
    data("import", str(files["acled"]), "--release", "24.1")
    data("import", str(files["ucdp-ged"]))
    assert "names a release of acled and of ucdp-ged; say which" in data.refused("remove", "24.1")
    assert data("remove", "acled 24.1")[0].startswith("Removed acled 24.1: 2 events")
    assert Store(home).sources() == ("ucdp-ged",)


def test_files_that_were_downloaded_are_named_when_their_release_is_removed(
    data: DataCommand, home: Path, files: dict[str, Path]
) -> None:
    folder = home / "downloads"
    folder.mkdir(parents=True)
    pulled = folder / "acled-mali-2023-01-01-2023-12-31-pulled-2024-04-02.csv"
    files["acled"].rename(pulled)
    cut_off = folder / "acled-niger-2023-01-01-2023-12-31-pulled-2024-04-02.csv.pages"
    other = folder / "ged241-csv.zip"
    for path in (pulled.with_name(f"{pulled.name}.source.json"), cut_off, other):
        path.write_text("{}")
    data("import", str(pulled))
    out, _ = data("remove", "acled 2024-04-02")
    assert str(pulled) in out.splitlines()[2]
    assert str(cut_off) in out.splitlines()[3]
    assert len(out.splitlines()) == 4


def test_a_newer_export_replaces_what_it_speaks_for(data: DataCommand, home: Path, tmp_path: Path) -> None:
    """An event that ACLED dropped since is gone, one before the newer export's first row stays."""
    old = [acled_row(1, event_date="2022-05-05"), acled_row(2, event_date="2023-05-05"), acled_row(3)]
    new = [acled_row(2, event_date="2023-05-05", fatalities=9)]
    data("import", str(write_acled(tmp_path / "old.csv", old)))
    data("import", str(write_acled(tmp_path / "new.csv", new)), "--published", "2024-06-01", "--covers-until", "2023")
    held = Store(home).events(source="acled").events
    assert dict(held.select("event_id", "deaths_best").iter_rows()) == {"MLI1": 3, "MLI2": 9, "MLI3": 3}
    data("import", str(write_acled(tmp_path / "new.csv", [*new, acled_row(4, event_date="2024-03-28")])),
         "--published", "2024-06-01")  # fmt: skip
    held = Store(home).events(source="acled").events
    assert set(held["event_id"]) == {"MLI1", "MLI2", "MLI4"}


def test_ten_years_of_four_countries(data: DataCommand, home: Path, tmp_path: Path) -> None:
    rows = ten_years()
    data("import", str(write_acled(tmp_path / "a.csv", rows)))
    (vintage,) = Store(home).vintages()
    protests = sum(row["event_type"] == "Protests" for row in rows)
    assert vintage.rows == len(rows) - protests
    assert (vintage.first_day, vintage.last_day) == (date(2011, 1, 1), date(2020, 12, 31))
    assert vintage.countries == ("Afghanistan", "DR Congo", "Mali", "Nigeria")
