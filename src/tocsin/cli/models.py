"""`tocsin models`: the models there are, and a card for each."""

from __future__ import annotations

import enum
import json

import typer

from tocsin.cli.app import app, say, say_json
from tocsin.cli.asked import Format

models_app = typer.Typer(no_args_is_help=True, help="The models there are, and a card for each.")
app.add_typer(models_app, name="models")


class CardFormat(enum.StrEnum):
    """How a model card is printed."""

    markdown = "markdown"
    json = "json"


@models_app.command("list")
def list_command(format: Format = typer.Option(Format.table, help="How to print the list.")) -> None:
    """List the models, what kind each is and what it gives.

    JSON: `models`: [`name, version, kind, gives`].
    """
    from tocsin.doors.model_cards import model_card, model_names

    cards = [model_card(name) for name in model_names()]
    if format is Format.json:
        rows = [
            {"name": card.name, "version": card.version, "kind": card.kind, "gives": list(card.gives)} for card in cards
        ]
        say_json(json.dumps({"models": rows}, indent=2, ensure_ascii=False))
        return
    width, kinds = max(len(card.name) for card in cards), max(len(card.kind) for card in cards)
    for card in cards:
        say(f"{card.name:<{width}}  {card.kind:<{kinds}}  {'; '.join(card.gives)}")


@models_app.command("card")
def card_command(
    name: str = typer.Argument(..., metavar="NAME", help="A model, as 'tocsin models list' names it."),
    format: CardFormat = typer.Option(CardFormat.markdown, help="How to print the card."),
) -> None:
    """Print a model's card: what it does, what it learns from, its record with base rates and errors, its limits.

    JSON: `name, version, kind, does, gives, learns_from, features, settings, record_of, record`: [`target, list,
    horizon, score, value, compared_with, difference, standard_error, n, base_rate`], `levels`: [`level, target, n,
    came, base_rates`], `limits, intended_use, made_with, citation`.
    """
    from tocsin.doors.card_text import card_markdown
    from tocsin.doors.model_cards import model_card

    card = model_card(name)
    if format is CardFormat.json:
        say_json(json.dumps(card.to_dict(), indent=2, ensure_ascii=False))
    else:
        for line in card_markdown(card).splitlines():
            say(line)
