"""Citations: of the program as CITATION.cff has it, of each result with its data, in text and BibTeX."""

from __future__ import annotations

import re

import pytest
import yaml
from planted_results import KINDS, planted_results

from planted_lines import assessment, line
from tocsin.digest import packaged_digest
from tocsin.errors import InputError
from tocsin.results import PROGRAM, Traced, citation
from tocsin.results.citing import data_citations
from tocsin.settings import packaged_folder

ROOT = packaged_folder().parents[2]


def cff() -> dict[str, object]:
    path = ROOT / "CITATION.cff"
    if not path.is_file():
        pytest.skip("CITATION.cff lies in a checkout only")
    found: dict[str, object] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def test_the_program_is_cited_as_its_citation_file_says() -> None:
    told = cff()
    assert told["title"] == PROGRAM.title
    assert told["version"] == PROGRAM.version
    assert told["license"] == PROGRAM.licence
    assert told["authors"] == [{"name": PROGRAM.authors}]


def test_the_citation_file_keeps_the_rules_of_its_format() -> None:
    """The rules of schema 1.2.0 that bear on what the file uses; https://github.com/citation-file-format."""
    told = cff()
    assert told["cff-version"] == "1.2.0"
    assert {"cff-version", "message", "title", "authors"} <= set(told)
    root = {
        "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
        "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
        "repository-code", "title", "type", "url", "version",
    }  # fmt: skip
    assert set(told) <= root
    assert told["type"] in ("software", "dataset")
    keywords = told["keywords"]
    assert isinstance(keywords, list)
    assert len(set(keywords)) == len(keywords)
    references = told["references"]
    assert isinstance(references, list)
    for reference in references:
        assert {"authors", "title", "type"} <= set(reference)
        assert reference["type"] in ("article", "software", "data", "dataset", "generic")
        assert re.fullmatch(r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+", reference["doi"])
        assert isinstance(reference["year"], int)
        assert all(isinstance(reference[name], str) for name in ("start", "end", "issue"))
        for author in reference["authors"]:
            assert set(author) <= {"family-names", "given-names", "name", "orcid", "affiliation"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_cites_program_day_model_and_data(kind: str) -> None:
    result = planted_results()[kind]
    told, text = result.comes_from, result.citation_text()
    assert text.startswith(f"{PROGRAM.authors}. {PROGRAM.title}. Version {PROGRAM.version}")
    assert f"as of {told.as_of}" in text
    assert str(told.vintage) in text
    assert told.model is None or told.model in text
    assert told.citation is None or all(f"Data: {part}" in text for part in data_citations(told.citation))
    assert "\x1b" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_bibtex_is_balanced_and_names_each_source(kind: str) -> None:
    result = planted_results()[kind]
    entries = result.citation_text("bibtex").split("\n\n")
    assert len(entries) == 1 + len(data_citations(result.comes_from.citation))
    keys = [re.match(r"@(\w+)\{([\w-]+),\n", entry) for entry in entries]
    assert all(keys)
    assert len({found[2] for found in keys if found}) == len(entries)
    for entry in entries:
        plain = re.sub(r"\\[{}]", "", entry)
        depth = 0
        for letter in plain:
            depth += (letter == "{") - (letter == "}")
            assert depth >= 0
        assert depth == 0


def test_a_scenario_is_cited_as_one() -> None:
    assert "scenario, not a forecast" in planted_results()["Comparison"].citation_text()


def test_every_release_is_cited_by_itself() -> None:
    told = packaged_digest().comes_from
    (part,) = data_citations(told.citation)
    assert part == told.citation
    assert part.count("doi:") == 2
    twice = f"{told.citation}; UCDP Candidate Events Dataset, version 24.0.1: Hegre et al. (2020)"
    assert len(data_citations(twice)) == 2


def test_text_from_data_cannot_break_out() -> None:
    made = assessment(line(), vintage="x\x1b]0;t\x07}\\input{a}\n%", citation="A & B_1 100% #{")
    text, bib = made.citation_text(), made.citation_text("bibtex")
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text + bib)
    assert r"A \& B\_1 100\% \#\{" in bib
    assert r"\input" not in bib


def test_other_styles_are_refused() -> None:
    with pytest.raises(InputError, match="text or bibtex, got 'apa'"):
        citation(Traced("x", None), "apa")
    assert (
        citation() == f"{PROGRAM.authors}. {PROGRAM.title}. Version {PROGRAM.version} [computer software], Apache-2.0."
    )
