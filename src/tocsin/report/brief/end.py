"""What a brief rests on: how early warnings were, method, wording, data, bias, licence, and what it is not for."""

from __future__ import annotations

from tocsin import __version__
from tocsin.report.brief.document import Block, BulletList, Cell, Column, Heading, PageBreak, Paragraph, Table
from tocsin.report.brief.figures import lead_figure
from tocsin.report.brief.map import DISCLAIMER
from tocsin.report.brief.words import sentence, some, whole_day, whole_month
from tocsin.warn import load_wording, percent
from tocsin.warn.assessment import Assessment
from tocsin.warn.brief import Brief
from tocsin.warn.levels import HOLD_MONTHS, MEANING, WARNING_PROBABILITY, WARNING_RATIO, WATCH_RATIO
from tocsin.warn.past import LeadCurve

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
        *_leads(brief.leads),
        Heading(2, "How to read this"),
        BulletList(_reading(told)),
        _wording(told),
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


def _leads(leads: LeadCurve | None) -> list[Block]:
    if leads is None:
        return [Paragraph("No replay was known by the as-of day, so nothing can be said of how early warnings were.")]
    return [
        Paragraph(
            f"An emergence is the first month in which a group has had 25 deaths in 12 months, after two years below. "
            f"Of {some(leads.emergences, 'emergence')} from {whole_month(leads.first)} to {whole_month(leads.last)}, "
            f"{percent(leads.never_seen)} were of groups without any recorded death before, which nobody could name."
        ),
        lead_figure(leads),
    ]


def _reading(told: Assessment) -> tuple[str, ...]:
    return (
        f"A probability is that of the outcome {told.span}. Its interval (90%) is that of the estimate: how far it "
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


def _wording(told: Assessment) -> Table:
    words = load_wording(told.wording, told.language)
    rows = [(Cell(band.term), Cell(f"{band.low} to {band.high}%")) for band in words.bands]
    if words.below is not None:
        rows.insert(0, (Cell(words.below), Cell(f"below {words.bands[0].low}%")))
    if words.above is not None:
        rows.append((Cell(words.above), Cell(f"above {words.bands[-1].high}%")))
    columns = (Column("Words", width=3), Column("Probability", "right", 1))
    return Table(f"Words of likelihood: {words.name} ({words.source})", columns, tuple(rows))


def _data(told: Assessment) -> tuple[str, ...]:
    lag = f"; events count as known {some(told.lag_days, 'day')} after they happened" if told.lag_days else ""
    facts = [
        f"As of {whole_day(told.as_of)} ({told.as_of_mode}{lag}). Nothing after that day was used.",
        f"Figures end on {whole_day(told.data_until)}. Data: {told.vintage}.",
        f"Model: {told.model}. tocsin {__version__}.",
        sentence(f"Record: {told.record}" if told.record else "Record: no replay was known by that day"),
    ]
    return tuple(facts)
