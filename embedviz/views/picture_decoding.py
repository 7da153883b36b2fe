"""Encoded pictures from files nobody vouches for, decoded within limits; runs on worker threads."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from embedviz.progress import Progress, Steps
from embedviz.space.images import ImageColumn, Picture

LARGEST_SIDE = 16384
MOST_PIXELS = 1 << 26  # 8,192 x 8,192, the largest sprite sheet that TensorFlow's projector takes
LARGEST_MEGABYTES = 256
KEPT_SIDE = 384
_SHEET_BYTES = 1 << 26

_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)


class Sheet:
    """The sheet of tiles that was decoded last, so that the next tile of it needs no decoding."""

    def __init__(self) -> None:
        self.column: ImageColumn | None = None
        self.image: QImage | None = None


def picture_format(content: bytes) -> str | None:
    """Which of the few formats that are decoded the bytes are in, told by their beginning."""
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in _MAGICS if content.startswith(magic)), None)


def decode_steps(column: ImageColumn, row: int, sheet: Sheet) -> Steps[QImage | None]:
    """The picture of a row, at most KEPT_SIDE pixels wide and high, or None where it cannot be read.

    Of a moving picture it is the first frame. `sheet` is used by one job at a time.
    """
    yield Progress(None, "Reading a picture")
    if sheet.column is column and sheet.image is not None:
        picture = column.image(row)
        return None if picture is None or picture.box is None else _tile(sheet.image, picture.box)
    picture = column.image(row)
    if picture is None:
        return None
    yield Progress(None, "Decoding a picture")
    if picture.box is None:
        return decoded(picture)
    image = decoded(Picture(picture.content), whole=True)
    if image is None:
        return None
    if image.sizeInBytes() <= _SHEET_BYTES:
        sheet.column, sheet.image = column, image
    return _tile(image, picture.box)


def decoded(picture: Picture, *, whole: bool = False) -> QImage | None:
    """A picture as pixels: png, jpeg, webp, gif (first frame) or bmp, or None for anything else and what is too large.

    Its size is read from its header and checked before anything is decoded; `whole` keeps it, otherwise it is made to
    fit KEPT_SIDE.
    """
    kind = picture_format(picture.content)
    if kind is None:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(picture.content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    QImageReader.setAllocationLimit(LARGEST_MEGABYTES)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    size = reader.size()
    if size.isEmpty() or max(size.width(), size.height()) > LARGEST_SIDE or size.width() * size.height() > MOST_PIXELS:
        return None
    if not whole and max(size.width(), size.height()) > KEPT_SIDE:
        limit = QSize(KEPT_SIDE, KEPT_SIDE)
        reader.setScaledSize(size.scaled(limit, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image


def _tile(sheet: QImage, box: tuple[int, int, int, int]) -> QImage | None:
    """One tile of a sheet; None where the sheet ends before it."""
    place = QRect(*box)
    if place.isEmpty() or not sheet.rect().contains(place):
        return None
    tile = sheet.copy(place)
    if max(tile.width(), tile.height()) > KEPT_SIDE:
        tile = tile.scaled(KEPT_SIDE, KEPT_SIDE, Qt.AspectRatioMode.KeepAspectRatio)
    return tile
