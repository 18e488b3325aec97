"""A card for each model: what it does, what it learns from, its record, its limits, what it is for.

After Mitchell et al. 2019, doi:10.1145/3287560.3287596. Figures come from the code and from the record that ships with
the package, so that a card cannot say other than what the model is.
"""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

from tocsin import __version__
from tocsin.digest import packaged_digest
from tocsin.doors.card_record import HORIZON, LevelLine, RecordLine, level_lines, record_lines, too_high
from tocsin.errors import InputError, did_you_mean
from tocsin.forecast import boosters, counts, excitation
from tocsin.forecast.model import HORIZONS, STEPS
from tocsin.forecast.outcomes import BASE_RATE_MONTHS
from tocsin.forecast.registry import HEADLINE, LEARNED, MODELS, VARIANTS
from tocsin.months import month_label
from tocsin.panel import CROSSING_DEATHS, FEATURES
from tocsin.results import Traced, citation
from tocsin.warn.level_record import packaged_level_record
from tocsin.warn.record import packaged_record
from tocsin.warn.skill_record import SkillRecord, packaged_skill_record

GIVES = {
    "samples": f"samples of deaths in each of the next {STEPS} months",
    "probabilities": f"probabilities of {CROSSING_DEATHS} deaths or more and of a mass-casualty attack "
    f"within {', '.join(map(str, HORIZONS))} months",
    "rankings": "a ranking of the groups, without probabilities",
}
# Which of these each model gives of groups; the crossing of 25 deaths follows from samples.
_GIVES: dict[str, tuple[str, ...]] = {
    "recency": ("rankings",),
    "base_rate": ("probabilities",),
    "trees": ("samples", "probabilities"),
    "excitation": ("samples", "probabilities"),
    "excitation_cross": ("samples", "probabilities"),
    "ensemble": ("samples", "probabilities"),
}
INTENDED = (
    "Early warning, protection of civilians, research and teaching; always beside its base rate and its interval.",
    "Not for targeting, not about persons or peoples, and never as the only ground of a decision (RESPONSIBLE_USE.md).",
)
LIMITS = (
    "It learns from what sources record: what is not reported is not seen, and who is missing from the data is missing "
    "here.",
    "A group without any recorded death is not among its units; only the chance of new groups speaks of such.",
    "Nothing in it is causal: what a forecast uses is not what brings violence about.",
    "The source records the small early events of a group because it, or its dyad, later passed 25 deaths in a year: "
    "first-timers look better in a record than they would have on the day.",
)
OF_LEARNED = ("The record is of one source and one way of counting; on other data it may do worse.",)


