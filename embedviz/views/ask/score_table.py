"""The scores of two items by all metrics, and what each is worth among random pairs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from embedviz.analysis.contributions import Comparison
from embedviz.analysis.null_scores import NullScores
from embedviz.space.metrics import METRICS
from embedviz.views.neighbor_table import score_text


class ScoreTable(QWidget):
    """Four lines: the metric, the score, and how rare it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compare_scores")
        self.setAccessibleName("Scores by all metrics")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        self._scores: dict[str, QLabel] = {}
        self._shares: dict[str, QLabel] = {}
        for line, (name, metric) in enumerate(METRICS.items()):
            self._scores[name] = QLabel()
            self._shares[name] = QLabel()
            self._shares[name].setProperty("role", "muted")
            self._shares[name].setObjectName(f"compare_share_{name}")
            title = QLabel(metric.title)
            title.setToolTip(metric.explanation)
            for at, label in enumerate((title, self._scores[name], self._shares[name])):
                grid.addWidget(label, line, at)
        grid.setRowStretch(len(METRICS), 1)

    def show_scores(self, found: Comparison | None, null_of: Callable[[str], NullScores | None]) -> None:
        """Show the scores of a comparison, each with its share where random pairs were scored."""
        for name in METRICS:
            score = found.scores[name] if found is not None else None
            self._scores[name].setText("–" if score is None else score_text(score))
            null = null_of(name)
            self._shares[name].setText("" if score is None or null is None else f"closer than {null.share_text(score)}")
            self._shares[name].setToolTip(f"of {null.pairs_text}" if null is not None else "")

    def text_of(self, metric: str) -> str:
        """What stands in the line of a metric."""
        return f"{self._scores[metric].text()} {self._shares[metric].text()}".strip()
