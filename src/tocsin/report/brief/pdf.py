"""A document as PDF: A4, tagged, with bookmarks, by Typst, which comes as a package and needs nothing of the system.

Texts reach the template as JSON values, so that nothing in a name can be run as Typst code; drawings as files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal

from tocsin.report.brief.document import Document, plain
from tocsin.report.brief.drawing import parsed

FOLDER = Path(__file__).parent
# Readable by assistive software (ISO 14289-1). Not kept where a text has a letter that no font at hand has.
ACCESSIBLE: Literal["ua-1"] = "ua-1"


def write_pdf(document: Document, *, dated: date) -> bytes:
    """The document as PDF, said to be made on the day `dated`; the same document and day give the same bytes.

    It is PDF/UA-1, unless a text has a letter that is in no font at hand: then it is a tagged PDF without that promise.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="tocsin-brief-") as name:
        folder = Path(name)
        tree = plain(document)
        _save_drawings(tree["blocks"], folder, 0)
        (folder / "document.json").write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
        shutil.copy(FOLDER / "brief.typ", folder / "brief.typ")
        # No font of the machine's own, so that the same brief looks the same everywhere.
        compiler = typst.Compiler(
            str(folder / "brief.typ"), root=folder, font_paths=[str(_fonts(folder))], ignore_system_fonts=True
        )
        made = datetime.combine(dated, time(), UTC)
        try:
            written = compiler.compile(format="pdf", timestamp=made, pdf_standards=[ACCESSIBLE])
        except typst.TypstError as error:
            if "font" not in str(error):
                raise
            written = compiler.compile(format="pdf", timestamp=made)
    assert isinstance(written, bytes)
    return written


def _save_drawings(blocks: list[dict[str, Any]], folder: Path, count: int) -> int:
    """Put each figure's drawing into a file that its block names; how many there are by now."""
    for block in blocks:
        if block["block"] == "Figure":
            count += 1
            svg = block.pop("svg")
            parsed(svg)
            block["file"] = f"figure-{count}.svg"
            (folder / block["file"]).write_text(svg, encoding="utf-8")
        elif block["block"] == "SideBySide":
            count = _save_drawings(block["left"], folder, count)
            count = _save_drawings(block["right"], folder, count)
    return count


def _fonts(folder: Path) -> Path:
    """A folder with DejaVu Sans, which matplotlib brings along.

    Alone: a font of last resort, which stands beside it, has a box for every letter and would hide what is missing.
    """
    import matplotlib

    found = folder / "fonts"
    found.mkdir()
    for file in sorted((Path(matplotlib.get_data_path()) / "fonts" / "ttf").glob("DejaVu*.ttf")):
        shutil.copy(file, found / file.name)
    return found
