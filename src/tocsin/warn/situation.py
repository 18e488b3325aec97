"""What was known on the as-of day, and the models fitted on it: where all that is said of the day starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from tocsin.countries import region_of
from tocsin.digest import Digest, load_digest, packaged_digest
from tocsin.digest.load import PACKAGED_PUBLISHED, PACKAGED_SOURCE
from tocsin.digest.used import check_day
from tocsin.errors import InputError, NotHeldError
from tocsin.forecast.cache import counts_or_load, newcomers_or_load, risk_or_load
from tocsin.forecast.counts import CountModel
from tocsin.forecast.model import HORIZONS, TARGETS, Target
from tocsin.forecast.newcomers import NewcomerModel
from tocsin.forecast.risk import RiskModel
from tocsin.groups.theatres import Theatre, resolve_theatre
from tocsin.months import last_day, last_known_month, month_id, month_label
from tocsin.panel import History, Panel, build_panel
from tocsin.settings import Settings
from tocsin.warn.record import Record, packaged_record
from tocsin.warn.warning_record import record_month
from tocsin.warn.wording import load_wording

LEAST_MONTHS_SHOWN = 12
LONG_HISTORY_MONTHS = 60
LEAST_MONTHS = 120  # months of the world's figures to learn from; with fewer the packaged figures do better

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Situation:
    """The figures known on `as_of`, those shown and those learned from, and the models.

    `digest` is of the world as known, `view` the theatre asked for. `history` holds the groups shown: of the world, a
    view of several countries in place of its countries' own. `past` ends at the month the models are fitted at, and
    `kept` is the folder they are kept in. `notes` say what the figures and lists are of, where that is not obvious.
    """

    as_of: date
    settings: Settings
    digest: Digest
    view: Theatre | None
    history: History
    past: History
    kept: Path
    notes: tuple[str, ...]
    progress: Progress | None = None

    @property
    def month(self) -> int:
        """The last month whose figures are known."""
        return self.history.month

    @property
    def data_until(self) -> date:
        """The last day of that month."""
        return last_day(self.month)

    @cached_property
    def models(self) -> dict[Target, RiskModel]:
        """The models of both probabilities, fitted or from the cache."""
        return {target: risk_or_load(self.kept, self.past, target, progress=self.progress) for target in TARGETS}

    @cached_property
    def counts(self) -> CountModel:
        """The model of monthly deaths."""
        return counts_or_load(self.kept, self.past)

    @cached_property
    def newcomers(self) -> NewcomerModel | None:
        """The model of new groups; None where the figures are not of the world or no group ever came anew in them."""
        if not self.digest.provenance.covers_world:
            return None
        try:
            return newcomers_or_load(self.kept, self.past)
        except NotHeldError:
            return None

    def record(self, horizon: int) -> Record:
        """The packaged record of one horizon as far as it was known; nothing of it for another source's figures."""
        return record_known(self.settings, self.as_of, self.month if self.as_replayed else 0, horizon)

    @property
    def as_replayed(self) -> bool:
        """Whether the figures are of the source that the packaged replay was made on, so that its record is theirs."""
        return self.digest.provenance.source == PACKAGED_SOURCE

    @cached_property
    def shown(self) -> Digest:
        """The figures in which the theatre asked for is one: merged where it is several countries."""
        view = self.view
        return self.digest.seen_as(view.name, view.countries) if view and view.is_view else self.digest


def load_situation(
    as_of: date | None,
    theatre: str | None,
    settings: Settings,
    progress: Progress | None = None,
    digest: Digest | None = None,
) -> Situation:
    """What is known on a day (default: the end of the data), and where models are to be had from.

    Figures are those of the store, or the packaged ones, unless a `digest` is given. Raises `InputError` for an option
    that cannot be, `NotHeldError` for a day or theatre without figures.
    """
    check_day(settings, as_of)
    load_wording(settings.wording, settings.language)  # what cannot be is said before anything is fitted
    world = load_digest(settings, as_of=as_of) if digest is None else _known_of(digest, as_of, settings)
    end = last_day(world.provenance.last_month)
    reach_note = _reach_note(as_of, end, settings)
    month = world.provenance.last_month
    where = resolve_theatre(theatre, settings) if theatre else None
    panel = build_panel(world)
    if panel.n_months < LEAST_MONTHS_SHOWN:
        raise NotHeldError(
            f"the figures held begin in {month_label(panel.first_month)}, too late to say which groups had 25 deaths "
            f"in the 12 months up to {end}. Hint: import a yearly release as well"
        )
    shown, view = _panel_shown(panel, world, where)
    if view is not None and not shown.seen[[theatre == view.name for theatre in shown.theatres], -1].any():
        raise NotHeldError(f"no group with a recorded death in {view.name} by {end}")
    training, training_note = _training_panel(panel, settings, as_of)
    learned = History(training)
    return Situation(
        as_of=as_of or end,
        settings=settings,
        digest=world,
        view=view,
        history=learned if shown is training else History(shown),
        past=learned.up_to(min(fit_month_for(month), training.last_month)),
        kept=settings.home / "cache" / "models",
        notes=(*training_note, *_source_notes(world.provenance.source), *_scope_notes(panel, view), *reach_note),
        progress=progress,
    )


