"""A short text that is read whole: questions, names, pairs of words, what people say about them."""

from __future__ import annotations

from pathlib import Path

from embedviz.errors import FormatError, MemoryPlanError
from embedviz.formats.probe import access_error, check_readable
from embedviz.formats.text_layout import BOM, looks_utf16

_LOOKED_AT = 1 << 16


def read_plain_text(path: Path, what: str, most_bytes: int) -> str:
    """The text of a file of `what` (UTF-8; a byte order mark is left out), as `plain_text` reads it.

    Raises FileAccessError, MemoryPlanError for more than `most_bytes`, and FormatError for what is no text.
    """
    check_readable(path)
    try:
        if path.stat().st_size > most_bytes:
            raise MemoryPlanError(f"“{path.name}” is larger than any list of {what}; choose another file.")
        content = path.read_bytes()
    except OSError as error:
        raise access_error(path, error) from error
    return plain_text(content, f"“{path.name}”")


def plain_text(content: bytes, called: str) -> str:
    """UTF-8 text, what is not reads as U+FFFD; FormatError where the beginning is UTF-16 or binary data."""
    head = content[:_LOOKED_AT]
    if looks_utf16(head):
        raise FormatError(f"{called} looks like UTF-16 text; save it as UTF-8 and try again.")
    if b"\0" in head:
        raise FormatError(f"{called} is binary data, not text; choose a text file (UTF-8).")
    return content.removeprefix(BOM).decode("utf-8", "replace")
