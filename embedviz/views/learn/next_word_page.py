"""The page of Next words: a small network learns a text, and foretells how a typed sentence goes on."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from embedviz.operations import Operations
from embedviz.operations.next_words import Continued, Corpus, Foretold, figures_sentence, summary_sentence
from embedviz.session import Session
from embedviz.training.next_word_model import NextWordModel
from embedviz.training.next_word_options import NextWordOptions
from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.elided import ElidedCombo, ElidedLabel
from embedviz.views.learn.next_word_stages import NextWordStages, tokens_sentence
from embedviz.views.learn.next_word_table import NextWordTable, share_text
from embedviz.views.panel import plain, push_button, scrolled, snug, stack_into, take_turns
from embedviz.views.text import one_line
from embedviz.views.train.curve import Curve, Line

QUIET_MS = 30
NARROW_PX, CURVE_PX, NARROW_CURVE_PX = 760, 230, 150
FIRST_TEMPERATURE, HOTTEST = 0.7, 5.0
MOST_WORDS = 30
EMPTY = (
    "A small network can learn which word comes next, from the words before it. Press “Learn next words”: it reads the "
    "chosen text some times over, and is measured on sentences that it has not read, beside a model that only counts "
    "triples of words.\n\nThen type a sentence, see every stage with its numbers, and let the network go on with it. "
    "It is far smaller than the models that write texts, and knows nothing but this one."
)
CONTINUE = "Press Continue, and the network goes on up to the end of the sentence."


class NextWordPage(DrawerPage):
    """Learns from a text at hand; what is typed is foretold at once."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("next_word_page")
        self._corpora: tuple[Corpus, ...] = ()
        self._opened: Corpus | None = None
        self.corpus_combo = ElidedCombo()
        self.file_button = push_button("Text…", "next_word_file_button", "Learn from another text file")
        self.learn_button = push_button(
            "Learn next words", "learn_next_words_button", "Train a small network on the chosen text"
        )
        self.stop_button = push_button("Stop", "stop_next_words_button", "End now and keep what is learned so far")
        self.loss_plot = Curve("loss, nats per word", appearance)
        self.prompt_edit = QLineEdit()
        self.temperature_spin = QDoubleSpinBox()
        self.seed_spin = QSpinBox()
        self.continue_button = push_button("Continue", "continue_button", "Let the network go on with the sentence")
        self.tokens_label = ElidedLabel("muted", "next_word_tokens")
        self.stages = NextWordStages(appearance)
        self.table = NextWordTable(appearance)
        self.chosen_label = plain("", "next_word_chosen")
        self.text_label = QLabel()
        self.summary_label = plain("muted", "next_word_summary")
        self.empty_label = plain("muted", "next_word_empty")
        self._waiting = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._continued: Continued | None = None
        self._set_up()
        self._lay_out()
        self._connect()
        self._on_appearance_changed()
        self._on_corpora_changed()
        self._show_learning()
        if operations.next_word_model is not None:
            self._on_learned(operations.next_word_model)

    @property
    def corpus(self) -> Corpus:
        """The text that would be learned from."""
        return self._corpora[max(0, self.corpus_combo.currentIndex())]

    def take_focus(self) -> None:
        """Let one type a prompt, or press the button that learns first."""
        has_network = self._operations.next_word_model is not None
        (self.prompt_edit if has_network else self.learn_button).setFocus()

    @Slot()
    def learn(self) -> None:
        """Learn from the chosen text."""
        options = NextWordOptions(lines=self.corpus.lines)
        self._operations.learn_next_words(self.corpus.path, options, column=self.corpus.column)

    @Slot()
    def open_text(self) -> None:
        """Ask for a text file to learn from."""
        path, _ = QFileDialog.getOpenFileName(
            self, "Learn next words of a text", "", "Texts (*.txt *.gz);;All files (*)"
        )
        if path:
            self._opened = Corpus(path, "opened here")
            self._on_corpora_changed()
            self.corpus_combo.setCurrentIndex(0)

    def _set_up(self) -> None:
        for widget, name, tip in (
            (self.corpus_combo, "next_word_corpus_combo", "The text to learn from"),
            (self.prompt_edit, "prompt_edit", "The beginning of a sentence"),
            (self.temperature_spin, "temperature_spin", "Temperature: 0 takes the most probable word, more dares more"),
            (self.seed_spin, "prompt_seed_spin", "Seed: the same one draws the same words"),
            (self.text_label, "continued_label", "The text as the network goes on with it"),
            (self.loss_plot, "next_word_plot", ""),
        ):
            widget.setObjectName(name)
            if tip:
                widget.setAccessibleName(tip)
                widget.setToolTip(tip)
        self.prompt_edit.setPlaceholderText("Type the beginning of a sentence")
        self.temperature_spin.setRange(0.0, HOTTEST)
        self.temperature_spin.setSingleStep(0.1)
        self.temperature_spin.setValue(FIRST_TEMPERATURE)
        self.temperature_spin.setPrefix("T ")
        self.seed_spin.setRange(0, 2_147_483_647)
        self.seed_spin.setValue(1)
        self.seed_spin.setPrefix("seed ")
        for spin in (self.temperature_spin, self.seed_spin):
            spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text_label.setTextFormat(Qt.TextFormat.RichText)
        self.text_label.setWordWrap(True)
        self.text_label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text_label.setMinimumWidth(1)

    def _lay_out(self) -> None:
        self.corpus_combo.setMinimumContentsLength(4)
        buttons = (self.file_button, self.learn_button, self.stop_button)
        for button in buttons:
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._fill_tools(self.corpus_combo, *buttons, grow=(self.corpus_combo,))
        asked = QHBoxLayout()
        asked.setSpacing(6)
        asked.addWidget(self.prompt_edit, 1)
        for widget in (self.temperature_spin, self.seed_spin, self.continue_button):
            asked.addWidget(widget)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.chosen_label)
        right.addWidget(scrolled(self.text_label), 1)
        found = QHBoxLayout()
        found.setSpacing(measures.GAP)
        found.addWidget(scrolled(self.stages), 4)
        found.addWidget(self.table, 6)
        found.addLayout(right, 5)
        shown = QWidget()
        column = snug(QVBoxLayout(shown), 4)
        column.addLayout(asked)
        column.addWidget(self.tokens_label)
        column.addLayout(found, 1)
        self.empty_label.setText(EMPTY)
        outer, row = snug(QVBoxLayout(self), 4), QHBoxLayout()
        outer.addLayout(row, 1)
        row.setSpacing(measures.GAP)
        row.addWidget(self.loss_plot)
        self._stack = stack_into(row, self.empty_label, shown)
        outer.addWidget(self.summary_label)

    def _connect(self) -> None:
        operations = self._operations
        self.file_button.clicked.connect(self.open_text)
        self.learn_button.clicked.connect(self.learn)
        self.stop_button.clicked.connect(operations.stop_next_words)
        self.prompt_edit.textChanged.connect(self._on_asked)
        self.prompt_edit.returnPressed.connect(self._on_continue)
        self.temperature_spin.valueChanged.connect(self._on_asked)
        self.seed_spin.valueChanged.connect(self._on_asked)
        self.continue_button.clicked.connect(self._on_continue)
        self._waiting.timeout.connect(self._on_quiet)
        operations.next_words_began.connect(self._on_began)
        operations.next_words_progressed.connect(self._show_learning)
        operations.next_words_learned.connect(self._on_learned)
        operations.next_words_ended.connect(self._show_learning)
        operations.next_word_foretold.connect(self._on_foretold)
        operations.text_continued.connect(self._on_continued)
        operations.corpora_changed.connect(self._on_corpora_changed)
        self._session.space_changed.connect(self._on_corpora_changed)
        self._appearance.changed.connect(self._on_appearance_changed)

    @Slot()
    def _show_learning(self) -> None:
        """Show the epochs so far, and what is being done or was made."""
        operations = self._operations
        running, model = operations.is_learning_next_words, operations.next_word_model
        self._show_losses()
        take_turns(self.learn_button, (self.stop_button,), is_running=running)
        job = operations.jobs.newest("next_words")
        told = job.latest.text if job is not None else summary_sentence(model) if model is not None else ""
        self.summary_label.setText(told)
        self.summary_label.setToolTip(told if job is not None or model is None else figures_sentence(model))
        self.summary_label.setVisible(bool(told))

    def _show_losses(self) -> None:
        """Draw what the epochs so far have to beat, and how they do; a narrow page leaves out the text they learn."""
        epochs, text = self._operations.next_word_epochs, self._operations.next_word_text
        heldout, training = (tuple(epoch.heldout_loss for epoch in epochs), tuple(epoch.loss for epoch in epochs))
        lines = [Line("held-out", "query", heldout, Qt.PenStyle.DashLine)]
        if text is not None:
            lines.append(Line("trigram", "muted", (text.trigram.best,) * len(epochs), Qt.PenStyle.DotLine))
        if self._is_wide:
            lines.append(Line("training", "neighbor", training))
        self.loss_plot.show_lines(lines if epochs else ())

    @property
    def _is_wide(self) -> bool:
        return self.width() >= self._appearance.px(NARROW_PX)

    @Slot()
    def _on_began(self) -> None:
        self._show_learning()

    @Slot(object)
    def _on_learned(self, model: NextWordModel) -> None:
        """A new network is asked what stands in the field."""
        self._show_learning()
        self._stack.setCurrentIndex(1)
        self._on_asked()

    @Slot()
    def _on_corpora_changed(self) -> None:
        chosen = self.corpus if self._corpora else None
        opened = (self._opened,) if self._opened is not None else ()
        self._corpora = (*opened, *self._operations.corpora())
        self.corpus_combo.clear()
        for corpus in self._corpora:
            self.corpus_combo.addItem(one_line(f"{corpus.name}, {corpus.what}", most=60))
        if chosen in self._corpora:
            self.corpus_combo.setCurrentIndex(self._corpora.index(chosen))

    @Slot()
    def _on_asked(self) -> None:
        """Another prompt, temperature or seed: what was continued is no longer of it."""
        self._continued = None
        self._show_continued()
        self._waiting.start()

    @Slot()
    def _on_quiet(self) -> None:
        self._operations.foretell(
            self.prompt_edit.text(), temperature=self.temperature_spin.value(), seed=self.seed_spin.value()
        )

    @Slot()
    def _on_continue(self) -> None:
        self._operations.continue_text(
            self.prompt_edit.text(),
            MOST_WORDS,
            temperature=self.temperature_spin.value(),
            seed=self.seed_spin.value(),
        )

    @Slot(object)
    def _on_foretold(self, found: Foretold) -> None:
        self.stages.show_stages(found)
        self.tokens_label.setText(tokens_sentence(found))
        self.table.show_words(found)
        chosen = found.chosen
        self.chosen_label.setText(f"Chosen: {one_line(chosen.word, most=40)} · {share_text(chosen.probability)}")

    @Slot(object)
    def _on_continued(self, found: Continued) -> None:
        self._continued = found
        self._show_continued()

    def _show_continued(self) -> None:
        """Write what was continued, or what one can do, in the colours of the theme."""
        theme, found = self._appearance.theme, self._continued
        if found is None:
            self.text_label.setText(f"<span style='color:{theme.muted}'>{CONTINUE}</span>")
            return
        self.text_label.setText(continued_html(found, theme.accent, theme.muted))
        words = " ".join(word.word for word in found.words)
        self.text_label.setAccessibleDescription(f"{found.prompt} {words}")

    @Slot()
    def _on_appearance_changed(self) -> None:
        self._show_continued()
        self._fit()

    def _fit(self) -> None:
        px, is_wide = self._appearance.px, self._is_wide
        self.loss_plot.setFixedWidth(px(CURVE_PX if is_wide else NARROW_CURVE_PX))
        self.corpus_combo.setMinimumWidth(px(64))
        self.temperature_spin.setFixedWidth(px(84))
        self.seed_spin.setFixedWidth(px(92))
        self.corpus_combo.setMaximumWidth(px(220))
        self._show_losses()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def continued_html(found: Continued, color: str, muted: str) -> str:
    """The prompt and the words that were chosen, these in colour and bold, each with its probability."""
    words = [escape(one_line(found.prompt, most=400))]
    for word in found.words:
        name, share = escape(one_line(word.word, most=40)), escape(share_text(word.probability))
        beside = f"<span style='color:{muted}'><small>{share.replace(' ', '&nbsp;')}</small></span>"
        words.append(f"<b style='color:{color}'>{name}</b>&nbsp;{beside}")
    return " ".join(words)
