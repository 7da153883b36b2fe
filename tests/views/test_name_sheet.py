"""Names kept side by side: laid as they were written, and dropped when there are too many that nobody looks at."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont

from embedviz.raster import Painter
from embedviz.views.plot import name_sheet
from embedviz.views.plot.label_pictures import Lettering
from embedviz.views.plot.name_sheet import NameSheet

ROWS = np.array([7, 3, 90])
TEXTS = ["river", "gypsum", " "]


@pytest.fixture
def lettering(qapp) -> Lettering:
    font = QFont()
    font.setPixelSize(14)
    return Lettering(font, "#ffffff")


@pytest.fixture
def sheet(lettering) -> NameSheet:
    return NameSheet(Painter(n_threads=1), 100, lettering, QColor("#203040"), 1.0)


def laid(sheet: NameSheet, row: int) -> np.ndarray:
    pixels = np.zeros((40, 120, 4), np.uint8)
    sheet.lay(np.array([row]), np.array([[2, 3]]), np.array([1.0]), pixels)
    return pixels


def test_what_is_written_side_by_side_is_laid_name_by_name(sheet, lettering):
    assert not sheet.has(ROWS).any()
    sheet.write(ROWS, TEXTS, ROWS)
    assert sheet.has(ROWS).all()
    for row, text in zip(ROWS.tolist(), TEXTS, strict=True):
        (alone,) = lettering.written([text], QColor("#203040"), 1.0)
        expected = np.zeros((40, 120, 4), np.uint8)
        expected[3 : 3 + alone.shape[0], 2 : 2 + alone.shape[1]] = alone
        np.testing.assert_array_equal(laid(sheet, row), expected)
        assert sheet.picture(row).size().width() == alone.shape[1]
    assert laid(sheet, 7).any()


def test_half_as_strong_is_half_as_much_ink(sheet):
    sheet.write(ROWS[:1], TEXTS[:1], ROWS)
    pixels = np.zeros((40, 120, 4), np.uint8)
    sheet.lay(ROWS[:1], np.array([[2, 3]]), np.array([0.5]), pixels)
    assert np.abs(laid(sheet, 7) / 2 - pixels).max() <= 1


def test_a_full_sheet_drops_what_is_not_wanted(sheet, monkeypatch):
    sheet.write(ROWS, TEXTS, ROWS)
    before = laid(sheet, 3)
    monkeypatch.setattr(name_sheet, "MOST_PIXELS", 1)
    sheet.write(np.array([50]), ["later"], np.array([3, 50]))
    assert sheet.has(np.array([3, 7, 50, 90])).tolist() == [True, False, True, False]
    np.testing.assert_array_equal(laid(sheet, 3), before)


def test_a_sheet_too_small_for_all_that_is_wanted_is_not_cleared_for_every_name(sheet, monkeypatch):
    cleared, rows = [], np.arange(100)
    drop = NameSheet._drop_all_but
    monkeypatch.setattr(name_sheet, "MOST_PIXELS", 1)
    monkeypatch.setattr(NameSheet, "_drop_all_but", lambda self, wanted: cleared.append(0) or drop(self, wanted))
    for row in rows.tolist():
        sheet.write(rows[row : row + 1], [f"name {row}"], rows)
    assert sheet.has(rows).all()
    assert 3 <= len(cleared) <= 9  # each time what is left has doubled


def test_names_are_whole_after_a_sheet_was_cleared_in_any_order(sheet, monkeypatch):
    rows = np.random.default_rng(4).permutation(100)
    texts = [f"{'long ' * (row % 5)}name {row}" for row in rows.tolist()]
    sheet.write(rows, texts, rows)
    before = {row: laid(sheet, row) for row in rows.tolist()}
    monkeypatch.setattr(name_sheet, "MOST_PIXELS", 1)
    wanted = np.array([90, 3, 3, 41, 8, 77])
    sheet.write(rows[:0], [], wanted)
    sheet.write(rows[rows == 55], [texts[rows.tolist().index(55)]], wanted)
    assert sheet.has(np.arange(100)).sum() == 6
    for row in {*wanted.tolist(), 55}:
        np.testing.assert_array_equal(laid(sheet, row), before[row])


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("size", [14, 40])
def test_a_name_is_written_beside_others_as_it_is_alone(qapp, size, ratio):
    font = QFont()
    font.setPixelSize(size)
    font.setItalic(True)
    lettering = Lettering(font, "#ffffff")
    texts = ["fjord", "j", "ffff", "jj", "\u200b", "Ωf", "שלום", "f", "👍🏽", "j"]
    together = lettering.written(texts, QColor("#203040"), ratio)
    for text, picture in zip(texts, together, strict=True):
        (alone,) = lettering.written([text], QColor("#203040"), ratio)
        np.testing.assert_array_equal(picture, alone)


def test_a_sheet_grows_without_losing_a_name(sheet, monkeypatch):
    rows = np.arange(100)
    for _ in range(8):
        sheet.write(rows, [f"a name of some length {row}" for row in rows.tolist()], rows)
    before = laid(sheet, 99)
    sheet.write(np.array([5]), ["other"], rows)
    np.testing.assert_array_equal(laid(sheet, 99), before)
