"""Paths that are no files, files that vanish, files that would run code."""

from __future__ import annotations

import os
import pickle
import stat
import sys
from pathlib import Path

import pytest

from embedviz import formats
from embedviz.errors import FileAccessError, OutputError, UnsafeFileError
from embedviz.progress import finish


def test_missing_folder_and_pipe(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path / "gone.txt", "is not there"),
        (tmp_path, "is a folder"),
        (tmp_path / "a\0b", "null"),
    ):
        with pytest.raises(FileAccessError, match=message):
            finish(formats.open_steps(path))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(FileAccessError, match="device or a pipe"):
        finish(formats.open_steps(tmp_path / "pipe.txt"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.txt"
    path.write_bytes(b"a 1 2\n")

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileAccessError, match="may not be read by you"):
        finish(formats.open_steps(path))


def test_a_file_that_vanishes_at_any_step(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    for n_steps in range(1, 12):
        path.write_bytes(b"a 1 2\nb 3 4\n")
        steps = formats.open_steps(path)
        for _ in range(n_steps):
            if next(steps, None) is None:
                break
        path.unlink()
        said = "is not there"
        try:
            space = finish(steps)
        except FileAccessError as error:
            said = str(error)
        else:
            assert space is None or space.n_items == 2
        assert "is not there" in said


class Bomb:
    """Unpickling this writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize(
    ("name", "words"), [("v.kv", "KeyedVectors"), ("v.pt", "torch.load"), ("v.pkl", "pickle.load"), ("v.txt", "savez")]
)
def test_pickles_are_refused_with_the_way_out(tmp_path: Path, protocol: int, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(pickle.dumps(Bomb(tmp_path / "ran"), protocol))
    with pytest.raises(UnsafeFileError, match=words) as caught:
        finish(formats.open_steps(tmp_path / name))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    with (
        pytest.raises(OutputError, match="device or a pipe"),
        formats.atomic_output(tmp_path / "pipe.npy", overwrite=True),
    ):
        pass
    assert stat.S_ISFIFO((tmp_path / "pipe.npy").stat().st_mode)
