"""Pictures of items, read only when one is looked at: files, bytes that came with the data, or tiles of one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Protocol, runtime_checkable

import numpy as np

from embedviz.space.arrays import ByteArray, RowArray, read_only
from embedviz.space.labels import Labels

LARGEST_PICTURE = 1 << 26


@dataclass(frozen=True)
class Picture:
    """An encoded picture (PNG, JPEG, ...); `box` is the part of it that is meant (left, top, width, height) or None."""

    content: bytes
    box: tuple[int, int, int, int] | None = None


@runtime_checkable
class ImageColumn(Protocol):
    """The values of an image column whose pictures are not in memory as pixels."""

    def __len__(self) -> int: ...

    def image(self, row: int) -> Picture | None:
        """The picture of a row, or None where there is none or it cannot be read; never more than 64 MB."""

    def subset(self, rows: RowArray) -> ImageColumn:
        """The same pictures for some rows, in that order."""


@dataclass(frozen=True, eq=False)
class PictureBytes:
    """Encoded pictures end to end in `buffer` (uint8), each from `offsets` to the next (n + 1, int64)."""

    buffer: ByteArray
    offsets: RowArray

    def __post_init__(self) -> None:
        read_only(self.buffer)
        read_only(self.offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def image(self, row: int) -> Picture | None:
        """The picture of a row, None where it has no bytes."""
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        return Picture(self.buffer[start:end].tobytes()) if 0 < end - start <= LARGEST_PICTURE else None

    def subset(self, rows: RowArray) -> PictureBytes:
        """The same pictures for some rows."""
        pieces = [self.buffer[self.offsets[row] : self.offsets[row + 1]] for row in rows.tolist()]
        offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces], dtype=np.int64)]).astype(np.int64)
        return PictureBytes(np.concatenate([*pieces, np.empty(0, np.uint8)]), offsets)


@dataclass(frozen=True, eq=False)
class PicturePaths:
    """Pictures in files below `folder`, named by `names`; a name that leads out of the folder has no picture."""

    folder: Path
    names: Labels

    def __len__(self) -> int:
        return len(self.names)

    def image(self, row: int) -> Picture | None:
        """The picture of a row, read now; None where its file is not there, too large, or outside the folder."""
        path = self._path(row)
        content = None if path is None else read_below(self.folder, path)
        return None if content is None else Picture(content)

    def is_there(self, row: int) -> bool:
        """Whether the file of a row lies in the folder; it is not read."""
        path = self._path(row)
        return path is not None and file_below(self.folder, path) is not None

    def subset(self, rows: RowArray) -> PicturePaths:
        """The same pictures for some rows."""
        return PicturePaths(self.folder, self.names.subset(rows))

    def _path(self, row: int) -> Path | None:
        name = self.names[row]
        return self.folder / name if is_relative(name) else None


@dataclass(frozen=True, eq=False)
class SpriteTiles:
    """Tiles of one sheet at `path`, `tile` (width, height) pixels each, `columns` side by side, in rows of tiles.

    `places` int64 (n,) is the tile of each item.
    """

    folder: Path
    path: Path
    tile: tuple[int, int]
    columns: int
    places: RowArray

    def __post_init__(self) -> None:
        read_only(self.places)

    def __len__(self) -> int:
        return len(self.places)

    def image(self, row: int) -> Picture | None:
        """The sheet, read now, and the box of the row's tile in it."""
        content = read_below(self.folder, self.path)
        down, across = divmod(int(self.places[row]), self.columns)
        width, height = self.tile
        return None if content is None else Picture(content, (across * width, down * height, width, height))

    def subset(self, rows: RowArray) -> SpriteTiles:
        """The same tiles for some rows."""
        return SpriteTiles(self.folder, self.path, self.tile, self.columns, self.places[rows])


def is_relative(name: str) -> bool:
    """Whether a name can lead to a file below a folder on any system: not up, to a drive, a server, or a device."""
    path = PureWindowsPath(name)
    return bool(name) and "\0" not in name and not path.anchor and ":" not in name and ".." not in path.parts


def file_below(folder: Path, path: Path) -> Path | None:
    """Where a regular file that lies below `folder` is, links resolved; None for any other."""
    try:
        resolved = path.resolve()
        return resolved if resolved.is_relative_to(folder.resolve()) and resolved.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None


def read_below(folder: Path, path: Path) -> bytes | None:
    """The bytes of a regular file that lies below `folder`, links resolved; None for any other, or above 64 MB."""
    resolved = file_below(folder, path)
    if resolved is None:
        return None
    try:
        with resolved.open("rb") as file:
            content = file.read(LARGEST_PICTURE + 1)
    except OSError:
        return None
    return content if 0 < len(content) <= LARGEST_PICTURE else None
