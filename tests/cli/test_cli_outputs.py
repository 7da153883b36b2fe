"""The commands that write: project, render, convert. Whole or not at all, and never over a file without --force."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import embedviz

Run = Callable[..., tuple[int, str, str]]


def table(file: Path, delimiter: str = ",") -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter))


@pytest.mark.parametrize(("suffix", "delimiter"), [("csv", ","), ("tsv", "\t")])
def test_project_writes_labels_and_coordinates(run_main: Run, vectors: Path, suffix: str, delimiter: str) -> None:
    out = vectors.with_name(f"points.{suffix}")
    code, said, err = run_main("project", str(vectors), "-o", str(out), "--components", "3")
    assert (code, err) == (0, "")
    assert str(out) in said
    rows = table(out, delimiter)
    assert rows[0] == ["label", "x", "y", "z"]
    assert [row[0] for row in rows[1:]] == ["one", "two", "three", "four", "five"]
    written = np.array([row[1:] for row in rows[1:]], float)
    centred = np.array([[1, 0, 0], [0, 1, 0], [0.6, 0.8, 0], [0, 0, -2], [3, 0, 4]])
    centred -= centred.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    assert np.abs(written) == pytest.approx(np.abs(centred @ axes.T), abs=1e-4)
    assert "100.0 % of the variance" in said


def test_project_writes_npy(run_main: Run, vectors: Path) -> None:
    out = vectors.with_name("points.npy")
    assert run_main("project", str(vectors), "-o", str(out))[0] == 0
    projection = embedviz.project(embedviz.open(vectors))
    assert np.array_equal(np.load(out), projection.points)


def test_render_draws_a_picture_of_the_wished_size(run_main: Run, tmp_path: Path) -> None:
    out = tmp_path / "figure.png"
    code, said, err = run_main("render", "sample:digits", "-o", str(out), "--size", "400x300", "--query", "#0")
    assert (code, err) == (0, "")
    assert "400 x 300" in said
    with Image.open(out) as picture:
        assert picture.size == (400, 300)
        assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24) or []) > 20


def test_render_dark_is_dark_and_light_is_light(run_main: Run, vectors: Path) -> None:
    brightness = {}
    for name, options in (("light", []), ("dark", ["--dark"])):
        out = vectors.with_name(f"{name}.png")
        assert run_main("render", str(vectors), "-o", str(out), "--size", "400x300", *options)[0] == 0
        with Image.open(out) as picture:
            brightness[name] = np.asarray(picture.convert("L")).mean()
    assert brightness["light"] > 200
    assert brightness["dark"] < 60


def test_render_colors_by_a_column_or_names_the_columns(run_main: Run, tmp_path: Path) -> None:
    out = tmp_path / "figure.png"
    column = next(iter(embedviz.sample("digits").metadata))
    code, _, err = run_main("render", "sample:digits", "-o", str(out), "--color", "hue")
    assert code == 2
    assert "no metadata column “hue”" in err
    assert column in err
    assert not out.exists()
    colorable = next(name for name, each in embedviz.sample("digits").metadata.items() if each.kind != "image")
    arguments = ["render", "sample:digits", "-o", str(out), "--size", "400x300", "--color", colorable]
    assert run_main(*arguments)[0] == 0
    with Image.open(out) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert (np.ptp(pixels, axis=2) > 60).mean() > 0.01


@pytest.mark.parametrize(
    ("suffix", "beside"), [("npy", ["out.labels.txt"]), ("tsv", ["out.metadata.tsv"]), ("npz", [])]
)
def test_files_beside_are_told(run_main: Run, vectors: Path, suffix: str, beside: list[str]) -> None:
    out = vectors.with_name(f"out.{suffix}")
    _, said, _ = run_main("convert", str(vectors), str(out))
    told = [line.removeprefix("  beside it: ") for line in said.splitlines() if "beside it" in line]
    assert told == beside
    assert {file.name for file in vectors.parent.iterdir()} == {vectors.name, out.name, *beside}


@pytest.mark.parametrize("suffix", ["txt", "bin", "npz", "npy", "tsv"])
def test_convert_keeps_vectors_and_labels(run_main: Run, vectors: Path, suffix: str) -> None:
    out = vectors.with_name(f"converted.{suffix}")
    code, said, err = run_main("convert", str(vectors), str(out))
    assert (code, err) == (0, "")
    assert "5 items, 3 dimensions" in said
    before, after = embedviz.open(vectors), embedviz.open(out)
    assert np.array_equal(before.vectors, after.vectors)
    assert list(before.labels) == list(after.labels)


COMMANDS = [
    pytest.param(["project", "{path}", "-o", "{out}.csv"], ".csv", id="project"),
    pytest.param(["render", "{path}", "-o", "{out}.png", "--size", "200x200"], ".png", id="render"),
    pytest.param(["convert", "{path}", "{out}.npz"], ".npz", id="convert"),
]


@pytest.mark.parametrize(("arguments", "suffix"), COMMANDS)
def test_an_existing_file_needs_force(run_main: Run, vectors: Path, arguments: list[str], suffix: str) -> None:
    out = vectors.with_name(f"out{suffix}")
    out.write_text("precious")
    filled = [each.format(path=vectors, out=out.with_suffix("")) for each in arguments]
    code, said, err = run_main(*filled)
    assert (code, said) == (2, "")
    assert "--force" in err
    assert out.read_text() == "precious"
    code, _, err = run_main(*filled, "--force")
    assert (code, err) == (0, "")
    assert out.read_bytes() != b"precious"


@pytest.mark.parametrize(("arguments", "suffix"), COMMANDS)
def test_bad_input_leaves_no_output(run_main: Run, tmp_path: Path, arguments: list[str], suffix: str) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("2 2\na 1 2\nb 1\n")
    code, _, err = run_main(*(each.format(path=bad, out=tmp_path / "out") for each in arguments))
    assert code == 2
    assert err.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["bad.txt"]


@pytest.mark.parametrize(
    ("out", "words"),
    [("nowhere/points.csv", "no folder"), ("points.xyz", ".csv"), ("folder", "is a folder")],
)
def test_an_output_that_cannot_be_is_said(run_main: Run, vectors: Path, out: str, words: str) -> None:
    (vectors.parent / "folder").mkdir()
    code, _, err = run_main("project", str(vectors), "-o", str(vectors.parent / out))
    assert code == 2
    assert err.count("\n") == 1
    assert words in err


def test_notes_are_told_where_a_file_is_written(run_main: Run, tmp_path: Path) -> None:
    file = tmp_path / "twice.txt"
    file.write_text("2 2\nsame 1 0\nsame 0 1\n")
    _, said, _ = run_main("convert", str(file), str(tmp_path / "out.npz"))
    assert said.count("note: ") == len(embedviz.open(file).notes) > 0


def test_samples_are_listed(run_main: Run) -> None:
    code, out, err = run_main("samples")
    assert (code, err) == (0, "")
    assert "sample:glove-10k" in out
    assert "sample:digits" in out
    assert out.count("Licence: ") == 2


def test_the_api_overwrites_only_when_told(vectors: Path) -> None:
    space = embedviz.open(vectors)
    out = vectors.with_name("saved.npz")
    embedviz.save(space, out)
    with pytest.raises(embedviz.EmbedvizError, match="overwrite"):
        embedviz.save(space, out)
    embedviz.save(space, out, overwrite=True)
    assert embedviz.open(out).labels == space.labels
