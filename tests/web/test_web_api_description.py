"""The OpenAPI description: complete, and every answer holds the keys that it says and no other."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from planted_web_api import KNOWN, PlantedLane, ask, planted_app

from tocsin.sources.terms import terms_of
from tocsin.web.api import openapi_description
from tocsin.web.api.problems import KINDS
from tocsin.web.gate import gated
from tocsin.web.questions.assessed import Assessed
from tocsin.web.questions.group import OneGroup
from tocsin.web.questions.theatre import OneTheatre

TARGETS = {
    "/assessment": "/assessment",
    "/assessment/new-entrants": "/assessment/new-entrants",
    "/groups": "/groups?q=mali",
    "/group": "/group?name=JNIM",
    "/group/events": "/group/events?name=JNIM",
    "/theatres": "/theatres",
    "/theatre": "/theatre?name=Mali",
    "/theatre/rivalry": "/theatre/rivalry?name=Mali",
    "/record": "/record",
    "/record/warnings": "/record/warnings",
    "/record/misses": "/record/misses",
    "/data": "/data",
    "/whatif": "/whatif",
    "/whatif/{scenario}/numbers": "/whatif/afghanistan-2021-08/numbers",
    "/whatif/{scenario}": "/whatif/afghanistan-2021-08",
}


def description() -> dict[str, Any]:
    return copy.deepcopy(openapi_description())


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in description()["paths"].items():
        assert set(methods) == {"get"}
        yield path, methods["get"]


def strict(schema: Any) -> Any:
    """The schema with every object closed, so that a key that is not described is an error."""
    if isinstance(schema, dict):
        found = {name: strict(part) for name, part in schema.items()}
        if found.get("type") == "object" and "properties" in found and not isinstance(found["properties"], str):
            found["additionalProperties"] = False
        return found
    return [strict(part) for part in schema] if isinstance(schema, list) else schema


def validator(path: str) -> Any:
    told = description()
    answer = told["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    whole = {**strict(answer), "components": strict(told["components"])}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def faults(path: str, content: Any) -> list[str]:
    return [f"{error.instance_path}: {error.message}"[:300] for error in validator(path).iter_errors(content)]


def test_every_resource_is_looked_at_here() -> None:
    assert set(TARGETS) == set(description()["paths"])


@pytest.mark.parametrize("path", TARGETS)
def test_answers_hold_what_is_described_and_nothing_else(tmp_path: Path, path: str) -> None:
    reply = ask(planted_app(tmp_path), TARGETS[path])
    assert reply.status == 200
    assert faults(path, reply.json) == []


@pytest.mark.parametrize(("path", "kind"), [("/assessment", Assessed), ("/group", OneGroup), ("/theatre", OneTheatre)])
def test_so_do_answers_of_which_something_is_held_back(tmp_path: Path, path: str, kind: type) -> None:
    acled = terms_of("acled")
    lane = PlantedLane({**KNOWN, kind: lambda question: gated(KNOWN[kind](question), acled)})
    reply = ask(planted_app(tmp_path, lane), TARGETS[path])
    assert reply.status == 200
    assert faults(path, reply.json) == []


def test_a_key_that_is_missing_or_new_is_seen_here(tmp_path: Path) -> None:
    # Were the check blind, the two above would tell nothing.
    told = ask(planted_app(tmp_path), "/data").json
    assert faults("/data", {**told, "new": 1})
    assert faults("/data", {name: part for name, part in told.items() if name != "vintage"})
    told["vintages"][0]["rows"] = "many"
    assert faults("/data", told)


def test_every_parameter_and_answer_is_described() -> None:
    for path, operation in operations():
        assert operation["summary"]
        assert operation["description"]
        for parameter in operation["parameters"]:
            if "$ref" not in parameter:
                assert parameter["description"], (path, parameter["name"])
                assert parameter["schema"]
        wanted = {"200", "202", "304", "400", "404", "500", "503"}
        assert set(operation["responses"]) == wanted | ({"403"} if path == "/group/events" else set()), path
        assert {"$ref": "#/components/parameters/IfNoneMatch"} in operation["parameters"]


def test_every_answer_has_a_meaning() -> None:
    told = description()
    for path, operation in operations():
        name = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert told["components"]["schemas"][name]["description"], path


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


def test_every_reference_leads_somewhere_and_nothing_is_left_over() -> None:
    told = description()
    held = {f"#/components/{kind}/{name}" for kind, parts in told["components"].items() for name in parts}
    meant = set(_references(told))
    assert meant <= held
    unused = held - meant
    assert not unused


def test_no_mark_of_our_own_is_left() -> None:
    assert "x-licence" not in str(description())
    assert "HTTPValidationError" not in str(description())


def test_the_description_is_the_same_however_often_it_is_made(tmp_path: Path) -> None:
    served = ask(planted_app(tmp_path), "/openapi.json")
    assert served.json == openapi_description()
    assert served.json["openapi"].startswith("3.1")
    assert served.json["servers"] == [{"url": "/api/v1", "description": "This server"}]


def test_kinds_of_problems_have_the_status_of_their_answers() -> None:
    told = description()["components"]["responses"]
    assert {name for name in told if "application/problem+json" in told[name].get("content", {})} == {
        "BadParameter",
        "Licence",
        "NotHeld",
        "Failed",
        "Busy",
    }
    assert {status for status, _, _ in KINDS.values()} == {400, 403, 404, 405, 500, 503}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name == "$ref":
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)
