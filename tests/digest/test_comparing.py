"""Two sources side by side: figures worked by hand, the months and countries that both cover, groups matched."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from acled_files import acled_row, attack, write_acled
from command_line import CommandLine
from ged_files import ged_row, write_ged
from tocsin.cli import compare as compare_command
from tocsin.digest.comparing import SourcesCompared, compare_sources
from tocsin.errors import InputError, NotHeldError
from tocsin.groups import resolve_theatre
from tocsin.settings import Settings
from tocsin.sources.acknowledged import acknowledge
from tocsin.sources.acled import read_acled
from tocsin.sources.source import ReadOptions
from tocsin.sources.ucdp import read_ged
from tocsin.store import Store

JNIM = "JNIM: Group for Support of Islam and Muslims"


def ged(number: int, day: str, deaths: int, **changes: object) -> dict[str, str]:
    figures = dict.fromkeys(("low", "best", "high"), deaths)
    return ged_row(number, year=day[:4], date_start=day, date_end=day, **(figures | changes))


def filled(home: Path, tmp_path: Path) -> Settings:
    """Mali in both over 2020 and 2021; Niger in UCDP alone; ACLED begins in Burkina Faso only in 2021."""
    burkina = {"country": "Burkina Faso", "side_a": "Government of Burkina Faso"}
    ged_rows = [
        ged(1, "2020-01-10", 10),
        ged(2, "2020-01-20", 5, type_of_violence=3, side_a="JNIM", side_b="Civilians"),
        ged(3, "2021-06-01", 7),
        ged(4, "2020-05-05", 4, country="Niger", side_a="Government of Niger", side_b="IS"),
        ged(5, "2020-02-02", 50, **burkina),
        ged(6, "2021-02-02", 6, **burkina),
        ged(7, "2019-02-02", 500),
        ged(8, "2021-07-01", 3, type_of_violence=2, side_a="IS", side_b="JNIM"),
    ]
    acled_rows = [
        acled_row(1, event_date="2020-01-11", fatalities=12),
        acled_row(2, event_date="2020-01-12", fatalities=0),
        attack(3, event_date="2020-03-03", fatalities=2),
        acled_row(4, event_date="2021-06-02", fatalities=8),
        acled_row(5, event_date="2021-02-03", fatalities=9, country="Burkina Faso",
                  actor1="Military Forces of Burkina Faso (2020-)"),
        acled_row(6, event_date="2021-07-01", fatalities=1, actor1="Unidentified Armed Group (Mali)", inter1="3"),
        acled_row(7, event_date="2021-12-30", fatalities=1),
        acled_row(8, event_date="2020-01-02", event_type="Protests"),  # left out, and shows that January is covered
    ]  # fmt: skip
    Store(home).add(
        read_ged(write_ged(tmp_path / "GEDEvent_v24_1.csv", ged_rows), covers="world", covers_until=2022),
        read_acled(write_acled(tmp_path / "a.csv", acled_rows), ReadOptions()),
    )
    acknowledge(home, "acled", on=date(2024, 1, 1))
    return Settings(home=home)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return filled(tmp_path / "home", tmp_path)


def compared(settings: Settings, **asked: object) -> SourcesCompared:
    return compare_sources("ucdp-ged", "acled", settings, **asked)  # type: ignore[arg-type]


def test_only_what_both_cover_is_compared(settings: Settings) -> None:
    found = compared(settings)
    assert (found.first_day, found.last_day) == (date(2020, 1, 1), date(2021, 12, 31))
    assert found.theatres == ("Burkina Faso", "Mali")  # Niger is in one alone
    assert any("later than 2020-01-01: Burkina Faso" in note for note in found.notes)
    assert (found.a.vintage, found.b.vintage) == ("ucdp-ged 24.1", "acled 2024-04-02")
    assert (found.a.redistributable, found.b.redistributable) == (True, False)


def test_figures_by_theatre_year_and_kind(settings: Settings) -> None:
    rows = {
        (y.theatre, y.year, y.kind): (y.events_a, y.events_b, y.deaths_a, y.deaths_b) for y in compared(settings).years
    }
    assert rows == {
        ("Mali", 2020, "state"): (1, 2, 10, 12),
        ("Mali", 2020, "onesided"): (1, 1, 5, 2),
        ("Mali", 2021, "state"): (1, 2, 7, 9),
        ("Mali", 2021, "nonstate"): (1, 1, 3, 1),
        ("Burkina Faso", 2021, "state"): (1, 1, 6, 9),  # not UCDP's 50 of 2020, when ACLED has none
    }


def test_agreement_is_the_correlation_of_log_counts(settings: Settings) -> None:
    found = {one.theatre: one for one in compared(settings).agreement}
    assert found["Burkina Faso"].events is None  # 12 months are too few
    mali = found["Mali"]
    a, b = np.zeros(24), np.zeros(24)
    a[[0, 17, 18]], b[[0, 2, 17, 18, 23]] = [15, 7, 3], [12, 2, 8, 1, 1]
    assert mali.months == 24
    assert mali.deaths == pytest.approx(np.corrcoef(np.log1p(a), np.log1p(b))[0, 1])
    a[0], b[0], a[17:19], b[[2, 17, 18, 23]] = 2, 2, 1, 1
    assert mali.events == pytest.approx(np.corrcoef(np.log1p(a), np.log1p(b))[0, 1])


def test_groups_are_matched_by_organisation(settings: Settings) -> None:
    groups = {
        (g.theatre, g.names_a, g.names_b): (g.events_a, g.events_b, g.deaths_a, g.deaths_b)
        for g in compared(settings).groups
    }
    assert groups == {
        ("Mali", ("JNIM",), (JNIM,)): (4, 6, 25, 24),
        ("Burkina Faso", ("JNIM",), (JNIM,)): (1, 1, 6, 9),
        ("Mali", ("IS",), ()): (1, 0, 3, 0),
        ("Mali", (), ("Unidentified Armed Group (Mali)",)): (0, 1, 0, 1),
    }


def test_turned_round_it_says_the_same(settings: Settings) -> None:
    one, other = compared(settings), compare_sources("acled", "ucdp-ged", settings)
    assert [(y.events_a, y.deaths_b) for y in one.years] == [(y.events_b, y.deaths_a) for y in other.years]
    for r, turned in zip(one.agreement, other.agreement, strict=True):
        assert (r.events, r.deaths) == (pytest.approx(turned.events), pytest.approx(turned.deaths))
    assert {(g.names_a, g.names_b) for g in one.groups} == {(g.names_b, g.names_a) for g in other.groups}


def test_a_theatre_and_days(settings: Settings) -> None:
    found = compared(
        settings, theatre=resolve_theatre("Mali", settings), first=date(2020, 1, 2), last=date(2021, 6, 29)
    )
    assert (found.first_day, found.last_day, found.theatres) == (date(2020, 2, 1), date(2021, 5, 31), ("Mali",))
    assert sum(y.deaths_b for y in found.years) == 2
    with pytest.raises(NotHeldError, match="no country in which both"):
        compared(settings, theatre=resolve_theatre("Niger", settings))
    with pytest.raises(NotHeldError, match="no month is covered by both"):
        compared(settings, first=date(2023, 1, 1))


def test_releases_of_one_source_and_the_packaged_figures(tmp_path: Path) -> None:
    settings = filled(tmp_path / "home", tmp_path)
    newer = write_ged(tmp_path / "GEDEvent_v25_1.csv", [ged(1, "2020-01-10", 11)])
    Store(settings.home).add(read_ged(newer))
    found = compare_sources("ucdp-ged 24.1", "ucdp-ged 25.1", settings)
    assert [(y.events_a, y.events_b, y.deaths_a, y.deaths_b) for y in found.years if y.kind == "state"] == [
        (1, 1, 10, 11)
    ]
    assert compared(Settings(home=settings.home), last=date(2020, 12, 31)).a.vintage.startswith("ucdp-ged")
    alone = Settings(home=tmp_path / "other")
    Store(alone.home).add(read_acled(tmp_path / "a.csv", ReadOptions()))
    acknowledge(alone.home, "acled", on=date(2024, 1, 1))
    assert compare_sources("ucdp-ged", "acled", alone).a.vintage == "ucdp-ged 21.1"


def test_what_cannot_be_compared(settings: Settings) -> None:
    with pytest.raises(InputError, match="compared with itself"):
        compare_sources("acled", "acled ", settings)
    with pytest.raises(NotHeldError, match="no events of gtd"):
        compare_sources("acled", "gtd", settings)
    with pytest.raises(NotHeldError, match="no release '9'"):
        compare_sources("acled 9", "ucdp-ged", settings)
    (settings.home / "acknowledged.json").unlink()
    with pytest.raises(InputError, match="have not been acknowledged"):
        compared(settings)


class CompareCommand(CommandLine):
    """Runs `tocsin data`."""

    command = "data"


def test_the_command(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(home, tmp_path)
    run = CompareCommand(monkeypatch, capsys)
    out, _ = run("compare", "ucdp-ged", "acled")
    assert "A ucdp-ged 24.1, B acled 2024-04-02: 2 countries, 2020-01-01 to 2021-12-31, whole months." in out
    assert f"JNIM = {JNIM} @ Mali: 25, 24" in out
    assert "Only in A, or not known to be one of the other's: 1" in out
    assert "ACLED terms of use" in out
    told = json.loads(
        run("compare", "ucdp-ged", "acled", "--theatre", "Mali", "--to", "2020-12-31", "--format", "json")[0]
    )
    assert set(told) == {field.name for field in fields(SourcesCompared)}
    assert told["last_day"] == "2020-12-31"
    words = set((compare_command.compare.__doc__ or "").replace("`", " ").replace(",", " ").replace("}", " ").split())
    for part in (told, told["a"], told["years"][0], told["agreement"][0], told["groups"][0]):
        assert set(part) <= words
    assert "--from is a day like" in run.refused("compare", "ucdp-ged", "acled", "--from", "May")
