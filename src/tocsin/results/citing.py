"""How to cite the program, the data, and a result: plain text, or BibTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin import __version__
from tocsin.errors import InputError
from tocsin.plain import printable
from tocsin.results.traced import Traced

STYLES = ("text", "bibtex")


@dataclass(frozen=True)
class Program:
    """The facts of the program's own citation, those of CITATION.cff."""

    name: str
    title: str
    authors: str
    version: str
    licence: str


PROGRAM = Program(
    "tocsin",
    "tocsin: early warning and what-if analysis for competing armed groups",
    "The tocsin developers",
    __version__,
    "Apache-2.0",
)


def citation(told: Traced | None = None, style: str = "text") -> str:
    """What to write of a result, or of the program alone. Raises `InputError` for another style."""
    if style not in STYLES:
        raise InputError(f"a citation is written as {' or '.join(STYLES)}, got {style!r}")
    return _bibtex(told) if style == "bibtex" else _text(told)


def data_citations(citation: str | None) -> tuple[str, ...]:
    """The parts of a citation of data, one for each release.

    A release is cited as `NAME, version N: PAPER; PAPER`, and several stand after each other.

    >>> data_citations("A, version 1: X; Y; B, version 2: X")
    ('A, version 1: X; Y', 'B, version 2: X')
    """
    parts: list[str] = []
    for piece in re.split(r";\s+", plain_line(citation or "")):
        if parts and not re.match(r"[^;:]*, version [^;:]+:", piece):
            parts[-1] += f"; {piece}"
        elif piece:
            parts.append(piece)
    return tuple(parts)


def plain_line(text: str) -> str:
    """The text on one line, without control characters.

    >>> plain_line("a\\x1b[31m\\nb")
    'a[31m b'
    """
    return " ".join(printable(text).split())


def told_of(told: Traced) -> str:
    """A result in one line: what it is, of when, by which model, from which data."""
    when = f"as of {told.as_of.isoformat()}" if told.as_of else ""
    until = f" to {told.data_until.isoformat()}" if told.data_until else ""
    parts = [
        told.what + (f" ({told.caution})" if told.caution else ""),
        told.horizon or "",
        when,
        f"model {told.model}" if told.model else "",
        f"data {told.vintage}{until}" if told.vintage else "",
        f"licence of the data {told.licence}" if told.licence else "",
    ]
    return plain_line("; ".join(part for part in parts if part))


def _text(told: Traced | None) -> str:
    program = f"{PROGRAM.authors}. {PROGRAM.title}. Version {PROGRAM.version} [computer software], {PROGRAM.licence}."
    if told is None:
        return program
    data = "".join(f"\nData: {part}" for part in data_citations(told.citation))
    return f"{program}\nResult: {told_of(told)}.{data}"


def _bibtex(told: Traced | None) -> str:
    note = "Computer software" if told is None else f"Computer software. Result shown: {told_of(told)}"
    entries = [
        _entry(
            "software",
            "tocsin",
            {
                "title": f"{{{_tex(PROGRAM.title)}}}",
                "author": f"{{{_tex(PROGRAM.authors)}}}",
                "version": _tex(PROGRAM.version),
                "license": _tex(PROGRAM.licence),
                "note": _tex(note),
            },
        )
    ]
    for place, part in enumerate(data_citations(told.citation) if told else (), start=1):
        title, _, papers = part.partition(": ")
        fields = {"title": f"{{{_tex(title)}}}", "note": _tex(papers or part)}
        entries.append(_entry("misc", f"tocsin-data-{place}", fields))
    return "\n\n".join(entries)


def _entry(kind: str, key: str, fields: dict[str, str]) -> str:
    width = max(map(len, fields))
    lines = [f"  {name:<{width}} = {{{value}}}" for name, value in fields.items()]
    return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


_TEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def _tex(text: str) -> str:
    """Text without what TeX would take for a command.

    >>> print(_tex("50% of A&B_c"))
    50\\% of A\\&B\\_c
    """
    return "".join(_TEX.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)