def _known_of(digest: Digest, as_of: date | None, settings: Settings) -> Digest:
    """Of figures that are given, the months wholly known on a day."""
    if settings.as_of_mode != "reconstructed":
        raise InputError(
            f"{settings.as_of_mode} mode reads the store's releases, so it cannot go by figures that are given"
        )
    told = digest.provenance
    known = told.last_month if as_of is None else last_known_month(as_of, lag_days=settings.lag_days)
    if known < told.first_month:
        raise NotHeldError(f"nothing was known on {as_of}: the figures begin in {month_label(told.first_month)}")
    return digest.up_to(min(known, told.last_month))


def record_known(settings: Settings, as_of: date, month: int, horizon: int) -> Record:
    """The packaged record by a month, as far as `record_month` lets it be told."""
    return packaged_record().known_by(record_month(as_of, month, settings.as_of_mode), horizon)


def check_horizon(horizon: int) -> None:
    """Raises `InputError` for a horizon that no probability is of."""
    if horizon not in HORIZONS:
        raise InputError(f"a horizon is 3, 6 or 12 months, got {horizon}")


def fit_month_for(month: int) -> int:
    """The month the model is fitted at: the last December up to and including `month`."""
    return month - month % 12


def _source_notes(source: str) -> tuple[str, ...]:
    """What does not carry over from UCDP, on whose figures everything here was tried."""
    if source == PACKAGED_SOURCE:
        return ()
    return (
        f"The replay that ships with tocsin, and with it how often such probabilities came true, is of UCDP GED; of "
        f"{source}, which counts by other rules, nothing of the kind is known, so none is shown. 'tocsin replay' makes "
        "one of the figures held.",
    )


def _scope_notes(panel: Panel, view: Theatre | None) -> tuple[str, ...]:
    """What the lists, ranks and base rates are of, where that is not the obvious thing."""
    notes = []
    if not panel.provenance.covers_world:
        notes.append("The chance of new groups is left out: it needs the figures of the whole world.")
        notes.append(
            "Ranks and levels are among the countries held, not the world; base rates are those of the world's groups."
        )
    if panel.n_months < LONG_HISTORY_MONTHS:
        notes.append(
            f"Nothing from before {month_label(panel.first_month)} is held, so that earlier crossings, peaks and "
            "declines are not known."
        )
    if view is not None and len(view.countries) > 1:
        notes.append(
            f"{view.name} is {len(view.countries)} countries seen as one theatre ({', '.join(view.countries)}); model "
            "and base rates are of groups in single countries, so probabilities and levels come out higher here."
        )
    return tuple(notes)


def _reach_note(as_of: date | None, end: date, settings: Settings) -> tuple[str, ...]:
    """What to say where the figures end before the as-of day; refuses where newer ones should be had instead.

    In the other modes it is the very point that what was known on that day reaches no further.
    """
    if as_of is None or last_known_month(as_of, lag_days=settings.lag_days) <= month_id(end):
        return ()
    if settings.as_of_mode == "strict":
        return (f"The releases published by {as_of} end on {end}: the horizon is counted from that day.",)
    if settings.as_of_mode == "lagged":
        return (f"Of later months than {end} too little was known by {as_of}: the horizon is counted from that day.",)
    raise InputError(
        f"the figures held end on {end}, so nothing can be said as of {as_of}. Hint: --as-of {end}, or import a newer "
        "release with 'tocsin data import FILE'"
    )


def _panel_shown(panel: Panel, world: Digest, where: Theatre | None) -> tuple[Panel, Theatre | None]:
    if where is None or not where.is_view:
        return panel, where
    merged = world.seen_as(where.name, where.countries)
    return build_panel(merged, regions={where.name: region_of(where.countries[0])}), where


def _training_panel(panel: Panel, settings: Settings, as_of: date | None) -> tuple[Panel, tuple[str, ...]]:
    """The panel to learn from: the user's own where it covers the world for ten years, else the packaged one."""
    if panel.provenance.covers_world and panel.n_months >= LEAST_MONTHS:
        return panel, ()
    if settings.as_of_mode == "strict" and as_of is not None and as_of < PACKAGED_PUBLISHED:
        raise NotHeldError(
            "the releases held do not cover the world for ten years, and the packaged figures the model would learn "
            f"from were not published before {PACKAGED_PUBLISHED}. Hint: import a yearly release of the whole world, "
            "or use --as-of-mode reconstructed"
        )
    packaged = packaged_digest()
    month = min(panel.last_month, packaged.provenance.last_month)
    note = (
        "The releases held do not cover the world for ten years, so the model learned from the packaged figures "
        f"({packaged.provenance.vintage}, located events only) and is applied to yours."
    )
    if panel.provenance.source != PACKAGED_SOURCE:
        note += (
            f" Base rates are likewise those of events as UCDP counts them; {panel.provenance.source} counts by other "
            "rules, so that probabilities may be too high or too low throughout."
        )
    notes = [note]
    if settings.as_of_mode == "lagged" and as_of is not None and as_of < PACKAGED_PUBLISHED:
        notes.append(
            f"The packaged figures came out by {PACKAGED_PUBLISHED}, after the day, and are used without delays: model "
            "and base rates rest on events, and on corrections, that may not have been known by then."
        )
    return build_panel(packaged.up_to(month)), tuple(notes)
