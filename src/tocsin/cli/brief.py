"""`tocsin brief`: the assessment as a document to hand over."""

from __future__ import annotations

from pathlib import Path

import typer

from tocsin.cli.app import app, say
from tocsin.cli.asked import check_output, day_of
from tocsin.cli.assess import Mode, Words
from tocsin.cli.fitting import fitting
from tocsin.cli.working import told_when_long
from tocsin.errors import InputError

ENDINGS = (".html", ".pdf")


@app.command("brief")
def brief_command(
    output: Path = typer.Option(..., "--output", "-o", metavar="FILE", help="The file to write: its ending decides."),
    as_of: str | None = typer.Option(
        None, metavar="YYYY-MM-DD", help="Use only what was known on this day. \\[default: end of the data]"
    ),
    theatre: str | None = typer.Option(None, help="A country, a named theatre, or countries joined by '+'."),
    horizon: int = typer.Option(6, help="Months ahead: 3, 6 or 12."),
    as_of_mode: Mode | None = typer.Option(
        None, help="reconstructed: newest release; strict: releases of that day; lagged: with estimated delays."
    ),
    lag_days: int | None = typer.Option(None, min=0, help="An event counts as known so many days after it happened."),
    wording: Words | None = typer.Option(
        None, help="Words of likelihood: icd203 (US) or phia (UK). \\[default: the setting, else icd203]"
    ),
) -> None:
    """Write the assessment as a document to hand over, in HTML (.html) or PDF (.pdf).

    The first page has one sentence, the groups at new risk and at risk of a mass-casualty attack, a map and what the
    last period's assessment missed; then come the full lists, a page for each group on warning, and method, vintage and
    bias. The HTML is one file that asks for nothing from elsewhere; both print on A4.
    """
    day = day_of(as_of)
    ending = output.suffix.lower()
    if ending not in ENDINGS:
        raise InputError(f"a brief is a file that ends with {' or '.join(ENDINGS)}, got --output {output}")
    check_output(output)
    from tocsin.replay.record import write_whole
    from tocsin.report.brief import build_document, write_html, write_pdf
    from tocsin.settings import load_settings
    from tocsin.warn import make_brief

    given = {"as_of_mode": as_of_mode and as_of_mode.value, "lag_days": lag_days, "wording": wording and wording.value}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    with fitting() as progress, told_when_long("gathering the brief (up to a minute) ..."):
        brief = make_brief(as_of=day, theatre=theatre, horizon=horizon, settings=settings, progress=progress)
    document = build_document(brief)
    content = write_html(document) if ending == ".html" else write_pdf(document, dated=brief.assessment.as_of)
    try:
        write_whole(output, content)
    except OSError as error:
        raise InputError(f"--output {output} can not be written: {error.strerror or error}") from None
    say(f"tocsin: wrote {output} ({len(content) / 1000:,.0f} kB)", err=True)
