"""What `make docs` does beside MkDocs: texts that lie outside `docs/` become pages, and links to them lead there.

Files link to each other as they lie in the checkout, so that they can be read there too. On the site a link to a text
of `PAGES` leads to its page; a link to any other file that is no page becomes the name of the file.
"""

from __future__ import annotations

import posixpath
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.structure.files import File, Files

import tocsin

ROOT = Path(__file__).resolve().parents[1]
# Where a text of the checkout stands on the site.
PAGES = {
    "RESPONSIBLE_USE.md": "responsible-use.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
}
# Texts that are no page themselves, and what to read instead.
INSTEAD = {"README.md": "index.md", "LICENSE": "licences.md", "NOTICE": "licences.md", "CITATION.cff": "howto/cite.md"}
PUBLIC_NAMES = "<!-- public names -->"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any, **_: Any) -> Files:
    """Add the pages that are made of texts outside `docs/`."""
    for source, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text(encoding="utf-8")))
    return files


def public_names() -> str:
    """The table of the names of `tocsin` itself, each with its place in the reference and the first line of it."""
    lines = ["| in `tocsin` | what it is |", "| --- | --- |"]
    for name in sorted(tocsin.__all__):
        thing = getattr(tocsin, name)
        # A module that can be called is told by the function of its own name.
        thing = getattr(thing, name, thing) if isinstance(thing, ModuleType) else thing
        says = (thing.__doc__ or "").strip().split("\n")[0].replace("|", "\\|")
        lines.append(f"| [`{name}`][{thing.__module__}.{thing.__qualname__}] | {says} |")
    return "\n".join(lines)


def shadowed(package: str) -> str:
    """Blocks for the names that a package hands on and that a module of it has too.

    Such a name is taken for the module when the source is read, and would be missing.
    """
    module = import_module(package)
    folder = Path(str(module.__file__)).parent
    blocks = ""
    for name in getattr(module, "__all__", ()):
        thing = getattr(module, name)
        if (folder / f"{name}.py").exists() or (folder / name).is_dir():
            blocks += f"\n\n::: {thing.__module__}.{thing.__qualname__}\n    options:\n      show_root_heading: true\n"
            blocks += "      show_root_toc_entry: true\n"
    return blocks


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files, **_: Any) -> str:
    """Turn links between files of the checkout into links between pages; code stays as it is."""
    if PUBLIC_NAMES in markdown:
        markdown = markdown.replace(PUBLIC_NAMES, public_names())
    for package in re.findall(r"^::: (tocsin\.\w+)$", markdown, re.MULTILINE):
        markdown += shadowed(package)
    here = page.file.src_uri
    source = next((name for name, made in PAGES.items() if made == here), f"docs/{here}")
    known = {file.src_uri for file in files}

    def turned(match: re.Match[str]) -> str:
        words, link = match.groups()
        target, _, heading = link.partition("#")
        if not target or re.match(r"[a-z]+:", link):
            return match[0]
        lies_at = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        leads_to = PAGES.get(lies_at) or INSTEAD.get(lies_at) or lies_at.removeprefix("docs/")
        if leads_to not in known:
            # A text that is there but is no page; one that is not there is left for MkDocs to complain of.
            return words if (ROOT / lies_at).exists() else match[0]
        relative = posixpath.relpath(leads_to, posixpath.dirname(here) or ".")
        return f"[{words}]({relative}{'#' + heading if heading else ''})"

    # What stands in a fenced block is no link.
    parts = re.split(r"(^```.*?^```[ \t]*$)", markdown, flags=re.MULTILINE | re.DOTALL)
    return "".join(part if part.startswith("```") else _LINK.sub(turned, part) for part in parts)


def on_post_page(output: str, **_: Any) -> str:
    """Give the search, which the theme calls a dialogue, a name for those who hear the page."""
    return output.replace(
        'data-md-component="search" role="dialog"', 'data-md-component="search" role="dialog" aria-label="Search"'
    )
