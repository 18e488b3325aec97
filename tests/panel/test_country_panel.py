"""Country-month files: the panel worked by hand, all that is wrong with a file at once, the challenge's real files."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import DataError, MissingFileError, NotHeldError
from tocsin.forecast.baselines import BASELINES
from tocsin.forecast.model import Model
from tocsin.months import month_id
from tocsin.panel import FEATURES, History, Panel, feature_array, read_country_actuals, read_country_months
from tocsin.panel.country import actuals_of
from tocsin.verify import sample_scores

# January to April 2000 are months 241 to 244.
HEADER = "month_id,country_id,name,isoab,ged_sb,ged_ns,ged_os,ged_count_sb,ged_count_ns,ged_count_os,source"
WORKED = """
241,10,Mali,MLI,0,0,0,0,0,0,old
242,10,Mali,MLI,7,0,0,2,0,0,old
243,10,Mali,MLI,30,4,11,3,1,2,new
244,10,Mali,MLI,0,0,5,0,0,1,new
242,9,"Congo, DRC",COD,1,0,0,1,0,0,old
243,9,"Congo, DRC",COD,0,0,0,0,0,0,new
244,9,"Congo, DRC",COD,2,0,0,1,0,0,new
241,200,,,40,0,0,4,0,0,old
242,200,,,40,0,0,4,0,0,old
241,7,Atlantis,,0,0,0,0,0,0,old
242,7,Atlantis,,0,0,0,0,0,0,old
243,7,Atlantis,,0,0,0,0,0,0,new
244,7,Atlantis,,0,0,0,0,0,0,new
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(rows: str, *, header: str = HEADER, name: str = "months.csv") -> Path:
        path = tmp_path / name
        path.write_text(header + "\n" + rows.strip() + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def worked(write: Write) -> Panel:
    return read_country_months(write(WORKED))


def test_a_country_stands_where_a_group_would(worked: Panel) -> None:
    assert worked.unit == "country"
    assert (worked.first_month, worked.last_month) == (241, 244)
    # By number, not by letter; 200 ended in February. Atlantis is no country we know: a region of its own.
    assert worked.groups == ("7", "9", "10")
    assert worked.actors == worked.theatres == ("Atlantis", "DR Congo", "Mali")
    assert worked.regions == ("Atlantis", "Africa", "Africa")


def test_figures_worked_by_hand(worked: Panel) -> None:
    rows = {name: array.tolist() for name, array in worked.counts.items()}
    # DR Congo has no row for January: a zero.
    assert rows["deaths"] == rows["deaths_state"] == rows["largest"] == [[0] * 4, [0, 1, 0, 2], [0, 7, 30, 0]]
    assert rows["deaths_nonstate"] == [[0] * 4, [0] * 4, [0, 0, 4, 0]]
    assert rows["deaths_onesided"] == [[0] * 4, [0] * 4, [0, 0, 11, 5]]
    assert rows["largest_onesided"] == rows["deaths_onesided"]
    assert rows["events"] == [[0] * 4, [0, 1, 0, 1], [0, 2, 6, 1]]
    assert rows["events_state"] == [[0] * 4, [0, 1, 0, 1], [0, 2, 3, 0]]
    assert not worked.mass_casualty.any()
    assert not worked.state_onesided.any()
    assert all(not array.any() for array in worked.places.values())
    assert [len(array) for array in worked.clashes] == [0, 0, 0]
    arrays = [*worked.counts.values(), *worked.places.values(), worked.state_onesided]
    assert {(array.dtype, array.shape) for array in arrays} == {(np.dtype(np.int32), (3, 4))}


def test_where_the_figures_come_from_is_said(worked: Panel, tmp_path: Path) -> None:
    told = worked.provenance
    assert told.vintage == "old (2000-01 to 2000-02), new (2000-03 to 2000-04)"
    assert (told.first_month, told.last_month, told.covers_world) == (241, 244, True)
    assert told.licence == "CC BY 4.0"
    assert "10.1177/0022343313484347" in told.citation
    notes = " ".join(told.notes)
    assert "country 200 (2000-02)" in notes
    assert "1 countries begin after 2000-01 (the latest DR Congo, 2000-02)" in notes
    assert "more than one vintage" in notes
    assert len(told.fingerprint) == 64


def test_a_source_that_comes_back_is_told_as_two_spans(write: Write) -> None:
    rows = "\n".join(
        f"{month},1,Mali,MLI,0,,,,,,{source}" for month, source in zip(range(241, 245), "abba", strict=True)
    )
    header = HEADER.replace("ged_ns,ged_os,ged_count_sb,ged_count_ns,ged_count_os", "v,w,x,y,z")
    panel = read_country_months(write(rows, header=header))
    assert panel.provenance.vintage == "a (2000-01 to 2000-01, 2000-04 to 2000-04), b (2000-02 to 2000-03)"


def test_without_a_source_the_file_is_the_vintage(write: Write) -> None:
    path = write("241,1,3\n242,1,0", header="month_id,country_id,ged_sb")
    panel = read_country_months(path)
    assert panel.provenance.vintage == f"months.csv (sha256 {panel.provenance.fingerprint[:12]})"
    # No counts of events: a month with deaths counts as one.
    assert panel.counts["events"].tolist() == panel.counts["events_state"].tolist() == [[1, 0]]
    assert panel.theatres == ("country 1",)


def test_iso_codes_serve_where_there_is_no_id_and_another_target_is_told_apart(write: Write) -> None:
    path = write("241,mli,3\n241,AFG,4", header="month_id,isoab,deaths")
    panel = read_country_months(path, target="deaths")
    assert panel.groups == ("AFG", "MLI")
    assert panel.theatres == ("Afghanistan", "Mali")
    assert panel.deaths.tolist() == [[4], [3]]
    # Which kind of violence they died in is not known, that something happened is.
    assert not panel.counts["deaths_state"].any()
    assert panel.counts["events"].tolist() == [[1], [1]]
    assert not panel.provenance.redistributable
    assert panel.provenance.licence != "CC BY 4.0"


def test_csv_and_parquet_are_the_same_panel(write: Write, tmp_path: Path) -> None:
    csv = write(WORKED)
    parquet = tmp_path / "months.parquet"
    # Ids and figures as floats, as pandas writes columns that once had a missing value; the last bits off.
    frame = pl.read_csv(csv).with_columns(pl.col("country_id").cast(pl.Float64), pl.col("ged_sb") * (1 + 1e-15))
    frame.sample(fraction=1.0, shuffle=True, seed=3).write_parquet(parquet)
    a, b = read_country_months(csv), read_country_months(parquet)
    assert a.groups == b.groups
    assert all(np.array_equal(a.counts[name], b.counts[name]) for name in a.counts)


def test_the_panel_has_the_countries_of_the_actuals(write: Write) -> None:
    actuals = write("244,10,4\n244,9,0", header="month_id,country_id,ged_sb", name="actuals.csv")
    panel = read_country_months(write(WORKED), actuals=actuals)
    assert panel.groups == ("9", "10")
    assert "the actuals do not have them: Atlantis" in " ".join(panel.provenance.notes)
    # The actuals are what is scored on, not part of the history.
    assert panel.deaths[:, -1].tolist() == [2, 0]
    truth = read_country_actuals(actuals)
    assert (truth.units, truth.first_month, truth.last_month) == (("9", "10"), 244, 244)
    assert truth.deaths.tolist() == [[0], [4]]


def test_actuals_that_the_file_does_not_reach_are_refused(write: Write) -> None:
    rows = "244,200,1\n244,11,0\n244,10,0"
    actuals = write(rows, header="month_id,country_id,ged_sb", name="actuals.csv")
    message = r"does not fit the actuals: 1 of the 3 countries in actuals\.csv are not in it: 11; .*200 \(2000-02\)"
    with pytest.raises(DataError, match=message):
        read_country_months(write(WORKED), actuals=actuals)


def test_everything_wrong_is_said_at_once(write: Write) -> None:
    bad = """
241,1,0,0
241,1,5,0
242,1,-3,0
243,1,2.5,0
245,1,,0
200001,1,0,0
245,x,0,0
246,1,0,many
247,1,0
249,1,0,0
"""
    with pytest.raises(DataError) as caught:
        read_country_months(write(bad, header="month_id,country_id,ged_sb,ged_count_sb"))
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith("months.csv cannot be used: ")
    found = {part.split(": ", 1)[1].split(" (")[0]: part for part in text.partition(" used: ")[2].split(" | ")}
    assert set(found) == {
        "torn or misshapen row",
        "no whole number of months from January 1980, which is 1",
        "no whole number to name the country by",
        "no number",
        "negative",
        "not a whole number",
        "a country-month given before",
        "months missing between a country's first and last",
    }
    assert "line 4: ged_sb='-3'" in found["negative"]
    assert "line 3: country_id=1, month_id=241" in found["a country-month given before"]
    # April 2000, the torn row's July and August.
    assert "3 rejected" in found["months missing between a country's first and last"]
    assert "country_id=1 lacks 2000-04 (244) and 2 more" in text
    assert "column ged_sb" in text
    assert "column ged_count_sb" in text
    assert "month_id='200001'" in text


def test_a_missing_column_is_named_with_the_one_that_may_be_meant(write: Write) -> None:
    with pytest.raises(
        DataError, match=r"no column month_id among .*Did you mean month_idd.*no column ged_sb"
    ) as caught:
        read_country_months(write("241,1,-1", header="month_idd,country_id,ged_ns"))
    assert "negative" in str(caught.value)
    with pytest.raises(DataError, match=r"country_id \(or isoab\)"):
        read_country_months(write("241,1", header="month_id,ged_sb"))


@pytest.mark.parametrize("rows", ["", "\n"])
def test_a_file_without_rows_is_refused(write: Write, rows: str) -> None:
    with pytest.raises(DataError, match="no rows"):
        read_country_months(write(rows))


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no file"):
        read_country_months(tmp_path / "none.csv")


def test_actuals_hold_every_month_of_every_country(write: Write) -> None:
    path = write("241,1,0\n242,1,0\n242,2,0", header="month_id,country_id,ged_sb")
    with pytest.raises(DataError, match=r"months missing for a country .*country_id=2 lacks 2000-01 \(241\)"):
        read_country_actuals(path)


@given(st.lists(st.lists(st.integers(0, 5000), min_size=6, max_size=6), min_size=1, max_size=5), st.randoms())
def test_rows_may_come_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, table: Sequence[Sequence[int]], random: object
) -> None:
    rows = [(241 + t, g + 1, d) for g, line in enumerate(table) for t, d in enumerate(line)]
    random.shuffle(rows)  # type: ignore[attr-defined]
    path = tmp_path_factory.mktemp("any") / "months.parquet"
    pl.DataFrame(rows, schema=["month_id", "country_id", "ged_sb"], orient="row").write_parquet(path)
    assert read_country_months(path).deaths.tolist() == [list(line) for line in table]


