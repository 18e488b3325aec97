"""One way out for every result: polars, pandas, Arrow, a notebook's HTML, and the text to cite it by."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Literal

import polars as pl

from tocsin.errors import InputError, did_you_mean
from tocsin.results.citing import citation
from tocsin.results.notebook import Card, as_html
from tocsin.results.traced import Traced, traced


class Result:
    """What a result offers, given its own tables (`_table`), a card for notebooks (`_card`) and `comes_from`.

    A result has one or several tables, `PARTS`, the first of which is meant where none is named. Every table has the
    columns of `TRACE`: `vintage, model, as_of, data_until, licence`. A result can be handed as it is to whatever reads
    the Arrow PyCapsule interface (pandas, pyarrow, polars, duckdb, narwhals, ...), which then sees the first part.
    """

    PARTS: ClassVar[tuple[str, ...]] = ()

    @property
    def comes_from(self) -> Traced:
        """Where the result comes from: data, model, day, licence."""
        raise NotImplementedError

    def _table(self, part: str) -> pl.DataFrame:
        raise NotImplementedError

    def _card(self) -> Card:
        raise NotImplementedError

    def to_polars(self, part: str | None = None) -> pl.DataFrame:
        """One of the result's tables as a polars data frame; raises `InputError` for a part that it has not."""
        part = self.PARTS[0] if part is None else part
        if part not in self.PARTS:
            raise InputError(
                f"no part {part!r} in this {type(self).__name__}; there is: {', '.join(self.PARTS)}."
                f"{did_you_mean(part, self.PARTS)}"
            )
        return traced(self._table(part), self.comes_from)

    def to_arrow(self, part: str | None = None) -> Any:
        """The same as a `pyarrow.Table`; raises `InputError` where pyarrow is not installed."""
        _needed("to_arrow", "pyarrow")
        return self.to_polars(part).to_arrow()

    def to_pandas(self, part: str | None = None) -> Any:
        """The same as a `pandas.DataFrame`, days as timestamps; raises `InputError` where pandas is not installed."""
        _needed("to_pandas", "pandas", "pyarrow")
        return self.to_polars(part).with_columns(pl.col(pl.Date).cast(pl.Datetime("ms"))).to_pandas()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The first part as an Arrow C stream (the Arrow PyCapsule interface)."""
        return self.to_polars().__arrow_c_stream__(requested_schema)

    def citation_text(self, style: Literal["text", "bibtex"] = "text") -> str:
        """What a paper that shows this result can say of it: program, model, day and data; plain text or BibTeX."""
        return citation(self.comes_from, style)

    def _repr_html_(self) -> str:
        return as_html(self._card(), self.comes_from)


def _needed(method: str, *packages: str) -> None:
    for package in packages:
        try:
            import_module(package)
        except ModuleNotFoundError:
            raise InputError(
                f"{method} needs the package {package}. Hint: pip install {' '.join(packages)}, or use to_polars()"
            ) from None
