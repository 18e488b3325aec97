"""A card for each model: what it does, what it learns from, its record, its limits, what it is for.

After Mitchell et al. 2019, doi:10.1145/3287560.3287596. Figures come from the code and from the record that ships with
the package, so that a card cannot say other than what the model is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from tocsin import __version__
from tocsin.digest import packaged_digest
from tocsin.errors import InputError, did_you_mean
from tocsin.forecast import boosters, counts, excitation
from tocsin.forecast.model import HORIZONS, STEPS
from tocsin.forecast.outcomes import BASE_RATE_MONTHS
from tocsin.forecast.registry import HEADLINE, LEARNED, MODELS, VARIANTS
from tocsin.months import month_label
from tocsin.panel import CROSSING_DEATHS, FEATURES
from tocsin.results import citation
from tocsin.warn.level_record import LevelRecord, packaged_level_record
from tocsin.warn.skill_record import LISTS, Score, SkillRecord, SkillRow, Target, packaged_skill_record

HORIZON = 6  # the months ahead that a card's record is of
# What the headline model is compared with, by score.
BASELINES: dict[Score, str] = {
    "average_precision": "recency",
    "brier": "base_rate",
    "log_score": "base_rate",
    "crps": "climatology_12",
    "crps_log1p": "climatology_12",
}
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
    "The record is of one source and one way of counting; on other data it may do worse.",
)


@dataclass(frozen=True)
class RecordLine:
    """One score of a model in the packaged replay, and its difference to another model on the same cells.

    `base_rate` is the share of the `n` group-months in which the outcome came (None for deaths, which are no event).
    `difference` is this model's score less that of `compared_with`, with its standard error over origins: the headline
    model is compared with the baseline of that score, others with the headline model. None where nothing is known.
    """

    target: str
    list: str
    horizon: int
    score: str
    value: float | None
    compared_with: str | None
    difference: float | None
    standard_error: float | None
    n: int
    base_rate: float | None


@dataclass(frozen=True)
class LevelLine:
    """What came of a level of the headline model: in `came` of `n` group-months the outcome came within six months."""

    level: str
    target: str
    n: int
    came: int


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
        lists = {"features": dict(self.features), "settings": dict(self.settings)}
        return asdict(self) | lists


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
        record=tuple(_record(skill, name)),
        levels=tuple(_levels(packaged_level_record())) if name == HEADLINE else (),
        limits=LIMITS if learned else LIMITS[:3],
        intended_use=INTENDED,
        made_with=f"tocsin {__version__}",
        citation=citation(),
    )


def _version(model: object) -> str:
    version = getattr(model, "version", None)
    return str(version) if version else (str(model) if is_dataclass(model) else type(model).__qualname__)


def _does(model: object, learned: bool) -> str:
    """The first paragraph that the code says of itself: of a learned model its module's, else its class's."""
    told = sys.modules[type(model).__module__].__doc__ if learned else type(model).__doc__
    return " ".join((told or "").split("\n\n")[0].split()).replace("`", "")


def _learns_from(name: str, learned: bool) -> str:
    if name == "base_rate":
        return f"The outcomes of the {BASE_RATE_MONTHS} months of origins up to the fit."
    if not learned:
        return "Nothing: it reads the history that it forecasts from."
    told = packaged_digest().provenance
    reach = f"{month_label(told.first_month)} to {month_label(told.last_month)}"
    return (
        f"The figures in force by the end of the year before the as-of day. Those that ship are {told.vintage} "
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
        return f"The replay that ships with the package: {span}; fitted once a year on what was known then."
    return f"None in the replay that ships with the package ({span}). 'tocsin replay --models {name}' makes one."


def _record(skill: SkillRecord, name: str) -> Iterator[RecordLine]:
    targets: tuple[Target, ...] = ("deaths25", "mass_casualty", "deaths")
    for target in targets:
        for among in LISTS:
            rows = [row for row in skill.overall(target, among) if row.horizon == HORIZON]
            yield from (_line(row, rows, skill.headline) for row in rows if row.model == name)


def _line(row: SkillRow, rows: list[SkillRow], headline: str) -> RecordLine:
    # The file has the headline model's score less that of each other one.
    other = BASELINES[row.score] if row.model == headline else headline
    of = other if row.model == headline else row.model
    pair = next((one for one in rows if (one.model, one.score) == (of, row.score)), None)
    known = pair is not None and pair.difference is not None
    sign = 1.0 if row.model == headline else -1.0
    return RecordLine(
        target=row.target,
        list=row.list,
        horizon=row.horizon,
        score=row.score,
        value=row.value,
        compared_with=other if known else None,
        difference=sign * pair.difference if pair and pair.difference is not None else None,
        standard_error=pair.difference_se if pair and known else None,
        n=row.n,
        base_rate=None if row.positives is None or not row.n else row.positives / row.n,
    )


def _levels(record: LevelRecord) -> Iterator[LevelLine]:
    for level in ("warning", "watch"):
        for target in ("deaths25", "mass_casualty"):
            came, n = record.of(level, target)
            yield LevelLine(level, target, n, came)
