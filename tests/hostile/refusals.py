"""What may come of anything hostile: what is right, or a refusal in one clear line that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tocsin.errors import TocsinError


@contextmanager
def told_of(*names: str, longest: int = 4200) -> Iterator[None]:
    """Anything but a `TocsinError` escapes; such a one must name the file (one of `names`) and be shown harmlessly."""
    try:
        yield
    except TocsinError as error:
        check_refusal(error, *names, longest=longest)


@contextmanager
def refused(*names: str, longest: int = 4200) -> Iterator[None]:
    """The same where a refusal is the only thing that is right."""
    with pytest.raises(TocsinError) as raised:
        yield
    check_refusal(raised.value, *names, longest=longest)


def check_refusal(error: TocsinError, *names: str, longest: int = 4200, without: str = "\x1b") -> None:
    """That a refusal names the file, says something of use and carries nothing that steers a terminal."""
    text = str(error)
    assert any(name in text for name in names), text
    assert min(map(len, names)) + 15 < len(text) <= longest, text
    assert text.replace("\n  ", "").isprintable(), repr(text)
    assert without not in text