@dataclass(frozen=True)
class ModelCard:
    """A model's card; `record` and `levels` are empty where the packaged replay has nothing of the model."""

    name: str
    version: str
    kind: str
    does: str
    gives: tuple[str, ...]
    learns_from: str
    features: tuple[tuple[str, int], ...]
    settings: tuple[tuple[str, str], ...]
    record_of: str
    record: tuple[RecordLine, ...]
    levels: tuple[LevelLine, ...]
    limits: tuple[str, ...]
    intended_use: tuple[str, ...]
    made_with: str
    citation: str

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, under the names of the fields."""
        levels = [asdict(line) | {"base_rates": dict(line.base_rates)} for line in self.levels]
        return asdict(self) | {"features": dict(self.features), "settings": dict(self.settings), "levels": levels}


def model_names() -> tuple[str, ...]:
    """The names of all models, the baselines first."""
    return tuple(MODELS)


def model_card(name: str) -> ModelCard:
    """The card of a model. Raises `InputError` for an unknown name."""
    if name not in MODELS:
        raise InputError(f"no model {name!r}; there are {', '.join(MODELS)}.{did_you_mean(name, MODELS)}")
    model, skill = MODELS[name], packaged_skill_record()
    learned = model in (*LEARNED, *VARIANTS)
    kind = (
        "headline model"
        if name == HEADLINE
        else "variant"
        if model in VARIANTS
        else "learned"
        if learned
        else "baseline"
    )
    return ModelCard(
        name=name,
        version=_version(model),
        kind=kind,
        does=_does(model, learned),
        gives=tuple(GIVES[one] for one in _GIVES.get(name, ("samples",))),
        learns_from=_learns_from(name, learned),
        features=_features(name),
        settings=_settings(name),
        record_of=_record_of(skill, name),
        record=tuple(record_lines(skill, name)),
        levels=tuple(level_lines(packaged_level_record(), skill)) if name == HEADLINE else (),
        limits=(
            *LIMITS,
            *(OF_LEARNED if learned else ()),
            *(too_high(packaged_record()) if name == HEADLINE else ()),
        ),
        intended_use=INTENDED,
        made_with=f"tocsin {__version__}",
        citation=_citation(name, learned or name in skill.versions),
    )


def _version(model: object) -> str:
    version = getattr(model, "version", None)
    return str(version) if version else (str(model) if is_dataclass(model) else type(model).__qualname__)


def _does(model: object, learned: bool) -> str:
    """The first paragraph that the code says of itself: of a learned model its module's, else its class's.

    A setting of the class that it names stands there with its value.
    """
    told = sys.modules[type(model).__module__].__doc__ if learned else type(model).__doc__
    values = {f.name: str(getattr(model, f.name)) for f in fields(model)} if is_dataclass(model) and not learned else {}
    named = re.sub(r"`(\w+)`", lambda found: values.get(found[1], found[1]), (told or "").split("\n\n")[0])
    return " ".join(named.split()).replace("`", "")


def _learns_from(name: str, learned: bool) -> str:
    if name == "base_rate":
        return f"The outcomes of the {BASE_RATE_MONTHS} months of origins up to the fit."
    if not learned:
        return "Nothing: it reads the history that it forecasts from."
    told = packaged_digest().provenance
    reach = f"{month_label(told.first_month)} to {month_label(told.last_month)}"
    return (
        f"The figures up to the end of the year before the as-of day. Those that ship are {told.vintage} "
        f"({told.licence}), {told.place_precision}, {reach}; where your own do not cover the world for ten years, the "
        "model learns from these."
    )


def _features(name: str) -> tuple[tuple[str, int], ...]:
    """How many features of each theme the trees look at."""
    if name not in ("trees", "ensemble"):
        return ()
    themes: dict[str, int] = {}
    for feature in FEATURES:
        themes[feature.theme] = themes.get(feature.theme, 0) + 1
    return tuple(themes.items())


def _settings(name: str) -> tuple[tuple[str, str], ...]:
    trees = {
        "trees of each probability": boosters.ROUNDS,
        "leaves of a tree": boosters.PARAMS["num_leaves"],
        "replicates of the bootstrap": boosters.REPLICATES,
        "trees of monthly deaths": counts.COUNT_ROUNDS,
    }
    events = {"half-lives in months": ", ".join(f"{months:g}" for months in excitation.HALF_LIVES)}
    told: dict[str, object] = {}
    if name in ("trees", "ensemble"):
        told |= trees
    if name.startswith("excitation") or name == "ensemble":
        told |= events
    return tuple((what, str(value)) for what, value in told.items())


def _record_of(skill: SkillRecord, name: str) -> str:
    span = f"origins {month_label(skill.first)} to {month_label(skill.last)}, {HORIZON} months ahead, {skill.vintage}"
    if name in skill.versions:
        return (
            f"The replay that ships with the package: {span}; fitted once a year on the figures up to then. It is "
            "reconstructed: nothing that happened later is used, but the figures are those of that release, with its "
            "later corrections."
        )
    return f"None in the replay that ships with the package ({span}). 'tocsin replay --models {name}' makes one."


def _citation(name: str, of_data: bool) -> str:
    """The program, and the packaged figures where the model learns from them or is replayed on them."""
    if not of_data:
        return citation()
    told = packaged_digest().provenance
    return citation(Traced(f"Model card of {name}", told.vintage, licence=told.licence, citation=told.citation), "text")
