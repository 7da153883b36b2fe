"""Next words: learned by a click, a prompt typed letter by letter, its stages read, its text continued."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from embedviz.operations.next_words import Continued
from embedviz.training.next_word_model import ChosenWord
from embedviz.views.learn.next_word_page import NextWordPage, continued_html
from embedviz.views.learn.next_word_table import CHANCE, PROBABILITY, SCORE, WORD, share_text


@pytest.fixture
def corpus(tmp_path):
    rng = np.random.default_rng(4)
    lines = [f"the {rng.choice(['cat', 'dog'])} {rng.choice(['sleeps', 'eats', 'sits'])} here" for _ in range(600)]
    path = tmp_path / "story.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture
def page(window, space):
    window.drawer.open(NextWordPage)
    return window.drawer.page(NextWordPage)


@pytest.fixture
def quiet(qtbot, page, idle):
    """Wait until what was typed was answered."""

    def wait():
        qtbot.waitUntil(lambda: not page._waiting.isActive())
        idle()

    return wait


@pytest.fixture
def learned(page, corpus, monkeypatch, quiet):
    """The page after a text was chosen and learned from."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (corpus, ""))
    click(page.file_button)
    click(page.learn_button)
    quiet()
    quiet()
    return page


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def column(page, at: int) -> list[str]:
    model = page.table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def test_the_empty_page_says_what_to_do(window, page):
    assert page.empty_label.isVisible()
    assert not page.prompt_edit.isVisible()
    assert not page.stop_button.isEnabled()
    assert page.findChild(QComboBox, "next_word_corpus_combo") is None  # it stands among the tools
    assert page.corpus_combo.currentText() == "small world, bundled"
    assert not page.summary_label.isVisible()


def test_a_click_learns_and_the_chart_holds_the_trigram(window, learned):
    model = window.operations.next_word_model
    assert learned.corpus_combo.currentText() == "story.txt, opened here"
    heldout, trigram, training = learned.loss_plot.lines
    assert training.values == tuple(epoch.loss for epoch in model.epochs)
    assert heldout.values == tuple(epoch.heldout_loss for epoch in model.epochs)
    assert trigram.values == (model.trigram_loss,) * len(model.epochs)
    assert learned.learn_button.isEnabled()
    assert f"{model.network.n_numbers:,} numbers that has read" in learned.summary_label.text()
    assert "it knows only this text" in learned.summary_label.text()
    assert f"(trigram {model.trigram_loss:.3f})" in learned.summary_label.text()
    assert "Kneser-Ney" in learned.summary_label.toolTip()


def test_a_prompt_is_typed_and_every_stage_seen(window, learned, quiet):
    QTest.keyClicks(learned.prompt_edit, "The zebra cat")
    quiet()
    prediction = window.operations.next_word_model.predict("The zebra cat")
    ids = prediction.ids.tolist()
    assert learned.tokens_label.text() == (
        f"3 tokens: the {ids[0]} · zebra unknown {ids[1]} · cat {ids[2]}. The network reads the last 3."
    )
    assert learned.stages.texts() == [
        ("the", str(ids[0])),
        ("zebra ?", str(ids[1])),
        ("cat", str(ids[2])),
        ("hidden", "64"),
    ]
    order = prediction.top(50)
    assert column(learned, WORD) == [prediction.symbols.name(int(number)) for number in order]
    assert column(learned, SCORE) == [f"{prediction.scores[number]:.3f}" for number in order]
    assert column(learned, PROBABILITY) == [share_text(float(prediction.probabilities[number])) for number in order]


def test_the_prompt_is_continued_and_marked(window, learned, quiet):
    QTest.keyClicks(learned.prompt_edit, "the dog")
    click(learned.continue_button)
    quiet()
    steps = window.operations.next_word_model.continue_text("the dog", 30, temperature=0.7, seed=1)
    text = learned.text_label.text()
    assert text.startswith("the dog <b ")
    assert [f">{step.word}</b>" in text for step in steps] == [True] * len(steps)
    assert learned.text_label.accessibleDescription() == f"the dog {' '.join(step.word for step in steps)}"
    QTest.keyClicks(learned.prompt_edit, " s")  # another prompt: what was written is no longer of it
    assert "Press Continue" in learned.text_label.text()
    QTest.keyClick(learned.prompt_edit, Qt.Key.Key_Return)
    quiet()
    assert "<b " in learned.text_label.text()


