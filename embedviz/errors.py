"""The errors a person can meet, and their words.

EmbedvizError                 everything below; the message says what happened, why, and what to do
├── InputError                a file or folder that cannot be used
│   ├── FileAccessError       missing, a folder, not permitted, vanished
│   ├── UnknownFormatError    nothing we know by its content
│   │   └── ProseError        text to be read, not vectors
│   ├── FormatError           known, but damaged; names the line or the byte
│   ├── ChoiceNeededError     a table with several columns that can be the vectors; knows them
│   ├── UnsafeFileError       opening it could run code (pickles)
│   └── MemoryPlanError       larger than the memory that is free
├── OptionError               (ValueError) an option outside what is possible
├── QueryError                (ValueError) a question that cannot be read; knows where
├── UnknownItemError          (KeyError) no item of that name; knows near spellings
├── NothingLearnedError       a training that ended before it could give a space
├── OutputError               a file that cannot be written
├── MissingLibraryError       a library that did not import
├── DisplayError              no screen to open a window on
└── ChildError                the helper process died or could not start
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class EmbedvizError(Exception):
    """Something a person can understand and act on; `str()` is one line for them, whatever a file is called.

    `remedy` is the keyword of `embedviz.open` or `embedviz.save` by which what the text advises is done, "" for none;
    the text itself names no option, since a window, a command line and Python call it differently.
    """

    def __init__(self, *args: object, remedy: str = "") -> None:
        super().__init__(*args)
        self.remedy = remedy

    def __str__(self) -> str:
        text = str(self.args[0]) if self.args else ""
        return "".join("\N{REPLACEMENT CHARACTER}" if _breaks_a_line(character) else character for character in text)


class InputError(EmbedvizError):
    """A file or folder that cannot be used."""


class FileAccessError(InputError):
    """A path that cannot be read: missing, a folder, not permitted, vanished."""


class UnknownFormatError(InputError):
    """A file whose content is in no format we read."""


class ProseError(UnknownFormatError):
    """A file that reads as prose, not vectors; embeddings can be trained on it. `path` is where it lies, if known."""

    def __init__(self, message: str, path: Path | None = None, *, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.path = path


class FormatError(InputError):
    """A file of a known format that is damaged; the message names the line or the byte."""


class ChoiceNeededError(InputError):
    """A table with several columns that can be the vectors, none of them named.

    `contents` (embedviz.formats.Contents) says what it holds, `path` where it lies; None where that is not known.
    """

    def __init__(self, message: str, contents: Any = None, path: Path | None = None) -> None:
        super().__init__(message, remedy="vector_column")
        self.contents = contents
        self.path = path


class UnsafeFileError(InputError):
    """A file that could run code when opened (a pickle); it is not opened. `recipe` is the code that exports it."""

    def __init__(self, message: str, recipe: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.recipe = tuple(recipe)


class MemoryPlanError(InputError):
    """A file that needs more memory than is free; `sample` rows of it can be opened, 0 where that is not possible."""

    def __init__(self, message: str, sample: int = 0) -> None:
        super().__init__(message, remedy="sample" if sample else "")
        self.sample = sample


class OptionError(EmbedvizError, ValueError):
    """An option whose value is outside what is possible."""


class QueryError(EmbedvizError, ValueError):
    """A question that cannot be read; `position` is the index of the character it stumbled on, or None.

    `near` holds names that may have been meant, and `places` where each would stand: from which character to which.
    """

    def __init__(
        self,
        message: str,
        position: int | None = None,
        near: Sequence[str] = (),
        places: Sequence[tuple[int, int]] = (),
    ) -> None:
        super().__init__(message)
        self.position = position
        self.near = tuple(near)
        self.places = tuple(places)


class UnknownItemError(EmbedvizError, KeyError):
    """No item has this label; `near` holds the nearest spellings, best first.

    In a question, `position` is the index of its first character, and `places` is where each of `near` would stand:
    from which character to which.
    """

    def __init__(
        self,
        label: str,
        near: Sequence[str] = (),
        position: int | None = None,
        places: Sequence[tuple[int, int]] = (),
    ) -> None:
        shown = label if len(label) <= 60 else label[:59] + "…"
        guess = f" Near spellings: {', '.join(near)}." if near else " No label is spelled like it."
        super().__init__(f"No item is called “{shown}”.{guess}")
        self.label = label
        self.near = tuple(near)
        self.position = position
        self.places = tuple(places)


class NothingLearnedError(EmbedvizError):
    """A training that was stopped, or went wrong, before there was anything to keep."""


class OutputError(EmbedvizError):
    """A file that cannot be written, or a value its format cannot hold."""


class MissingLibraryError(EmbedvizError):
    """A library that did not import; the message says which and why."""


class DisplayError(EmbedvizError):
    """There is no screen to open a window on."""


class ChildError(EmbedvizError):
    """The helper process died or could not be started."""


def _breaks_a_line(character: str) -> bool:
    """Whether a character ends a line, commands a terminal or cannot be written as UTF-8."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
