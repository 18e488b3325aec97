"""The record page: what was known, counted from the rows it shows; nothing that came later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from page_reading import Node, chart_data, links, read, section
from planted_web import SOURCES

from tocsin.errors import InputError
from tocsin.forecast.model import TARGETS
from tocsin.months import first_day, last_day, month_id
from tocsin.settings import AsOfMode, Settings
from tocsin.warn.level_record import LevelRecord, packaged_level_record
from tocsin.warn.record import Record, packaged_record
from tocsin.warn.skill_record import SkillRecord, SkillRow, packaged_skill_record
from tocsin.warn.warning_record import MissRow, WarningRecord, WarningRow, packaged_warning_record
from tocsin.web.asked import Asked
from tocsin.web.filed import Filed
from tocsin.web.links import Links
from tocsin.web.pages.record import page
from tocsin.web.pages.record_reliability import class_rows, reads
from tocsin.web.pages.record_skill import against_baselines, against_parts
from tocsin.web.pages.record_warnings import PER_PAGE, Choice, counts
from tocsin.web.question import silent
from tocsin.web.questions import record as questions
from tocsin.web.questions.record import Track, TrackAnswer, track_of
from tocsin.web.render import render_page
from tocsin.web.tables import write_download

DAY = date(2016, 3, 31)
END = date(2020, 12, 31)


def track(day: date = DAY, horizon: int = 6) -> TrackAnswer:
    return track_of(day, "reconstructed", month_id(day), horizon)


def html(asked: Asked, answer: TrackAnswer, at: Links | None = None, **given: str) -> str:
    made = page(asked, given)
    return render_page(made, {Track(asked): answer}, at or links(asked))


def shown(day: date = DAY, at: Links | None = None, **given: str) -> Node:
    return read(html(Asked(as_of=day), track(day), at, **given))


def rows_of(tree: Node, name: str) -> list[list[str]]:
    tables = section(tree, name).all("table")
    return [[cell.text for cell in row.inside if isinstance(cell, Node)] for row in tables[0].all("tr")[1:]]


def cut_off(monkeypatch: pytest.MonkeyPatch, month: int) -> None:
    """Other outcomes, warnings, emergences and scores after a month, in every packaged record."""
    records, levels = packaged_record(), packaged_level_record()
    warned, skill = packaged_warning_record(), packaged_skill_record()
    late = replace(levels.emergences[-1], month=month + 1, level=12, warning=12)
    planted: dict[str, Record | LevelRecord | WarningRecord | SkillRecord] = {
        "packaged_record": replace(
            records, rows=tuple(r if r.known_by <= month else replace(r, came=r.n) for r in records.rows)
        ),
        "packaged_level_record": replace(
            levels,
            counts=tuple(r if r.known_by <= month else replace(r, came=r.n) for r in levels.counts),
            emergences=(*(r for r in levels.emergences if r.month <= month), late),
        ),
        "packaged_warning_record": replace(
            warned,
            warnings=(
                *(
                    replace(r, last=min(r.last, month), came=r.came if r.came and r.came <= month else None)
                    for r in warned.warnings
                    if r.first <= month
                ),
                WarningRow("Later @ Mali", "Mali", "new_risk", "deaths25", month + 1, month + 1, 0.9, 0.01, None),
            ),
            misses=(
                *(r for r in warned.misses if r.month <= month),
                MissRow("Later @ Mali", "Mali", month + 1, 40, None, None, None),
            ),
        ),
        "packaged_skill_record": replace(
            skill, rows=tuple(r if r.known_by <= month else replace(r, value=0.999) for r in skill.rows)
        ),
    }
    for name, one in planted.items():
        monkeypatch.setattr(questions, name, lambda one=one: one)


@pytest.mark.parametrize(("day", "horizon"), [(DAY, 6), (date(2012, 7, 31), 3), (date(2019, 12, 31), 12)])
def test_another_future_leaves_the_page_as_it_was(monkeypatch: pytest.MonkeyPatch, day: date, horizon: int) -> None:
    asked = Asked(as_of=day, horizon=horizon)
    before = html(asked, track(day, horizon))
    cut_off(monkeypatch, month_id(day))
    assert html(asked, track(day, horizon)) == before
    later = track(last_day(month_id(day) + 40), horizon)
    assert "Later @ Mali" in html(asked, later, year=str(first_day(month_id(day) + 1).year))


def test_counts_are_those_of_the_rows_on_all_pages() -> None:
    said = {"came": 0, "did not come": 0, "not over yet": 0}
    seen: list[tuple[str, ...]] = []
    number = 1
    while True:
        rows = rows_of(shown(page=str(number)), "warnings")
        for row in rows:
            assert "base rate" in row[3]
            what = row[4]
            kind = "came" if what.startswith("Came") else "not over yet" if what.startswith("Not") else "did not come"
            said[kind] += 1
        seen += [tuple(row) for row in rows]
        if len(rows) < PER_PAGE:
            break
        number += 1
    told = counts(track().warnings.warnings, month_id(DAY))
    assert len(seen) == told.all == len(set(seen))
    assert said == {"came": told.came, "did not come": told.did_not_come, "not over yet": told.open}
    text = section(shown(), "warnings").text
    assert f"{told.all} warnings : {told.came} came ({told.early} of them before their 6 months were over), " in text
    assert f"{told.did_not_come} did not come, {told.open} not over yet" in text
    assert told.open > 0


def test_the_card_counts_warnings_whose_horizon_is_over_and_tells_the_others_apart() -> None:
    """At the end of June 2010 some of the first warnings had come, and none was 6 months old."""
    day = date(2010, 6, 30)
    rows = track(day).warnings.warnings
    over = [w for w in rows if w.first + 6 <= month_id(day)]
    early = sum(w.outcome == "came" for w in rows) - sum(w.outcome == "came" for w in over)
    assert early > 0
    card = shown(day).all("li", class_="card")[0].text
    assert ("None over yet" in card) == (not over)
    more = " more" if over else ""
    assert f"Of {len(rows) - len(over)}{more} the 6 months are not over: {early} came already" in card
    card = shown().all("li", class_="card")[0].text
    ended = [w for w in track().warnings.warnings if w.first + 6 <= month_id(DAY)]
    came = sum(w.outcome == "came" for w in ended)
    assert f"{came} of {len(ended)} came ({came / len(ended):.0%})" in card


def test_a_share_that_was_counted_is_a_plain_percentage() -> None:
    many = tuple(replace(w, outcome="came", came=w.first + 1) for w in track().warnings.warnings)
    answer = replace(track(), warnings=replace(track().warnings, warnings=many))
    text = read(html(Asked(as_of=DAY), answer)).text
    over = counts(many, month_id(DAY)).over
    assert f"{over} of {over} came (100%)" in text
    assert "6 months are over, 100% came" in text


def test_filters_leave_what_they_say() -> None:
    tree = shown(year="2014", theatre="Syria", view="deaths25", outcome="came")
    rows = rows_of(tree, "warnings")
    assert rows
    for row in rows:
        assert "Syria" in row[0]
        assert "2014" in row[1]
        assert row[2] == "25 deaths or more"
        assert row[4].startswith("Came")
    assert f"{len(rows)} warnings" in section(tree, "warnings").text
    for row in rows_of(tree, "missed"):
        assert "Syria" in row[0]
        assert row[1].endswith("2014")
    chosen = [one for one in tree.all("option") if "selected" in one.given]
    assert {"2014", "Syria", "25 deaths or more", "came"} <= {one.text for one in chosen}
    nothing = section(shown(theatre="Nowhere <b>"), "warnings")
    assert "No warning of the record is like that" in nothing.text
    assert "Nowhere <b>" in nothing.text


def test_newest_first_and_links_keep_what_is_chosen() -> None:
    tree = shown(year="2014", page="1")
    months = [w.first for w in Choice(year=2014).warnings(track().warnings)]
    assert months == sorted(months, reverse=True)
    older = [one for one in tree.all("a") if one.given.get("rel") == "next"]
    assert "page=2" in older[0].given["href"]
    assert all("year=2014" in one.given["href"] and "as_of=2016-03-31" in one.given["href"] for one in older)
    assert older[0].given["href"].endswith("#warnings")
    group = section(tree, "warnings").all("th", scope="row")[0].all("a")
    assert group[0].given["href"].startswith("/group?name=")
    assert group[1].given["href"].startswith("/theatre?name=")


def test_a_page_beyond_the_last_is_the_last() -> None:
    last = -(-len(track().warnings.warnings) // PER_PAGE)
    assert rows_of(shown(page="9999"), "warnings") == rows_of(shown(page=str(last)), "warnings")


@pytest.mark.parametrize(
    "given",
    [
        {"year": "14"},
        {"year": "twenty"},
        {"page": "0"},
        {"page": "x"},
        {"missed_page": "-1"},
        {"view": "deaths"},
        {"outcome": "maybe"},
        {"list": "all"},
        {"score": "crps"},
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InputError, match=next(iter(given))):
        page(Asked(), given)


def test_misses_and_warned_make_up_the_emergences() -> None:
    answer = track()
    warned = sum(row.warning is not None for row in answer.levels.emergences)
    assert warned + len(answer.warnings.misses) == len(answer.levels.emergences)
    text = section(shown(), "missed").text
    assert f"Of {len(answer.levels.emergences)} emergences {len(answer.warnings.misses)} had no warning" in text


@pytest.mark.parametrize("mode", ["strict", "lagged"])
def test_in_these_modes_before_publication_there_is_nothing(home: Path, mode: AsOfMode) -> None:
    asked = Asked(as_of=DAY, mode=mode)
    answer = Track(asked).answer(Settings(home=home), silent)
    assert (answer.until, answer.warnings.warnings, answer.classes.rows, answer.skill.rows) == (0, (), (), ())
    text = read(html(asked, answer)).all("main")[0].text
    assert "Nothing of the record was known on 31 March 2016" in text
    assert "published in June 2021" in text


def test_before_the_replay_there_is_nothing_yet() -> None:
    text = shown(date(2009, 6, 30)).all("main")[0].text
    assert "The replay begins in Jan 2010" in text


def test_early_there_are_warnings_and_no_whole_year() -> None:
    tree = shown(date(2010, 4, 30))
    assert "no whole year" in section(tree, "reliability").text
    assert "No emergence" in section(tree, "lead").text
    assert "not over yet" in section(tree, "warnings").text
    assert not tree.all("figure")


def test_the_question_reads_the_day_from_the_figures(home: Path) -> None:
    settings = Settings(home=home)
    answer = Track(Asked(as_of=date(2016, 4, 15), horizon=3)).answer(settings, silent)
    assert (answer.until, answer.data_until) == (month_id(DAY), DAY)
    assert {row.horizon for row in (*answer.classes.rows, *answer.skill.rows)} == {3}
    newest = Track(Asked()).answer(settings, silent)
    assert (newest.as_of, newest.data_until, newest.warnings.count("open")) == (END, END, 0)


def test_in_a_static_site_there_are_no_forms_and_all_misses_stand_on_the_first_page() -> None:
    asked = Asked(as_of=DAY)
    pages = {("record", ()): "record.html", ("record", (("page", "2"),)): "record/page-2.html"}
    first = shown(at=Filed("record.html", pages))
    assert not first.all("form")
    assert len(rows_of(first, "missed")) == len(track().warnings.misses)
    at = Filed("record/page-2.html", pages)
    second = read(html(asked, track(), at, page="2"))
    assert not section(second, "missed").all("table")
    assert ("record", (("page", "3"),)) in at.missed
    assert ("record", (("page", "1"),)) not in at.missed


def test_names_from_data_cannot_end_a_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    held = packaged_warning_record()
    name = "<script>alert(1)</script>\u202e @ Mali"
    row = replace(held.warnings[0], group=name, first=month_id(DAY))
    monkeypatch.setattr(questions, "packaged_warning_record", lambda: replace(held, warnings=(row,)))
    text = html(Asked(as_of=DAY), track())
    assert "<script>alert" not in text
    assert "\u202e" not in text
    read(text)


def test_downloads_hold_what_is_chosen_and_what_was_known() -> None:
    asked = Asked(as_of=DAY)
    made = page(asked, {"year": "2014", "outcome": "came", "page": "2"})
    found: dict[Any, Any] = {Track(asked): track()}
    by_name = {one.name: one for one in made.downloads}
    assert all(one.forms == ("csv", "parquet", "json") for one in made.downloads)
    frame = by_name["record-warnings"].table(found)  # type: ignore[misc]
    assert frame["outcome"].unique().to_list() == ["came"]
    assert frame["first_month"].str.starts_with("2014").all()
    assert frame.height == len(Choice(year=2014, outcome="came").warnings(track().warnings))
    document = by_name["record-missed"].document(found)  # type: ignore[misc]
    assert (document["as_of"], document["licence"]) == ("2016-03-31", "CC BY 4.0")
    assert {row["month"][:4] for row in document["rows"]} == {"2014"}
    classes = by_name["record-reliability"].table(found)  # type: ignore[misc]
    assert classes["horizon_months"].unique().to_list() == [6]
    assert classes["intervals"].str.contains("overlapping months").all()
    scores = by_name["record-skill"].table(found)  # type: ignore[misc]
    assert scores["known_by"].max() <= "2016-03"  # type: ignore[operator]
    empty: dict[Any, Any] = {Track(asked): track(date(2009, 1, 31))}
    for one in made.downloads:
        assert one.table(empty).width > 1  # type: ignore[misc]
        for form in one.forms:
            assert write_download(one, form, empty, SOURCES)


def test_classes_by_hand() -> None:
    rows = {(r.target, r.list, r.low): r for r in class_rows(track(END), 6)}
    held = [
        r for r in packaged_record().rows if (r.target, r.list, r.low, r.horizon) == ("deaths25", "ongoing", 0.5, 6)
    ]
    row = rows["deaths25", "ongoing", 0.5]
    assert (row.n, row.came) == (sum(r.n for r in held), sum(r.came for r in held))
    assert row.share_low < row.share == row.came / row.n < row.share_high
    assert reads(replace(row, said=0.99)) == "above it: fewer came"
    assert reads(replace(row, said=0.01)) == "below it: more came"
    assert reads(replace(row, said=row.share)) == "within the interval"
    assert {r.target for r in rows.values()} == set(TARGETS)


def test_charts_hold_the_figures_of_their_tables() -> None:
    tree = shown()
    first = section(tree, "reliability").all("figure")[0]
    points = [point for one in chart_data(first)["figures"]["series"] for point in one["points"]]
    assert len(points) == len(first.all("tr")) - 1
    assert all(low <= came <= high for _, came, low, high, _, _ in points)
    skill = section(tree, "skill").all("figure")[0]
    drawn = chart_data(skill)["figures"]
    assert {year for one in drawn["series"] for year, _ in one["points"]} == set(range(2010, 2015))
    assert drawn["series"][0]["kind"] == "headline"
    assert "overlapping months of a group as independent" in first.all("figcaption")[0].text
    lead = section(tree, "lead").all("figure")[0]
    for one in chart_data(lead)["figures"]["series"]:
        shares = [share for _, share in one["points"]]
        assert shares == sorted(shares, reverse=True)


def years(**models: list[float]) -> dict[int, tuple[SkillRow, ...]]:
    """Average precision of models in 2010, 2011, ..."""
    row = SkillRow(1, 2010, False, 1, "deaths25", 6, "seen", 10, 3, "", "average_precision", None, None, None)
    many = len(next(iter(models.values())))
    return {
        2010 + k: tuple(replace(row, year=2010 + k, model=name, value=values[k]) for name, values in models.items())
        for k in range(many)
    }


def test_years_that_a_baseline_won_are_named() -> None:
    found = years(
        ensemble=[0.3, 0.2, 0.25], recency=[0.1, 0.22, 0.25], base_rate=[0.05, 0.3, 0.1], trees=[0.4, 0.1, 0.1]
    )
    said = against_baselines(found, "ensemble")
    assert said == (
        "By average precision: no baseline did better in 2 of 3 years. "
        "One did in 2011 (base rate 0.300, headline 0.200)."
    )
    parts = against_parts(found, "ensemble")
    assert parts is not None
    assert "neither alone did better in 2 of 3 years. One did in 2010 (trees)." in parts
    assert against_baselines(years(ensemble=[0.3], trees=[0.1]), "ensemble") is None
