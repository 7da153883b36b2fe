"""A corpus as numbers: the same words, counts and sentences as a plain reading in Python finds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import zipfile
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedviz.errors import EmbedvizError, FileAccessError, FormatError, MemoryPlanError, OptionError
from embedviz.progress import finish
from embedviz.training import EncodedCorpus, TrainingOptions, encode_steps, encoding, text_source

Text = Callable[..., Path]
ALL = TrainingOptions(min_count=1, n_dims=2)


def encoded(path: Path | str, options: TrainingOptions = ALL, column: str | None = None) -> EncodedCorpus:
    return finish(encode_steps(path, options, column=column))


def sentences(corpus: EncodedCorpus) -> list[list[str]]:
    words, starts = corpus.words[:], corpus.sentence_starts.tolist()
    return [[words[at] for at in corpus.tokens[low:high]] for low, high in pairwise(starts)]


def test_prose(text: Text) -> None:
    corpus = encoded(text())
    assert sentences(corpus) == [
        ["the", "cat", "sat", "on", "the", "mat"],
        ["the", "dog", "too", "sat", "on", "the", "mat"],
        ["don't", "wake", "the", "cat"],
    ]
    assert corpus.words[:] == ["the", "cat", "sat", "on", "mat", "dog", "too", "don't", "wake"]
    assert corpus.counts.tolist() == [5, 2, 2, 2, 2, 1, 1, 1, 1]
    assert (corpus.n_raw_tokens, corpus.n_bad_bytes, corpus.n_words) == (17, 0, 9)
    assert corpus.tokens.dtype == np.uint16
    assert not corpus.tokens[:].flags.writeable


@given(
    st.lists(st.lists(st.sampled_from(["a", "B", "ccc", "été", "x_1"]), max_size=30), min_size=1, max_size=30),
    st.integers(1, 4),
    st.sampled_from([None, 2, 3]),
    st.sampled_from([7, 64, 1 << 17]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_text_agrees_with_a_plain_count(
    tmp_path: Path, lines: list[list[str]], least: int, most: int | None, block: int
) -> None:
    path = tmp_path / "drawn.txt"
    path.write_text("\n".join(" ".join(line) for line in lines), encoding="utf-8")
    wanted = Counter(word.lower() for line in lines for word in line)
    kept = [word for word, count in wanted.most_common() if count >= least][:most]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_source, "BLOCK_BYTES", block)
        patch.setattr(encoding, "LONGEST_SENTENCE", 4)
        options = TrainingOptions(min_count=least, max_vocabulary=most, n_dims=2)
        if len(kept) < 2:
            with pytest.raises(EmbedvizError):
                encoded(path, options)
            return
        corpus = encoded(path, options)
    assert corpus.words[:] == kept
    assert corpus.counts.tolist() == [wanted[word] for word in kept]
    assert corpus.n_raw_tokens == sum(wanted.values())
    reading = [[word.lower() for word in line if word.lower() in kept] for line in lines]
    assert sentences(corpus) == [line[at : at + 4] for line in reading for at in range(0, len(line), 4)]


def test_many_words_need_wider_numbers(text: Text) -> None:
    words = [f"w{row}" for row in range(65_537)]
    path = text(" ".join(words))
    corpus = encoded(path)
    assert corpus.tokens.dtype == np.int32
    assert [word for sentence in sentences(corpus) for word in sentence] == words
    corpus = encoded(path, TrainingOptions(min_count=1, n_dims=2, max_vocabulary=65_536))
    assert corpus.tokens.dtype == np.uint16
    assert [word for sentence in sentences(corpus) for word in sentence] == words[:-1]


def test_a_long_line_is_cut_into_sentences(text: Text) -> None:
    corpus = encoded(text("a b " * 1_250 + "\nb a"))
    assert np.diff(corpus.sentence_starts).tolist() == [1000, 1000, 500, 2]


@pytest.mark.parametrize("line", ["word and more ", "wordandmore", "日本語", "é"])
def test_one_huge_line_is_read_in_blocks(text: Text, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr(text_source, "BLOCK_BYTES", 1 << 10)
    monkeypatch.setattr(text_source, "_LONGEST_PIECE", 1 << 12)
    path = text(line * 20_000 + "\na b")
    with text_source.ExitStack() as stack:
        source = finish(text_source.source_steps(str(path), None, stack))
        blocks = [block for block, _ in source.blocks()]
    assert b"".join(blocks) == path.read_bytes() + b"\n"
    assert max(map(len, blocks)) < 1 << 13
    assert all(block.decode() is not None for block in blocks)
    corpus = encoded(path)
    assert {"a", "b"} <= set(corpus.words[:])
    assert max(map(len, corpus.words)) <= 200


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_packed_texts_are_unpacked(text: Text, suffix: str, pack: Callable[[bytes], bytes]) -> None:
    plain = text()
    packed = text(pack(plain.read_bytes()), f"corpus.txt{suffix}")
    assert sentences(encoded(packed)) == sentences(encoded(plain))


def test_a_folder_is_its_text_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(b"second file")
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbffirst file")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.txt.gz").write_bytes(gzip.compress(b"third file"))
    (tmp_path / "d.bin").write_bytes(b"\0\1\2")
    assert sentences(encoded(tmp_path)) == [["first", "file"], ["second", "file"], ["third", "file"]]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_an_archive_of_several_texts_is_read_like_a_folder(tmp_path: Path) -> None:
    members = {
        "deep/b.txt": b"second file",
        "a.TXT": b"first file",
        "c.txt.gz": gzip.compress(b"third file"),
        "notes.md": b"not this",
        "__MACOSX/a.txt": b"nor this",
    }
    path = zipped(tmp_path / "texts.zip", members)
    assert sentences(encoded(path)) == [["first", "file"], ["third", "file"], ["second", "file"]]
    assert sentences(encoded(path / "deep/b.txt")) == [["second", "file"]]
    assert sentences(encoded(path / "notes.md")) == [["not", "this"]]
    with pytest.raises(FileAccessError, match=r"no “z.txt” in “texts.zip”; it holds “deep/b.txt”, “a.TXT”"):
        encoded(path / "z.txt")


def test_an_archive_of_one_file_is_that_file(tmp_path: Path) -> None:
    assert sentences(encoded(zipped(tmp_path / "one.zip", {"whatever.md": b"the only file"}))) == [
        ["the", "only", "file"]
    ]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.md": b"one", "b.md": b"two"}, r"2 files, none of them .txt: “a.md”, “b.md”; name one.*texts.zip/a.md"),
        ({"a.txt": b"\x7f\0\1\2" * 50, "b.txt": b"two"}, "“a.txt” is binary"),
        ({}, "“texts.zip” holds no files"),
    ],
)
def test_archives_without_texts_are_refused(tmp_path: Path, members: dict[str, bytes], words: str) -> None:
    with pytest.raises(FormatError, match=words):
        encoded(zipped(tmp_path / "texts.zip", members))


def test_a_damaged_archive_and_one_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "texts.zip", {f"{row}.txt": b"many words " * 2_000 for row in range(20)})
    monkeypatch.setattr("embedviz.training.text_source.SMALL_BYTES", 1_000)
    monkeypatch.setattr("embedviz.training.text_source.MOST_TIMES", 2)
    with pytest.raises(FormatError, match="more than texts do"):
        encoded(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FormatError, match="damaged"):
        encoded(path)


@pytest.mark.parametrize("kind", ["csv", "tsv", "parquet"])
def test_a_column_of_a_table(tmp_path: Path, kind: str) -> None:
    texts = ["Good, red wine.", 'He said: "old\nwood"' if kind != "tsv" else 'He said "old wood"', "été"]
    path = tmp_path / f"table.{kind}"
    if kind == "parquet":
        pq.write_table(pa.table({"id": [1, 2, 3], "note": texts}), path)
    elif kind == "csv":
        quoted = ['"' + text.replace('"', '""') + '"' for text in texts]
        path.write_text("id,note\n" + "".join(f"{row},{text}\n" for row, text in enumerate(quoted)), encoding="utf-8")
    else:
        path.write_text("id\tnote\n" + "".join(f"{row}\t{text}\n" for row, text in enumerate(texts)), encoding="utf-8")
    expected = [["good", "red", "wine"], ["he", "said", "old", "wood"], ["été"]]
    found = sentences(encoded(path, column="note"))
    assert [word for sentence in found for word in sentence] == [word for sentence in expected for word in sentence]
    assert found[0] == expected[0]
    if kind == "parquet":
        assert sentences(encoded(path)) == found
    else:
        with pytest.raises(OptionError, match=r"--column.*“id”, “note”"):
            encoded(path)
    with pytest.raises(OptionError, match="no column of text “prose”"):
        encoded(path, column="prose")


def test_bad_bytes_are_counted_and_part_words(text: Text) -> None:
    corpus = encoded(text(b"caf\xe9 and tea and milk\n" * 3))
    assert corpus.n_bad_bytes == 3
    assert "caf" in corpus.words


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", FormatError, "holds no words"),
        (b" \n.,;\n", FormatError, "holds no words"),
        (b"word word word", FormatError, "only one word, “word”"),
        (b"x" * 1_000, FormatError, "only one word"),
        ("plain text".encode("utf-16"), FormatError, "UTF-16.*save it as UTF-8"),
        ("plain text".encode("utf-16-le"), FormatError, "UTF-16.*save it as UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), FormatError, "binary data"),
        ("Привет, мир".encode("koi8-r") * 9, FormatError, "not UTF-8.*save it as UTF-8"),
    ],
)
def test_bad_texts_are_refused_in_a_line(text: Text, content: bytes, kind: type[EmbedvizError], words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        encoded(text(content))
    assert "\n" not in str(caught.value)
    assert "corpus.txt" in str(caught.value)


def test_paths_that_cannot_be_read(text: Text, tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="is not there"):
        encoded(tmp_path / "gone.txt")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileAccessError, match=r"without .txt files"):
        encoded(tmp_path / "empty")
    with pytest.raises(FileAccessError, match="could not be read"):
        encoded("nul\0name")
    if os.name == "posix":
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(FileAccessError, match="device or a pipe"):
            encoded(tmp_path / "pipe")
    with pytest.raises(OptionError, match=r"no bundled text “big-world”.*sample:small-world"):
        encoded("sample:big-world")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="on Linux, root may read everything")
def test_a_text_without_permission(text: Text) -> None:
    path = text()
    path.chmod(0)
    with pytest.raises(FileAccessError, match="may not be read"):
        encoded(path)


@pytest.mark.parametrize("happens", ["vanishes", "grows", "changes"])
def test_a_text_that_is_not_left_alone(text: Text, happens: str) -> None:
    path = text()
    steps = encode_steps(path, ALL)
    while not next(steps).text.startswith("Counting"):
        pass
    if happens == "vanishes":
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content + b"more words\n" if happens == "grows" else content[::-1])
        os.utime(path, ns=(1, 1))
    with pytest.raises(FileAccessError if happens == "vanishes" else FormatError, match=r"not there|changed while"):
        finish(steps)


def test_the_memory_is_planned_before_it_is_taken(text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.formats.memory_plan.free_memory", lambda: 100)
    with pytest.raises(MemoryPlanError, match=r"corpus.txt"):
        encoded(text())


def test_the_disk_is_planned_before_it_is_written(text: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedviz.training.encoding.HELD_BYTES", 10)
    assert encoded(text()).n_words
    monkeypatch.setattr("embedviz.training.encoding.disk_room", lambda folder: 10)
    with pytest.raises(MemoryPlanError, match=r"corpus.txt” needs 0.0 GB on the disk of .* 0.0 GB are free there"):
        encoded(text())


def test_closing_leaves_nothing_in_the_cache(text: Text, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDVIZ_CACHE", str(tmp_path / "cache"))
    steps = encode_steps(text(gzip.compress(b"some words"), "corpus.gz"), ALL)
    while not next(steps).text.startswith("Counting"):
        pass
    assert list((tmp_path / "cache").iterdir())
    steps.close()
    assert not list((tmp_path / "cache").iterdir())


def test_progress_goes_up_by_bytes(text: Text) -> None:
    fractions: list[float | None] = []
    finish(encode_steps(text("some words here\n" * 30_000), ALL), lambda step: fractions.append(step.fraction))
    known = [fraction for fraction in fractions if fraction is not None]
    assert len(known) > 8
    assert known == sorted(known)
    assert known[-1] == 1.0
