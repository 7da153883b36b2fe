"""The import sheet as a person meets it: a dropped table, keys and clicks, an error that stays in the sheet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from embedviz.views.import_sheet import ImportSheet


def fixed(values):
    return pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), values.shape[1])


@pytest.fixture
def table(tmp_path):
    """A Parquet with two vector columns, and as many columns of numbers as wished."""

    def write(name="part-1.parquet", n_more=0):
        rng = np.random.default_rng(3)
        columns = {
            "<b>word</b>": pa.array(["one", "two", "three"]),
            "small": fixed(rng.normal(size=(3, 2)).astype(np.float32)),
            "large": fixed(rng.normal(size=(3, 4)).astype(np.float32)),
            "year": pa.array([1901, 1902, None]),
            "remark": pa.array(["a", "b" * 500, "c"]),
        }
        columns |= {f"more {at} of it": pa.array(rng.normal(size=3)) for at in range(n_more)}
        pq.write_table(pa.table(columns), tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def dropped(window, idle):
    """Drop a file or folder on the window, and give the sheet that appears, if one does."""

    def drop(path):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(600, 400), copy, mime, left, none)
        QApplication.sendEvent(window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(window, QDropEvent(QPointF(600, 400), copy, mime, left, none))
        idle()
        return shown(window)

    return drop


def shown(window):
    return next((sheet for sheet in window.findChildren(ImportSheet) if sheet.isVisible()), None)


def names(model):
    return [model.index(row).data().split("   ")[0] for row in range(model.rowCount())]


def click_check(view, row):
    """Click the mark of one row."""
    box = view.visualRect(view.model().index(row, 0))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(box.left() + 16, box.center().y()))


def test_a_dropped_table_asks_and_shows_its_first_rows(dropped, table):
    sheet = dropped(table())
    assert sheet.title.text() == "part-1.parquet"
    assert sheet.about.text() == "Parquet · 3 rows · 2 columns can be the vectors"
    assert names(sheet.vectors) == ["small", "large"]
    rows = sheet.rows.model()
    assert [rows.headerData(at, Qt.Orientation.Horizontal) for at in range(5)] == [
        *("<b>word</b>", "small", "large", "year", "remark")
    ]
    assert rows.index(1, 0).data() == "two"
    assert rows.index(2, 3).data() == "–"
    assert rows.index(0, 3).data() == "1901"
    assert len(rows.index(1, 4).data()) <= 80
    figures = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    assert rows.index(0, 3).data(Qt.ItemDataRole.FontRole).family() == figures.family()
    assert rows.index(0, 0).data(Qt.ItemDataRole.FontRole) is None
    assert sheet.rows.selectionModel().selectedColumns()[0].column() == 1


def test_enter_opens_with_what_is_chosen(dropped, table, window, session, idle):
    sheet = dropped(table())
    QTest.keyClick(sheet.vector_list, Qt.Key.Key_Down)
    sheet.label_combo.setCurrentText("remark")
    year = names(sheet.metadata).index("year")
    click_check(sheet.metadata_list, year)
    QTest.keyClick(sheet, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    idle()
    space = session.state.space
    assert space.n_dims == 4
    assert list(space.labels) == ["a", "b" * 500, "c"]
    assert list(space.metadata) == ["<b>word</b>"]
    QApplication.processEvents()
    assert shown(window) is None


def test_cancel_opens_nothing_and_is_asked_again(dropped, table, window, session):
    sheet = dropped(table())
    QTest.keyClick(sheet, Qt.Key.Key_Escape)
    assert session.state.space is None
    assert shown(window) is None
    assert dropped(table()) is not None


def test_the_second_file_of_its_kind_opens_without_asking(dropped, table, session, idle):
    QTest.mouseClick(dropped(table("part-1.parquet")).open_button, Qt.MouseButton.LeftButton)
    idle()
    assert dropped(table("part-2.parquet")) is None
    assert session.state.space.source.name == "part-2.parquet"


def test_the_menu_asks_again_with_what_was_chosen(monkeypatch, dropped, table, window, idle):
    sheet = dropped(table())
    sheet.none_button.click()
    QTest.keyClick(sheet.vector_list, Qt.Key.Key_Down)
    sheet.open_button.click()
    idle()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(table()), ""))
    window.named_actions["action_open_with_choices"].trigger()
    idle()
    again = shown(window)
    assert again.chosen().vector == "large"
    assert again.chosen().metadata == ()
    again.all_button.click()
    assert again.chosen().metadata is None


def test_what_is_label_or_vector_cannot_be_metadata(dropped, table):
    sheet = dropped(table())
    row = names(sheet.metadata).index("<b>word</b>")
    index = sheet.metadata.index(row)
    assert not index.flags() & Qt.ItemFlag.ItemIsEnabled
    assert index.data().endswith("the label")
    sheet.label_combo.setCurrentText("remark")
    assert index.flags() & Qt.ItemFlag.ItemIsEnabled


def test_an_error_brings_the_sheet_back_with_its_words(dropped, table, window, session, idle):
    path = table()
    sheet = dropped(path)
    path.write_bytes(path.read_bytes()[:200])
    sheet.open_button.click()
    idle()
    assert shown(window) is sheet
    assert sheet.error.isVisible()
    assert "part-1.parquet" in sheet.error.text()
    assert session.state.space is None
    table()
    sheet.open_button.click()
    idle()
    assert session.state.space.n_items == 3


def test_a_later_question_takes_the_place_of_the_earlier(dropped, table, window):
    dropped(table("first.parquet"))
    sheet = dropped(table("second.parquet"))
    QApplication.processEvents()
    assert sheet.title.text() == "second.parquet"
    assert len([each for each in window.findChildren(ImportSheet) if each.isVisible()]) == 1


def test_hundreds_of_columns_make_no_widgets(dropped, table):
    few = len(dropped(table("few.parquet")).findChildren(object))
    sheet = dropped(table("wide.parquet", n_more=400))
    assert sheet.rows.model().columnCount() == 405
    assert len(sheet.findChildren(object)) <= few + 10


def test_a_file_of_matrices_has_no_rows_to_show(window, tmp_path, session, idle):
    np.savez(tmp_path / "two.npz", left=np.eye(3, dtype=np.float32), right=np.ones((4, 2), np.float32))
    window.operations.open_with_choices(tmp_path / "two.npz")
    idle()
    sheet = shown(window)
    assert names(sheet.vectors) == ["left", "right"]
    assert not sheet.rows.isVisible()
    assert not sheet.metadata_list.isVisible()
    sheet.open_button.click()
    idle()
    assert session.state.space.n_dims == 3


def test_a_sheet_fits_a_small_window(window, dropped, table):
    window.resize(800, 600)
    sheet = dropped(table())
    assert sheet.width() <= 800
    assert sheet.height() <= 600


def test_a_dropped_folder_opens(dropped, session, tmp_path):
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "v.tsv").write_text("1\t2\n3\t4\n", encoding="utf-8")
    (folder / "m.tsv").write_text("one\ntwo\n", encoding="utf-8")
    (folder / "projector_config.pbtxt").write_text(
        'embeddings {\n  tensor_name: "v"\n  tensor_path: "v.tsv"\n  metadata_path: "m.tsv"\n}\n', encoding="utf-8"
    )
    assert dropped(folder) is None
    assert session.state.space.source.name == "log"
    assert list(session.state.space.labels) == ["one", "two"]


def test_a_dropped_pickle_is_refused_with_two_lines_to_copy(dropped, window, session, tmp_path):
    import pickle

    (tmp_path / "model.pkl").write_bytes(pickle.dumps({"a": 1}))
    dropped(tmp_path / "model.pkl")
    bar = window.message_bar
    assert "can run code" in bar.message_line.text()
    assert bar.message_line.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
    bar.copy_button.click()
    recipe = QApplication.clipboard().text().split("\n\n")[1].split("\n")
    assert len(recipe) == 2
    assert recipe[0].startswith("data = pickle.load(")
    assert session.state.space is None
