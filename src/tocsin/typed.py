"""Plain values from a file as an object of ours, every field of the type that it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def typed(kind: type[T], values: Mapping[str, Any]) -> T:
    """An object of a dataclass from plain values: days may be text, tuples lists, a field with a default left out.

    Raises `ValueError` that names the first field that is missing, not known or of another type.
    """
    from pydantic import ValidationError

    assert is_dataclass(kind)
    if not isinstance(values, Mapping):
        raise ValueError(f"{type(values).__name__} where a table was expected")
    unknown = sorted(values.keys() - {field.name for field in fields(kind)})
    if unknown:
        raise ValueError(f"{unknown[0]}: not known")
    try:
        made: T = _adapter(kind).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return made


@cache
def _adapter(kind: type[Any]) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
