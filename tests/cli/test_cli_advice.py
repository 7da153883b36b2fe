"""Errors name no option where they are made; the command line adds its own, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from embedviz.cli.advice import told
from embedviz.errors import ChoiceNeededError, EmbedvizError, MemoryPlanError, OutputError, UnknownItemError

Run = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OutputError("It exists; overwrite it.", remedy="overwrite"), "It exists; overwrite it (--force)."),
        (ChoiceNeededError("Choose one of them."), "Choose one of them (--vector NAME)."),
        (MemoryPlanError("Open a sample of it.", 1000), "Open a sample of it (--sample 1000)."),
        (MemoryPlanError("Close other programs."), "Close other programs."),
        (OutputError("Begun by Python.", remedy="projection"), "Begun by Python."),
        (UnknownItemError("qeen", ("queen",)), "No item is called “qeen”. Near spellings: queen."),
        (EmbedvizError(), ""),
    ],
)
def test_the_option_that_helps_stands_behind_the_words(error: EmbedvizError, line: str) -> None:
    assert told(error) == line


def test_an_output_that_exists_names_the_option_of_the_command_line_only(run_main: Run, vectors: Path) -> None:
    _, _, err = run_main("convert", str(vectors), str(vectors))
    assert err.endswith("exists already; choose another name, or overwrite it (--force).\n")


def test_a_cut_row_can_be_left_out(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "cut.csv"
    file.write_text("x1,x2,word\n1,2,a\n3,4,b\n5,")
    code, _, err = run_main("info", str(file))
    assert code == 2
    assert err.endswith("get it again, or leave its last row out (--partial).\n")
    assert run_main("info", str(file), "--partial")[0] == 0


def test_metadata_without_a_key_asks_for_its_column(run_main: Run, vectors: Path) -> None:
    table = vectors.with_name("about.csv")
    table.write_text("height,width\n1,2\n3,4\n")
    code, _, err = run_main("info", str(vectors), "--metadata", str(table))
    assert code == 2
    assert err.endswith("or such a column (--label NAME).\n")


def test_where_partial_does_not_help_it_says_so(run_main: Run, vectors: Path) -> None:
    binary = vectors.with_name("whole.bin")
    assert run_main("convert", str(vectors), str(binary))[0] == 0
    cut = vectors.with_name("cut.bin")
    cut.write_bytes(binary.read_bytes()[:-10])
    assert "--partial" not in run_main("info", str(cut))[2]
    code, out, err = run_main("info", str(cut), "--partial")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "--partial helps only where the last row of a text or a table is cut off" in err


@pytest.mark.parametrize("suffix", ["npy", "txt", "vec", "bin", "tsv", "txt.gz"])
def test_a_name_of_vectors_where_there_are_none_to_name(run_main: Run, vectors: Path, suffix: str) -> None:
    import gzip

    out = vectors.with_name(f"out.{suffix}")
    if suffix.endswith("gz"):
        out.write_bytes(gzip.compress(vectors.read_bytes()))
    else:
        assert run_main("convert", str(vectors), str(out))[0] == 0
    code, said, err = run_main("info", str(out), "--vector", "nosuch")
    assert (code, said, err.count("\n")) == (2, "", 1)
    assert "one matrix in which no vectors can be named; leave “nosuch” out" in err


def test_a_file_in_an_archive_is_named_like_vectors(run_main: Run, vectors: Path) -> None:
    import zipfile

    archive = vectors.with_name("two.zip")
    with zipfile.ZipFile(archive, "w") as file:
        file.write(vectors, "inside/one.txt")
        file.writestr("other.npy", b"")
    with zipfile.ZipFile(vectors.with_name("texts.zip"), "w") as file:
        file.write(vectors, "inside/one.txt")
        file.writestr("other.txt", "a 1\n")
    code, _, err = run_main("info", str(vectors.with_name("texts.zip")))
    assert code == 2
    assert "name one of them (--vector NAME)" in err
    assert run_main("info", str(vectors.with_name("texts.zip")), "--vector", "inside/one.txt")[0] == 0


def test_a_table_about_items_is_no_prose(run_main: Run, vectors: Path) -> None:
    table = vectors.with_name("about.tsv")
    table.write_text("label\tkind\tsaid of it\none\tnumber\tit is small\nfive\tnumber\tit is odd\n")
    code, _, err = run_main("info", str(table))
    assert code == 2
    assert "is a table without vectors; its columns are “label”, “kind”, “said of it”." in err
    assert err.endswith("give it this table as metadata (--metadata FILE).\n")
    assert "prose" not in err


def test_compressed_is_no_format(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "figure.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    code, _, err = run_main("info", str(file))
    assert code == 2
    assert "Compressed" not in err
    assert "or one of them in .gz, .zip, .bz2 or .xz" in err


@pytest.mark.parametrize(("names", "said"), [(("a",), "a; it was left out"), (("a", "b"), "a, b; they were left out")])
def test_what_a_format_cannot_hold_is_one_or_many(
    run_main: Run, tmp_path: Path, names: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "some.npz"
    np.savez(file, vectors=np.eye(3, 2, dtype=np.float32), **{name: np.arange(3) for name in names})
    _, out, _ = run_main("convert", str(file), str(tmp_path / "out.txt"))
    assert f"word2vec text cannot hold the metadata {said}" in out
