"""Options of a scenario compared with one of them, instead of with doing nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tocsin.errors import InputError, did_you_mean
from tocsin.whatif.scenario import Scenario


def with_options(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """The scenario with two or more of its options, in the order of `names`: `compare` compares all with the first.

    Nothing else changes, so a run has the same chance and parameters as in the whole scenario. Raises `InputError` for
    names that are no options, come twice, or are fewer than two.
    """
    held = {option.name: option for option in scenario.options}
    for name in names:
        if name not in held:
            hint = did_you_mean(name, held) or f" There are: {', '.join(held)}"
            raise InputError(f"the scenario {scenario.name} has no option {name!r}.{hint}")
    if len(set(names)) < max(2, len(names)):
        raise InputError(f"two or more different options are compared, got {', '.join(names) or 'none'}")
    return replace(scenario, options=tuple(held[name] for name in names))
