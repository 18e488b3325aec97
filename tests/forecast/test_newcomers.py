"""New groups per theatre: the outcome by hand, nothing from the future, and a planted cause found."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from planted_groups import FIRST, Event, digest_of, with_another_future
from tocsin.errors import NotHeldError
from tocsin.forecast.newcomers import NewcomerModel, fit_newcomers, newcomers, theatre_figures
from tocsin.panel import History, build_panel
from tocsin.verify import average_precision

MONTHS = 240
LAST = FIRST + MONTHS - 1
MONTH = FIRST + 159
HOT, CALM = ("Mali", "Niger", "Nigeria", "Kenya"), ("Peru", "Colombia", "Iraq", "Yemen", "Sudan", "Somalia")


def history(events: list[Event], last: int) -> History:
    return History(build_panel(digest_of(events, last=last)))


def appearing(seed: int = 3) -> list[Event]:
    """In hot theatres a group fights another and a new one appears now and then; in calm ones nobody new ever does."""
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for theatre in (*HOT, *CALM):
        state = f"Government of {theatre}"
        events += [(theatre, FIRST + t, "state", "Old front", state, 2) for t in range(0, MONTHS, 2)]
        if theatre in HOT:
            for number, t in enumerate(np.flatnonzero(rng.random(MONTHS) < 0.06).tolist()):
                events += [(theatre, FIRST + t, "nonstate", f"New front {number}", "Old front", 30)]
    return events


@cache
def planted() -> History:
    return history(appearing(), LAST)


@cache
def fitted() -> NewcomerModel:
    return fit_newcomers(planted().up_to(MONTH))


def test_a_newcomer_by_hand() -> None:
    state = "Government of Mali"
    events: list[Event] = [
        ("Mali", FIRST, "state", "old", state, 1),
        ("Mali", FIRST + 20, "state", "old", state, 500),  # seen before: never a newcomer
        ("Mali", FIRST + 25, "state", "new", state, 10),
        ("Mali", FIRST + 27, "state", "new", state, 15),
        ("Niger", FIRST + 30, "state", "small", "Government of Niger", 24),
        ("Niger", FIRST + 39, "state", "small", "Government of Niger", 0),
    ]
    panel = history(events, FIRST + 39).panel
    came = newcomers(panel)
    names = theatre_figures(panel).theatres
    assert names == ("Mali", "Niger")
    # `new` has its 25 deaths in months 25 and 27: both are in the 12 months after origins 15 to 24; at 25 it is seen.
    assert np.flatnonzero(came[0]).tolist() == list(range(15, 25))
    assert not came[1].any()  # 24 deaths do not cross
    assert came.shape == (2, 40 - 12)  # origins whose 12 months are over


def test_theatres_are_those_with_an_event_so_far() -> None:
    events: list[Event] = [
        ("Mali", FIRST + 2, "state", "a", "Government of Mali", 1),
        ("Niger", FIRST + 5, "state", "b", "Government of Niger", 0),
        ("Peru", FIRST + 9, "state", "c", "Government of Peru", 3),
    ]
    figures = theatre_figures(history(events, FIRST + 9).panel)
    names, there = figures.theatres, figures.known
    assert names == ("Mali", "Niger", "Peru")
    assert there.argmax(axis=1).tolist() == [2, 5, 9]


def test_nothing_after_the_month_reaches_fit_or_forecast() -> None:
    other = history(with_another_future(appearing(), MONTH, last=LAST), LAST)
    refitted = fit_newcomers(other.up_to(MONTH))
    assert vars(refitted) == vars(fitted())
    (names, p), (others, q) = fitted().predict(planted().up_to(MONTH)), refitted.predict(other.up_to(MONTH))
    assert names == others
    np.testing.assert_array_equal(p, q)
    assert fit_newcomers(other).texts != fit_newcomers(planted()).texts


def test_the_planted_theatres_are_found_at_about_their_rate() -> None:
    said, came = [], []
    truth = newcomers(planted().panel)
    for t in range(MONTH - FIRST, MONTHS - 12):
        names, p = fitted().predict(planted().up_to(FIRST + t))
        assert ((p[1] <= p[0]) & (p[0] <= p[2])).all()
        rows = [theatre_figures(planted().panel).theatres.index(name) for name in names]
        said.append(p[0])
        came.append(truth[rows, t])
    p, y = np.concatenate(said), np.concatenate(came)
    assert 0.1 < y.mean() < 0.6
    assert average_precision(p, y) > 1.5 * y.mean()
    assert p.mean() == pytest.approx(y.mean(), rel=0.35)
    assert fitted().base_rate == pytest.approx(y.mean(), rel=0.5)


def test_too_little_history_and_no_newcomer_are_refused() -> None:
    with pytest.raises(NotHeldError, match="too little history"):
        fit_newcomers(planted().up_to(FIRST + 60))
    alone: list[Event] = [("Peru", FIRST + t, "state", "old", "Government of Peru", 3) for t in range(120)]
    with pytest.raises(NotHeldError, match="no newcomer"):
        fit_newcomers(history(alone, FIRST + 119))
