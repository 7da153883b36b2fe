"""Running text: which texts are taken for it, and that its paragraphs come out whole however it is cut into blocks."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedviz
from embedviz.errors import OptionError
from embedviz.progress import finish
from embedviz.training import TrainingOptions, encode_steps
from embedviz.training.running_text import is_wrapped, unwrapped
from embedviz.training.small_world import small_world_sentences

NAVAL = "the old captain walked slowly along a quiet harbour and watched his ships come home at dusk"
ALL = TrainingOptions(min_count=1, n_dims=2)


def prose(n_paragraphs: int, seed: int = 1) -> list[str]:
    """Paragraphs of sentences of 4 to 24 words."""
    rng = np.random.default_rng(seed)
    words = np.array(NAVAL.split())

    def sentence() -> str:
        return " ".join(rng.choice(words, rng.integers(4, 25))).capitalize() + "."

    return [" ".join(sentence() for _ in range(rng.integers(2, 9))) for _ in range(n_paragraphs)]


def wrapped(paragraphs: list[str], width: int, line_end: str = "\n") -> bytes:
    filled = [textwrap.fill(paragraph, width) for paragraph in paragraphs]
    return ("\n\n".join(filled) + "\n").replace("\n", line_end).encode()


def sentences_of(path: Path, options: TrainingOptions = ALL) -> list[list[str]]:
    corpus = finish(encode_steps(path, options))
    words = corpus.words[:]
    return [[words[at] for at in corpus.tokens[low:high]] for low, high in pairwise(corpus.sentence_starts.tolist())]


@pytest.mark.parametrize("width", [55, 70, 100])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_wrapped_novels_are_running_text(width: int, line_end: str) -> None:
    assert is_wrapped(wrapped(prose(20), width, line_end))
    assert is_wrapped(wrapped(["Chapter one", *prose(9), "* * *", *prose(9, 2)], width, line_end))


def test_other_texts_are_a_sentence_a_line() -> None:
    paragraphs = prose(40)
    sentences = [sentence + "." for paragraph in paragraphs for sentence in paragraph.split(". ")]
    bare = [sentence.rstrip(".").lower() for sentence in sentences]
    with_blanks = "\n".join(line + "\n" * (row % 5 == 0) for row, line in enumerate(bare))
    for text in (
        "\n".join(sentences),  # a sentence a line
        "\n".join(bare),  # without full stops
        with_blanks,  # documents parted by blank lines
        "\n".join(sentence + "\n" * (row % 7 == 0) for row, sentence in enumerate(sentences)),
        "\n\n".join(paragraphs),  # a paragraph a line
        " ".join(paragraphs),  # one line
        "\n".join(" ".join(paragraphs).split()),  # a word a line
        wrapped(["".join(paragraphs)], 70).decode(),  # no paragraphs to part
        "",
        "\n\n\n",
        wrapped(prose(1), 70).decode(),  # too few lines to tell
    ):
        assert not is_wrapped(text.encode()), text[:200]


def test_the_small_world_stays_a_sentence_a_line() -> None:
    assert not is_wrapped("\n".join(small_world_sentences(3_000)).encode())


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_words_stand_together_across_line_ends_but_not_across_blank_lines(tmp_path: Path, line_end: str) -> None:
    paragraphs = prose(30)
    path = tmp_path / "novel.txt"
    path.write_bytes(wrapped(paragraphs, 70, line_end))
    wanted = [re.findall(r"\w+", paragraph.lower()) for paragraph in paragraphs]
    assert sentences_of(path) == wanted
    lines = sentences_of(path, TrainingOptions(min_count=1, n_dims=2, lines="sentences"))
    assert len(lines) > 3 * len(wanted)
    assert [word for line in lines for word in line] == [word for paragraph in wanted for word in paragraph]


@given(st.text(st.sampled_from("ab \t\n\r\f"), max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_paragraphs_do_not_depend_on_the_blocks(text: str, cuts: list[int]) -> None:
    data = text.replace("\r", "\r\n").encode()
    # blocks end after blanks or line ends
    at = sorted({0, len(data), *(cut for cut in cuts if 0 < cut <= len(data) and data[cut - 1 : cut] in b" \n")})
    pieces = [(data[low:high], 0.0) for low, high in pairwise(at)]
    joined = b"".join(piece for piece, _ in unwrapped(iter(pieces)))
    plain = data.decode().replace("\r\n", "\n")
    wanted = [part.split() for part in re.split(r"\n[ \t\f]*\n\s*", plain)]
    assert [line.split() for line in joined.decode().split("\n") if line.split()] == [part for part in wanted if part]


def test_endless_blank_lines_take_no_memory() -> None:
    pieces = [(b"one\n", 0.0), *[(b"\n" * 5_000, 0.5)] * 50, (b"two", 1.0)]
    lengths = [len(piece) for piece, _ in unwrapped(iter(pieces))]
    assert sum(lengths) < 6_000


def test_the_run_and_the_notes_say_it(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_bytes(wrapped(prose(30), 70))
    (tmp_path / "lines.txt").write_text("a sentence here\nanother one there\n", encoding="utf-8")
    told = {}
    for path, wish in (("novel.txt", "auto"), ("novel.txt", "sentences"), ("lines.txt", "running"), (".", "auto")):
        space = embedviz.train(tmp_path / path, n_dims=2, min_count=1, epochs=1, subsample=0.0, lines=wish)
        run = space.source.run
        assert run is not None
        assert space.source.options["lines"] == wish
        notes = [note.text for note in space.notes if note.kind == "running_text"]
        told[path, wish] = run.options["lines"], bool(notes)
    assert told == {
        ("novel.txt", "auto"): ("running", True),
        ("novel.txt", "sentences"): ("sentences", False),
        ("lines.txt", "running"): ("running", True),
        (".", "auto"): ("mixed", True),
    }


def test_cells_of_a_table_are_paragraphs_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('text\n"one\ntwo"\n"three four"\n', encoding="utf-8")
    assert sentences_of(path) == [["one"], ["two"], ["three", "four"]]
    running = TrainingOptions(min_count=1, n_dims=2, lines="running")
    assert sentences_of(path, running) == [["one", "two"], ["three", "four"]]


def test_an_unknown_way_is_refused(text: Callable[..., Path]) -> None:
    with pytest.raises(OptionError, match="choose auto, sentences, running"):
        finish(encode_steps(text(), TrainingOptions(lines="verse")))  # type: ignore[arg-type]