def test_history_features_and_baselines_take_a_country_panel(write: Write) -> None:
    rng = np.random.default_rng(8)
    rows = [f"{m},{c},,,{rng.integers(0, 9)},0,0,1,0,0,x" for c in (1, 2, 3) for m in range(241, 281)]
    panel = read_country_months(write("\n".join(rows)))
    history = History(panel)
    assert history.features.shape == (3, 40, len(FEATURES))
    assert np.isfinite(history.features).all()
    past = history.up_to(270)
    # Every country is there from the first month on, and a past is what the file cut there would have given.
    assert past.panel.groups == panel.groups
    cut = write("\n".join(row for row in rows if int(row.split(",")[0]) <= 270), name="cut.csv")
    assert np.array_equal(past.features, feature_array(read_country_months(cut)))


@pytest.mark.parametrize("model", BASELINES, ids=lambda model: model.name)
def test_every_baseline_takes_a_country_panel(model: Model, worked: Panel) -> None:
    history = History(worked)
    if model.name == "base_rate":
        with pytest.raises(NotHeldError, match="more than 12 months are needed"):
            model.fit(history)
        return
    outlook = model.fit(history).outlook(history, draws=4, rng=np.random.default_rng(1), steps=14)
    assert outlook.forecast is not None or outlook.rankings or outlook.probabilities
    if outlook.forecast is not None:
        assert outlook.forecast.samples.shape == (3, 14, 4)
        assert outlook.forecast.units == worked.groups


