"""The page of one group on warning: what is said of it, why, its past and outlook, cases like it, its rivals."""

from __future__ import annotations

from tocsin.forecast.model import Target
from tocsin.report.brief.document import (
    Block,
    BulletList,
    Cell,
    Column,
    Heading,
    PageBreak,
    Paragraph,
    Table,
)
from tocsin.report.brief.figures import fan_figure, history_figure
from tocsin.report.brief.rivals import rivals
from tocsin.report.brief.words import LISTS, change, interval, sentence, whole_month
from tocsin.warn import percent
from tocsin.warn.analogues import POOL_WORDS, Analogue, Analogues
from tocsin.warn.drivers import LEAST_FACTOR, OTHER_MODEL, Driver
from tocsin.warn.explanation import Explanation
from tocsin.warn.headline import counted, factor
from tocsin.warn.levels import VIEW_WORDS

THEMES = 5


def group_page(explanation: Explanation) -> list[Block]:
    """All of one group; on paper it begins a page."""
    line = explanation.line
    return [
        PageBreak(),
        Heading(2, line.group),
        Paragraph(_in_a_sentence(explanation), style="lead"),
        Paragraph(sentence(line.level_sentence), term="Level:"),
        _what_is_said(explanation),
        *_who(explanation),
        history_figure(explanation),
        fan_figure(explanation),
        Heading(3, "What drives it"),
        *_drivers(explanation),
        Heading(3, "Past cases like it"),
        *_analogues(line.analogues),
        Heading(3, "Rivals, and what may have split off"),
        *rivals(explanation),
        Heading(3, f"Confidence: {line.confidence}"),
        BulletList(tuple(sentence(reason) for reason in line.confidence_reasons)),
    ]


def _in_a_sentence(explanation: Explanation) -> str:
    """The outcome its list goes by first: for a group at new risk 25 deaths, for a war a mass-casualty attack."""
    line = explanation.line
    crossing = f"25 deaths or more {percent(line.p_deaths25)} ({line.words_deaths25})"
    attack = f"a mass-casualty attack {percent(line.p_mass_casualty)} ({line.words_mass_casualty})"
    first, second = (crossing, attack) if line.list == "new_risk" else (attack, crossing)
    return (
        f"{sentence(explanation.assessment.span)[:-1]}: {first}; {second}; {line.expected_deaths:,.0f} deaths expected "
        f"(80% interval {line.expected_deaths_low:,.0f} to {line.expected_deaths_high:,.0f})."
    )


def _what_is_said(explanation: Explanation) -> Block:
    """Both probabilities with base rate, record and confidence."""
    line = explanation.line
    crossing = (
        Cell("25 deaths or more", f"since last month: {change(line)}"),
        Cell(percent(line.p_deaths25)),
        Cell(interval(line.p_deaths25_low, line.p_deaths25_high)),
        Cell(line.words_deaths25),
        Cell(percent(line.base_rate_deaths25)),
        Cell(_record(line.record_deaths25_n, line.record_deaths25_share)),
        Cell(line.confidence_deaths25),
    )
    attack = (
        Cell("A mass-casualty attack"),
        Cell(percent(line.p_mass_casualty)),
        Cell(interval(line.p_mass_casualty_low, line.p_mass_casualty_high)),
        Cell(line.words_mass_casualty),
        Cell(percent(line.base_rate_mass_casualty)),
        Cell(_record(line.record_mass_casualty_n, line.record_mass_casualty_share)),
        Cell(line.confidence_mass_casualty),
    )
    columns = (
        Column(sentence(explanation.assessment.span)[:-1], width=1.9),
        Column("Probability", "right", 0.95),
        Column("90% interval", "right", 1.2),
        Column("In words", width=1.3),
        Column("Base rate", "right", 0.7),
        Column("Such probabilities in the replay", width=2),
        Column("Confidence", width=0.95),
    )
    caption = (
        f"What is said. The base rate is that of the groups on the same list ({LISTS[line.list]}) in the ten years "
        "before; the replay counts what came of probabilities of the same class on that list."
    )
    return Table(caption, columns, (crossing, attack) if line.list == "new_risk" else (attack, crossing))


def _record(n: int | None, share: float | None) -> str:
    if not n or share is None:
        return "no record yet"
    return f"{round(n * share):,} of {n:,} group-months came true ({_share(share)})"


def _share(share: float) -> str:
    return f"{share:.0%}" if share in (0, 1) else percent(share)


