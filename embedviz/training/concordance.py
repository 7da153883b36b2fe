"""Lines of a text around some of its words, as they were written: keyword in context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from embedviz.formats.blocks import new_hash
from embedviz.progress import Progress, Steps, within
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.corpus_index import CorpusIndex, numbers_steps
from embedviz.training.encoding import AT_LINE_END, word_codes
from embedviz.training.near_words import Place
from embedviz.training.text_source import Part, TextSource
from embedviz.training.tokenizing import decoded, words_of
from embedviz.training.trained_text import parts_of

REACH = 120
"""So many characters of a line are shown to each side of its keyword, where it has them."""

_FARTHEST = 360  # from the keyword to the word beside it
_AROUND_BYTES = 4 * _FARTHEST
_LINE_ENDS = re.compile(r"[\n\r]")
Spot = tuple[int, int]


@dataclass(frozen=True)
class ConcordanceLine:
    """A keyword as it stands in the text: `text` is a part of its line, `keyword_at` where in it the keyword stands.

    `row` is the keyword's item and `beside` the one it was looked up for, which stands at `beside_at`, or is too far
    away to be shown (None). `number` counts the lines of the file `part`, or the paragraphs of running text
    (`is_paragraph`), from 1.
    """

    row: int
    beside: int
    text: str
    keyword_at: Spot
    beside_at: Spot | None
    part: str
    number: int
    is_paragraph: bool

    @property
    def left(self) -> str:
        """What stands before the keyword."""
        return self.text[: self.keyword_at[0]]

    @property
    def keyword(self) -> str:
        """The keyword as it is written there."""
        return self.text[slice(*self.keyword_at)]

    @property
    def right(self) -> str:
        """What stands behind the keyword."""
        return self.text[self.keyword_at[1] :]


@dataclass(frozen=True)
class _Block:
    """A block of text with the ends of those around it, and how many lines of its part end before it."""

    number: int
    part: Part
    before: bytes
    data: bytes
    after: bytes
    n_lines: int


def quote_steps(
    index: CorpusIndex, space: EmbeddingSpace, places: Sequence[Place]
) -> Steps[tuple[ConcordanceLine, ...]]:
    """The lines in which some places of a text stand, in the order of the places.

    Reads the text again, in blocks. Raises InputError, as `index_steps` does, if it is not the same any more.
    """
    blocks_of = np.searchsorted(index.block_ends, [place.token for place in places], "right")
    wanted = {int(block): np.flatnonzero(blocks_of == block).tolist() for block in np.unique(blocks_of)}
    found: dict[int, ConcordanceLine] = {}
    digest = new_hash()
    with ExitStack() as stack:
        source = yield from within(index.text.open_steps(stack), 0.0, 0.05)
        numbers = yield from within(numbers_steps(space), 0.05, 0.1)
        for block, share in _blocks(source):
            digest.update(block.data)
            if block.number in wanted:
                some = {at: places[at] for at in wanted[block.number]}
                first = int(index.block_ends[block.number - 1]) if block.number else 0
                found |= _quoted(block, first, some, numbers)
            yield Progress(0.1 + 0.9 * share, f"Looking up lines of {index.text.name}")
    index.text.check(digest.hexdigest())
    return tuple(found[at] for at in sorted(found))


def _blocks(source: TextSource) -> Iterator[tuple[_Block, float]]:
    number = 0
    for part, blocks in parts_of(source):
        before, n_lines = b"", 0
        waiting = next(blocks, None)
        while waiting is not None:
            (data, share), waiting = waiting, next(blocks, None)
            after = waiting[0][:_AROUND_BYTES] if waiting is not None else b""
            yield _Block(number, part, before, data, after, n_lines), share
            before = (before + data)[-_AROUND_BYTES:]
            n_lines += data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
            number += 1


def _quoted(
    block: _Block, first: int, places: Mapping[int, Place], numbers: Mapping[str, int]
) -> dict[int, ConcordanceLine]:
    """The lines of some places in one block, whose first token is the text's number `first`."""
    text = decoded(block.data)[0]
    codes = word_codes(words_of(text), numbers)
    kept_at, ends_at = np.flatnonzero(codes >= 0), np.flatnonzero(codes == AT_LINE_END)
    cuts = [0, *(end.end() for end in _LINE_ENDS.finditer(text)), len(text) + 1]
    found = {}
    for at, place in places.items():
        if place.token - first >= len(kept_at):  # another text; the hash will say so
            continue
        word = int(kept_at[place.token - first])
        line = int(np.searchsorted(ends_at, word))
        in_line = word - (int(ends_at[line - 1]) + 1 if line else 0)
        piece = text[cuts[line] : cuts[line + 1] - 1]
        head = "" if line else _LINE_ENDS.split(block.before.decode("utf-8", "ignore"))[-1]
        tail = _LINE_ENDS.split(block.after.decode("utf-8", "ignore"))[0] if line + 2 == len(cuts) else ""
        whole = head + piece + tail
        quoted = _line(whole, in_line + len(words_of(head)), place, numbers)
        if quoted is not None:
            shown, keyword_at, beside_at = quoted
            n_before = text.count("\n", 0, cuts[line]) + text.count("\r", 0, cuts[line])
            n_before += block.n_lines - text.count("\r\n", 0, cuts[line])
            found[at] = ConcordanceLine(
                place.row,
                place.other,
                shown,
                keyword_at,
                beside_at,
                block.part.probe.name,
                n_before + 1,
                block.part.is_running,
            )
    return found


