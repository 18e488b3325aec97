"""The plan of a replay: which origins, and when the models are fitted."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import InputError
from tocsin.forecast import BASELINES
from tocsin.forecast.registry import MODELS
from tocsin.months import month_id
from tocsin.replay import Plan, make_plan, standard_models
from tocsin.replay.plan import month_of

DECEMBER_2020 = month_id(date(2020, 12, 1))


def month(text: str) -> int:
    return month_id(date.fromisoformat(f"{text}-01"))


@pytest.mark.parametrize(
    ("refit", "origin", "fitted"),
    [
        ("yearly", "2010-01", "2009-12"),
        ("yearly", "2010-11", "2009-12"),
        ("yearly", "2010-12", "2010-12"),
        ("quarterly", "2010-01", "2009-12"),
        ("quarterly", "2010-03", "2010-03"),
        ("quarterly", "2010-05", "2010-03"),
        ("monthly", "2010-05", "2010-05"),
    ],
)
def test_models_are_fitted_at_the_last_month_of_the_schedule(refit: str, origin: str, fitted: str) -> None:
    plan = Plan(month(origin), month(origin), ("zero",), refit=refit)  # type: ignore[arg-type]
    assert plan.fit_month(month(origin)) == month(fitted)


def test_tasks_hold_every_origin_once_under_its_fit_month() -> None:
    tasks = Plan(month("2010-11"), month("2012-01"), ("zero",)).tasks()
    assert tasks == {
        month("2009-12"): (month("2010-11"),),
        month("2010-12"): tuple(range(month("2010-12"), month("2011-12"))),
        month("2011-12"): (month("2011-12"), month("2012-01")),
    }


plans = st.builds(
    lambda first, span, **rest: Plan(first=first, last=first + span, **rest),
    st.integers(110, 480),
    st.integers(0, 200),
    models=st.lists(st.sampled_from(sorted(MODELS)), min_size=1, unique=True).map(tuple),
    unit=st.sampled_from(["group", "country"]),
    refit=st.sampled_from(["yearly", "quarterly", "monthly"]),
    draws=st.integers(1, 5000),
    seed=st.integers(0, 2**40),
    as_of_mode=st.sampled_from(["reconstructed", "strict"]),
    lag_days=st.integers(0, 400),
)


@given(plans)
def test_a_plan_comes_back_from_its_plain_values(plan: Plan) -> None:
    assert Plan.from_dict(plan.to_dict()) == plan


@given(plans)
def test_no_model_is_fitted_after_an_origin_it_is_used_at(plan: Plan) -> None:
    tasks = plan.tasks()
    assert [origin for origins in tasks.values() for origin in origins] == list(plan.origins)
    assert all(fit <= origins[0] for fit, origins in tasks.items())


def test_defaults_are_the_origins_that_can_be_scored() -> None:
    plan = make_plan(DECEMBER_2020)
    assert (plan.to_dict()["from"], plan.to_dict()["to"]) == ("2010-01", "2020-06")
    assert plan.models == standard_models()
    early = make_plan(month("2005-12"))
    assert (early.to_dict()["from"], early.to_dict()["to"]) == ("2005-06", "2005-06")


def test_the_standard_models_are_the_main_baselines_and_all_that_learn() -> None:
    baselines = {model.name for model in BASELINES}
    assert standard_models()[:2] == ("climatology_12", "recency")
    variants = {"excitation_cross"}
    assert set(MODELS) - baselines - variants <= set(standard_models())
    assert not variants & set(standard_models())
    assert "zero" not in standard_models()


@pytest.mark.parametrize("said", ["2010-03", date(2010, 3, 14), month("2010-03")])
def test_a_month_can_be_said_in_three_ways(said: str | date | int) -> None:
    assert month_of(said) == month("2010-03")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"first": "2010-13"}, "a month is like 2010-01, got '2010-13'"),
        ({"first": "yesterday"}, "a month is like 2010-01"),
        ({"first": "0001-01"}, "a month is 1980-01 or later, got '0001-01'"),
        ({"first": "2012-01", "last": "2011-12"}, "the first origin, 2012-01, is after the last, 2011-12"),
        ({"last": "2020-12"}, "the figures end in 2020-12.*Hint: --to 2020-06"),
        ({"refit": "daily"}, "refit is yearly or quarterly or monthly, got 'daily'"),
        ({"unit": "cell"}, "unit is group or country"),
        ({"as_of_mode": "exact"}, "as_of_mode is reconstructed or strict or lagged"),
        ({"draws": 0}, "0 draws"),
        ({"seed": -1}, "seed -1"),
        ({"lag_days": -1}, "lag_days -1"),
        ({"models": []}, "at least one model, and each once; got none"),
        ({"models": ["zero", "zero"]}, "each once; got zero, zero"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        make_plan(DECEMBER_2020, **options)  # type: ignore[arg-type]
