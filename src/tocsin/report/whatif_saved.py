"""Results of what-if runs that were saved: what such a file must hold to be set beside others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tocsin.errors import DataError, MissingFileError
from tocsin.whatif.scenario import NOT_A_FORECAST

_TOLD_AT_MOST = 5


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _Option(_Part):
    name: str
    title: str


class _Story(_Part):
    name: str
    title: str
    theatre: str
    as_of: str
    data_until: str | None
    vintage: str
    citation: str
    from_: str = Field(alias="from")
    to: str
    horizons: list[int] = Field(min_length=1)
    options: list[_Option] = Field(min_length=1)


class _Variant(_Part):
    name: str
    draws: int


class _Row(_Part):
    variant: str
    option: str
    outcome: str
    horizon: int


class _Outcome(_Row):
    group: str | None
    mean: float
    low: float
    high: float


class _Difference(_Row):
    group: str | None
    mean: float
    mean_low: float | None
    mean_high: float | None
    p_less: float
    p_more: float


class _Choice(_Row):
    p_best: float


class _Saved(_Part):
    what: Literal["scenario, not a forecast"]
    program: str
    scenario: _Story
    draws: int
    points: int
    seed: int
    reference: str
    switched_off: list[str]
    variants: list[_Variant] = Field(min_length=1)
    outcomes: list[_Outcome]
    differences: list[_Difference]
    choices: list[_Choice]


def read_document(path: Path) -> dict[str, Any]:
    """A document that `comparison_document` made and a run saved.

    Raises `MissingFileError` where there is no file, `DataError` for anything else than such a document, with the
    places that are wrong.
    """
    if not path.is_file():
        raise MissingFileError(f"there is no file {path}")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} is no JSON: {error}") from None
    hint = f"Hint: tocsin whatif run SCENARIO --output {path.name}"
    if not isinstance(found, dict) or found.get("what") != NOT_A_FORECAST:
        raise DataError(f"{path} is no result of a what-if run. {hint}")
    try:
        _Saved.model_validate(found)
    except ValidationError as error:
        wrong = error.errors(include_url=False)
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in wrong[:_TOLD_AT_MOST])
        more = f"; and {len(wrong) - _TOLD_AT_MOST} more" if len(wrong) > _TOLD_AT_MOST else ""
        raise DataError(f"{path} is no whole result of a what-if run ({told}{more}). {hint}") from None
    return found
