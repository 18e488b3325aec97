"""What a notebook shows of a result: escaped, without anything from elsewhere, with what it rests on."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from planted_results import KINDS, planted_results

from planted_comparison import planted_comparison
from planted_lines import assessment, line, war
from tocsin.results import Card, CardTable, Traced, as_html
from tocsin.results.notebook import ROWS_SHOWN, share

VOID = {"br", "hr", "img", "meta", "link", "input"}


class Balanced(HTMLParser):
    """Fails where a tag is closed that is not the last one opened; keeps the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not {name for name, _ in attrs} - {"class"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.text += data


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_whole_html_that_asks_for_nothing(kind: str) -> None:
    html = planted_results()[kind]._repr_html_()
    found = Balanced(html)
    assert found.tags.isdisjoint({"script", "img", "link", "iframe", "object", "a"})
    assert not re.search(r"https?:|url\(|@import|javascript", html.split("</style>")[0])
    # Colours are those of the page, so that it can be read on a dark one too.
    assert not re.search(r"(?<![-\w])(background|color):\s*(#|white|black)", html)
    assert len(html) < 20_000


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_rests_on(kind: str) -> None:
    result = planted_results()[kind]
    text = Balanced(result._repr_html_()).text
    told = result.comes_from
    assert str(told.vintage) in text
    assert str(told.as_of) in text
    assert told.model is None or told.model in text
    assert told.horizon is None or told.horizon in text


def test_an_assessment_has_its_base_rates_and_levels() -> None:
    made = assessment(line(level="watch"), war(), headline="Look at <b>this</b>.")
    text = Balanced(made._repr_html_()).text
    assert "Look at <b>this</b>." in text
    assert "base rate" in text
    for shown in ("JNIM @ Mali", "20%", "10% to 40%", "1.5%", "watch"):
        assert shown in text


def test_a_comparison_is_headed_as_no_forecast() -> None:
    html = planted_comparison()._repr_html_()
    assert html.index("Scenario, not a forecast") < html.index("<strong>")
    assert "not a forecast" not in planted_results()["Forecast"]._repr_html_()


def test_names_cannot_be_code() -> None:
    bad = "<script>alert(1)</script>\x1b[31m\u202e & \"'"
    card = Card(bad, bad, (CardTable(bad, (bad,), [(bad,)]),), (bad,))
    html = as_html(card, Traced(bad, bad, bad, licence=bad, horizon=bad, caution=bad))
    found = Balanced(html)
    assert "script" not in found.tags
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert found.text.count("<script>") >= 7


def test_long_tables_are_cut_and_the_rest_counted() -> None:
    rows = [(f"g{k}", k) for k in range(ROWS_SHOWN + 7)]
    html = as_html(Card("t", "", (CardTable("c", ("group", "n"), rows),)), Traced("x", "v"))
    assert html.count("<tr>") == ROWS_SHOWN + 1
    assert "and 7 more" in html
    assert "c: none." in as_html(Card("t", "", (CardTable("c", ("n",), []),)), Traced("x", "v"))


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1.0, "100%"),
        (0.404, "40%"),
        (0.0995, "10%"),
        (0.0994, "9.9%"),
        (0.001, "0.1%"),
        (0.0, "<0.1%"),
    ],
)
def test_shares_for_people(p: float, words: str) -> None:
    assert share(p) == words
