"""The brief: an assessment as a document to hand over, in HTML or PDF."""

from __future__ import annotations

from tocsin.report.brief.document import Document
from tocsin.report.brief.html import write_html
from tocsin.report.brief.pages import build_document
from tocsin.report.brief.pdf import write_pdf

__all__ = ["Document", "build_document", "write_html", "write_pdf"]
