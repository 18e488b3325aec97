"""What a brief rests on: how early warnings were, method, wording, data, bias, licence, and what it is not for."""

from __future__ import annotations

from tocsin import __version__
from tocsin.forecast.model import TARGETS
from tocsin.report.brief.document import Block, BulletList, Cell, Column, Heading, PageBreak, Paragraph, Table
from tocsin.report.brief.figures import lead_figure
from tocsin.report.brief.map import DISCLAIMER
from tocsin.report.brief.words import level, sentence, whole_day, whole_month
from tocsin.warn import load_wording, percent
from tocsin.warn.assessment import Assessment
from tocsin.warn.brief import Brief
from tocsin.warn.headline import counted
from tocsin.warn.level_record import HORIZON, LevelRecord
from tocsin.warn.levels import (
    HOLD_MONTHS,
    MEANING,
    VIEW_WORDS,
    WARNING_PROBABILITY,
    WARNING_RATIO,
    WATCH_RATIO,
    Level,
)
from tocsin.warn.past import lead_curve

NOT_FOR = (
    "Choosing, ranking, timing or justifying an attack on anyone; conclusions about persons or peoples; any measure "
    "that rests on these figures alone; an all-clear."
)


METHOD = (
    "Probabilities are learned from every group-month in the figures known at the time of fitting: what a group did, "
    "how it moved, its rivals, the same actor elsewhere, its theatre. They are calibrated on earlier months only. "
    "Themes are named by how the model's estimate divides over what is known of a group."
)


def end_pages(brief: Brief) -> list[Block]:
    """The last pages."""
    told = brief.assessment
    return [
        PageBreak(),
        Heading(2, "How early warnings have been"),
        *_levels(brief.levels),
        Heading(2, "How to read this"),
        BulletList(reading(told.span)),
        wording_table(told.wording, told.language),
        Heading(2, "How it was made"),
        Paragraph(METHOD),
        BulletList(_data(told)),
        Heading(2, "Known bias, and what must be kept in mind"),
        BulletList(tuple(sentence(note) for note in told.notes)),
        Heading(2, "Licence, citation and use"),
        Paragraph(sentence(f"{told.citation}. Licence: {told.licence}"), term="Source of the figures:"),
        Paragraph(
            f"The tocsin developers: tocsin {__version__}, brief for {told.theatre or 'the world'} as of "
            f"{whole_day(told.as_of)}, model {told.model}, data {told.vintage}; together with the source above.",
            term="To cite this brief:",
        ),
        Paragraph(DISCLAIMER, term="Boundaries:"),
        Paragraph(NOT_FOR, term="What this must not be used for:"),
    ]


def _levels(record: LevelRecord | None) -> list[Block]:
    if record is None:
        return [
            Paragraph(
                "No replay was known by the as-of day, or none on figures of this source, so nothing can be said of "
                "how early warnings were."
            )
        ]
    leads = lead_curve(record)
    emerged = counted(leads.emergences, "emergence")
    return [
        Paragraph(
            f"In a replay of {record.model} on {record.vintage}, origins {record.span}, for {HORIZON} months ahead; of "
            f"all groups of the world up to {record.watch_budget} a month and view got on watch, up to "
            f"{record.warning_budget} of them on warning."
        ),
        what_came(record),
        Paragraph(
            "An emergence is the first month in which a group has had 25 deaths in 12 months, after two years below. "
            f"Of {emerged} from {whole_month(leads.first)} to {whole_month(leads.last)}, "
            f"{percent(leads.never_seen)} were of groups without any recorded death before, which nobody could name."
        ),
        lead_figure(leads),
    ]


def what_came(record: LevelRecord) -> Table:
    """What came of group-months on a level, by level and by the probability it was given for."""
    columns = (
        Column("Level", width=1),
        Column("By the probability of", width=2),
        Column("Group-months", "right"),
        Column(f"Came within {HORIZON} months", "right"),
        Column("Share", "right", 0.8),
    )
    told: tuple[Level, ...] = ("warning", "watch")
    rows = []
    for name in told:
        for target in TARGETS:
            came, n = record.of(name, target)
            if n:
                share = percent(came / n) if 0 < came < n else f"{came / n:.0%}"
                rows.append((level(name), Cell(VIEW_WORDS[target]), Cell(f"{n:,}"), Cell(f"{came:,}"), Cell(share)))
    caption = "What came of levels in the replay; neighbouring months, and those of one group, are not independent."
    return Table(caption, columns, tuple(rows))


def reading(span: str) -> tuple[str, ...]:
    """How to read probabilities, lists and levels, in sentences; `span` are the months that probabilities are of."""
    return (
        f"A probability is that of the outcome {span}. Its interval (90%) is that of the estimate: how far it "
        "would move had the past dealt its years and groups differently. Expected deaths have an 80% interval.",
        "New risk: fewer than 25 deaths in the past 12 months; its outcome is 25 deaths or more. Ongoing: 25 or more.",
        "A mass-casualty attack is one attack on civilians by the group with 20 deaths or more.",
        f"Watch ({MEANING['watch']}): among the highest of a list, and at least {WATCH_RATIO:.0f} times the base rate.",
        f"Warning ({MEANING['warning']}): among the very highest, and at least {WARNING_RATIO:.0f} times the base rate "
        f"or {WARNING_PROBABILITY:.0%}.",
        f"Levels go to a limited number of groups in the world, and stand for {HOLD_MONTHS} months, so that they do "
        "not flap. None is no all-clear.",
        "Base rate: the share of group-months on the same list, in the ten years before, that had the outcome.",
        "Resurgent: well above its own recent level after a decline.",
        "Likelihood says how probable a thing is; confidence says how far the estimate may be leaned on.",
    )


def wording_table(wording: str, language: str) -> Table:
    """The words of likelihood of a table, with the probabilities they stand for."""
    words = load_wording(wording, language)
    rows = [(Cell(band.term), Cell(f"{band.low} to {band.high}%")) for band in words.bands]
    if words.below is not None:
        rows.insert(0, (Cell(words.below), Cell(f"below {words.bands[0].low}%")))
    if words.above is not None:
        rows.append((Cell(words.above), Cell(f"above {words.bands[-1].high}%")))
    columns = (Column("Words", width=3), Column("Probability", "right", 1))
    return Table(f"Words of likelihood: {words.name} ({words.source})", columns, tuple(rows))


def _data(told: Assessment) -> tuple[str, ...]:
    lag = f"; events count as known {counted(told.lag_days, 'day')} after they happened" if told.lag_days else ""
    facts = [
        f"As of {whole_day(told.as_of)} ({told.as_of_mode}{lag}). Nothing after that day was used.",
        f"Figures end on {whole_day(told.data_until)}. Data: {told.vintage}.",
        f"Model: {told.model}. tocsin {__version__}.",
        sentence(
            f"Record: {told.record}"
            if told.record
            else "Record: no replay on figures of this source was known by that day"
        ),
    ]
    return tuple(facts)
