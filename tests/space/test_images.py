"""Image columns whose pictures are read when they are looked at, and from nowhere but the folder of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from embedviz.formats.registry import keeps_all
from embedviz.space import Column, Labels, Table
from embedviz.space import images as images_module
from embedviz.space.images import ImageColumn, Picture, PictureBytes, PicturePaths, SpriteTiles


def test_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    column = PictureBytes(np.frombuffer(b"onethree", np.uint8), np.array([0, 3, 3, 8], np.int64))
    assert isinstance(column, ImageColumn)
    assert [column.image(row) for row in range(3)] == [Picture(b"one"), None, Picture(b"three")]
    some = column.subset(np.array([2, 0]))
    assert [some.image(row) for row in range(2)] == [Picture(b"three"), Picture(b"one")]
    assert len(column.subset(np.empty(0, np.int64))) == 0
    monkeypatch.setattr(images_module, "LARGEST_PICTURE", 4)
    assert column.image(2) is None


def test_paths_lead_into_the_folder_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "data"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "a.png").write_bytes(b"picture")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "loop.png").symlink_to("loop.png")
    names = [
        *("sub/a.png", "../secret.png", str(tmp_path / "secret.png"), "link.png", "loop.png", "gone.png", "", "sub"),
        *("sub/../sub/a.png", "a\0b", "https://example.org/a.png", "x" * 5000),
    ]
    column = PicturePaths(folder, Labels.from_strings(names))
    found = [column.image(row) for row in range(len(names))]
    assert [row for row, picture in enumerate(found) if picture is not None] == [0]
    assert found[0] == Picture(b"picture")
    assert column.subset(np.array([8])).image(0) is None
    monkeypatch.setattr(images_module, "LARGEST_PICTURE", 4)
    assert column.image(0) is None


def test_tiles_are_counted_row_by_row(tmp_path: Path) -> None:
    (tmp_path / "sheet.png").write_bytes(b"sheet")
    column = SpriteTiles(tmp_path, tmp_path / "sheet.png", (10, 20), 3, np.arange(5, dtype=np.int64))
    assert column.image(0) == Picture(b"sheet", (0, 0, 10, 20))
    assert column.image(4) == Picture(b"sheet", (10, 20, 10, 20))
    (tmp_path / "sheet.png").unlink()
    assert column.image(0) is None


def test_a_column_of_pictures_in_a_table() -> None:
    values = PictureBytes(np.frombuffer(b"ab", np.uint8), np.array([0, 1, 2], np.int64))
    column = Column("image", values, np.array([False, True]))
    table = Table(2, {"picture": column}).take(np.array([1, 0]))
    assert [table["picture"].text(row) for row in range(2)] == ["", "picture"]
    assert not keeps_all(column)
