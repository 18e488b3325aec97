"""The page about the API, and its documentation: both name all that there is, and lead to it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from page_reading import links, read
from planted_web_api import API, ask, covered, planted_app

from tocsin.web.api import openapi_description
from tocsin.web.api.problems import KINDS
from tocsin.web.asked import Asked
from tocsin.web.pages.api import page
from tocsin.web.questions.coverage import Coverage
from tocsin.web.render import render_page

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def shown(asked: Asked) -> Any:
    question = Coverage(asked)
    return read(render_page(page(asked, {}), {question: covered(question)}, links(asked)))


def test_the_page_names_every_resource_and_parameter() -> None:
    told = shown(Asked())
    words = {node.text for node in told.all("code")}
    for path, methods in openapi_description()["paths"].items():
        assert path in words
        for parameter in methods["get"]["parameters"]:
            assert "$ref" in parameter or parameter["name"] in words


def test_links_within_the_page_lead_somewhere() -> None:
    told = shown(Asked())
    places = {node.given["id"] for tag in ("h2", "h3", "tr", "main") for node in told.all(tag) if "id" in node.given}
    meant = {node.given["href"][1:] for node in told.all("a") if node.given.get("href", "").startswith("#")}
    assert meant <= places


def test_every_kind_of_problem_has_its_place_on_the_page() -> None:
    rows = {node.given.get("id") for node in shown(Asked()).all("tr")}
    assert {f"problem-{kind}" for kind in KINDS} <= rows


@pytest.mark.parametrize("asked", [Asked(), Asked(date(2019, 6, 30), 12, "strict")])
def test_addresses_to_try_have_an_answer(tmp_path: Path, asked: Asked) -> None:
    app = planted_app(tmp_path)
    told = [node.given["href"] for node in shown(asked).all("a") if node.given.get("href", "").startswith(API)]
    assert len(told) == len(openapi_description()["paths"]) + 1
    for address in told:
        # Nothing is imported here, so that there are no events to list.
        assert ask(app, address).status == (404 if "/group/events" in address else 200), address
    assert all(("as_of=2019-06-30" in address) == (asked.as_of is not None) for address in told if "/data" in address)


def test_the_page_says_where_data_end() -> None:
    assert "31 December 2020" in shown(Asked()).all("footer")[0].text


def test_a_page_from_disk_links_to_no_server() -> None:
    class FromDisk:
        static_site = True

        def to(self, page: str, **given: str) -> str | None:
            return f"{page}.html"

        def asset(self, path: str) -> str:
            return f"static/{path}"

        def download(self, *_: Any) -> str | None:
            return None

    question = Coverage(Asked())
    told = read(render_page(page(Asked(), {}), {question: covered(question)}, FromDisk()))
    assert not [node for node in told.all("a") if node.given.get("href", "").startswith("/")]


def test_docs_name_every_resource_parameter_and_kind_of_problem() -> None:
    for path, methods in openapi_description()["paths"].items():
        assert f"`{path}`" in DOCS, path
        for parameter in methods["get"]["parameters"]:
            name = parameter.get("name", "If-None-Match")
            assert f"`{name}`" in DOCS, (path, name)
    for kind, (status, _, _) in KINDS.items():
        assert re.search(rf"\| `{kind}` \| {status} \|", DOCS), kind


def test_keys_that_docs_tell_are_in_answers() -> None:
    schemas = openapi_description()["components"]["schemas"]
    keys = {name for schema in schemas.values() for name in schema.get("properties", {})}
    section = DOCS.split("## What is in an answer")[1].split("\n## ")[0]
    assert set(re.findall(r"`([a-z_0-9]+)`", section)) <= keys | {"v1"}
