"""Options of a scenario compared with one of them, instead of with doing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tocsin.errors import InputError, did_you_mean
from tocsin.whatif.compare import compare
from tocsin.whatif.comparison import Comparison
from tocsin.whatif.scenario import DO_NOTHING, Option, Scenario

_DOING_NOTHING = "doing nothing"  # as conclusions have it
_STANDS_APART = "nothing"  # what doing nothing is called while another option stands in its place


def compare_options(scenario: Scenario, names: Sequence[str], **options: Any) -> Comparison:
    """Compare two or more options of a scenario with the first of `names`, run by run; see `compare` for `options`.

    The result is as `compare` gives it, with the first of `names` wherever doing nothing stands there; its scenario has
    the options named, in that order. Chance and parameters of a run are the same as in `compare`. Raises `InputError`
    for names that are no options, come twice, or are fewer than two.
    """
    chosen = _chosen(scenario, names)
    staged = tuple(
        replace(option, name=DO_NOTHING if k == 0 else _STANDS_APART if option.name == DO_NOTHING else option.name)
        for k, option in enumerate(chosen)
    )
    found = compare(replace(scenario, options=staged), **options)
    real = {stage.name: option.name for stage, option in zip(staged, chosen, strict=True)}

    def named(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(replace(row, option=real[row.option]) for row in rows)

    conclusions = named(found.conclusions)
    return replace(
        found,
        scenario=replace(scenario, options=chosen),
        outcomes=named(found.outcomes),
        differences=named(found.differences),
        choices=named(found.choices),
        decisive=named(found.decisive),
        flips=named(found.flips),
        conclusions=tuple(replace(one, text=one.text.replace(_DOING_NOTHING, chosen[0].title)) for one in conclusions),
        bands=named(found.bands),
    )


def _chosen(scenario: Scenario, names: Sequence[str]) -> tuple[Option, ...]:
    held = {option.name: option for option in scenario.options}
    for name in names:
        if name not in held:
            hint = did_you_mean(name, held) or f" There are: {', '.join(held)}"
            raise InputError(f"the scenario {scenario.name} has no option {name!r}.{hint}")
    if len(set(names)) < max(2, len(names)):
        raise InputError(f"two or more different options are compared, got {', '.join(names) or 'none'}")
    return tuple(held[name] for name in names)
