"""The stages of a prompt on its way into the network: the words that are read, their numbers and vectors, the layer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from embedviz.operations.next_words import Foretold
from embedviz.space.arrays import FloatArray
from embedviz.views.appearance import Appearance
from embedviz.views.strip import Strip
from embedviz.views.text import one_line

STRIP_PX = 16
MOST_NUMBERS, MOST_TOKENS, MOST_LETTERS = 400, 12, 14
NARROWEST_STRIP_PX = 48


class NextWordStages(QWidget):
    """One line for each word that is read, the last one nearest to what is foretold, and one for the hidden layer."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("next_word_stages")
        self._appearance = appearance
        self._lines: list[tuple[QLabel, QLabel, Strip]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        self._grid = QGridLayout()
        column.addLayout(self._grid)
        column.addStretch(1)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(2, 1)
        appearance.changed.connect(self._on_appearance_changed)

    def texts(self) -> list[tuple[str, str]]:
        """What stands in each line: the word or layer, and its number or size."""
        return [(word.text(), number.text()) for word, number, _ in self._lines if not word.isHidden()]

    def show_stages(self, found: Foretold) -> None:
        """Show the stages of another prompt."""
        prediction = found.prediction
        unknown = prediction.symbols.unknown
        shown: list[tuple[str, str, FloatArray]] = []
        for word, number, vector in zip(prediction.read, prediction.read_ids.tolist(), prediction.vectors, strict=True):
            name = f"{one_line(word, most=MOST_LETTERS)}{' ?' if number == unknown else ''}"
            shown.append((name, f"{number:,}", vector))
        shown.append(("hidden", f"{len(prediction.hidden):,}", prediction.hidden))
        self._fit(len(shown))
        for (label, count, strip), (name, number, vector) in zip(self._lines, shown, strict=False):
            label.setText(name)
            count.setText(number)
            strip.show_vector(vector)
            strip.setToolTip(numbers_text(vector))
            strip.setAccessibleName(f"{name}: {numbers_text(vector)}")

    def _fit(self, n_lines: int) -> None:
        """Have as many lines as there is to show; those that are too many wait unseen."""
        while len(self._lines) < n_lines:
            word, number, strip = QLabel(), QLabel(), Strip(self._appearance)
            word.setTextFormat(Qt.TextFormat.PlainText)
            number.setProperty("role", "muted")
            number.setToolTip("The number of the word, or how many numbers the hidden layer holds")
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._lines.append((word, number, strip))
            for column, widget in enumerate((word, number, strip)):
                self._grid.addWidget(widget, len(self._lines) - 1, column)
        for at, line in enumerate(self._lines):
            for widget in line:
                widget.setVisible(at < n_lines)
        self._on_appearance_changed()

    @Slot()
    def _on_appearance_changed(self) -> None:
        for _, number, strip in self._lines:
            strip.setFixedHeight(self._appearance.px(STRIP_PX))
            strip.setMinimumWidth(self._appearance.px(NARROWEST_STRIP_PX))
            font = QFont(number.font())
            font.setFeature(QFont.Tag("tnum"), 1)
            number.setFont(font)


def tokens_sentence(found: Foretold) -> str:
    """The words of the prompt with their numbers, the unknown ones marked, and how many of them are read."""
    prediction = found.prediction
    words = [
        f"{one_line(token, most=24)} {'unknown ' if is_unknown else ''}{number:,}"
        for token, number, is_unknown in zip(
            prediction.tokens, prediction.ids.tolist(), prediction.is_unknown.tolist(), strict=True
        )
    ][-MOST_TOKENS:]
    n, n_read = len(prediction.tokens), len(prediction.read)
    if not n:
        return f"No tokens: the start of a sentence. The network reads the last {n_read}."
    return f"{n:,} {'token' if n == 1 else 'tokens'}: {' · '.join(words)}. The network reads the last {n_read}."


def numbers_text(vector: FloatArray) -> str:
    """The numbers of a vector."""
    more = " …" if len(vector) > MOST_NUMBERS else ""
    return ", ".join(f"{value:.3f}" for value in vector[:MOST_NUMBERS].tolist()) + more
