"""Files of kinds that are no table, told by their first bytes, and what to do with each."""

from __future__ import annotations

_UNPACK = "unpack it, or pack it as .gz or .zip"
_R = "in R: write.csv(x, 'events.csv', row.names = FALSE, fileEncoding = 'UTF-8')"
_BEGINNINGS = {
    b"BZh": f"it is packed with bzip2; {_UNPACK}",
    b"\xfd7zXZ\x00": f"it is packed with xz; {_UNPACK}",
    b"\x28\xb5\x2f\xfd": f"it is packed with Zstandard; {_UNPACK}",
    b"7z\xbc\xaf\x27\x1c": f"it is packed with 7-Zip; {_UNPACK}",
    b"Rar!\x1a\x07": f"it is packed with RAR; {_UNPACK}",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "it is an Excel workbook (.xls); save the sheet as CSV (UTF-8)",
    b"RDX2\n": f"it is data of R (.RData); {_R}",
    b"RDX3\n": f"it is data of R (.RData); {_R}",
    b"X\n\x00\x00\x00": f"it is data of R (.rds); {_R}",
    b"%PDF-": "it is a PDF",
}
_TAR_AT = 257
HEAD = 512
"""So many bytes of a file are enough."""


def other_kind(head: bytes) -> str | None:
    """What a file is that begins with these bytes, and a way out; None where nothing of the kind is known of it."""
    if head[_TAR_AT : _TAR_AT + 5] == b"ustar":
        return "it is a tar archive; unpack it and import the CSV in it"
    return next((said for begins, said in _BEGINNINGS.items() if head.startswith(begins)), None)


def other_separator(header: str) -> str | None:
    """The mark that separates the columns of a header without commas, as it is shown; None where none does."""
    return next((f"{mark!r}" for mark in ("\t", ";", "|") if header.count(mark) >= 2), None)
