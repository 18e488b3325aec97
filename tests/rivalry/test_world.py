"""Theatres together: pooled from figures given by hand, and the same for any number of workers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from planted_rivalry import planted_fit, planted_rivalry
from tocsin.digest import Digest, packaged_digest
from tocsin.rivalry.pooling import pool
from tocsin.rivalry.result import NullCheck, Rivalry, Severity
from tocsin.rivalry.world import LEAST_THEATRES, TERMS, _jackknife, fit_world, pool_world

THEATRES = ("Algeria", "Nigeria", "Syria")


def some_digest() -> Digest:
    whole = packaged_digest()
    held = pl.col("theatre").cast(pl.String).is_in(THEATRES)
    return replace(
        whole, monthly=whole.monthly.filter(held), weekly=whole.weekly.filter(held), cells=whole.cells.filter(held)
    )


@pytest.mark.slow
def test_workers_change_nothing() -> None:
    told: list[tuple[int, int]] = []
    digest, first = some_digest(), date(2013, 1, 1)
    one = fit_world(digest, first=first, shifts=19, workers=1, progress=lambda done, of: told.append((done, of)))
    two = fit_world(digest, first=first, shifts=19, workers=2)
    assert one.to_dict() == two.to_dict()
    names = [rivalry.theatre for rivalry in one.theatres]
    assert names == sorted(names)
    assert len(names) >= 2
    assert set(names) <= set(THEATRES)
    assert told == [(k + 1, len(names)) for k in range(len(names))]


def with_links(theatre: str, estimates: tuple[float, float], error: float = 0.1) -> Rivalry:
    links = {
        (g, 1 - g): {"estimate": value, "low": value - 1.645 * error, "high": value + 1.645 * error}
        for g, value in enumerate(estimates)
    }
    return planted_rivalry(("A", "B"), links, theatre=theatre)


def pooled(theatres: list[Rivalry]) -> dict[str, tuple[float, float]]:
    return {term.term: (term.estimate, term.high - term.estimate) for term in pool_world("all", tuple(theatres)).pooled}


def test_links_are_pooled_on_the_scale_of_both_groups_sizes() -> None:
    # Groups of 400 and 200 attacks: a link of the first to the second counts sqrt(2) of itself, the other 1 / sqrt(2).
    theatres = [with_links(name, (0.1 / np.sqrt(2), 0.1 * np.sqrt(2)), 0.001) for name in "CDEF"]
    terms = pooled(theatres)
    # Eight links of 0.1 with next to no error and no spread: a prior of sd 0.1 draws by next to nothing.
    assert terms["average_link"][0] == pytest.approx(0.1, rel=0.02)
    assert terms["average_link"][1] == pytest.approx(0.0, abs=1e-6)  # all theatres alike
    assert list(terms) == ["average_link", "any_pair"]  # all pairs alike in everything


def test_links_of_which_nothing_is_told_do_not_count() -> None:
    theatres = [with_links(name, (0.1, 0.1)) for name in "CDEF"]
    untold = {"estimate": 0.0, "low": -np.inf, "high": np.inf, "minimum_detectable": np.inf}
    more = [*theatres, planted_rivalry(("A", "B"), {(0, 1): untold, (1, 0): untold}, theatre="G")]
    assert pooled(more) == pooled(theatres)
    term = pool_world("all", tuple(more)).pooled[0]
    assert (term.links, term.theatres) == (8, 4)


def test_unlike_theatres_widen_the_interval() -> None:
    alike = [with_links(name, (0.1, 0.1), 0.05) for name in "CDEFG"]
    unlike = [with_links(name, (value, value), 0.05) for name, value in zip("CDEFG", (0, 0, 0, 0, 0.5), strict=True)]
    assert pooled(unlike)["average_link"][1] > 5 * pooled(alike)["average_link"][1]


def test_a_term_is_there_where_pairs_differ_in_it() -> None:
    theatres = []
    for name in "CDEF":
        rivalry = with_links(name, (0.0, 0.4 * np.sqrt(2)), 0.02)
        shared = tuple(replace(link, shared_ground=0.0 if k == 0 else 0.9) for k, link in enumerate(rivalry.links))
        theatres.append(replace(rivalry, links=shared))
    terms = pooled(theatres)
    assert set(terms) == {"average_link", "any_pair", "shared_ground"} <= {"average_link", *TERMS}
    assert terms["shared_ground"][0] > 0.2


def test_too_few_theatres_show_nothing_together() -> None:
    theatres = tuple(with_links(name, (0.1, 0.1)) for name in "CD")
    assert LEAST_THEATRES == 3
    world = pool_world("all", theatres)
    assert world.pooled == ()
    assert world.severity is None
    assert pool_world("all", ()).pooled == ()


def test_the_jackknife_of_plain_means_is_that_of_the_textbook() -> None:
    # Errors far above all spreads and below the prior: the coefficient is as good as the mean, of one link a theatre.
    value = np.array([0.001, 0.004, -0.002, 0.003])
    coefficient, error = _jackknife(value, np.full(4, 1e-5), np.ones((4, 1)), np.arange(4))
    assert coefficient[0] == pytest.approx(value.mean(), rel=0.01)
    assert error[0] == pytest.approx(value.std(ddof=1) / 2, rel=0.02)
    whole = pool(value, np.full(4, 1e-5), np.ones((4, 1)))
    assert coefficient[0] == whole.coefficients[0]


def test_severity_is_pooled_over_theatres_that_tell_of_it() -> None:
    def theatre(name: str, log_odds: float | None) -> Rivalry:
        wide = 1.645 * 0.1
        bounds = (None, None) if log_odds is None else (log_odds - wide, log_odds + wide)
        return planted_rivalry(
            ("A", "B"), theatre=name, severity=Severity(log_odds, *bounds, 0.1, 100, 10, 8.0, "cannot_tell")
        )

    held = tuple(theatre(name, 0.5) for name in "CDEFGH")
    told = pool_world("all", (*held, theatre("I", None))).severity
    assert told is not None
    assert (told.links, told.theatres) == (6, 6)
    # Six of 0.5 with the error 0.1, and a prior of sd 1.
    assert told.estimate == pytest.approx(0.5, rel=0.05)
    assert told.low < 0.5 < told.high
    assert pool_world("all", (*held[:2], theatre("I", None))).severity is None


def test_null_checks_add_up_by_their_tests() -> None:
    one = planted_rivalry(null_checks=(NullCheck("circular_shifts", 0.10, 100), NullCheck("distant_theatres", None, 0)))
    two = planted_rivalry(null_checks=(NullCheck("circular_shifts", 0.02, 300), NullCheck("distant_theatres", 0.5, 4)))
    found = {check.name: check for check in pool_world("all", (one, two)).null_checks}
    assert found["circular_shifts"].tests == 400
    assert found["circular_shifts"].rate == pytest.approx(16 / 400)
    assert (found["distant_theatres"].tests, found["distant_theatres"].rate) == (4, 0.5)


def test_pairs_that_both_fight_a_state_are_told_from_others() -> None:
    theatres = []
    for k, name in enumerate("CDEF"):
        rivalry = with_links(name, (0.1, 0.1))
        fits = tuple(planted_fit(group, fights_a_state=k < 2) for group in rivalry.groups)
        theatres.append(replace(rivalry, group_fits=fits))
    assert "both_fight_a_state" in pooled(theatres)
