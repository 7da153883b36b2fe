"""Outputs are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from embedviz import formats
from embedviz.errors import OutputError
from embedviz.formats import atomic_output
from embedviz.space.embedding_space import EmbeddingSpace


def test_the_file_appears_when_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with atomic_output(path) as temporary:
        temporary.write_text("whole")
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".csv"
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def fail_half_way(path: Path, error: BaseException) -> None:
    with atomic_output(path, overwrite=True) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("x")])
def test_whatever_goes_wrong_leaves_the_earlier_file(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "out"
    path.write_text("earlier")
    with pytest.raises(type(error)):
        fail_half_way(path, error)
    assert path.read_text() == "earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="the disk is full"):
        fail_half_way(tmp_path / "out", OSError(errno.ENOSPC, "No space left on device"))
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("x")
    for path, message in (
        (tmp_path / "there", "exists already"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "out", "There is no folder"),
        (tmp_path / ("n" * 300), "the name is too long"),
    ):
        with pytest.raises(OutputError, match=message), atomic_output(path):
            pytest.fail("the body must not run")


def test_a_folder_that_may_not_be_written_is_seen_before_anything_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked, link = tmp_path / "locked", tmp_path / "link.csv"
    locked.mkdir()
    link.symlink_to(locked / "out.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != locked)
    for path in (locked / "out.csv", link):
        with pytest.raises(OutputError, match=r"“.*locked” may not be written"):
            formats.check_output(path, overwrite=True)
    formats.check_output(tmp_path / "out.csv")


def test_a_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("earlier")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with atomic_output(tmp_path / "link", overwrite=True) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_closing_a_save_leaves_nothing(small_space: EmbeddingSpace, tmp_path: Path) -> None:
    for suffix in (".txt", ".bin", ".npy", ".npz", ".tsv", ".parquet"):
        steps = formats.save_steps(small_space, tmp_path / f"out{suffix}")
        for _ in range(3):
            next(steps)
        steps.close()
        assert list(tmp_path.iterdir()) == []
