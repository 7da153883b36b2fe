"""The options of a training as a form; each explains itself in a tool tip."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from embedviz.training import ALGORITHMS, EXPLANATIONS, OPTIONS_OF, SUGGESTED, TrainingOptions
from embedviz.views.panel import plain

COUNTS = (
    ("n_dims", "Dimensions", 1, 2_000),
    ("window", "Window", 1, 100),
    ("epochs", "Epochs", 1, 1_000),
    ("min_count", "Minimum count", 1, 1_000_000),
    ("negatives", "Negatives", 1, 100),
    ("min_n", "Shortest part", 1, 20),
    ("max_n", "Longest part", 1, 20),
    ("n_buckets", "Buckets", 1, 100_000_000),
    ("seed", "Seed", 0, 2_147_483_647),
)
OF_VOCABULARY = ("n_dims", "min_count")
LABEL_PX, FIELD_PX = 64, 77
LINES = (("Auto", "auto"), ("Apart", "sentences"), ("Join", "running"))
RATES = (
    ("learning_rate", "Learning rate", 4, 0.005, 1.0),
    ("subsample", "Subsample", 5, 0.0005, 1.0),
    ("x_max", "Most counted", 0, 10.0, 1e6),
    ("context_power", "Context power", 2, 0.05, 1.0),
    ("shift", "Shift", 1, 1.0, 1e3),
)
TITLES = {
    "skip-gram": "Skip-gram",
    "cbow": "CBOW",
    "fasttext": "fastText, by parts",
    "glove": "GloVe",
    "ppmi-svd": "PPMI and SVD",
    "lsa": "LSA of sentences",
    "random": "Random vectors",
}


class OptionsForm(QWidget):
    """Reads as TrainingOptions; `changed` states that it reads otherwise now.

    `vocabulary_changed` states that the text would be read in another way, or refused. `learning_rate_changed` carries
    the rate: it can be changed while a training runs.
    """

    changed = Signal()
    vocabulary_changed = Signal()
    learning_rate_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        defaults = TrainingOptions()
        self._held_dims: int | None = None
        self._own_dims = defaults.n_dims
        self._counts: dict[str, QSpinBox] = {}
        self._rates: dict[str, QDoubleSpinBox] = {}
        self._form = form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(3)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(5)
        self.algorithm_combo = QComboBox()
        for algorithm, explanation in ALGORITHMS.items():
            self.algorithm_combo.addItem(TITLES[algorithm], algorithm)
            self.algorithm_combo.setItemData(self.algorithm_combo.count() - 1, explanation, Qt.ItemDataRole.ToolTipRole)
        self.algorithm_combo.setObjectName("train_algorithm")
        self.algorithm_combo.setAccessibleName("Algorithm")
        form.addRow(self.algorithm_combo)
        for name, title, least, most in COUNTS:
            count = QSpinBox()
            count.setRange(least, most)
            count.setValue(getattr(defaults, name))
            count.setKeyboardTracking(False)
            count.valueChanged.connect(self.changed)
            if name in OF_VOCABULARY:
                count.valueChanged.connect(self.vocabulary_changed)
            self._counts[name] = count
            self._add(form, name, title, count)
        for name, title, decimals, step, highest in RATES:
            rate = QDoubleSpinBox()
            rate.setDecimals(decimals)
            rate.setRange(0.0, highest)
            rate.setSingleStep(step)
            rate.setValue(getattr(defaults, name))
            rate.setKeyboardTracking(False)
            rate.valueChanged.connect(self.changed)
            self._rates[name] = rate
            self._add(form, name, title, rate)
        self._rates["learning_rate"].valueChanged.connect(self.learning_rate_changed)
        self._lines = QComboBox()
        for title, lines in LINES:
            self._lines.addItem(title, lines)
        self._lines.currentIndexChanged.connect(self.changed)
        self._lines.currentIndexChanged.connect(self.vocabulary_changed)
        self._add(form, "lines", "Lines", self._lines)
        self.algorithm_combo.currentIndexChanged.connect(self._on_algorithm_chosen)
        self._on_algorithm_chosen()

    def options(self) -> TrainingOptions:
        """What the form says now."""
        said: dict[str, Any] = {name: field.value() for name, field in self._counts.items() if name in self._asked}
        said |= {name: field.value() for name, field in self._rates.items() if name in self._asked}
        return TrainingOptions(algorithm=self._algorithm, lines=self._lines.currentData(), **said)

    @property
    def _algorithm(self) -> str:
        return str(self.algorithm_combo.currentData())

    @property
    def _asked(self) -> frozenset[str]:
        """The options that matter to the chosen algorithm."""
        return OPTIONS_OF[self._algorithm]

    def fix_dims(self, n_dims: int | None) -> None:
        """Hold the number of dimensions that a space goes on with; None lets it be chosen again, as it was before."""
        if n_dims == self._held_dims:
            return
        dims = self._counts["n_dims"]
        if self._held_dims is None:
            self._own_dims = dims.value()
        self._held_dims = n_dims
        held = "A training that goes on with the open space has as many dimensions as that has."
        dims.setToolTip(EXPLANATIONS["n_dims"] if n_dims is None else held)
        dims.setEnabled(n_dims is None)
        dims.setMaximum(max(dims.maximum(), n_dims or 0))
        dims.setValue(self._own_dims if n_dims is None else n_dims)

    @Slot()
    def _on_algorithm_chosen(self) -> None:
        """Ask only for what matters to it, and suggest what suits it where the usual value, or another's, stands."""
        usual, suited = vars(TrainingOptions()), SUGGESTED.get(self._algorithm, {})
        for name in {name for values in SUGGESTED.values() for name in values}:
            known = {usual[name], *(values[name] for values in SUGGESTED.values() if name in values)}
            value = suited.get(name, usual[name])
            if name in self._counts and self._counts[name].value() in known:
                self._counts[name].setValue(int(value))
            elif name in self._rates and self._rates[name].value() in known:
                with QSignalBlocker(self._rates[name]):  # a suggestion is no wish of the training that runs
                    self._rates[name].setValue(value)
        for name, field in {**self._counts, **self._rates}.items():
            self._form.setRowVisible(field, name in self._asked)
        self.algorithm_combo.setToolTip(ALGORITHMS[self._algorithm])
        self.changed.emit()
        self.vocabulary_changed.emit()

    def _add(self, form: QFormLayout, name: str, title: str, field: QSpinBox | QDoubleSpinBox | QComboBox) -> None:
        field.setObjectName(f"train_{name}")
        field.setAccessibleName(title)
        field.setToolTip(EXPLANATIONS[name])
        field.setMinimumWidth(FIELD_PX)
        if not isinstance(field, QComboBox):
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label = plain("muted")
        label.setMinimumWidth(LABEL_PX)
        label.setText(title)
        label.setToolTip(EXPLANATIONS[name])
        form.addRow(label, field)
