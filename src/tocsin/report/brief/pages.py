"""The brief as a document: a first page, the full lists, a page for each group on warning, and what it all rests on."""

from __future__ import annotations

from tocsin.report.brief.document import Block, Document
from tocsin.report.brief.end import end_pages
from tocsin.report.brief.front import first_page, full_lists
from tocsin.report.brief.group import group_page
from tocsin.report.brief.words import whole_day
from tocsin.warn.brief import Brief


def build_document(brief: Brief) -> Document:
    """Lay a brief out in blocks, ready for `write_html` and `write_pdf`."""
    told = brief.assessment
    scope = told.theatre or "the world"
    blocks: list[Block] = [*first_page(brief), *full_lists(brief)]
    for explanation in brief.explanations:
        blocks += group_page(explanation)
    blocks += end_pages(brief)
    mode = "" if told.as_of_mode == "reconstructed" else f" ({told.as_of_mode})"
    return Document(
        title=f"tocsin brief: {scope}, as of {whole_day(told.as_of)}",
        foot=f"tocsin brief: {scope}, as of {whole_day(told.as_of)}{mode}. Data: {told.vintage}, to "
        f"{whole_day(told.data_until)}.",
        language=told.language,
        blocks=tuple(blocks),
    )
