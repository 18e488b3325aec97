"""Tables as CSV that a spreadsheet shows and never runs.

A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, whatever quotes stand around it, and a
name in a data file may begin with one. Text cells of that kind get an apostrophe in front; so does such a sign behind a
quote or a character at which some spreadsheet may split a cell. Numbers stay numbers, also those in text cells. Taking
away one apostrophe from every run of them before such a sign gives back the text (`FORMULA` and `GUARDED` are the two
patterns). Control characters are dropped, as everywhere where text is shown (`tocsin.plain`).
"""

from __future__ import annotations

import polars as pl

_AFTER = r"""(^|[;,|"])"""
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
FORMULA = rf"{_AFTER}([ ']*{_SIGN})"
GUARDED = rf"{_AFTER}'([ ']*{_SIGN})"
_BLANK = r"[\t\n\x0b\x0c\r\x1c-\x1f\x{85}\p{Zl}\p{Zp}]+"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def csv_text(table: pl.DataFrame) -> str:
    """The table as CSV with a header, lists joined by blanks, every text cell harmless in a spreadsheet.

    >>> csv_text(pl.DataFrame({"name": ["=1+1", "-3.5", "A-B"], "n": [-1, 2, 3]}))
    "name,n\\n'=1+1,-1\\n-3.5,2\\nA-B,3\\n"
    """
    lists = [name for name, dtype in table.schema.items() if isinstance(dtype, pl.List)]
    table = table.with_columns(pl.col(name).cast(pl.List(pl.String)).list.join(" ") for name in lists)
    named = table.rename({name: str(_guarded(pl.Series([name]))[0]) for name in table.columns})
    texts = [name for name, dtype in named.schema.items() if dtype in (pl.String, pl.Categorical, pl.Enum)]
    return named.with_columns(_guarded(named[name].cast(pl.String)) for name in texts).write_csv()


def printable_expr(text: pl.Expr) -> pl.Expr:
    """A String column as `tocsin.plain.printable` shows each of its texts."""
    return text.map_batches(_printable, return_dtype=pl.String, is_elementwise=True)


def _printable(texts: pl.Series) -> pl.Series:
    # Nearly always nothing is to be done, which is quickly seen of all texts at once.
    if (texts.str.join("").item() or "").isprintable():
        return texts
    different = texts.unique()
    return texts.replace(different, different.str.replace_all(_BLANK, " ").str.replace_all(r"[\p{Cc}\p{Cf}]", ""))


def _guarded(cells: pl.Series) -> pl.Series:
    plain = pl.select(printable_expr(pl.lit(cells))).to_series()
    harmless = plain.str.contains(_NUMBER).fill_null(True)
    return plain.zip_with(harmless, plain.str.replace_all(FORMULA, "${1}'${2}"))