@pytest.fixture(scope="session")
def views(shared_data: Path) -> Path:
    return shared_data / "views"


def test_the_real_files_are_what_they_are_described_to_be(views: Path) -> None:
    months, actuals = views / "ged_country_month_1989_2020.parquet", views / "cm_actuals_2018_2020.parquet"
    panel = read_country_months(months, actuals=actuals)
    truth = read_country_actuals(actuals)
    assert len(panel.groups) == 191
    assert panel.groups == truth.units
    assert (panel.first_month, panel.last_month) == (109, 492)
    assert (truth.first_month, truth.last_month) == (457, 492)
    frame = pl.read_parquet(months)
    in_panel = frame.filter(pl.col("country_id").cast(pl.String).is_in(panel.groups))
    assert panel.deaths.sum(dtype=np.int64) == in_panel["ged_sb"].sum()
    counted = pl.sum_horizontal("ged_count_sb", "ged_count_ns", "ged_count_os")
    # A few dozen country-months of the file have deaths and no event; they count as one.
    least = pl.when(pl.col("ged_sb") > 0).then(1).otherwise(0)
    assert panel.counts["events"].sum() == in_panel.select(pl.max_horizontal(counted, least).sum()).item()
    assert not re.search("country", " ".join(panel.theatres))
    assert len(set(panel.theatres)) == 191
    # South Sudan begins in July 2011; the states that ended are named by their last month.
    south_sudan = panel.theatres.index("South Sudan")
    assert not panel.deaths[south_sudan, : month_id_of(2011, 7) - 109].any()
    assert "2006-06" in " ".join(panel.provenance.notes)
    # History and truth are of one vintage up to October 2020 and differ after it.
    same = panel.deaths[:, 457 - 109 :] == truth.deaths
    assert same[:, : month_id_of(2020, 10) - 456].all()
    assert not same[:, month_id_of(2020, 10) - 456 :].all()


