"""The page of Trace: the neighbours of a word after every epoch, and similarities and evaluations over the epochs."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from embedviz.analysis.over_time import EvaluationOverTime, NeighborsOverTime
from embedviz.operations import Operations
from embedviz.operations.tracing import Trace
from embedviz.session import Session
from embedviz.views.appearance import Appearance
from embedviz.views.drawer_page import DrawerPage
from embedviz.views.panel import beside, plain, push_button, snug, stack_into
from embedviz.views.text import one_line
from embedviz.views.train.curve import Curve, Line
from embedviz.views.train.trace_table import TraceTable

QUIET_MS = 120
CHART_SHARE = 0.42
EMPTY = (
    "Open a training that was kept, or train on a text, and ask about a word: here stand its neighbours after every "
    "epoch, and how the similarity of words came about."
)
ASK = "Ask about a word of this training to see its neighbours after every epoch."
EXPLAINED = "{word}: + is new since the epoch before. Click an epoch to go there."


class TracePage(DrawerPage):
    """Follows the open question through the epochs of its training while the page is seen."""

    def __init__(
        self, session: Session, operations: Operations, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(session, operations, appearance, parent)
        self.setObjectName("trace_page")
        self._asked: tuple[object, ...] | None = None
        self._trace: Trace | None = None
        self._is_tracing = False
        self._waiting = QTimer(self, singleShot=True, interval=QUIET_MS)
        self.table = TraceTable(appearance)
        self.chart = Curve("cosine", appearance)
        self.chart.setObjectName("trace_chart")
        self.pairs_edit = QLineEdit()
        self.pairs_edit.setObjectName("trace_pairs_edit")
        self.pairs_edit.setPlaceholderText("doctor nurse; paris london")
        self.pairs_edit.setClearButtonEnabled(True)
        self.pairs_edit.setAccessibleName("Pairs of words whose similarity is drawn")
        self.pairs_edit.setToolTip("Pairs of words to draw, between semicolons; empty for the nearest neighbours")
        self.evaluate_button = push_button(
            "Evaluate…", "trace_evaluate_button", "Evaluate every epoch on a word list or an analogy file"
        )
        self.clear_button = push_button("Clear", "trace_clear_button", "Take the evaluations off the chart")
        self.sentence = plain("muted", "trace_sentence")
        self._lay_out()
        self._waiting.timeout.connect(self._on_quiet)
        self.table.epoch_chosen.connect(operations.show_epoch)
        self.chart.epoch_chosen.connect(self._on_chart_epoch_chosen)
        self.pairs_edit.editingFinished.connect(self._on_changed)
        self.evaluate_button.clicked.connect(self.evaluate)
        self.clear_button.clicked.connect(operations.forget_traced_evaluations)
        operations.traced.connect(self._on_traced)
        operations.trace_grew.connect(self._on_trace_grew)
        operations.trace_refused.connect(self._on_refused)
        operations.trace_ended.connect(self._on_trace_ended)
        operations.evaluations_traced.connect(self._on_evaluations_traced)
        operations.epochs_changed.connect(self._on_epochs_changed)
        session.answer_changed.connect(self._on_answer_changed)
        self._on_epochs_changed()
        self._on_evaluations_traced()

    @Slot()
    def evaluate(self) -> None:
        """Ask for a file and evaluate every epoch on it."""
        path, _ = QFileDialog.getOpenFileName(
            self, "Word list or analogies", "", "Lists (*.txt *.tsv *.csv);;All files (*)"
        )
        if path:
            self._operations.trace_evaluation(path)

    def _lay_out(self) -> None:
        tools = self._fill_tools(self.pairs_edit, self.evaluate_button, self.clear_button, room=1)
        tools.setStretchFactor(self.pairs_edit, 4)
        empty = plain("muted", "trace_empty")
        empty.setText(EMPTY)
        column = snug(QVBoxLayout(self), 4)
        self._stack = stack_into(column, empty, beside((self.table, 1), (self.chart, 0)))
        column.addWidget(self.sentence)

    def _wanted(self) -> tuple[object, ...] | None:
        """What is to be traced: the same while one goes through the epochs."""
        operations, answer = self._operations, self._session.state.answer
        pairs = self.pairs_edit.text().strip()
        if not operations.traced_run or (answer is None and not pairs):
            return None
        asked = None if answer is None else (answer.text, answer.k, answer.metric)
        return operations.traced_run, operations.epochs, asked, pairs

    def _draw(self) -> None:
        """Draw the pairs, and behind them the evaluations."""
        epochs: tuple[int, ...] = ()
        named: list[tuple[str, dict[int, float]]] = []
        if self._trace is not None and self._trace.similarity is not None:
            found = self._trace.similarity
            epochs = found.epochs
            for at, (one, other) in enumerate(self._trace.names):
                values = dict(zip(epochs, found.scores[:, at].tolist(), strict=True))
                named.append((one_line(f"{one} – {other}", most=60), values))
        for each in self._operations.traced_evaluations:
            epochs = tuple(sorted({*epochs, *each.epochs}))
            named.append((one_line(f"{each.name} {each.measure}", most=60), _values(each)))
        every = range(epochs[0], epochs[-1] + 1) if epochs else range(0)
        nothing = float("nan")
        lines = [
            Line.numbered(at, name, tuple(values.get(epoch, nothing) for epoch in every))
            for at, (name, values) in enumerate(named)
        ]
        self.chart.show_title("cosine, ρ or accuracy" if self._operations.traced_evaluations else "cosine")
        self.chart.show_lines(lines, first=every.start)

    def _clear(self) -> None:
        self._asked = self._trace = None
        self.table.show_trace(None)
        self._draw()

    @Slot()
    def _on_changed(self) -> None:
        if self.isVisible() and not self._waiting.isActive() and self._wanted() not in (None, self._asked):
            self._waiting.start()

    @Slot()
    def _on_answer_changed(self) -> None:
        """A question that is still being typed waits for the next letter."""
        self._waiting.stop()
        self._on_changed()

    @Slot()
    def _on_quiet(self) -> None:
        """More epochs of what is looked at wait until that is done; another question does not."""
        wanted = self._wanted()
        if wanted is None or wanted == self._asked or not self.isVisible():
            return
        if self._is_tracing and self._asked is not None and _question(self._asked) == _question(wanted):
            return
        self._asked, self._is_tracing = wanted, True
        self._operations.trace(self.pairs_edit.text())

    @Slot()
    def _on_trace_ended(self) -> None:
        self._is_tracing = False
        self._on_changed()

    @Slot(object)
    def _on_traced(self, trace: Trace) -> None:
        self._trace = trace
        self.table.show_trace(trace.neighbors)
        self._draw()
        if trace.problem:
            self.sentence.say(trace.problem, "error")
        else:
            asked = trace.neighbors
            self.sentence.say(ASK if asked is None else EXPLAINED.format(word=one_line(asked.text, most=60)))

    @Slot(object)
    def _on_trace_grew(self, found: NeighborsOverTime) -> None:
        self.table.show_trace(found)
        self.sentence.say(f"{one_line(found.text, most=60)}: looking at more epochs…")

    @Slot(str)
    def _on_refused(self, why: str) -> None:
        self.sentence.say(why, "error")

    @Slot()
    def _on_evaluations_traced(self) -> None:
        self.clear_button.setVisible(bool(self._operations.traced_evaluations))
        self._draw()

    @Slot()
    def _on_epochs_changed(self) -> None:
        """Another run, other epochs of it, or another of them is open."""
        operations = self._operations
        if self._trace is not None and self._trace.run.name != operations.followed_run:
            self._clear()
        has_epochs = bool(operations.traced_run) or self._trace is not None
        self._stack.setCurrentIndex(1 if has_epochs else 0)
        self.pairs_edit.setEnabled(has_epochs)
        self.evaluate_button.setEnabled(has_epochs)
        self.table.point_out(operations.epoch)
        self.chart.mark(operations.epoch)
        if self._trace is None:
            self.sentence.say(ASK if has_epochs else "")
        self._on_changed()

    @Slot(int)
    def _on_chart_epoch_chosen(self, epoch: int) -> None:
        epochs = self._operations.epochs
        if epochs:
            self._operations.show_epoch(min(epochs, key=lambda kept: abs(kept - epoch)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chart.setFixedWidth(round(CHART_SHARE * self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_changed()


def _question(wanted: tuple[object, ...]) -> tuple[object, ...]:
    """What is traced, whatever the epochs."""
    run, _, *question = wanted
    return run, *question


def _values(each: EvaluationOverTime) -> dict[int, float]:
    """The score of each epoch that has one."""
    return {epoch: score for epoch, score in zip(each.epochs, each.scores, strict=True) if score is not None}
