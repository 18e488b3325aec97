"""`tocsin cite`: what to write in a paper of the program, the data and the model in use."""

from __future__ import annotations

import enum
import json

import typer

from tocsin.cli.app import app, say, say_json
from tocsin.cli.asked import day_of


class CiteFormat(enum.StrEnum):
    """How the citation is printed."""

    text = "text"
    bibtex = "bibtex"
    json = "json"


@app.command("cite")
def cite_command(
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Of what was known on this day. \\[default: end of the data]"
    ),
    format: CiteFormat = typer.Option(CiteFormat.text, help="How to print it."),
) -> None:
    """Print how to cite the program, the data in force and the model that an assessment goes by.

    JSON: `program`: {`name, title, authors, version, licence`}, `model, as_of, data_until, vintage, data_licence,
    data`: [a citation for each release], `text`.
    """
    from dataclasses import asdict

    from tocsin.doors.citing import cite
    from tocsin.results import PROGRAM, citation
    from tocsin.results.citing import data_citations
    from tocsin.settings import load_settings

    told = cite(load_settings(), day_of(as_of))
    if format is CiteFormat.json:
        answer = {
            "program": asdict(PROGRAM),
            "model": told.model,
            "as_of": told.as_of.isoformat() if told.as_of else None,
            "data_until": told.data_until.isoformat() if told.data_until else None,
            "vintage": told.vintage,
            "data_licence": told.licence,
            "data": list(data_citations(told.citation)),
            "text": citation(told),
        }
        say_json(json.dumps(answer, indent=2, ensure_ascii=False))
    else:
        for line in citation(told, format.value).splitlines():
            say(line)