def _line(text: str, word: int, place: Place, numbers: Mapping[str, int]) -> tuple[str, Spot, Spot | None] | None:
    """The part of a line around its word of a number, where in it that stands, and where the one beside it."""
    words = words_of(text)
    codes = word_codes(words, numbers)
    if word >= len(words) or codes[word] != place.row:
        return None
    kept_at = np.flatnonzero(codes >= 0)
    other = int(np.searchsorted(kept_at, word)) + place.distance
    beside = int(kept_at[other]) if 0 <= other < len(kept_at) else -1
    spots = word_spots(text, words)
    keyword_at = spots[word]
    beside_at = spots[beside] if beside >= 0 and codes[beside] == place.other else None
    if beside_at is not None and max(keyword_at[0] - beside_at[0], beside_at[1] - keyword_at[1]) > _FARTHEST:
        beside_at = None
    low, high = _excerpt(text, keyword_at, beside_at or keyword_at)
    return text[low:high], _moved(keyword_at, low), None if beside_at is None else _moved(beside_at, low)


def _excerpt(text: str, one: Spot, other: Spot) -> Spot:
    """From where to where a line is shown: so far to each side of one spot, with the other, between words."""
    inner_low, inner_high = min(one[0], other[0]), max(one[1], other[1])
    low, high = min(inner_low, max(0, one[0] - REACH)), max(inner_high, min(len(text), one[1] + REACH))
    while low < inner_low and (text[low].isspace() or (low and not text[low - 1].isspace())):
        low += 1
    while high > inner_high and (text[high - 1].isspace() or (high < len(text) and not text[high].isspace())):
        high -= 1
    return low, high


def _moved(spot: Spot, low: int) -> Spot:
    return spot[0] - low, spot[1] - low


def word_spots(text: str, words: Sequence[str]) -> list[Spot]:
    """Where the words of one line stand in it, as `words_of` finds them: characters from and to.

    Between words stands no letter or digit, so the next word begins where it is found first.
    """
    lower = text.lower()
    places = range(len(text) + 1) if len(lower) == len(text) else _places_before_lowering(text)
    spots, at = [], 0
    for word in words:
        at = lower.index(word, at)
        spots.append((places[at], places[at + len(word) - 1] + 1))
        at += len(word)
    return spots


def _places_before_lowering(text: str) -> list[int]:
    """Where each character of the lower-case text stood, where some of them become two."""
    return [at for at, character in enumerate(text) for _ in character.lower()] + [len(text)]
