"""A shipped scenario run with numbers of one's own: its options on the same chance, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from tocsin.errors import InputError, NotHeldError, did_you_mean
from tocsin.settings import Settings
from tocsin.web.question import Lane, Tell
from tocsin.whatif.catalogue import MECHANISM_NAMES
from tocsin.whatif.files.reading import packaged_scenarios, read_scenario
from tocsin.whatif.limits import MOST_SEED
from tocsin.whatif.scenario import Scenario

if TYPE_CHECKING:
    from tocsin.whatif.comparison.result import Comparison

# Runs of each option that can be asked for here; more are for the command line.
LEAST_DRAWS, USUAL_DRAWS, MOST_DRAWS = 100, 2_000, 10_000


def shipped_scenario(name: str) -> Scenario:
    """A scenario of the package, by its name alone: no file is looked for. Raises `NotHeldError` with the names."""
    known = packaged_scenarios()
    if name not in known:
        raise NotHeldError(
            f"there is no scenario {name[:60]!r} here.{did_you_mean(name, known)} There are: {', '.join(known)}"
        )
    return read_scenario(name)


@dataclass(frozen=True)
class WhatIf:
    """How the options of a shipped scenario differ from the first of them; a scenario, not a forecast.

    `changes` are (number, low, high), `off` mechanisms switched off besides the scenario's, `options` those compared,
    in the scenario's order (empty: all). `sensitivity` also looks for the numbers that decide. The same question has
    the same answer, to the bit.
    """

    scenario: str
    changes: tuple[tuple[str, float, float], ...] = ()
    off: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    seed: int | None = None
    draws: int = USUAL_DRAWS
    sensitivity: bool = False
    lane: ClassVar[Lane] = "whatif"

    def asked_of(self) -> Scenario:
        """The scenario with the changes, all its options in it, and as many draws as are asked for.

        Raises `NotHeldError` for an unknown scenario, `InputError` for what it cannot be run with.
        """
        from tocsin.whatif.comparison.changed import with_numbers

        scenario = shipped_scenario(self.scenario)
        for name in self.off:
            if name not in MECHANISM_NAMES:
                hint = did_you_mean(name, MECHANISM_NAMES)
                raise InputError(f"there is no mechanism {name!r} to switch off.{hint}")
        for what, value, least, most in (
            ("draws", self.draws, LEAST_DRAWS, MOST_DRAWS),
            ("seed", self.seed or 0, 0, MOST_SEED),
        ):
            if not least <= value <= most:
                raise InputError(f"{what}: {value:,} is out of what is allowed, {least:,} to {most:,}")
        changed = with_numbers(scenario, {name: (low, high) for name, low, high in self.changes})
        return replace(
            changed,
            off=tuple(name for name in MECHANISM_NAMES if name in {*scenario.off, *self.off}),
            seed=scenario.seed if self.seed is None else self.seed,
            draws=self.draws,
        )

    def answer(self, settings: Settings, tell: Tell) -> Comparison:
        """The comparison. Raises as `asked_of`, and for fewer options than two."""
        # The first time on a machine the model is made ready for its processor, before a part of the work is done.
        tell("making the simulation ready (the first run on a machine takes half a minute)")
        from tocsin.whatif.comparison.chosen import with_options
        from tocsin.whatif.comparison.parts import processors
        from tocsin.whatif.comparison.run import compare

        scenario = self.asked_of()
        chosen = with_options(scenario, self.options) if self.options else scenario

        def progress(done: int, total: int) -> None:
            tell(f"simulating {scenario.name}", done, total)

        # One processor is left to whoever reads pages meanwhile; the result is the same for any number of them.
        return compare(chosen, sensitivity=self.sensitivity, threads=max(1, processors() - 1), progress=progress)
