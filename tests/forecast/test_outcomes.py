"""What came after each origin, and the base rates of the two lists, by hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from planted_groups import FIRST, Event, digest_of, panel_of
from tocsin.forecast import BaseRate
from tocsin.forecast.outcomes import base_rates, last_origin, outcomes
from tocsin.panel import History, Panel, build_panel

STATE = "Government of Mali"


@cache
def planted() -> Panel:
    """139 months of a war, a late one and a calm group.

    Origins 0 to 135 are over by month 138 with a horizon of three; the ten years are origins 16 to 135 (120 of them).
    `war` has 30 deaths in every month: ongoing at all 120 origins, always with 25 ahead.
    `late` has one death in month 0 and 30 in month 100: a new risk at origins 16 to 99 (84), with 25 ahead within three
    months at 97, 98 and 99; ongoing at 100 to 111 (12) with none ahead; a new risk again at 112 to 135 (24).
    `calm` has one death at the start, 24 in month 3 (its crossing, before the ten years) and one at the end: a new risk
    at all 120 origins, never with 25 ahead.
    """
    events: list[Event] = [("Mali", FIRST + t, "state", "war", STATE, 30) for t in range(139)]
    events += [("Mali", FIRST + t, "state", "late", STATE, n) for t, n in ((0, 1), (100, 30))]
    events += [("Mali", FIRST + t, "state", "calm", STATE, n) for t, n in ((0, 1), (3, 24), (138, 1))]
    # Mass-casualty attacks of the war: in months 50 and 120, with 20 deaths and 26.
    events += [("Mali", FIRST + t, "onesided", "war", "Civilians", n) for t, n in ((50, 20), (120, 26), (121, 19))]
    return build_panel(digest_of(events, last=FIRST + 138))


def test_base_rates_by_hand() -> None:
    panel = planted()
    assert last_origin(panel, 3) == 135
    assert base_rates(panel, outcomes(panel, "deaths25", 3)) == pytest.approx((3 / (84 + 24 + 120), 120 / 132))
    # Ahead of origins 47 to 49 and 117 to 119 of the war.
    assert base_rates(panel, outcomes(panel, "mass_casualty", 3)) == pytest.approx((0, 6 / 132))


def test_outcomes_come_in_the_months_after_the_origin_and_no_other() -> None:
    panel = panel_of([[0, 25, 0, 0, 12, 13, 0, 0]])
    assert outcomes(panel, "deaths25", 1)[0].tolist() == [True, False, False, False, False, False, False]
    assert outcomes(panel, "deaths25", 3)[0].tolist() == [True, False, True, True, False]
    war = planted().index_of("war @ Mali")
    assert np.flatnonzero(outcomes(planted(), "mass_casualty", 3)[war]).tolist() == [47, 48, 49, 117, 118, 119]


def test_a_list_that_was_empty_has_no_rate() -> None:
    panel = panel_of([[1] * 20])
    assert base_rates(panel, outcomes(panel, "deaths25", 3)) == (0.0, 0.0)


def test_the_baseline_of_base_rates_gives_each_list_its_own() -> None:
    panel = planted()
    history = History(panel)
    fitted = BaseRate().fit(history)
    said = fitted.outlook(history, draws=1, rng=np.random.default_rng(1))
    assert (said.forecast, dict(said.rankings)) == (None, {})
    assert set(said.probabilities) == {(t, h) for t in ("deaths25", "mass_casualty") for h in (3, 6, 12)}
    for (target, horizon), p in said.probabilities.items():
        new, old = base_rates(panel, outcomes(panel, target, horizon))
        by_group = dict(zip(panel.groups, p, strict=True))
        assert (by_group["calm @ Mali"], by_group["late @ Mali"]) == (new, new)
        assert by_group["war @ Mali"] == old
    # Fitted then, said now: the rates stay, the list is that of the day.
    then = history.up_to(FIRST + 105)
    assert fitted.outlook(then, draws=1, rng=np.random.default_rng(1)).probabilities["deaths25", 3][1] == 120 / 132
    assert panel.groups[1] == "late @ Mali"
