"""Which warnings flip under a revision: by hand, and by two releases of a store with assessments put in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import tocsin.warn.flips as module
from planted_lines import assessment, line
from planted_releases import event, release_of
from tocsin.errors import InputError
from tocsin.settings import Settings
from tocsin.store import Store
from tocsin.warn import Assessment
from tocsin.warn.flips import Flips, Stayed, flips, flips_of


def told(*groups: Any, **changes: Any) -> Assessment:
    return replace(assessment(), groups=groups, **changes)


def changes_of(found: Flips) -> dict[str, tuple[str, ...]]:
    return {row.group: row.changes for row in found.rows}


def test_the_same_assessment_twice_flips_nothing() -> None:
    one = told(line("A @ Mali", level="warning"), line("B @ Mali"))
    found = flips(one, one)
    assert found.rows == ()
    assert found.compared == 2
    assert found.stayed == (Stayed("warning", 1), Stayed("watch", 0), Stayed("none", 1))
    assert found.levels_changed == 0


def test_levels_lists_and_who_is_listed() -> None:
    old = told(
        line("up @ Mali", level="none"),
        line("down @ Mali", level="warning"),
        line("gone @ Mali", level="watch"),
        line("moved @ Mali", list="new_risk", base_rate_deaths25=0.015, base_rate_mass_casualty=0.001),
        line("back @ Mali", list="ongoing", level="watch"),
        line("same @ Mali", level="watch", p_deaths25=0.9),
    )
    new = told(
        line("up @ Mali", level="watch", p_deaths25=0.5, p_deaths25_low=0.3, p_deaths25_high=0.7),
        line("down @ Mali", level="watch"),
        line("moved @ Mali", list="ongoing", base_rate_deaths25=0.41, base_rate_mass_casualty=0.058),
        line("back @ Mali", list="new_risk", level="none"),
        line("same @ Mali", level="watch", p_deaths25=0.1),
        line("new @ Mali"),
    )
    found = flips(old, new)
    assert changes_of(found) == {
        "up @ Mali": ("raised",),
        "down @ Mali": ("lowered",),
        "gone @ Mali": ("lowered", "left"),
        "moved @ Mali": ("moved to ongoing",),
        "back @ Mali": ("lowered", "moved to new risk"),
        "new @ Mali": ("entered",),
    }
    assert found.levels_changed == 4
    # Levels first, the highest of either before others.
    assert found.rows[0].group == "down @ Mali"
    assert {row.group for row in found.rows[-2:]} == {"moved @ Mali", "new @ Mali"}
    up = next(row for row in found.rows if row.group == "up @ Mali")
    assert (up.p_deaths25_before, up.p_deaths25_low_before, up.p_deaths25_high_before) == (0.2, 0.1, 0.4)
    assert (up.p_deaths25_after, up.p_deaths25_low_after, up.p_deaths25_high_after) == (0.5, 0.3, 0.7)
    # Base rates are of the list that each release has the group on.
    moved = next(row for row in found.rows if row.group == "moved @ Mali")
    assert (moved.base_rate_deaths25_before, moved.base_rate_deaths25_after) == (0.015, 0.41)
    assert (moved.base_rate_mass_casualty_before, moved.base_rate_mass_casualty_after) == (0.001, 0.058)
    gone = next(row for row in found.rows if row.group == "gone @ Mali")
    assert (gone.base_rate_deaths25_before, gone.base_rate_deaths25_after) == (0.015, None)
    assert (gone.level_after, gone.list_after, gone.p_deaths25_after, gone.p_mass_casualty_after) == (
        "none",
        None,
        None,
        None,
    )
    assert (found.compared, sum(one.groups for one in found.stayed)) == (5, 2)
    assert {row.coverage_only for row in found.rows} == {None}


def test_turned_round_what_was_raised_is_lowered() -> None:
    old, new = told(line("A @ Mali"), line("B @ Mali")), told(line("A @ Mali", level="warning"))
    there, back = flips(old, new), flips(new, old)
    turned = {"raised": "lowered", "left": "entered"}
    assert {g: tuple(turned[c] for c in changes) for g, changes in changes_of(there).items()} == changes_of(back)


def test_a_flip_that_goes_away_with_the_same_coverage_is_of_coverage_alone() -> None:
    old = told(line("A @ Mali"), line("B @ Mali"))
    new = told(line("A @ Mali", level="watch"), line("B @ Mali", level="watch"))
    alike = told(line("A @ Mali"), line("B @ Mali", level="watch"))
    found = flips(old, new, (old, alike))
    assert {row.group: row.coverage_only for row in found.rows} == {"A @ Mali": True, "B @ Mali": False}
    assert any("1 of 2 flips go away" in note for note in found.notes)


@pytest.mark.parametrize(
    "changes", [{"as_of": date(2020, 1, 1)}, {"theatre": "Niger"}, {"horizon_months": 3}], ids=lambda c: next(iter(c))
)
def test_only_the_same_question_is_compared(changes: Mapping[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(changes))):
        flips(told(), told(**changes))


def test_tables_and_notes() -> None:
    found = flips(told(line("A @ Mali")), told(data_until=date(2014, 1, 31), vintage="planted 2"))
    assert found.to_polars()["group"].to_list() == ["A @ Mali"]
    assert found.to_polars()["base_rate_mass_casualty_before"].to_list() == [0.0012]
    assert "base rate before" in found._repr_html_()
    assert found.to_polars("stayed")["groups"].to_list() == [0, 0, 0]
    assert any("end on" in note for note in found.notes)
    assert "Flips" in found._repr_html_()
    assert flips(told(), told()).to_polars().is_empty()


# --- two releases of a store ------------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


def put_in_place(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Assessments that name each group of the figures, on watch where it has an event at an exact place alone."""
    asked: list[dict[str, Any]] = []

    def assess(**options: Any) -> Assessment:
        from tocsin.digest import load_digest

        asked.append(options)
        digest = options["digest"] or load_digest(options["settings"], as_of=options["as_of"])
        seen = sorted(set(digest.monthly.filter(~digest.monthly["actor"].str.starts_with("Gov"))["theatre"]))
        groups = [line(f"JNIM @ {theatre}", level="watch") for theatre in seen]
        return told(*groups, as_of=options["as_of"], vintage=digest.provenance.vintage)

    monkeypatch.setattr(module, "assess", assess)
    return asked


