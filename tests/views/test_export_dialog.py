"""The export actions: where nothing is there to export no dialog opens; else the suffix chosen is the format."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from embedviz.views.export_dialog import FILTERS, with_suffix


@pytest.fixture
def answer_dialog(monkeypatch):
    """Answer the next file dialogs, and count them."""
    opened = []

    def answer(path, kind="CSV table (*.csv)"):
        def ask(parent, title, suggestion, filters):
            opened.append((title, suggestion, filters))
            return str(path), kind

        monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
        return opened

    return answer


def test_an_empty_selection_says_what_to_do_instead_of_asking(window, space, answer_dialog, tmp_path):
    opened = answer_dialog(tmp_path / "s.csv")
    window.named_actions["action_export_selection"].trigger()
    assert opened == []
    assert "Draw a rectangle" in window.message_bar.message_line.text()


def test_the_dialog_speaks_as_the_menu_does(window, space, ask, answer_dialog, idle, tmp_path):
    opened = answer_dialog(tmp_path / "n.csv")
    ask("word3")
    window.named_actions["action_export_neighbors"].trigger()
    idle()
    assert opened[0][:2] == ("Export neighbours", "neighbors.csv")


def test_the_selection_is_exported_in_the_chosen_format(window, space, answer_dialog, idle, tmp_path):
    opened = answer_dialog(tmp_path / "chosen", "TSV table (*.tsv)")
    window.operations.select_rectangle(-100, 100, -100, 100)
    window.named_actions["action_export_selection"].trigger()
    idle()
    assert opened[0][1] == "selection.csv"
    lines = (tmp_path / "chosen.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + space.n_items
    assert lines[0].startswith("row\tlabel\tx\ty")
    assert window.message_bar.message_line.text() == "Exported 60 rows to chosen.tsv."


def test_a_file_the_dialog_did_not_ask_about_is_not_replaced(window, space, answer_dialog, idle, tmp_path):
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    answer_dialog(tmp_path / "mine")
    window.named_actions["action_export_coordinates"].trigger()
    idle()
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8") == "mine"
    answer_dialog(tmp_path / "mine.csv")
    window.named_actions["action_export_coordinates"].trigger()
    idle()
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").startswith("row,label")


@pytest.mark.parametrize(
    ("name", "kind", "target"),
    [
        ("a.tsv", "CSV table (*.csv)", "a.tsv"),
        ("a.b", "Parquet (*.parquet)", "a.b.parquet"),
        ("a", "", "a.csv"),
        ("A.CSV", "Parquet (*.parquet)", "A.CSV"),
    ],
)
def test_the_suffix_typed_wins_over_the_filter(name, kind, target):
    assert with_suffix(Path(name), kind) == Path(target)
    assert set(FILTERS.values()) == {".csv", ".tsv", ".parquet"}
