"""The brief as HTML and as PDF: whole, asking for nothing, safe with any name, the same for the same brief."""

from __future__ import annotations

import io
import itertools
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planted_brief import AS_OF, brief, warned
from planted_lines import war
from tocsin.report.brief import Document, build_document, write_html, write_pdf
from tocsin.report.brief.document import BulletList, Cell, Column, Figure, Heading, Paragraph, Table
from tocsin.report.brief.drawing import inline_svg, text_alternative

HOSTILE = (
    '<script>alert(1)</script> & "\'</style> #eval("1+1") $x$ *b* _i_ `r` @ref <label> \\ // [c] #{ {{ 7*7 }} {% x %} '
    "\u202eback\u2066 \x1b[31m \u0627\u0644\u062c\u0628\u0647\u0629"
)
DRAWING = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" viewBox="0 0 10 10"><title>T &lt;</title>'
    '<desc>D</desc><defs><pattern id="p" width="2" height="2"/></defs><rect width="9" height="9" fill="url(#p)"/></svg>'
)
VOID = {"meta", "link", "img", "br", "hr", "input", "col"}


class Page(HTMLParser):
    """What is in a page: start tags with attributes, ids, what is referred to; fails where tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: dict[str, list[str]] = {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.words.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def document() -> Document:
    return build_document(brief())


@pytest.fixture(scope="module")
def text(document: Document) -> str:
    return write_html(document).decode()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


@pytest.fixture(scope="module")
def pdf(document: Document) -> bytes:
    return write_pdf(document, dated=AS_OF)


def read(pdf: bytes) -> str:
    """The text of a PDF on one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def hostile_document() -> Document:
    table = Table(HOSTILE, (Column(HOSTILE), Column("b", "right")), ((Cell(HOSTILE, HOSTILE), Cell("1", "", "watch")),))
    blocks = (
        Heading(2, HOSTILE),
        Paragraph(HOSTILE, HOSTILE),
        BulletList((HOSTILE,)),
        table,
        Figure(DRAWING, HOSTILE, HOSTILE, table),
    )
    return Document(HOSTILE, HOSTILE, "en", blocks)


# --- HTML -------------------------------------------------------------------------------------------------------------


def test_html_asks_for_nothing_from_elsewhere(text: str, page: Page) -> None:
    for _, attributes in page.tags:
        for name, value in attributes.items():
            if name in ("src", "href", "xlink:href", "action", "poster", "data", "srcset", "background"):
                assert (value or "").startswith(("#", "data:"))
            for address in re.findall(r"url\(([^)]*)\)", value or ""):
                assert address.startswith("#")
            assert not name.startswith("on")
    assert not {"script", "link", "iframe", "object", "embed", "base", "form", "img"} & {tag for tag, _ in page.tags}
    assert "@import" not in text
    assert "url(" not in "".join(page.words["style"])
    assert not [address for address in re.findall(r"https?://[^\s\"'<>]*", text) if "w3.org" not in address]


def test_html_forbids_what_it_does_not_need(page: Page) -> None:
    (policy,) = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")


def test_html_has_its_language_title_and_landmarks(page: Page) -> None:
    assert page.all("html") == [{"lang": "en"}]
    assert page.words["title"][0] == page.words["h1"][0] == "tocsin brief: the world, as of 31 December 2020"
    for landmark in ("header", "main", "nav", "footer"):
        assert len(page.all(landmark)) == 1
    (skip,) = [link for link in page.all("a") if link.get("class") == "skip"]
    assert skip["href"] == "#content"
    assert page.all("main")[0]["id"] == "content"


