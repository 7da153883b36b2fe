"""Pictures of items: decoded in the background within limits, kept, and said where they cannot be read."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage

from embedviz.progress import finish
from embedviz.space.images import Picture, PictureBytes, SpriteTiles
from embedviz.space.table import Column
from embedviz.views import thumbnails as module
from embedviz.views.picture_decoding import KEPT_SIDE, Sheet, decode_steps, decoded, picture_format
from embedviz.views.thumbnails import UNREADABLE


def encoded(color="#ff0000", size=(6, 4), kind="PNG") -> bytes:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert image.save(buffer, kind)
    return bytes(content.data())


def bomb(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds almost nothing."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def pictures(*contents: bytes) -> Column:
    offsets = np.concatenate([[0], np.cumsum([len(content) for content in contents])]).astype(np.int64)
    values = PictureBytes(np.frombuffer(b"".join(contents), np.uint8).copy(), offsets)
    return Column("image", values, np.array([not content for content in contents]))


@pytest.fixture
def thumbnails(window):
    return window.thumbnails


@pytest.fixture
def panel(window):
    return window.answer_panel.item_panel


@pytest.fixture
def pictured(show, make_space):
    """Four items: a red picture, none, one that is damaged, a blue one."""
    column = pictures(encoded(), b"", b"\x89PNG\r\n\x1a\nbroken", encoded("#0000ff", (900, 300), "JPG"))
    return show(make_space(np.eye(4), None, {"photo": column}))


def test_a_picture_comes_later_and_is_then_at_hand(thumbnails, pictured, qtbot):
    with qtbot.waitSignal(thumbnails.ready) as told:
        assert thumbnails.pixmap(0, 96) is None
    assert told.args == [0]
    shown = thumbnails.pixmap(0, 96)
    assert (shown.width(), shown.height()) == (96, 64)
    assert shown.toImage().pixelColor(40, 30).name() == "#ff0000"
    assert thumbnails.pixmap(0, 48).width() == 48


def test_no_picture_and_a_damaged_one_are_told_apart(thumbnails, pictured, idle):
    assert thumbnails.pixmap(1, 96) is None
    assert thumbnails.pixmap(2, 96) is None
    idle()
    assert thumbnails.pixmap(2, 96) is None
    assert thumbnails.problem(1) == ""
    assert thumbnails.problem(2) == UNREADABLE
    assert thumbnails.pixmap(99, 96) is None


def test_the_item_panel_shows_it_when_it_is_decoded(panel, session, pictured, idle):
    session.set_focus(3)
    idle()
    assert panel.picture.isVisible()
    assert panel.picture.pixmap().width() == 96
    session.set_focus(2)
    idle()
    assert not panel.picture.isVisible()
    assert panel.picture_problem.text() == f"photo: {UNREADABLE}"
    session.set_focus(1)
    assert not panel.picture_problem.isVisible()


def test_many_wishes_are_met_one_at_a_time_the_newest_first(thumbnails, show, make_space, idle, window):
    show(make_space(np.eye(30), None, {"photo": pictures(*[encoded() for _ in range(30)])}))
    ready = []
    thumbnails.ready.connect(ready.append)
    for row in range(30):
        thumbnails.pixmap(row, 20)
        assert sum(not job.is_cancelled for job in window.operations.jobs.alive()) == 1
    idle()
    assert ready[0] == 0
    assert ready[1] == 29
    assert len(ready) == module.MOST_WAITING + 1


def test_another_space_forgets_the_pictures_of_the_first(thumbnails, pictured, show, make_space, idle):
    thumbnails.pixmap(0, 96)
    show(make_space(np.eye(4), None, {"photo": pictures(*[encoded("#00ff00")] * 4)}))
    idle()
    assert thumbnails.pixmap(0, 96) is None
    idle()
    assert thumbnails.pixmap(0, 96).toImage().pixelColor(40, 30).name() == "#00ff00"


def test_only_so_many_are_kept(monkeypatch, thumbnails, pictured, idle):
    monkeypatch.setattr(module, "MOST_IMAGES", 1)
    for row in (0, 3):
        thumbnails.pixmap(row, 20)
        idle()
    assert thumbnails.pixmap(3, 20) is not None
    assert thumbnails.pixmap(0, 20) is None
    idle()


@pytest.mark.parametrize(("kind", "name"), [("PNG", "png"), ("JPG", "jpeg"), ("WEBP", "webp"), ("BMP", "bmp")])
def test_the_usual_formats_are_decoded(kind, name):
    content = encoded("#ff0000", (60, 40), kind)
    assert picture_format(content) == name
    image = decoded(Picture(content))
    assert (image.width(), image.height()) == (60, 40)
    assert image.pixelColor(30, 20).red() > 240


@pytest.mark.qt_log_ignore("JPEG")  # the decoder's own words about damage
@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://x.example/y.png"/></svg>',
        b"/* XPM */ static char * x[] = {};",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff" + b"\0" * 100,
        bomb(60_000, 60_000),
        bomb(16_000, 16_000),
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"BM" + b"\xff" * 60,
        b"GIF89a" + b"\xff" * 60,
        b"",
    ],
)
def test_other_formats_damage_and_giants_are_no_pictures(content):
    assert decoded(Picture(content)) is None


def test_every_truncation_and_flipped_byte_gives_a_picture_or_none():
    content = encoded("#123456", (5, 5))
    for end in range(len(content)):
        decoded(Picture(content[:end]))
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= 0xFF
        decoded(Picture(bytes(flipped)))


def test_a_large_picture_is_made_to_fit():
    image = decoded(Picture(encoded("#ff0000", (2000, 1000))))
    assert (image.width(), image.height()) == (KEPT_SIDE, KEPT_SIDE // 2)


@pytest.fixture
def sprite(tmp_path):
    """Four tiles of 10 x 8 pixels, two side by side, the last one blue; the sheet ends before a fifth."""
    sheet = QImage(20, 16, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#ff0000"))
    for x in range(10, 20):
        for y in range(8, 16):
            sheet.setPixelColor(x, y, QColor("#0000ff"))
    assert sheet.save(str(tmp_path / "sprite.png"))
    return SpriteTiles(tmp_path, tmp_path / "sprite.png", (10, 8), 2, np.arange(5))


def test_tiles_are_cut_from_their_sheet_which_is_decoded_once(sprite):
    sheet = Sheet()
    first, last, beyond = (finish(decode_steps(sprite, row, sheet)) for row in (0, 3, 4))
    assert (first.width(), first.height()) == (10, 8)
    assert first.pixelColor(5, 4).name() == "#ff0000"
    assert last.pixelColor(5, 4).name() == "#0000ff"
    assert beyond is None
    assert sheet.column is sprite
