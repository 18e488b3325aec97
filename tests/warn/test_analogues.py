"""Past cases like a group's: the right ones are found, nothing of the future or of the group itself is among them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planted_groups import FIRST, Event, digest_of, rivals, with_another_future
from tocsin.digest import packaged_digest
from tocsin.months import last_day, month_id
from tocsin.panel import FEATURES, History, build_panel
from tocsin.warn.analogues import QUANTITIES, Analogues, find_analogues

COLUMNS = [feature.name for feature in FEATURES]
WITH_GROWTH = (3, 0, 5, 8, 13, 9)
Series = dict[str, tuple[int, tuple[int, ...]]]


def history_of(series: Series, *, months: int, first: int = FIRST) -> History:
    """One group per country, named after it: the month of its first death, and the deaths of each month from there."""
    events: list[Event] = [
        (country, first + begin + t, "state", f"Front of {country}", f"Government of {country}", deaths)
        for country, (begin, row) in series.items()
        for t, deaths in enumerate(row)
        if deaths
    ]
    return History(build_panel(digest_of(events, first=first, last=first + months - 1)))


def of(history: History, country: str, **options: int) -> Analogues:
    row = history.panel.index_of(f"Front of {country} @ {country}")
    found = find_analogues(history, np.array([row]), **options)[0]
    assert found is not None
    return found


def everyone(history: History, **options: int) -> list[Analogues | None]:
    return find_analogues(history, np.arange(len(history.panel.groups)), **options)


@pytest.fixture(scope="module")
def world() -> History:
    return History(build_panel(digest_of(rivals(months=120, pairs=12), last=FIRST + 119)))


def test_a_twin_is_found_first_with_what_came_before_and_after() -> None:
    history = history_of(
        {
            "Mali": (94, WITH_GROWTH),
            "Niger": (40, (*WITH_GROWTH, 0, 70, 2)),
            "Kenya": (40, (90, 80, 70, 60, 50, 40, 30, 20)),
            "Peru": (40, (1,) * 48),
        },
        months=100,
    )
    found = of(history, "Mali").nearest[0]
    assert (found.group, found.month) == ("Front of Niger @ Niger", last_day(FIRST + 45))
    assert found.similarity == 1.0
    assert found.deaths_before == (*(0,) * 18, *WITH_GROWTH)
    assert found.deaths_after == (0, 70, 2, *(0,) * 9)
    assert found.mass_casualty_after == 0


def test_outcomes_and_base_rates_by_hand() -> None:
    # Each is a small group with one case month like the one asked about; of what came after, two had 25 deaths.
    history = history_of(
        {
            "Mali": (59, (4,)),
            "Niger": (30, (4, 0, 0, 30)),
            "Kenya": (30, (4, 0, 0, 24)),
            "Peru": (30, (4, 25)),
        },
        months=60,
    )
    found = of(history, "Mali")
    assert found.pool == "new_risk"
    assert {case.group[9:13] for case in found.nearest} == {"Nige", "Keny", "Peru"}
    assert (found.n, found.came_deaths25, found.came_mass_casualty) == (3, 2, 0)
    # Cases on the new-risk list with a death in 12 months: of Niger months 30-32, all followed by 25 deaths; of Peru
    # month 30, likewise; of Kenya 30-32, of whose 12 months after none has 25, and from 33 it is ongoing (28) until 41;
    # month 42 on it has 24 in 12 months, to 44. Niger from 42 to 44 has 30, ongoing.
    assert found.base_rate_deaths25 == pytest.approx((3 + 1) / (3 + 1 + 3 + 3))
    assert found.base_rate_mass_casualty == 0.0
    assert of(history, "Mali", n=1).n == 1


def test_mass_casualty_attacks_after_are_counted() -> None:
    history = History(
        build_panel(
            digest_of(
                [
                    ("Mali", FIRST + 59, "onesided", "Asked", "Civilians", 5),
                    ("Niger", FIRST + 30, "onesided", "Past", "Civilians", 5),
                    ("Niger", FIRST + 34, "onesided", "Past", "Civilians", 20),
                    ("Niger", FIRST + 35, "onesided", "Past", "Civilians", 19),
                    ("Niger", FIRST + 42, "onesided", "Past", "Civilians", 33),
                    ("Niger", FIRST + 43, "onesided", "Past", "Civilians", 33),
                ],
                last=FIRST + 59,
            )
        )
    )
    found = find_analogues(history, np.array([history.panel.index_of("Asked @ Mali")]))[0]
    assert found is not None
    assert found.nearest[0].month == last_day(FIRST + 30)
    assert found.nearest[0].mass_casualty_after == 2
    assert (found.n, found.came_mass_casualty) == (1, 1)


def test_silent_groups_are_compared_with_silent_ones_once_a_year() -> None:
    history = history_of(
        {
            "Mali": (2, (9,)),
            "Niger": (2, (9, *(0,) * 60, 40)),
            "Kenya": (2, (9,)),
            "Peru": (100, (9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)),
        },
        months=120,
    )
    found = of(history, "Mali")
    assert found.pool == "silent"
    assert {case.group for case in found.nearest} == {"Front of Niger @ Niger", "Front of Kenya @ Kenya"}
    # Cases at months 107, 95, 83, 71, 59, 47, 35 and 23 (eight of Kenya); Niger had a death in the year before 71, and
    # the 40 deaths of month 63 came within a year after 59.
    assert found.base_rate_deaths25 == pytest.approx(1 / (8 + 7))


def test_only_months_whose_year_after_is_over_and_whose_two_years_before_are_held() -> None:
    history = history_of({"Mali": (10, (5,) * 90), "Niger": (0, (5,) * 100)}, months=100)
    history.__dict__["features"] = np.zeros_like(history.features)  # all months alike: the latest is chosen
    assert of(history, "Mali").nearest[0].month == last_day(FIRST + 99 - 12)
    # With 36 months there is one case, the 24th; with 35 none.
    held = history_of({"Mali": (29, (5,) * 7), "Niger": (0, (5,) * 36)}, months=36)
    case = of(held, "Mali").nearest[0]
    assert (case.group, case.month) == ("Front of Niger @ Niger", last_day(FIRST + 23))
    assert everyone(held.up_to(FIRST + 34)) == [None, None]


def test_of_equally_near_groups_the_first_by_name_goes_first(world: History) -> None:
    flat = History(world.panel)
    flat.__dict__["features"] = np.zeros_like(world.features)
    ongoing = world.panel.ongoing
    row = int(np.flatnonzero(ongoing[:, -1])[-1])
    found = find_analogues(flat, np.array([row]))[0]
    assert found is not None
    can = [g for g in range(len(ongoing)) if g != row and ongoing[g, 23:-12].any()]
    assert [case.group for case in found.nearest] == [world.panel.groups[g] for g in can[:3]]
    assert {case.similarity for case in found.nearest} == {1.0}


def test_nothing_after_the_as_of_month_changes_anything() -> None:
    events, month, last = rivals(months=100, pairs=8), FIRST + 79, FIRST + 99
    plain = History(build_panel(digest_of([e for e in events if e[1] <= month], last=month)))
    expected = everyone(plain)
    assert any(expected)
    for later in (events, with_another_future(events, month, last=last)):
        cut = History(build_panel(digest_of(later, last=last))).up_to(month)
        assert cut.panel.groups == plain.panel.groups
        assert everyone(cut) == expected


def test_a_group_is_never_its_own_case_nor_another_twice(world: History) -> None:
    for group, found in zip(world.panel.groups, everyone(world), strict=True):
        if found is not None:
            named = [case.group for case in found.nearest]
            assert group not in named
            assert len(set(named)) == len(named) == min(3, found.n)
            assert [case.similarity for case in found.nearest] == sorted(
                (c.similarity for c in found.nearest), reverse=True
            )
            assert 0 <= found.came_deaths25 <= found.n < len(world.panel.groups)


def test_one_group_or_all_give_the_same_in_the_order_asked(world: History) -> None:
    whole = everyone(world)
    backwards = np.arange(len(whole))[::-1]
    assert find_analogues(world, backwards) == whole[::-1]
    assert [find_analogues(world, np.array([g]))[0] for g in range(len(whole))] == whole


def test_agrees_with_a_plain_search(world: History) -> None:
    panel, n = world.panel, 7
    last = panel.n_months - 1
    dead = panel.deaths.astype(int)

    def pool(g: int, t: int) -> str | None:
        year = dead[g, max(0, t - 11) : t + 1].sum()
        if not dead[g, : t + 1].sum():
            return None
        return "ongoing" if year >= 25 else "new_risk" if year else "silent"

    def figures(g: int, t: int) -> list[float]:
        row = [float(world.features[g, t, COLUMNS.index(q.feature)]) for q in QUANTITIES]
        return [float(np.log1p(x)) if q.count else x for x, q in zip(row, QUANTITIES, strict=True)]

    for unit in range(0, len(panel.groups), 3):
        like = pool(unit, last)
        cases = [
            (g, t)
            for g in range(len(panel.groups))
            for t in range(23, last - 11)
            if pool(g, t) == like and (like != "silent" or (last - t) % 12 == 0)
        ]
        weight = np.array([0.0 if like == "silent" and q.of_the_year else q.weight for q in QUANTITIES])
        table = np.array([figures(g, t) for g, t in cases])
        apart = (table - figures(unit, last)) / np.maximum(table.std(axis=0), np.log(2))
        distance = np.sqrt((apart**2 * weight).sum(axis=1) / weight.sum())
        best: dict[int, tuple[float, int]] = {}
        for (g, t), d in zip(cases, distance.tolist(), strict=True):
            if g != unit:
                best[g] = min(best.get(g, (np.inf, 0)), (d, t))
        order = sorted(best, key=lambda g: best[g][0])[:n]
        found = find_analogues(world, np.array([unit]), n=n)[0]
        assert found is not None
        assert found.pool == like
        assert [case.group for case in found.nearest] == [panel.groups[g] for g in order[:3]]
        assert [case.month for case in found.nearest] == [last_day(FIRST + best[g][1]) for g in order[:3]]
        assert [c.similarity for c in found.nearest] == pytest.approx(
            [1 / (1 + best[g][0]) for g in order[:3]], rel=1e-4
        )
        after = [dead[g, best[g][1] + 1 : best[g][1] + 13].sum() for g in order]
        assert found.came_deaths25 == sum(a >= 25 for a in after)
        free = [(g, t) for g, t in cases if g != unit]
        assert found.base_rate_deaths25 == pytest.approx(
            np.mean([dead[g, t + 1 : t + 13].sum() >= 25 for g, t in free])
        )


def test_the_unit_and_the_zero_of_a_quantity_do_not_matter(world: History) -> None:
    column = COLUMNS.index("theatre_deaths_12m")
    assert world.features[:, 23:-12, column].std() > np.log(2)
    changed = world.features.copy()
    changed[:, :, column] = changed[:, :, column] * 8 + 16
    other = History(world.panel)
    other.__dict__["features"] = changed
    rows = np.flatnonzero(world.panel.ongoing[:, -1])
    assert rows.size
    for plain, scaled in zip(find_analogues(world, rows), find_analogues(other, rows), strict=True):
        assert plain is not None
        assert scaled is not None
        assert [(c.group, c.month) for c in plain.nearest] == [(c.group, c.month) for c in scaled.nearest]
        assert [c.similarity for c in plain.nearest] == pytest.approx([c.similarity for c in scaled.nearest], rel=1e-4)


def test_another_calendar_changes_only_the_dates() -> None:
    series: Series = {"Mali": (50, (3, 9, 2)), "Niger": (30, (2, 8, 1, 40)), "Peru": (26, (30, 2)), "Kenya": (0, (9,))}
    here, later = history_of(series, months=53), history_of(series, months=53, first=FIRST + 5)
    a, b = of(here, "Mali"), of(later, "Mali")
    assert (a.n, a.came_deaths25, a.base_rate_deaths25) == (b.n, b.came_deaths25, b.base_rate_deaths25)
    for x, y in zip(a.nearest, b.nearest, strict=True):
        assert (x.group, x.similarity, x.deaths_after) == (y.group, y.similarity, y.deaths_after)
        assert month_id(y.month) == month_id(x.month) + 5


def test_none_where_there_is_nothing_to_compare_with() -> None:
    alone = history_of({"Mali": (30, (5,) * 70)}, months=100)
    assert everyone(alone) == [None]
    # A group with an event and no death is on no list.
    bloodless: list[Event] = [
        ("Mali", FIRST + 50, "state", "Quiet", "Government of Mali", 0),
        ("Niger", FIRST + 30, "state", "Loud", "Government of Niger", 4),
        ("Peru", FIRST + 59, "state", "Late", "Government of Peru", 4),
    ]
    history = History(build_panel(digest_of(bloodless, last=FIRST + 59)))
    found = dict(zip(history.panel.groups, everyone(history), strict=True))
    assert found["Quiet @ Mali"] is None
    assert found["Late @ Peru"] is not None
    assert find_analogues(history, np.zeros(0, np.intp)) == []


def test_the_share_among_like_cases_says_more_than_the_base_rate() -> None:
    """Ongoing groups at four origins of real figures: the Brier score of the share, against that of the base rate."""
    whole = History(build_panel(packaged_digest().up_to(month_id(date(2009, 12, 1)))))
    share, base, came = [], [], []
    for year in (2000, 2003, 2006, 2008):
        month = month_id(date(year, 12, 1))
        history = whole.up_to(month)
        rows = np.flatnonzero(history.panel.ongoing[:, -1])
        in_whole = whole.panel.rows_by(month)[rows]
        after = whole.panel.deaths[in_whole, month - whole.panel.first_month + 1 :][:, :12].sum(axis=1)
        for found, deaths in zip(find_analogues(history, rows), after.tolist(), strict=True):
            assert found is not None
            share.append(found.came_deaths25 / found.n)
            base.append(found.base_rate_deaths25)
            came.append(deaths >= 25)
    happened = np.array(came, float)
    assert len(came) > 200
    assert np.mean((share - happened) ** 2) < 0.85 * np.mean((base - happened) ** 2)
