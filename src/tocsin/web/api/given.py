"""What can be asked of the API by parameters, each checked before anything is worked out.

Stricter than pages: an empty parameter, one that is not known, and one given twice are refused, since a program that
gets an answer to another question than it meant does not notice.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from tocsin.errors import did_you_mean
from tocsin.settings import AsOfMode
from tocsin.web.api.problems import MOST_QUOTED, UNKNOWN
from tocsin.web.asked import DEFAULT_HORIZON, HORIZONS, Asked
from tocsin.web.questions.coverage import Coverage

MOST_LETTERS = 300  # of a name
MOST_PER_PAGE = 500
PER_PAGE = 50
LAST_PAGE = 1_000_000
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,19}")


def _day(given: Any) -> Any:
    if isinstance(given, str) and not _DAY.fullmatch(given):
        _refuse("a day like 2020-12-31")
    return given


def whole_number(given: Any) -> Any:
    """Refuses texts that are no whole number of 19 digits or fewer, before pydantic bends them into one."""
    if isinstance(given, str) and not _WHOLE.fullmatch(given):
        _refuse("a whole number")
    return given


def _horizon(months: int) -> int:
    if months not in HORIZONS:
        _refuse("3, 6 or 12 months")
    return months


def _refuse(expected: str) -> None:
    raise ValueError(f"expected {expected}")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Horizon = Annotated[
    int,
    BeforeValidator(whole_number),
    AfterValidator(_horizon),
    WithJsonSchema({"type": "integer", "enum": list(HORIZONS)}),
]
Name = Annotated[str, Field(min_length=1, max_length=MOST_LETTERS)]
PageNumber = Annotated[int, Field(ge=1, le=LAST_PAGE), BeforeValidator(whole_number)]
PageSize = Annotated[int, Field(ge=1, le=MOST_PER_PAGE), BeforeValidator(whole_number)]


class Given(BaseModel):
    """Parameters of a request; none but these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known(cls, given: Any) -> Any:
        unknown = [name for name in given if name not in cls.model_fields] if isinstance(given, dict) else []
        if unknown:
            told = (
                f"there is no parameter {unknown[0][:MOST_QUOTED]!r} here.{did_you_mean(unknown[0], cls.model_fields)}"
            )
            raise PydanticCustomError(UNKNOWN, "{told}", {"told": told, "name": unknown[0]})
        return given


class OnADay(Given):
    """The day, and what counts as known then."""

    as_of: Day | SkipJsonSchema[None] = Field(
        None,
        description="Use only what was known on this day. By default the end of the data.",
        examples=["2020-12-31"],
    )
    mode: AsOfMode | SkipJsonSchema[None] = Field(
        None,
        description="What counts as known on a past day: the newest release up to that day (`reconstructed`), only "
        "releases published by then (`strict`), or these and elsewhere events of the newest one after an estimated "
        "delay (`lagged`); the last two need `as_of`. By default as the server is set.",
    )

    @property
    def asked(self) -> Asked:
        """What travels with every question; where no horizon is asked for, the usual one."""
        return Asked(self.as_of, getattr(self, "horizon", DEFAULT_HORIZON), self.mode)

    @property
    def coverage(self) -> Coverage:
        """What the figures of the day are of."""
        return Coverage(Asked(self.as_of, mode=self.mode))


class Ahead(OnADay):
    """The day and the horizon."""

    horizon: Horizon = Field(DEFAULT_HORIZON, description="Months ahead that probabilities, and so levels, are of.")


class Paged(Given):
    """One page of a list."""

    page: PageNumber = Field(1, description="Which page of the list, from 1.")
    per_page: PageSize = Field(PER_PAGE, description="How many a page holds.")