NIGER = {"country": "NER", "theatre": "Niger"}
DAY = date(2019, 5, 5)


def test_each_release_is_assessed_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = put_in_place(monkeypatch)
    store.add(release_of("20.1", [event(1, DAY)]), release_of("21.1", [event(1, DAY), event(2, DAY, **NIGER)]))
    strict = Settings(home=store.home, as_of_mode="strict")
    found = flips_of(store, settings=strict, as_of=date(2019, 12, 31), horizon=3)
    assert [(one["settings"].release, one["settings"].as_of_mode) for one in asked] == [
        ("ucdp-ged 20.1", "reconstructed"),
        ("ucdp-ged 21.1", "reconstructed"),
    ]
    assert {one["horizon"] for one in asked} == {3}
    assert changes_of(found) == {"JNIM @ Niger": ("raised", "entered")}
    assert (found.older, found.newer) == ("ucdp-ged 20.1", "ucdp-ged 21.1")
    assert found.rows[0].coverage_only is None


def test_groups_of_countries_that_one_release_does_not_cover_are_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_place(monkeypatch)
    store.add(release_of("20.1", [event(1, DAY), event(2, DAY, **NIGER)]))
    store.add(release_of("21.1", [event(1, DAY)], countries=("MLI",)))
    found = flips_of(store, settings=Settings(home=store.home), as_of=date(2019, 12, 31))
    assert found.rows == ()
    assert found.compared == 1
    assert any(note.startswith("ucdp-ged 21.1 covers only Mali: groups elsewhere are left out") for note in found.notes)


def test_what_only_a_vaguer_place_shows_is_of_coverage_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = put_in_place(monkeypatch)
    store.add(release_of("20.1", [event(1, DAY)], place_precision_max=2))
    vague = event(2, DAY, place_precision=5, **NIGER)
    store.add(release_of("21.1", [event(1, DAY), vague, event(3, DAY, country="COL", theatre="Colombia")]))
    found = flips_of(store, settings=Settings(home=store.home), as_of=date(2019, 12, 31))
    assert {row.group: row.coverage_only for row in found.rows} == {"JNIM @ Niger": True, "JNIM @ Colombia": False}
    assert len(asked) == 3
    assert asked[2]["digest"].provenance.vintage == "ucdp-ged 21.1"


def test_a_day_that_one_release_does_not_reach(store: Store) -> None:
    store.add(release_of("20.1", [event(1, DAY)]), release_of("21.1", [event(1, DAY)]))
    with pytest.raises(InputError, match=r"ucdp-ged 20\.1 ends on 2019-12-31, .* Hint: --as-of 2019-12-31"):
        flips_of(store, settings=Settings(home=store.home), as_of=date(2020, 6, 30))
