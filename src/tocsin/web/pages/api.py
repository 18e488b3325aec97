"""The API for people: every resource, its parameters and what it tells, from the OpenAPI description itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tocsin.web.api import openapi_description
from tocsin.web.api.description import ABOUT, CONVENTIONS, PREFIX
from tocsin.web.api.problems import KINDS
from tocsin.web.asked import Asked
from tocsin.web.links import PATHS, Links
from tocsin.web.page import Found, Page
from tocsin.web.page_sources import of_provenance
from tocsin.web.questions.coverage import Coverage

NAME = "api"
_KINDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}


@dataclass(frozen=True)
class Key:
    """A parameter, or a key of an answer: what it is called, what kind of value it has, what it means."""

    name: str
    kind: str
    meaning: str
    shape: str = ""  # what it, or each thing in it, looks like, by name
    needed: bool = False


@dataclass(frozen=True)
class Resource:
    """One path, and an address to try."""

    path: str
    anchor: str
    summary: str
    description: str
    parameters: tuple[Key, ...]
    answer: str
    keys: tuple[Key, ...]
    address: str


@dataclass(frozen=True)
class Shape:
    """What a part of an answer looks like."""

    name: str
    meaning: tuple[str, ...]
    keys: tuple[Key, ...]


def page(asked: Asked, given: Mapping[str, str]) -> Page:
    """The page; it has no parameters of its own."""
    covered = Coverage(asked)

    def context(found: Found, links: Links) -> dict[str, Any]:
        held = found[covered]
        told = openapi_description()
        resources = tuple(_resources(told, asked))
        return {
            "about": ABOUT,
            "conventions": CONVENTIONS,
            "prefix": PREFIX,
            "live": not links.static_site,
            "resources": resources,
            "shapes": tuple(_shapes(told, {one.answer for one in resources})),
            "problems": tuple((kind, status, title, hint) for kind, (status, title, hint) in KINDS.items()),
            "sources": of_provenance(held.provenance, asked.as_of, held.as_of_mode),
        }

    return Page(
        name=NAME,
        path=PATHS[NAME],
        title="The API: these figures for programs",
        template="api.html",
        asked=asked,
        context=context,
        needs=(covered,),
    )


def kind_of(schema: Mapping[str, Any]) -> tuple[str, str]:
    """The kind of value that a JSON schema allows, in words, and the name of the shape in it, if any.

    >>> kind_of({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
    ('day or null', '')
    >>> kind_of({"type": "array", "items": {"$ref": "#/components/schemas/Paging"}})
    ('list', 'Paging')
    """
    if "$ref" in schema:
        return "object", str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        parts = [kind_of(part) for part in schema["anyOf"]]
        return " or ".join(kind for kind, _ in parts), next((shape for _, shape in parts if shape), "")
    if "enum" in schema or "const" in schema:
        words = [str(word) for word in schema.get("enum", [schema.get("const")])]
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}", ""
    if schema.get("type") == "array":
        kind, shape = kind_of(schema.get("items", {}))
        return ("list", shape) if shape else (f"list of {kind}", "")
    if schema.get("type") == "object":
        inner, shape = kind_of(schema.get("additionalProperties") or {})
        return (f"{inner} by name", shape)
    if schema.get("format") == "date":
        return "day", ""
    least, most = schema.get("minimum"), schema.get("maximum")
    span = f", {least:,} to {most:,}" if least is not None and most is not None else ""
    return _KINDS.get(str(schema.get("type")), "any value") + span, ""


def _resources(told: Mapping[str, Any], asked: Asked) -> Iterator[Resource]:
    schemas = told["components"]["schemas"]
    for path, methods in told["paths"].items():
        operation = methods["get"]
        own = [one for one in operation["parameters"] if "$ref" not in one]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        yield Resource(
            path=path,
            anchor=operation["operationId"].replace("_", "-"),
            summary=operation["summary"][:1].lower() + operation["summary"][1:],
            description=operation["description"],
            parameters=tuple(_parameter(one) for one in own),
            answer=answer,
            keys=tuple(_keys(schemas[answer])),
            address=_address(path, own, asked),
        )


def _parameter(told: Mapping[str, Any]) -> Key:
    kind, _ = kind_of(told["schema"])
    usual = told["schema"].get("default")
    named = "" if usual is None else f"; {str(usual).lower() if isinstance(usual, bool) else usual} by default"
    return Key(told["name"], f"{kind}{named}", told["description"], needed=told["required"])


def _keys(schema: Mapping[str, Any]) -> Iterator[Key]:
    for name, part in schema.get("properties", {}).items():
        kind, shape = kind_of(part)
        yield Key(name, kind, "" if shape and "description" not in part else part.get("description", ""), shape)


def _shapes(told: Mapping[str, Any], answers: set[str]) -> Iterator[Shape]:
    """The shapes that answers are made of, by name; answers themselves stand with their resource."""
    for name, schema in sorted(told["components"]["schemas"].items()):
        if name not in answers:
            yield Shape(name, tuple(schema.get("description", "").split("\n\n")), tuple(_keys(schema)))


def _address(path: str, parameters: list[Mapping[str, Any]], asked: Asked) -> str:
    """An address that has an answer, as of the day that is asked for."""
    given: dict[str, str] = {}
    for one in parameters:
        if one["required"]:
            value = str(one["schema"]["examples"][0])
            path = path.replace(f"{{{one['name']}}}", value)
            given |= {one["name"]: value} if one["in"] == "query" else {}
    names = {one["name"] for one in parameters}
    given |= {name: value for name, value in asked.parameters().items() if name in names}
    return f"{PREFIX}{path}" + (f"?{urlencode(given)}" if given else "")
