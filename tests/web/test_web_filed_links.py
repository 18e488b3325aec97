"""Addresses in a static site: relative, right at any depth, and none for what is not there."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.web.filed import LONGEST_SLUG, Filed, address_of, file_of, slug_of, slugs_of

PAGES = {
    address_of("overview", {}): "index.html",
    address_of("group", {"name": "IS @ Mali"}): "group/is-mali.html",
    address_of("group", {"name": "AQ @ Mali"}): "group/aq-mali.html",
    address_of("theatre", {"name": "Mali"}): "theatre/mali.html",
}
DOWNLOADS = {(address_of("group", {"name": "IS @ Mali"}), "history", "csv"): "data/group-is-mali-history.csv"}


def test_addresses_by_hand() -> None:
    home, group = Filed("index.html", PAGES, DOWNLOADS), Filed("group/is-mali.html", PAGES, DOWNLOADS)
    assert home.to("group", name="IS @ Mali") == "group/is-mali.html"
    assert home.to("overview") == "index.html"
    assert home.asset("charts/fan.js") == "static/charts/fan.js"
    assert group.to("overview") == "../index.html"
    assert group.to("group", name="AQ @ Mali") == "aq-mali.html"
    assert group.to("theatre", name="Mali") == "../theatre/mali.html"
    assert group.asset("tocsin.css") == "../static/tocsin.css"
    assert group.download("group", "history", "csv", {"name": "IS @ Mali"}) == "../data/group-is-mali-history.csv"
    assert group.static_site


@pytest.mark.parametrize("here", sorted(PAGES.values()))
def test_every_address_leads_to_its_file(here: str) -> None:
    links = Filed(here, PAGES, DOWNLOADS)
    for (page, own), file in PAGES.items():
        address = links.to(page, **dict(own))
        assert address is not None
        assert normpath(join(dirname(here), unquote(address))) == file


def test_what_is_not_there_has_no_address_and_is_noted() -> None:
    links = Filed("index.html", PAGES, DOWNLOADS)
    assert links.to("group", name="Nobody @ Mali") is None
    assert links.to("api") is None
    assert links.download("group", "history", "json", {"name": "IS @ Mali"}) is None
    assert links.missed == {address_of("group", {"name": "Nobody @ Mali"}), address_of("api", {})}


def test_an_empty_parameter_is_none() -> None:
    assert Filed("index.html", PAGES).to("theatre", name="Mali", view="") == "theatre/mali.html"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("IS @ Afghanistan", "is-afghanistan"),
        ("Jama'at Nasr al-Islam wal Muslimin @ Mali", "jama-at-nasr-al-islam-wal-muslimin-mali"),
        ("PKK/Kadek @ Türkiye", "pkk-kadek-turkiye"),
        ("../../etc/passwd", "etc-passwd"),
    ],
)
def test_slugs_by_hand(name: str, slug: str) -> None:
    assert slug_of(name) == slug
    assert file_of("group", slug) == f"group/{slug}.html"


@given(st.lists(st.text(max_size=120), max_size=8))
def test_slugs_are_safe_names_and_differ_where_names_do(names: list[str]) -> None:
    slugs = slugs_of(names)
    assert len(set(slugs.values())) == len(set(names))
    for slug in slugs.values():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug), slug
        assert not re.fullmatch(r"con|prn|aux|nul|com\d|lpt\d", slug)
        assert len(slug) <= LONGEST_SLUG + 18


def test_a_name_keeps_its_slug_whatever_else_there_is() -> None:
    alone = slugs_of(["IS @ Mali"])
    assert slugs_of(["IS @ Mali", "AQ @ Mali"])["IS @ Mali"] == alone["IS @ Mali"]
    together = slugs_of(["Front A", "Front, A"])
    assert together["Front A"] != together["Front, A"]
    assert all(slug.startswith("front-a-") for slug in together.values())
