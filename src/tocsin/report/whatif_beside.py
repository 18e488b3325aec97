"""Several results beside each other, each a scenario of its own: what an option does in one, and in another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import IO, Any

from rich.text import Text

from tocsin.errors import InputError, did_you_mean
from tocsin.report.layout import console_of
from tocsin.report.terminal import safe
from tocsin.report.whatif_tables import Cell, dim, put_table, title
from tocsin.report.whatif_words import amount, capital, change, outcome_words, share, span
from tocsin.whatif.scenario import NOT_A_FORECAST

_MOST = 4  # results that fit beside each other
Document = dict[str, Any]
# What may set two results of one scenario apart, and how it is said.
_APART: dict[str, Callable[[Any], str]] = {
    "as_of": lambda day: f"as of {day}",
    "vintage": str,
    "switched_off": lambda off: f"without {', '.join(off)}" if off else "",
    "variant": lambda name: f"variant {name}",
    "reference": lambda name: f"against {name}",
    "seed": lambda seed: f"seed {seed}",
    "draws": lambda draws: f"{draws:,} runs",
    "program": str,
}


def check_count(results: int) -> None:
    """Refuse fewer results than two, or more than fit. Raises `InputError`."""
    if not 2 <= results <= _MOST:
        raise InputError(f"2 to {_MOST} results stand beside each other, got {results}")


def beside_horizon(scenarios: Sequence[Document], horizon: int | None, options: Sequence[str]) -> int:
    """The horizon at which scenarios (`scenario_document`) are set beside each other; needs nothing to be run.

    It is the one given, or 12 months, or the last they have in common. Raises `InputError` for a horizon that not every
    one has, for an option that none has, or where they have no horizon in common.
    """
    known = list(dict.fromkeys(option["name"] for one in scenarios for option in one["options"]))
    for name in options:
        if name not in known:
            raise InputError(
                f"no result has an option {name!r}.{did_you_mean(name, known)} There are: {', '.join(known)}"
            )
    common = set.intersection(*(set(one["horizons"]) for one in scenarios))
    if horizon is None and common:
        return 12 if 12 in common else max(common)
    if horizon is None or horizon not in common:
        listed = ", ".join(map(str, sorted(common))) or "none"
        wanted = "a common horizon" if horizon is None else f"a horizon of {horizon} months"
        raise InputError(f"not every result has {wanted}; in common they have: {listed}")
    return horizon


def check_figures(document: Document, outcome: str, horizon: int) -> None:
    """Refuse a result (`comparison_document`) without figures of an outcome. Raises `InputError`."""
    variant = document["variants"][0]["name"]
    wanted = {"variant": variant, "outcome": outcome, "horizon": horizon, "group": None}
    if not any(all(row.get(key) == value for key, value in wanted.items()) for row in document["outcomes"]):
        name = document["scenario"]["name"]
        raise InputError(f"{name} has no figures of {outcome_words(outcome)} within {horizon} months")


def beside_document(
    documents: Sequence[Document], outcome: str, horizon: int | None, options: Sequence[str]
) -> Document:
    """Results of runs (`comparison_document`) as one, of one outcome of the theatre at one horizon.

    `options` are those to show, by default all that any of them has; where one has not, its figures are null. Raises
    `InputError` for a horizon, an outcome or an option that none, or not every one, of them holds.
    """
    check_count(len(documents))
    horizon = beside_horizon([one["scenario"] for one in documents], horizon, options)
    for one in documents:
        check_figures(one, outcome, horizon)
    every = [option for one in documents for option in one["scenario"]["options"]]
    titles = {option["name"]: option["title"] for option in every}
    # Where scenarios do not call an option the same, its name stands for all of them.
    titles = {
        name: name if {o["title"] for o in every if o["name"] == name} != {held} else held
        for name, held in titles.items()
    }
    shown = list(options) or list(titles)
    results = [_result(one, outcome, horizon, shown) for one in documents]
    return {
        "what": NOT_A_FORECAST,
        "outcome": outcome,
        "horizon": horizon,
        "options": [{"name": name, "title": titles[name]} for name in shown],
        "results": results,
    }


def _result(document: Document, outcome: str, horizon: int, shown: Sequence[str]) -> Document:
    scenario, variant = document["scenario"], document["variants"][0]["name"]

    def row_of(table: str, name: str) -> Document | None:
        wanted = {"variant": variant, "option": name, "outcome": outcome, "horizon": horizon}
        rows = (row for row in document[table] if row.get("group") is None)
        return next((row for row in rows if all(row[key] == value for key, value in wanted.items())), None)

    found = [(row_of("outcomes", name), row_of("differences", name), row_of("choices", name)) for name in shown]
    kept = ("title", "theatre", "as_of", "data_until", "vintage", "citation", "from", "to")
    run = {key: document[key] for key in ("draws", "points", "seed", "switched_off", "program", "reference")}
    return {
        "name": scenario["name"],
        **{key: scenario[key] for key in kept},
        **run,
        "variant": variant,
        "rows": [
            {"option": name, "outcome": mean, "difference": difference, "choice": choice}
            for name, (mean, difference, choice) in zip(shown, found, strict=True)
        ],
    }


def print_beside(document: Document, *, file: IO[str] | None = None) -> None:
    """Print a `beside_document`: a column a result; in each the outcome, its difference, and P(best)."""
    console = console_of(file)
    what, horizon, results = outcome_words(document["outcome"]), document["horizon"], document["results"]
    console.print()
    heading = f"{capital(what)} within {horizon} months, beside each other"
    console.print(Text(safe(heading), style="bold"))
    console.print(Text(f"Each is a {NOT_A_FORECAST}.", style="bold yellow"))
    names = names_apart(results)
    heads = ("option", *(f">{safe(name)}" for name in names))
    for words, cell in (
        ("Mean (90% of runs)", _mean),
        ("Against the option each is compared with, run by run: mean (its 90% interval); fewer in, more in", _against),
        (f"P(best), {horizon} months: share of points at which the option has the fewest expected", _best),
    ):
        title(console, words)
        rows: list[tuple[Cell, ...]] = []
        for k, option in enumerate(document["options"]):
            rows.append((Text(safe(option["title"])), *(cell(result["rows"][k], document) for result in results)))
        put_table(console, heads, rows, widths=(30,))
    console.print()
    dim(console, [_source(result, name) for result, name in zip(results, names, strict=True)])


def names_apart(results: Sequence[Document]) -> list[str]:
    """A name for each result; of those of one scenario with what sets them apart, or numbered where nothing does."""
    names = [result["name"] for result in results]
    for name in dict.fromkeys(names):
        places = [k for k, result in enumerate(results) if result["name"] == name]
        if len(places) < 2:
            continue
        differ = [key for key in _APART if len({str(results[k][key]) for k in places}) > 1]
        for k in places:
            words = ", ".join(filter(None, (_APART[key](results[k][key]) for key in differ)))
            names[k] = f"{name}, {words}" if words else name
        same = [names[k] for k in places]
        for number, k in enumerate(places, 1):
            if same.count(names[k]) > 1:
                names[k] = f"{names[k]} ({number})"
    return names


def _mean(row: Document, document: Document) -> str:
    found = row["outcome"]
    if found is None:
        return "-"
    outcome = document["outcome"]
    return f"{amount(found['mean'], outcome)} ({span(found['low'], found['high'], outcome)})"


def _against(row: Document, document: Document) -> str:
    found = row["difference"]
    if found is None:
        return "-"
    outcome = document["outcome"]
    low, high = (float("nan") if found[name] is None else found[name] for name in ("mean_low", "mean_high"))
    mean = f"{change(found['mean'], outcome)} ({span(low, high, outcome, signed=True)})"
    return f"{mean}\n{share(found['p_less'])}, {share(found['p_more'])}"


def _best(row: Document, document: Document) -> str:
    return "-" if row["choice"] is None else share(row["choice"]["p_best"])


def _source(result: Document, name: str) -> str:
    until = f"figures to {result['data_until']} ({result['vintage']})" if result["data_until"] else "no figures"
    off = f"; switched off: {', '.join(result['switched_off'])}" if result["switched_off"] else ""
    return (
        f"{name}: {result['theatre']} as of {result['as_of']}; {until}; {result['from']} to {result['to']}; "
        f"{result['draws']:,} runs ({result['points']:,} points), seed {result['seed']}, variant {result['variant']}, "
        f"against {result['reference']}{off}."
    )
