"""fastText's own models: gensim's vectors bit for bit, composed words, labels of classifiers, damage by its byte."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_files import fasttext_bytes
from opener import Opener

from embedviz import formats
from embedviz.errors import FormatError, UnknownItemError
from embedviz.formats.fasttext_ngrams import NgramShape, ngrams_of
from embedviz.progress import finish

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gensim.models.fasttext import load_facebook_model
    from gensim.models.fasttext_inner import compute_ngrams_bytes, ft_hash_bytes
    from gensim.test.utils import datapath

UNKNOWN = ("goverment", "ünïcödé", "naïveté日本", "x", "well-beeing", "k" * 300)
MATRIX = np.random.default_rng(3).normal(size=(14, 4)).astype(np.float32)
WORDS = ["the", "señor", "</s>", "x"]


def hashed(word: str | bytes, shortest: int, longest: int, n_buckets: int) -> list[int]:
    """The buckets of a word as fastText's dictionary.cc computes them, one byte after the other."""
    content = b"<" + (word if isinstance(word, bytes) else word.encode()) + b">"
    buckets = []
    for start in range(len(content)):
        if content[start] & 0xC0 == 0x80:
            continue
        end, n_chars = start, 1
        while end < len(content) and n_chars <= longest:
            end += 1
            while end < len(content) and content[end] & 0xC0 == 0x80:
                end += 1
            if n_chars >= shortest and not (n_chars == 1 and (start == 0 or end == len(content))):
                value = 2166136261
                for byte in content[start:end]:
                    value = ((value ^ ((byte - 256 if byte > 127 else byte) & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
                buckets.append(value % n_buckets)
            n_chars += 1
    return buckets


def mean(rows: list[np.ndarray]) -> np.ndarray:
    """The mean of float32 rows, added one after the other."""
    total = rows[0].copy()
    for row in rows[1:]:
        total += row
    return total / np.float32(len(rows))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("lee_fasttext.bin", "utf-8"),
        ("lee_fasttext_new.bin", "utf-8"),
        ("non_ascii_fasttext.bin", "utf-8"),
        ("cp852_fasttext.bin", "cp852"),
        ("crime-and-punishment.bin", "utf-8"),
        ("toy-model.bin", "utf-8"),
    ],
)
def test_the_same_as_gensim(name: str, encoding: str) -> None:
    """All words; but `</s>` of newer files, which fastText gives its own vector, and labels that are not UTF-8."""
    theirs = load_facebook_model(datapath(name), encoding=encoding).wv
    space = finish(formats.open_steps(datapath(name)))
    rows = [row for row, word in enumerate(theirs.index_to_key) if encoding == "utf-8" or word.isascii()]
    if name != "lee_fasttext.bin":
        rows = [row for row in rows if theirs.index_to_key[row] != "</s>"]
    assert len(rows) >= 20
    assert [space.labels[row] for row in rows] == [theirs.index_to_key[row] for row in rows]
    assert np.array_equal(space.vectors[rows].view(np.uint32), theirs.vectors[rows].view(np.uint32))
    assert space.n_items == len(theirs)
    assert space.metadata["count"].values.tolist() == theirs.expandos["count"].tolist()
    for word in UNKNOWN:
        composed = space.vector(word)
        assert np.array_equal(composed.view(np.uint32), theirs[word].astype(np.float32).view(np.uint32))


def test_the_vectors_of_a_classifier_are_those_of_its_words() -> None:
    space = finish(formats.open_steps(datapath("pang_lee_polarity_fasttext.bin")))
    assert (space.n_items, space.n_dims) == (1694, 100)
    assert not any(label.startswith("__label__") for label in space.labels)
    assert space.subwords is None
    with pytest.raises(UnknownItemError):
        space.vector("unknownword")


@given(st.text(max_size=12) | st.binary(max_size=12), st.integers(0, 4), st.integers(0, 5), st.integers(1, 40))
def test_ngrams_are_those_of_the_reference(word: str | bytes, shortest: int, longest: int, n_buckets: int) -> None:
    encoded = word if isinstance(word, bytes) else word.encode("utf-8", "replace")
    buffer = np.frombuffer(b"ab" + encoded + b"\xc3\xa9", np.uint8)
    offsets = np.array([0, 2, 2 + len(encoded), len(buffer)], np.int64)
    found = ngrams_of(buffer, offsets, NgramShape(shortest, longest, n_buckets))
    expected = [hashed(part, shortest, longest, n_buckets) for part in (b"ab", encoded, b"\xc3\xa9")]
    assert found.counts.tolist() == [len(part) for part in expected]
    assert found.buckets.tolist() == [bucket for part in expected for bucket in part]
    if isinstance(word, str) and word == encoded.decode():
        theirs = [ft_hash_bytes(ngram) % n_buckets for ngram in compute_ngrams_bytes(word, shortest, longest)]
        assert expected[1] == theirs


@pytest.mark.parametrize("marked", [True, False])
def test_words_are_the_mean_of_their_own_and_their_ngrams(opened: Opener, marked: bool) -> None:
    space = opened("model.bin", fasttext_bytes(WORDS, MATRIX, n_buckets=10, marked=marked))
    assert space.labels[:] == WORDS
    for row, word in enumerate(WORDS):
        ngrams = [] if marked and word == "</s>" else hashed(word, 2, 3, 10)
        assert np.array_equal(space.vectors[row], mean([MATRIX[row], *(MATRIX[4 + at] for at in ngrams)]))
    assert space.source.format == "fastText model"
    assert space.subwords is not None
    assert space.subwords.n_bytes == 10 * 4 * 4


def test_an_unknown_word_gets_an_answer_that_says_it_is_composed(opened: Opener) -> None:
    space = opened("model.bin", fasttext_bytes(WORDS, MATRIX, n_buckets=10))
    ngrams = hashed("sennor", 2, 3, 10)
    expected = mean([MATRIX[4 + at] for at in ngrams])
    answer = space.neighbors("sennor", 2)
    assert answer.inputs == ()
    assert not answer.is_formula
    assert np.allclose(answer.vector, expected.astype(np.float64)), (
        "alone it keeps its length, and its place on the plot"
    )
    assert f"composed from {len(ngrams)} sub-words" in answer.remarks[0]
    by_dot = space.neighbors("the + sennor", 4, metric="dot", exclude_inputs=False)
    assert by_dot.inputs == (0,)
    assert np.array_equal(by_dot.vector, space.vectors[0].astype(np.float64) + expected)
    assert any("“sennor”" in remark for remark in by_dot.remarks)


def test_a_word_without_ngrams_is_unknown(opened: Opener) -> None:
    space = opened("model.bin", fasttext_bytes(WORDS, MATRIX, n_buckets=10, shortest=9, longest=9))
    with pytest.raises(UnknownItemError, match="Near spellings: the"):
        space.neighbors("thee")
    with pytest.raises(UnknownItemError):
        space.vector("")


def test_chunks_of_words_meet(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [f"word{at}é" for at in range(50)]
    matrix = np.random.default_rng(5).normal(size=(70, 3)).astype(np.float32)
    content = fasttext_bytes(words, matrix, n_buckets=20)
    whole = opened("a.bin", content)
    monkeypatch.setattr("embedviz.formats.fasttext_subwords._WORD_BYTES_AT_ONCE", 20)
    monkeypatch.setattr("embedviz.formats.byte_stream.BLOCK_BYTES", 64)
    parts = opened("b.bin", content)
    assert np.array_equal(whole.vectors, parts.vectors)
    assert parts.labels == whole.labels
    assert parts.source.content_hash == whole.source.content_hash


def test_labels_of_a_classifier_and_bad_utf8(opened: Opener) -> None:
    words = ["good", b"b\xec"]
    matrix = MATRIX[:12]
    space = opened("model.bin", fasttext_bytes(words, matrix, n_buckets=10, labels=["__label__a"], model=3))
    assert space.labels[:] == ["good", "b\ufffd"]
    assert np.array_equal(space.vectors[1], mean([matrix[1], *(matrix[2 + at] for at in hashed(b"b\xec", 2, 3, 10))]))
    assert {note.kind for note in space.notes} == {"subwords", "bad_utf8"}


def test_what_is_not_whole_is_refused_by_its_byte(opened: Opener) -> None:
    whole = fasttext_bytes(WORDS, MATRIX, n_buckets=10)
    with pytest.raises(FormatError, match=rf"ends at byte {len(whole) - 1:,}, and the output matrix"):
        opened("cut.bin", whole[:-1])
    notes = opened("more.bin", whole + b"xyz").notes
    assert [(note.kind, note.count) for note in notes if note.kind == "trailing_bytes"] == [("trailing_bytes", 3)]
    newer = bytearray(whole)
    newer[4:8] = struct.pack("<i", 13)
    with pytest.raises(FormatError, match="version 13"):
        opened("newer.bin", bytes(newer))
    with pytest.raises(FormatError, match="14 rows, and the model needs 24"):
        opened("lying.bin", fasttext_bytes(WORDS, MATRIX, n_buckets=20))


def quantized_bytes(codes: np.ndarray, centroids: np.ndarray, norms: np.ndarray, norm_table: np.ndarray) -> bytes:
    """A pruned, quantized model of two words and one n-gram, four dimensions in two parts."""
    head = struct.pack("<2i", 793712314, 12) + struct.pack("<12id", 4, 5, 5, 1, 5, 1, 3, 3, 10, 2, 2, 100, 1e-4)
    head += struct.pack("<3iqq", 2, 2, 0, 9, 1)
    head += b"ab\0" + struct.pack("<qb", 3, 0) + b"c\0" + struct.pack("<qb", 2, 0)
    head += struct.pack("<2i", hashed("ab", 2, 2, 10)[1], 0)
    body = b"\1" + struct.pack("<?qqi", True, 3, 4, codes.size) + codes.tobytes()
    body += struct.pack("<4i", 4, 2, 2, 2) + centroids.astype("<f4").tobytes()
    body += norms.tobytes() + struct.pack("<4i", 1, 1, 1, 1) + norm_table.astype("<f4").tobytes()
    return head + body + b"\0" + struct.pack("<2q", 1, 4) + bytes(16)


def test_a_quantized_and_pruned_model(opened: Opener) -> None:
    generator = np.random.default_rng(2)
    codes, norms = np.array([[1, 2], [3, 4], [5, 6]], np.uint8), np.array([7, 8, 9], np.uint8)
    centroids = generator.normal(size=(2, 256, 2)).astype(np.float32)
    norm_table = generator.random(256).astype(np.float32)
    space = opened("model.ftz", quantized_bytes(codes, centroids, norms, norm_table))
    rows = np.array(
        [
            norm_table[norm] * np.concatenate([centroids[0, a], centroids[1, b]])
            for (a, b), norm in zip(codes, norms, strict=True)
        ]
    )
    assert np.array_equal(space.vectors[0], mean([rows[0], rows[2]]))
    assert hashed("c", 2, 2, 10).count(hashed("ab", 2, 2, 10)[1]) == 0
    assert np.array_equal(space.vectors[1], rows[1])
    assert "quantized" in {note.kind for note in space.notes}
    assert np.array_equal(space.vector("zab"), rows[2])


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".txt"])
def test_saving_says_that_sub_words_are_lost(opened: Opener, tmp_path: Path, suffix: str) -> None:
    space = opened("model.bin", fasttext_bytes(WORDS, MATRIX, n_buckets=10))
    notes = finish(formats.save_steps(space, tmp_path / f"out{suffix}"))
    assert "sub-words" in notes[-1].text
    back = opened(f"out{suffix}")
    assert np.array_equal(back.vectors, space.vectors)
    assert back.labels == space.labels
    assert back.subwords is None


def test_a_word_of_bad_bytes_takes_no_time(opened: Opener) -> None:
    words = [b"a" + b"\x80" * 60_000, b"b"]
    space = opened("model.bin", fasttext_bytes(words, MATRIX[:12], n_buckets=10, longest=100))
    assert np.array_equal(space.vectors[0], mean([MATRIX[0], *(MATRIX[2 + at] for at in [])]))
    assert space.n_items == 2


def test_a_bucket_count_allocates_nothing(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 1 << 20)
    codes, norms = np.zeros((3, 2), np.uint8), np.zeros(3, np.uint8)
    content = bytearray(quantized_bytes(codes, np.ones((2, 256, 2)), norms, np.ones(256)))
    content[40:44] = struct.pack("<i", (1 << 31) - 1)
    assert opened("model.ftz", bytes(content)).n_items == 2