def _who(explanation: Explanation) -> list[Block]:
    line, facts = explanation.line, explanation.facts
    said = []
    if facts.also_called:
        said.append(f"Also called {', '.join(facts.also_called[:4])}.")
    if facts.members:
        said.append(f"A coalition of {', '.join(facts.members)}.")
    if facts.first_seen and facts.last_seen:
        said.append(
            f"First recorded death in {whole_month(facts.first_seen)}, last in {whole_month(facts.last_seen)}; "
            f"{counted(facts.deaths, 'death')} in {counted(facts.events, 'event')} in all "
            f"({facts.deaths_low:,} to {facts.deaths_high:,} by the low and high estimates)."
        )
    attacks = counted(facts.mass_casualty_events, "mass-casualty attack")
    said.append(
        f"{counted(line.deaths_last_12m, 'death')} in the last 12 months, {line.deaths_last_3m:,} in the last 3; "
        f"{attacks} in all."
    )
    if line.resurgent:
        said.append("Resurgent: well above its own recent level after a decline.")
    if line.list == "new_risk":
        said.append(
            "It had 25 deaths in some earlier 12 months."
            if line.previously_crossed
            else "It has never had 25 deaths in 12 months."
        )
    if facts.elsewhere:
        places = ", ".join(place.theatre for place in facts.elsewhere[:6])
        said.append(f"The same actor is recorded in {places}.")
    notes = [Paragraph(" ".join(sentence(note) for note in facts.notes()), style="small")] if facts.notes() else []
    return [Paragraph(" ".join(said), term="Who:"), *notes]


def _drivers(explanation: Explanation) -> list[Block]:
    """The themes behind the probability its list goes by, and for a group at new risk behind the other one too."""
    line, told = explanation.line, explanation.assessment
    crossing = _driver_table("deaths25", line.drivers_deaths25, line.reference_deaths25, told.tree_share_deaths25)
    attack = _driver_table(
        "mass_casualty", line.drivers_mass_casualty, line.reference_mass_casualty, told.tree_share_mass_casualty
    )
    if line.list == "ongoing":
        return [attack]
    return [attack, crossing] if line.level_target == "mass_casualty" else [crossing, attack]


def _driver_table(target: Target, drivers: tuple[Driver, ...], reference: float, tree_share: float) -> Block:
    """The themes that matter, and the other member of the model where it has a share."""
    told = [driver for driver in drivers if max(driver.odds, 1 / driver.odds) >= LEAST_FACTOR]
    themes = [driver for driver in told if driver.theme != OTHER_MODEL][:THEMES]
    if not themes:
        return Paragraph(f"Nothing known of it moves the probability of {VIEW_WORDS[target]} by a tenth of its odds.")
    rows = tuple(
        (
            Cell(driver.theme),
            Cell(factor(driver.odds), "raises" if driver.odds > 1 else "lowers"),
            Cell("none" if driver.odds_previous is None else factor(driver.odds_previous)),
            Cell(" ".join(sentence(fact) for fact in driver.facts)),
        )
        for driver in [*themes, *(driver for driver in told if driver.theme == OTHER_MODEL)]
    )
    columns = (
        Column("Theme", width=1.5),
        Column("Times the odds", "right", 0.9),
        Column("A month before", "right", 0.9),
        Column("What is behind it", width=5),
    )
    caption = (
        f"The probability of {VIEW_WORDS[target]}: what each theme multiplies its odds by, the strongest first, from "
        "those of the average group of the same list with a death in the last 12 months "
        f"({percent(reference)}). None a month before: not seen by then, or on the other list. Themes are those of the "
        f"trees, which have {tree_share:.0%} of the weight. What a model uses is not what brings violence about."
    )
    return Table(caption, columns, rows)


def _analogues(found: Analogues | None) -> list[Block]:
    if found is None or not found.n:
        return [Paragraph("No past case can be compared with it.")]
    said = (
        f"Of the {found.n} past cases most like it, {found.came_deaths25} had 25 deaths or more within 12 months (base "
        f"rate {percent(found.base_rate_deaths25)}) and {found.came_mass_casualty} a mass-casualty attack (base rate "
        f"{percent(found.base_rate_mass_casualty)}). Compared are past months of {POOL_WORDS[found.pool]}."
    )
    columns = (
        Column("Case", width=2.4),
        Column("As of the end of", width=1.1),
        Column("Similarity (1: the same)", "right", 1.2),
        Column("Deaths in the 12 months before", "right", 1.3),
        Column("Deaths in the 12 months after", "right", 1.3),
        Column("Mass-casualty attacks after", "right", 1.3),
    )
    caption = "The nearest past cases, and what came of them in the 12 months after."
    return [Paragraph(said), Table(caption, columns, tuple(_case(case) for case in found.nearest))]


def _case(case: Analogue) -> tuple[Cell, ...]:
    return (
        Cell(case.group),
        Cell(whole_month(case.month)),
        Cell(f"{case.similarity:.2f}"),
        Cell(f"{sum(case.deaths_before[-12:]):,}"),
        Cell(f"{sum(case.deaths_after):,}"),
        Cell(f"{case.mass_casualty_after:,}"),
    )
