"""Models by name: which there are, which learn, and what is said of a name that is none."""

from __future__ import annotations

import pytest

from tocsin.errors import InputError
from tocsin.forecast import BASELINES, HEADLINE, MODELS, learned_for, models_named


def test_every_model_is_found_by_its_own_name() -> None:
    assert all(model.name == name for name, model in MODELS.items())
    assert {model.name for model in BASELINES} < set(MODELS)
    assert {"trees", "excitation", "ensemble", "base_rate", "recency", "climatology_12"} <= set(MODELS)


def test_learned_models_by_unit() -> None:
    assert learned_for("group") == ("trees", "excitation", "ensemble")
    # Countries have no events of their own to excite others.
    assert learned_for("country") == ("trees", "ensemble")
    assert HEADLINE in learned_for("group")
    assert HEADLINE in learned_for("country")


def test_models_come_in_the_order_asked_for() -> None:
    names = ("zero", "ensemble", "recency")
    assert tuple(model.name for model in models_named(names)) == names
    assert models_named(()) == ()


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match=r"no model 'exitation'; there are zero, .*Did you mean excitation"):
        models_named(["zero", "exitation"])


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="each model once, got trees, zero, trees"):
        models_named(["trees", "zero", "trees"])


def test_learned_models_that_change_have_a_version() -> None:
    assert all(getattr(MODELS[name], "version", "") for name in ("trees", "ensemble"))
