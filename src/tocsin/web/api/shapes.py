"""What answers have in common. A program that reads them must bear keys that are added; none is taken away in `v1`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal, get_type_hints

from pydantic import BaseModel, Field, GetCoreSchemaHandler, create_model
from pydantic_core import CoreSchema

from tocsin.settings import AsOfMode


class Head(BaseModel):
    """What every figure rests on; cite `citation`, and name `vintage` and `as_of` beside any figure."""

    as_of: date = Field(description="The day asked for: nothing that became known later is used.")
    as_of_mode: AsOfMode = Field(description="What counts as known on that day.")
    data_until: date | None = Field(description="The last day of the figures used; null where there are none.")
    vintage: str = Field(description="Which release of which source.")
    licence: str
    citation: str
    notes: list[str] = Field(description="What must be known to read the figures.")


class WorkingAnswer(BaseModel):
    """The answer is being worked out: ask again after the seconds that Retry-After says."""

    status: Literal["working"]
    words: str = Field(description="What is being done.")
    done: int = Field(ge=0, description="How far it is, of `total`.")
    total: int = Field(ge=0, description="0 where it cannot be counted.")


@dataclass(frozen=True)
class Told:
    """In `Annotated[Any, Told(shape)]`: a part of an answer has a shape that was made by `shape_of`."""

    shape: Any

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """See pydantic."""
        return handler.generate_schema(self.shape)


def shape_of(
    kind: type[Any], *, none: Iterable[str] = (), any_none: bool = False, left_out: Iterable[str] = (), **others: Any
) -> type[BaseModel]:
    """The shape of a dataclass as JSON, under its name and with its docstring.

    `none` are the fields that may be null though the class does not say so: what the terms of a source hold back, and
    numbers that JSON has no word for; with `any_none` every number may be. `left_out` are fields that are not told,
    `others` fields that are told as something else or besides.
    """
    hints, told = get_type_hints(kind), set(none)
    shape: dict[str, Any] = {}
    for part in fields(kind):
        hint = hints[part.name]
        if part.name in told or (any_none and hint is float):
            hint = hint | None
        shape[part.name] = (hint, ...)
    for name in left_out:
        del shape[name]
    shape |= {name: other if isinstance(other, tuple) else (other, ...) for name, other in others.items()}
    made: type[BaseModel] = create_model(kind.__name__, __doc__=kind.__doc__, **shape)
    return made
