"""The letters that choose menus and their entries from the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from embedviz.views.actions import ACTIONS, MENUS
from embedviz.views.mnemonics import with_mnemonics, without_mnemonic


def test_first_letters_come_before_others_and_none_is_given_twice():
    texts = ["Open…", "Open sample", "Save", "Oslo", "2 oss", "os"]
    assert with_mnemonics(texts) == ["&Open…", "O&pen sample", "&Save", "Os&lo", "2 oss", "os"]


@pytest.mark.parametrize("menu", MENUS)
def test_the_entries_of_a_menu_do_not_clash(window, menu):
    texts = [window.named_actions[f"action_{spec.name}"].text() for spec in ACTIONS if spec.menu == menu]
    letters = [text[text.index("&") + 1].casefold() for text in texts if "&" in text]
    assert len(set(letters)) == len(letters)
    assert len(letters) >= min(len(texts), 20) - 1
    assert [without_mnemonic(text) for text in texts] == [spec.text for spec in ACTIONS if spec.menu == menu]


@pytest.mark.parametrize(
    ("name", "letter"), [("open_file", "O"), ("save_space", "S"), ("quit_program", "Q"), ("undo", "U"), ("redo", "R")]
)
def test_main_entries_have_the_letters_one_expects(window, name, letter):
    assert f"&{letter}" in window.named_actions[f"action_{name}"].text()


@pytest.mark.parametrize(("menu", "letter"), list(zip(MENUS, "FEVTAH", strict=True)))
def test_alt_and_its_letter_open_a_menu_though_one_is_typing(qtbot, window, menu, letter):
    window.activateWindow()
    window.query_edit.setFocus()
    qtbot.waitUntil(window.query_edit.hasFocus)
    key = Qt.Key[f"Key_{letter}"]
    QTest.keyClick(window.windowHandle(), key, Qt.KeyboardModifier.AltModifier)
    opened = QApplication.activePopupWidget()
    assert opened is not None
    assert without_mnemonic(opened.title()) == menu
    opened.close()
    assert window.query_edit.text() == ""


def test_what_is_read_aloud_has_no_sign_in_it(window):
    for _, button in window.plot_tools._buttons:
        assert "&" not in button.accessibleName() + button.toolTip()