def test_html_headings_are_in_order_and_every_link_leads_to_one(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {(link["href"] or "")[1:] for link in page.all("a")} <= set(ids)


def test_html_tables_have_captions_and_heads_with_scope(page: Page) -> None:
    tables = len(page.all("table"))
    assert tables == len(page.all("caption"))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert all(words.strip() for words in page.words["caption"])


def test_html_drawings_have_a_text_alternative_and_their_figures(page: Page) -> None:
    drawings = page.all("svg")
    assert len(drawings) == len(page.all("figure")) == len(page.all("figcaption"))
    assert all(drawing["role"] == "img" and drawing["aria-label"] and drawing["viewbox"] for drawing in drawings)
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for drawing in drawings:
        assert set((drawing["aria-labelledby"] or "").split()) <= ids
    assert len(page.all("summary")) == len(drawings) + 1
    assert not any("open" in one for one in page.all("details"))


def test_html_colours_can_be_read(text: str) -> None:
    style = text[text.index("<style>") : text.index("</style>")]

    def light(colour: str) -> float:
        wide = colour if len(colour) == 6 else "".join(c + c for c in colour)
        parts = [int(wide[k : k + 2], 16) / 255 for k in (0, 2, 4)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    # Of text on white: WCAG 2 asks for 4.5.
    colours = re.findall(r"[{;] *color: #([0-9a-f]{3,6})", style)
    assert len(colours) >= 5
    assert min(1.05 / (light(colour) + 0.05) for colour in colours) >= 4.5


def test_html_is_the_same_for_the_same_brief_and_small(document: Document) -> None:
    written = write_html(document)
    assert written == write_html(build_document(brief()))
    assert len(written) < 2_000_000


def test_a_brief_with_as_many_groups_on_warning_as_there_can_be_stays_small() -> None:
    lines = [warned(f"G{k} @ Mali", rank_new_risk=k + 1) for k in range(5)]
    lines += [war(f"W{k} @ Iraq", **WARNED_WAR, rank_ongoing=k + 1) for k in range(5)]
    assert len(write_html(build_document(brief(*lines)))) < 2_000_000


WARNED_WAR = {
    **{name: getattr(warned(), name) for name in ("reference_deaths25", "reference_mass_casualty", "analogues")},
    **{name: getattr(warned(), name) for name in ("drivers_deaths25", "drivers_mass_casualty", "level_sentence")},
    "level": "warning",
    "p_mass_casualty": 0.6,
}


def test_html_shows_hostile_names_and_runs_none() -> None:
    text = write_html(hostile_document()).decode()
    page = Page(text)
    assert not {"script", "label"} & {tag for tag, _ in page.tags}
    assert "{{ 7*7 }}" in text
    assert not set(text) & set("\u202e\u2066\x1b")
    assert page.words["h2"][0].startswith("<script>alert(1)</script> & \"'</style> #eval(")
    assert "\u0627\u0644\u062c\u0628\u0647\u0629" in page.words["h2"][0]
    assert text.count("</style>") == 1


# --- PDF --------------------------------------------------------------------------------------------------------------


def test_pdf_is_tagged_a4_and_says_what_it_is(pdf: bytes) -> None:
    assert pdf.startswith(b"%PDF-")
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert {tuple(round(float(x)) for x in page.mediabox) for page in reader.pages} == {(0, 0, 595, 842)}
    assert reader.metadata is not None
    assert reader.metadata.title == "tocsin brief: the world, as of 31 December 2020"
    assert reader.metadata.creation_date is not None
    assert reader.metadata.creation_date.date() == AS_OF
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/Lang"] == "en"
    assert "/StructTreeRoot" in catalogue
    assert b"pdfuaid:part" in catalogue["/Metadata"].get_data()
    assert "JNIM @ Mali" in [one.title for one in reader.outline[0:] if not isinstance(one, list)] + [
        one.title
        for nested in reader.outline
        if isinstance(nested, list)
        for one in nested
        if not isinstance(one, list)
    ]


def test_pdf_holds_the_headline_on_its_first_page_and_every_group(pdf: bytes) -> None:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    first = re.sub(r"\s+", " ", pages[0].extract_text())
    assert "As of 31 December 2020 the most important thing is this." in first
    assert "What we missed" in first
    assert f"1 / {len(pages)}" in first
    assert "Data: ucdp-ged 21.1, to 31 December 2020." in first
    # First page, lists, two for each of two groups at most, the end.
    assert 5 <= len(pages) <= 8
    whole = read(pdf)
    for name in ("JNIM @ Mali", "IS @ Iraq", "Boundaries and names shown do not imply"):
        assert name in whole


def test_a_full_first_page_is_one_page() -> None:
    long = "In the last three months 14 deaths were recorded, and 2 in the three months before those."
    lines = [
        warned(f"A rather long name of a front {k} @ Democratic Republic of Congo", rank_new_risk=k + 1, level="watch")
        for k in range(6)
    ]
    lines += [war(f"W{k} @ Iraq", rank_ongoing=k + 1, level="watch", p_mass_casualty=0.5) for k in range(6)]
    told = brief(*[replace(one, drivers_deaths25=(replace(DRIVER, facts=(long,)),)) for one in lines])
    pages = pypdf.PdfReader(io.BytesIO(write_pdf(build_document(told), dated=AS_OF))).pages
    assert "What we missed" in pages[0].extract_text()
    assert "every group on a level" in pages[1].extract_text()


DRIVER = warned().drivers_deaths25[0]


def test_pdf_is_the_same_for_the_same_brief_and_dated_by_the_day(pdf: bytes, document: Document) -> None:
    assert write_pdf(document, dated=AS_OF) == pdf
    assert write_pdf(document, dated=date(2019, 12, 31)) != pdf


def test_pdf_shows_hostile_names_and_runs_none() -> None:
    said = read(write_pdf(hostile_document(), dated=AS_OF))
    assert "<script>alert(1)</script>" in said
    assert '#eval("1+1")' in said
    assert "$x$ *b* _i_ `r` @ref <label> \\ // [c] #{" in said


def test_pdf_of_a_letter_that_no_font_has_is_written_without_the_promise() -> None:
    rare = Document("Title", "foot", "en", (Heading(2, "\U00012000 and \u4e2d\u6587"), Paragraph("Words.")))
    written = write_pdf(rare, dated=AS_OF)
    assert b"pdfuaid:part" not in pypdf.PdfReader(io.BytesIO(written)).trailer["/Root"]["/Metadata"].get_data()
    assert "Words." in read(written)


@settings(max_examples=15)
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_can_be_written(one: str, two: str) -> None:
    table = Table(f"c{one}", (Column("a"), Column("b")), ((Cell(one, two), Cell(two)),))
    document = Document(f"t{two}", one, "en", (Heading(2, f"h{one}"), Paragraph(two, one), BulletList((one,)), table))
    Page(write_html(document).decode())
    assert write_pdf(document, dated=AS_OF).startswith(b"%PDF-")


# --- drawings ---------------------------------------------------------------------------------------------------------


def test_a_drawings_ids_are_its_own_and_its_words_are_kept() -> None:
    drawn = inline_svg(DRAWING, prefix="f1-")
    assert 'id="f1-p"' in drawn
    assert 'fill="url(#f1-p)"' in drawn
    assert 'role="img"' in drawn
    assert 'aria-label="T &lt;"' in drawn
    assert text_alternative(DRAWING) == "T <. D"


@pytest.mark.parametrize(
    "put",
    [
        "<script>1</script>",
        '<a href="#x"/>',
        '<image href="https://example.org/a.png"/>',
        '<use href="other.svg#x"/>',
        '<rect onclick="x()"/>',
        '<rect style="fill: url(//example.org)"/>',
        '<rect fill="url( http://example.org )"/>',
        "<style>@import 'x';</style>",
        "<foreignObject/>",
    ],
)
def test_a_drawing_that_runs_or_fetches_is_refused(put: str) -> None:
    with pytest.raises(ValueError, match="a drawing"):
        inline_svg(DRAWING.replace("<defs>", put + "<defs>"), prefix="x")


@pytest.mark.parametrize("svg", ["", "<svg", "<html/>", '<svg xmlns="http://www.w3.org/2000/svg"/>'])
def test_what_is_no_drawing_is_refused(svg: str) -> None:
    with pytest.raises(ValueError, match="a drawing is no SVG"):
        text_alternative(svg)


def test_a_drawing_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no title or no description"):
        text_alternative(DRAWING.replace("<desc>D</desc>", ""))
