"""Terms across groups: relations from the month of their record, the same sums past and forward, no look-ahead."""

from __future__ import annotations

import numpy as np
import pytest

from planted_groups import FIRST, Event, digest_of, rivals, with_another_future
from tocsin.forecast import Excitation
from tocsin.forecast.cross_terms import N_TERMS, cross_matrices, cross_now, cross_past
from tocsin.forecast.excitation import CROSS_FILTER, _Past
from tocsin.forecast.registry import MODELS, learned_for
from tocsin.panel import History, Panel, build_panel

STATE = "Government of Mali"
CROSS = MODELS["excitation_cross"]


def four_groups() -> Panel:
    """North clashes with South in month 2, is seen in a coalition with East from month 3, and is in Niger too."""
    events: list[Event] = [
        *[
            ("Mali", FIRST + t, "onesided", name, "Civilians", 3)
            for name in ("North", "South", "East")
            for t in range(5)
        ],
        ("Mali", FIRST + 2, "nonstate", "North", "South", 1),
        ("Mali", FIRST + 3, "state", "East, North", STATE, 1),
        ("Niger", FIRST, "onesided", "North", "Civilians", 2),
    ]
    return build_panel(digest_of(events, last=FIRST + 4))


def pairs(panel: Panel, relation: int, month: int) -> set[tuple[str, str]]:
    matrix = cross_matrices(panel, month)[relation].toarray()
    return {(panel.groups[a], panel.groups[b]) for a, b in zip(*np.nonzero(matrix), strict=True)}


def both(a: str, b: str) -> set[tuple[str, str]]:
    return {(a, b), (b, a)}


def test_relations_count_from_the_month_in_which_they_are_recorded() -> None:
    panel = four_groups()
    assert pairs(panel, 0, 1) == set()
    assert pairs(panel, 0, 2) == both("North @ Mali", "South @ Mali")
    assert pairs(panel, 1, 2) == set()
    coalition = "East, North @ Mali"
    assert pairs(panel, 1, 3) == (
        both("East @ Mali", "North @ Mali") | both("East @ Mali", coalition) | both("North @ Mali", coalition)
    )
    assert pairs(panel, 2, 0) == both("North @ Mali", "North @ Niger")
    assert all((matrix.diagonal() == 0).all() for matrix in cross_matrices(panel))


def test_a_month_has_the_same_sums_in_the_past_and_run_forward() -> None:
    panel = build_panel(digest_of(rivals(months=60, pairs=6), last=FIRST + 59))
    past = _Past(panel)
    filters = past.filters[:, CROSS_FILTER]
    table = cross_past(panel, filters, past.theatre)
    assert table.shape == (2, N_TERMS, len(panel.groups), panel.n_months)
    for month in (0, 17, 59):
        matrices = cross_matrices(panel, month)
        now = cross_now(matrices, filters[..., month, None].astype(float), past.theatre[..., month, None].astype(float))
        for kind in range(2):
            np.testing.assert_allclose(table[kind, ..., month], now[kind][..., 0], rtol=1e-5, atol=1e-6)


def test_a_planted_answer_across_rivals_is_found_and_helps() -> None:
    """One of each pair is hit by chance, the other escalates within three months: only cross terms can know."""
    events = rivals(months=240, pairs=30)
    history = History(build_panel(digest_of(events, last=FIRST + 239))).up_to(FIRST + 227)
    plain, cross = (model.fit(history) for model in (Excitation(), CROSS))
    fighting = cross.coefficients[1]  # type: ignore[attr-defined]
    clashed_attacks = fighting[-N_TERMS]
    assert clashed_attacks == max(fighting[-N_TERMS:])
    assert clashed_attacks > 0.2
    assert (fighting[-N_TERMS + 2 : -1] == 0.0).all()  # relations that nobody has
    p, q = (
        model.outlook(history, draws=200, rng=np.random.default_rng(1)).probabilities["deaths25", 3]
        for model in (plain, cross)
    )
    panel = history.panel
    attacked = np.zeros(len(panel.groups), bool)  # by whose rival's attack of the last three months it stands
    matrix = cross_matrices(panel)[0]
    attacked = matrix @ (panel.mass_casualty[:, -3:].sum(axis=1) > 0) > 0
    assert attacked.any()
    assert (q[attacked].mean() - p[attacked].mean()) > 3.0 * abs(q[~attacked].mean() - p[~attacked].mean())


def test_nothing_after_the_month_is_used() -> None:
    month, last = FIRST + 119, FIRST + 131
    calm_events = rivals(months=132, pairs=8)
    histories = [
        History(build_panel(digest_of(events, last=last))).up_to(month)
        for events in (calm_events, with_another_future(calm_events, month, last=last))
    ]
    fits = [CROSS.fit(history) for history in histories]
    np.testing.assert_array_equal(fits[0].coefficients, fits[1].coefficients)  # type: ignore[attr-defined]
    a, b = (
        fit.outlook(history, draws=20, rng=np.random.default_rng(2))
        for fit, history in zip(fits, histories, strict=True)
    )
    assert a.forecast is not None
    assert b.forecast is not None
    np.testing.assert_array_equal(a.forecast.samples, b.forecast.samples)


def test_it_is_a_variant_that_is_scored_when_named_only() -> None:
    assert CROSS.name == "excitation_cross"
    assert "excitation_cross" not in learned_for("group")
    assert Excitation().version != getattr(CROSS, "version", "")


@pytest.mark.parametrize("cross", [False, True])
def test_a_fit_says_whether_it_has_them(cross: bool) -> None:
    history = History(build_panel(digest_of(rivals(months=100, pairs=4), last=FIRST + 99)))
    fitted = Excitation("x", "x", cross=cross).fit(history)
    assert fitted.cross is cross
    assert fitted.coefficients.shape[1] == 9 + N_TERMS * cross
