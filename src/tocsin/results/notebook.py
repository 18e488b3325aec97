"""A result as a small piece of HTML for notebooks: nothing from elsewhere, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from tocsin.results.citing import plain_line
from tocsin.results.traced import Traced

ROWS_SHOWN = 10
# Colours are the page's own, so that a dark page stays dark.
_STYLE = (
    "<style>.tocsin-result{font-size:.92em;max-width:70em}.tocsin-result table{border-collapse:collapse;margin:.4em 0}"
    ".tocsin-result th,.tocsin-result td{padding:.15em .7em .15em 0;text-align:left;border:0;background:none;"
    "color:inherit;border-bottom:1px solid rgba(128,128,128,.35)}.tocsin-result td.n,.tocsin-result th.n"
    "{text-align:right;font-variant-numeric:tabular-nums}.tocsin-result caption{text-align:left;white-space:nowrap;"
    "font-weight:600;color:inherit}.tocsin-result small{opacity:.75}.tocsin-result .caution{font-weight:700;"
    "border-left:.3em solid currentColor;padding-left:.5em}</style>"
)

Cell = str | int | float | bool | date | None


@dataclass(frozen=True)
class CardTable:
    """A table of a card: at most `ROWS_SHOWN` rows are shown, and how many more there are is said."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Card:
    """What a notebook shows of a result: a title, a sentence, tables, and what must be said beside them."""

    title: str
    sentence: str = ""
    tables: tuple[CardTable, ...] = ()
    notes: tuple[str, ...] = ()


def as_html(card: Card, told: Traced) -> str:
    """The card as HTML; all text is escaped, and where the result comes from stands below it."""
    parts = [_STYLE, '<div class="tocsin-result">']
    if told.caution:
        parts.append(f'<p class="caution">{_safe(told.caution[:1].upper() + told.caution[1:])}</p>')
    parts.append(f"<strong>{_safe(card.title)}</strong>")
    if card.sentence:
        parts.append(f"<p>{_safe(card.sentence)}</p>")
    parts += [_table(table) for table in card.tables]
    facts = [
        ("Horizon", told.horizon),
        ("As of", told.as_of),
        ("Data until", told.data_until),
        ("Data", told.vintage),
        ("Model", told.model),
        ("Licence of the data", told.licence),
    ]
    line = " · ".join(f"{name}: {_safe(str(value))}" for name, value in facts if value)
    parts.append(f"<p><small>{line}</small></p>")
    if card.notes:
        items = "".join(f"<li>{_safe(note)}</li>" for note in card.notes)
        parts.append(f"<details><summary>What must be known of it</summary><ul>{items}</ul></details>")
    return "".join([*parts, "</div>"])


def share(value: float | None) -> str:
    """A probability for people: whole percent, one digit below ten, `<0.1%` for the smallest.

    >>> share(0.404), share(0.0187), share(0.0002), share(None)
    ('40%', '1.9%', '<0.1%', '')
    """
    if value is None:
        return ""
    if value < 0.001:
        return "<0.1%"
    return f"{value:.1%}" if value < 0.0995 else f"{value:.0%}"


def _table(table: CardTable) -> str:
    if not table.rows:
        return f"<p><small>{_safe(table.caption)}: none.</small></p>"
    kinds = ["n" if all(_is_number(row[k]) for row in table.rows) else "" for k in range(len(table.columns))]
    head = "".join(f'<th class="{kind}">{_safe(name)}</th>' for name, kind in zip(table.columns, kinds, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{kind}">{_safe(_cell(value))}</td>' for value, kind in zip(row, kinds, strict=True))
        + "</tr>"
        for row in table.rows[:ROWS_SHOWN]
    )
    more = len(table.rows) - ROWS_SHOWN
    rest = f"<p><small>and {more:,} more</small></p>" if more > 0 else ""
    top = f"<caption>{_safe(table.caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{top}<tbody>{body}</tbody></table>{rest}"


def _is_number(value: Cell) -> bool:
    text = str(value)
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool)) or text.endswith("%")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _safe(text: str) -> str:
    return escape(plain_line(text))
