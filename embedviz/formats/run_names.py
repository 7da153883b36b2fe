"""The names of kept runs: from the corpus and a number, safe as a folder's name on every system."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from embedviz.errors import OptionError

PREFIX = "run:"
LONGEST_TITLE = 200
_LONGEST_SLUG = 40
_SUFFIXES = re.compile(r"(\.[a-z][a-z0-9]{1,6}){1,2}$", re.IGNORECASE)
_NUMBERED = re.compile(r"(.+)-([1-9][0-9]{0,8})")


def new_name(corpus_name: str, taken: Iterable[str]) -> str:
    """A name for a run on a corpus, such as `small-world-3`: its number follows the highest of those `taken`."""
    slug = _slug(_SUFFIXES.sub("", corpus_name)) or _slug(corpus_name) or "run"
    numbers = [int(found[2]) for found in map(_NUMBERED.fullmatch, taken) if found and found[1] == slug]
    return f"{slug}-{max(numbers, default=0) + 1}"


def is_name(text: str) -> bool:
    """Whether a run can be called so; never true of a path, a hidden file or a name that a system keeps for itself."""
    found = _NUMBERED.fullmatch(text)
    return found is not None and found[1] == _slug(found[1])


def parted(text: str) -> tuple[str, int | None]:
    """The name and the epoch (None where none is asked for) of `NAME` or `NAME@EPOCH`; OptionError for other texts."""
    name, at, epoch = unicodedata.normalize("NFC", text.removeprefix(PREFIX)).partition("@")
    if at and not (epoch.isascii() and epoch.isdigit() and len(epoch) < 10):
        raise OptionError(f"“{epoch[:40]}” is no epoch; write {PREFIX}NAME@EPOCH, such as {PREFIX}{name[:60]}@3.")
    return name, int(epoch) if at else None


def clean_title(text: str) -> str:
    """A title as one line without control characters, blanks around it taken away, of at most 200 characters."""
    words = "".join(" " if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") else each for each in text).split()
    return " ".join(words)[:LONGEST_TITLE].rstrip()


def _slug(text: str) -> str:
    """Lower-case letters, marks and digits of any alphabet, words joined by hyphens."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    kept = "".join(each if unicodedata.category(each)[0] in "LMN" else " " for each in lowered)
    return "-".join(kept.split())[:_LONGEST_SLUG].rstrip("-")