def month_id_of(year: int, month: int) -> int:
    from datetime import date

    return month_id(date(year, month, 1))


def test_climatology_scores_what_the_challenge_found(views: Path) -> None:
    # The published means of 2019 and 2020 of "conflictology" with 12 months: CRPS 10.66, ignorance 0.65, interval 118.
    months, actuals = views / "ged_country_month_1989_2020.parquet", views / "cm_actuals_2018_2020.parquet"
    history = History(read_country_months(months, actuals=actuals))
    truth = read_country_actuals(actuals)
    model = next(model for model in BASELINES if model.name == "climatology_12")
    means = []
    for year in (2019, 2020):
        past = history.up_to(month_id_of(year - 1, 10))
        outlook = model.fit(past).outlook(past, draws=1000, rng=np.random.default_rng(year), steps=14)
        assert outlook.forecast is not None
        begin = month_id_of(year, 1) - truth.first_month
        scores = sample_scores(outlook.forecast.samples[:, 2:], truth.deaths[:, begin : begin + 12])
        means.append([scores.crps.mean(), scores.ignorance.mean(), scores.interval_score.mean()])
    crps, ignorance, interval = np.mean(means, axis=0)
    assert crps == pytest.approx(10.66, abs=0.05)
    assert ignorance == pytest.approx(0.65, abs=0.005)
    assert interval == pytest.approx(118, abs=1.0)


def test_without_a_file_of_actuals_the_panel_is_the_truth(worked: Panel) -> None:
    truth = actuals_of(worked)
    assert (truth.units, truth.first_month, truth.last_month) == (worked.groups, 241, 244)
    assert np.array_equal(truth.deaths, worked.deaths)
    assert truth.vintage == worked.provenance.vintage
