"""Names kept side by side: laid as they were written, and dropped when there are too many that nobody looks at."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont

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
    return NameSheet(100, lettering, QColor("#203040"), 1.0)


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


def test_a_sheet_grows_without_losing_a_name(sheet, monkeypatch):
    rows = np.arange(100)
    for _ in range(8):
        sheet.write(rows, [f"a name of some length {row}" for row in rows.tolist()], rows)
    before = laid(sheet, 99)
    sheet.write(np.array([5]), ["other"], rows)
    np.testing.assert_array_equal(laid(sheet, 99), before)
