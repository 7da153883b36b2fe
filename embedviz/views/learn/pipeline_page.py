"""The page of the Pipeline: a typed sentence on its road from text to one vector, with what each stage holds."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from embedviz.analysis.pipeline import FollowedSentence, Pipeline
from embedviz.operations import Operations
from embedviz.session import Session
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.space.metrics import METRICS
from embedviz.training.sentence_pooling import word_space
from embedviz.training.word_weights import Weighting, has_counts
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.learn.stage import Stage, TextStage, arrow
from embedviz.views.learn.token_model import NUMBERS, STATE, STRIP, TOKEN, WEIGHT, TokenModel, numbers_text
from embedviz.views.learn.token_table import TokenTable
from embedviz.views.neighbor_table import score_text
from embedviz.views.panel import plain, scrolled, snug, stack_into
from embedviz.views.row_table import tabular
from embedviz.views.strip import Strip
from embedviz.views.text import one_line

MOST_SHOWN = 2_000
SHARES = (3, 4, 4, 5, 5)
COUNTLESS_TIP = "Words can be weighted where the space has a column “count”, as trained ones do"
TITLES: dict[Weighting, str] = {"mean": "Mean", "frequency": "Weighted"}
TIPS: dict[Weighting, str] = {
    "mean": "Every word counts alike",
    "frequency": "Each vector times a / (a + p), a = 0.001 and p the word's share of the text (SIF, Arora et al. 2017)",
}
EMPTY = (
    "Type a sentence above, and see at every key how it becomes a vector: what is done to the text, the words it is "
    "cut into, which of them this space knows, their vectors, and the one vector that is pooled from them, with its "
    "place on the plot."
)


class PipelinePage(DrawerPage):
    """Five stages side by side, live; “On the plot” makes the pooled vector the open question."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("pipeline_page")
        self._shown: str | None = None
        self.edit = QLineEdit()
        self.weighting_combo = QComboBox()
        self.show_check = QCheckBox("On the plot")
        self.stages = (
            TextStage("1 Text", "raw"),
            TextStage("2 Preprocessed", "preprocessed"),
            Stage("3 Tokens", "tokens"),
            Stage("4 Vectors", "vectors"),
            Stage("5 Pooled", "pooled"),
        )
        self._model = TokenModel(appearance, self)
        share = (session, operations, appearance)
        self.table = TokenTable("pipeline_table", "Tokens of the sentence", self._model, {TOKEN: 1, STATE: 0}, *share)
        shares = {WEIGHT: 0, STRIP: 3, NUMBERS: 2}
        self.vector_table = TokenTable("pipeline_vector_table", "Vectors of the tokens", self._model, shares, *share)
        self.strip = Strip(appearance)
        self.sentence = plain("muted", "pipeline_sentence")
        self.numbers = plain("muted", "pipeline_numbers")
        self.nearest = plain("", "pipeline_nearest")
        self.empty_label = plain("muted", "pipeline_empty")
        self._set_up()
        self._lay_out()
        self.edit.textChanged.connect(self._on_typed)
        self.edit.returnPressed.connect(self._on_entered)
        self.weighting_combo.activated.connect(self._on_typed)
        self.show_check.toggled.connect(self._on_typed)
        operations.sentence_followed.connect(self._on_sentence_followed)
        operations.sentence_placed.connect(self._on_sentence_placed)
        operations.sentence_refused.connect(self._on_sentence_refused)
        session.space_changed.connect(self._on_space_changed)
        session.view_changed.connect(self._on_view_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()
        self._on_space_changed()

    @property
    def weighting(self) -> Weighting:
        """How words are weighted."""
        chosen: Weighting = self.weighting_combo.currentData()
        return chosen

    def take_focus(self) -> None:
        self.edit.setFocus()

    def _set_up(self) -> None:
        self.edit.setObjectName("pipeline_edit")
        self.edit.setAccessibleName("Sentence to follow")
        self.edit.setPlaceholderText("Type a sentence")
        self.edit.setToolTip("A sentence; Enter shows it on the plot")
        self.edit.setClearButtonEnabled(True)
        self.weighting_combo.setObjectName("pipeline_weighting_combo")
        self.weighting_combo.setAccessibleName("How the words are weighted")
        for weighting in get_args(Weighting):
            self.weighting_combo.addItem(TITLES[weighting], weighting)
        self.show_check.setObjectName("pipeline_show_check")
        self.show_check.setToolTip("Make the pooled vector the open question: its place and its neighbours on the plot")
        self.show_check.setChecked(True)
        self.vector_table.keep_step_with(self.table)
        self.empty_label.setText(EMPTY)
        self.nearest.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _lay_out(self) -> None:
        self._fill_tools(self.edit, self.weighting_combo, grow=(self.edit,))
        self.stages[2].column.addWidget(self.table, 1)
        self.stages[3].column.addWidget(self.vector_table, 1)
        content = QWidget()
        inner = snug(QVBoxLayout(content), 2)
        for widget in (self.strip, self.sentence, self.nearest, self.numbers):
            inner.addWidget(widget)
        inner.addStretch(1)
        self.stages[4].column.addWidget(scrolled(content), 1)
        self.stages[4].column.addWidget(self.show_check)
        page = QWidget()
        row = snug(QHBoxLayout(page), 6)
        for at, (stage, share) in enumerate(zip(self.stages, SHARES, strict=True)):
            if at:
                row.addWidget(arrow())
            row.addWidget(stage, share)
        self._stack = stack_into(snug(QVBoxLayout(self), 0), self.empty_label, page)

    def _follow(self, *, show: bool, live: bool = True) -> None:
        """Follow what is typed, or show that nothing is."""
        text = self.edit.text()
        if text.strip():
            self._operations.follow_sentence(text, self.weighting, show=show, live=live)
        else:
            self._operations.leave_sentence()
            self._stack.setCurrentIndex(0)

    def _show(self, found: Pipeline) -> None:
        raw, preprocessed, tokens, vectors, pooled = self.stages
        assert isinstance(raw, TextStage)
        assert isinstance(preprocessed, TextStage)
        n_bytes = len(found.text.encode("utf-8", "replace"))
        raw.show_text(one_line(found.text, MOST_SHOWN), f"{len(found.text):,} characters, {n_bytes:,} bytes of UTF-8")
        dropped = [f"in no word: {one_line(found.dropped, 20)}"] if found.dropped else []
        preprocessed.show_text(one_line(found.preprocessed, MOST_SHOWN), "; ".join([*found.changes, *dropped]))
        n_tokens, n_dims = len(found.tokens), found.vectors.shape[1]
        n_unknown = n_tokens - found.n_known
        tokens.fact.setText(f"{n_tokens:,}")
        tokens.fact.setToolTip(f"{n_tokens:,} tokens, {n_unknown:,} unknown")
        vectors.fact.setText(f"{found.n_known:,} × {n_dims:,}")
        pooled.fact.setText(f"{n_dims:,}" if found.pooled is not None else "none")
        self._model.show(found)
        self.vector_table.show_weights(wanted=found.weighting != "mean")
        self.strip.setVisible(found.pooled is not None)
        self.numbers.setVisible(found.pooled is not None)
        self.strip.show_vector(found.pooled)
        self.sentence.setText(found.said)
        if found.pooled is not None:
            self.numbers.setText(f"‖v‖ {found.norm:.3f}\n{numbers_text(found.pooled, 8)}")
        self._stack.setCurrentIndex(1)

    @Slot()
    def _on_typed(self) -> None:
        self._follow(show=self.show_check.isChecked())

    @Slot()
    def _on_entered(self) -> None:
        self._follow(show=True, live=False)

    @Slot(object)
    def _on_sentence_followed(self, found: Pipeline) -> None:
        if found.text == self.edit.text():
            self._show(found)

    @Slot(object)
    def _on_sentence_placed(self, followed: FollowedSentence) -> None:
        answer, found = followed.answer, followed.pipeline
        self._shown = found.question
        if answer is None:
            space = self._session.state.space
            name = one_line(space.source.name, 60) if space is not None else ""
            why = f"No word of it is an item of {name}, so nothing can be pooled." if found.pooled is None else ""
            self.nearest.setText(why or "The pooled vector is zero, so nothing is near it.")
            return
        ranked = zip(answer.labels, answer.scores.tolist(), strict=True)
        names = " · ".join(f"{one_line(label, 40)} {score_text(score)}" for label, score in ranked)
        self.nearest.setText(f"Nearest by {METRICS[answer.metric].title.lower()}: {names}")

    @Slot(str)
    def _on_sentence_refused(self, why: str) -> None:
        self.nearest.setText(why)
        self._stack.setCurrentIndex(1 if self._session.state.space is not None else 0)

    @Slot()
    def _on_space_changed(self) -> None:
        self._offer_weighting(self._session.state.space)
        self._operations.leave_sentence()
        self._model.show(None)
        self._stack.setCurrentIndex(0)
        if self.isVisible():
            self._follow(show=False)

    def _offer_weighting(self, space: EmbeddingSpace | None) -> None:
        """Offer to weight by frequency where the words have counts."""
        can = space is not None and has_counts(word_space(space))
        self.weighting_combo.setEnabled(can)
        self.weighting_combo.setToolTip(TIPS[self.weighting] if can else COUNTLESS_TIP)
        if not can:
            self.weighting_combo.setCurrentIndex(0)

    @Slot()
    def _on_view_changed(self) -> None:
        """The same sentence by another metric, or with more neighbours; the open question is left if it is another."""
        answer = self._session.state.answer
        if self.isVisible() and self.edit.text().strip():
            self._follow(show=answer is not None and answer.text == self._shown)

    @Slot()
    def _on_appearance_changed(self) -> None:
        self.numbers.setFont(tabular(self.numbers.font()))
        self.nearest.setFont(tabular(self.nearest.font()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.edit.text().strip() and self._stack.currentIndex() == 0:
            self._follow(show=self.show_check.isChecked())

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._operations.leave_sentence()