def test_temperature_zero_chooses_the_most_probable(learned, quiet):
    QTest.keyClicks(learned.prompt_edit, "the")
    learned.temperature_spin.setFocus()
    learned.temperature_spin.selectAll()
    QTest.keyClicks(learned.temperature_spin, "0")
    QTest.keyClick(learned.temperature_spin, Qt.Key.Key_Return)
    quiet()
    assert column(learned, CHANCE)[:2] == ["100.0 %", "0.0 %"]
    assert learned.chosen_label.text().startswith(f"Chosen: {column(learned, WORD)[0]} · ")


def test_another_seed_chooses_another_word(learned, quiet):
    QTest.keyClicks(learned.prompt_edit, "the")
    seen = set()
    for _ in range(12):
        QTest.keyClick(learned.seed_spin, Qt.Key.Key_Up)
        quiet()
        seen.add(learned.chosen_label.text())
    assert len(seen) > 1
    assert learned.seed_spin.value() == 13


def test_a_page_built_later_shows_what_was_learned(make_window, window, learned):
    model = window.operations.next_word_model
    other = make_window()
    other.operations.next_word_model = model
    other.operations.next_word_epochs = model.epochs
    other.operations.next_word_text = model.text
    page = other.drawer.open(NextWordPage)
    assert page.prompt_edit.isVisible()
    assert page.loss_plot.n_epochs == len(model.epochs)
    page._waiting.stop()


def test_the_keyboard_leads_to_what_can_be_done(window, page, learned):
    window.named_actions["action_show_next_words"].trigger()
    assert window.focusWidget() is page.prompt_edit
    window.operations.next_word_model = None
    window.named_actions["action_show_next_words"].trigger()
    assert window.focusWidget() is page.learn_button


def test_a_narrow_page_leaves_out_what_is_less(qapp, window, learned):
    window.resize(1000, 700)
    qapp.processEvents()
    assert [line.name for line in learned.loss_plot.lines] == ["held-out", "trigram"]
    assert learned.table.isColumnHidden(SCORE)
    assert not learned.table.isColumnHidden(PROBABILITY)
    window.resize(1400, 800)
    qapp.processEvents()
    assert len(learned.loss_plot.lines) == 3
    assert not learned.table.isColumnHidden(SCORE)


def test_object_names(window, learned):
    for name in ("prompt_edit", "next_word_table", "temperature_spin", "prompt_seed_spin", "continue_button"):
        assert window.findChild(QWidget, name).accessibleName()


def test_small_and_hostile_texts():
    assert share_text(1e-9) == "< 0.1 %"
    assert share_text(0.0) == "0.0 %"
    assert share_text(0.1234) == "12.3 %"
    found = Continued("<b>", (ChosenWord("<i>", 1, 0.5, 0.5, is_end=False),))
    html = continued_html(found, "#111111", "#222222")
    assert html.startswith("&lt;b&gt; <b style='color:#111111'>&lt;i&gt;</b>")
    assert "50.0&nbsp;%" in html


def test_what_is_typed_right_before_the_window_closes_is_left(qtbot, window, learned):
    QTest.keyClicks(learned.prompt_edit, "the")
    with qtbot.waitSignal(learned._waiting.timeout):
        window.operations.close()
    assert not [job for job in window.operations.jobs.alive() if not job.is_cancelled]


def test_the_keyboard_goes_from_learn_to_stop_and_back(qtbot, window, page, corpus, monkeypatch, idle):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (corpus, ""))
    window.activateWindow()
    click(page.file_button)
    page.learn_button.setFocus()
    qtbot.waitUntil(page.learn_button.hasFocus)
    QTest.keyClick(page.learn_button, Qt.Key.Key_Space)
    assert page.stop_button.hasFocus()
    idle()
    assert page.learn_button.hasFocus()


def test_the_figures_below_are_not_cut(window, learned, qapp):
    label = learned.summary_label
    label.setText(f"{label.text()} {label.text()}")
    for width in (1280, 800):
        window.resize(width, 800)
        qapp.processEvents()
        assert 0 < label.heightForWidth(label.width()) <= label.height()
        assert learned.tokens_label.width() <= learned.width()


def test_what_was_continued_takes_the_colours_of_another_theme(window, learned, quiet):
    learned.prompt_edit.setText("the cat")
    quiet()
    click(learned.continue_button)
    quiet()
    assert window.appearance.theme.accent in learned.text_label.text()
    window.appearance.set_theme("dark")
    assert window.appearance.theme.accent in learned.text_label.text()
