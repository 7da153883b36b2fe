"""The options of a training as a form; each explains itself in a tool tip."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

from embedviz.training import EXPLANATIONS, TrainingOptions
from embedviz.views.panel import plain

COUNTS = (
    ("n_dims", "Dimensions", 1, 2_000),
    ("window", "Window", 1, 100),
    ("epochs", "Epochs", 1, 1_000),
    ("min_count", "Minimum count", 1, 1_000_000),
    ("negatives", "Negatives", 1, 100),
    ("seed", "Seed", 0, 2_147_483_647),
)
OF_VOCABULARY = ("n_dims", "min_count")
LABEL_PX, FIELD_PX = 64, 82
LINES = (("Auto", "auto"), ("Apart", "sentences"), ("Join", "running"))
RATES = (("learning_rate", "Learning rate", 4, 0.005), ("subsample", "Subsample", 5, 0.0005))


class OptionsForm(QWidget):
    """Reads as TrainingOptions; `vocabulary_changed` states that the text would be read in another way, or refused."""

    vocabulary_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        defaults = TrainingOptions()
        self._counts: dict[str, QSpinBox] = {}
        self._rates: dict[str, QDoubleSpinBox] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(5)
        for name, title, least, most in COUNTS:
            count = QSpinBox()
            count.setRange(least, most)
            count.setValue(getattr(defaults, name))
            count.setKeyboardTracking(False)
            if name in OF_VOCABULARY:
                count.valueChanged.connect(self.vocabulary_changed)
            self._counts[name] = count
            self._add(form, name, title, count)
        for name, title, decimals, step in RATES:
            rate = QDoubleSpinBox()
            rate.setDecimals(decimals)
            rate.setRange(0.0, 1.0)
            rate.setSingleStep(step)
            rate.setValue(getattr(defaults, name))
            self._rates[name] = rate
            self._add(form, name, title, rate)
        self._lines = QComboBox()
        for title, lines in LINES:
            self._lines.addItem(title, lines)
        self._lines.currentIndexChanged.connect(self.vocabulary_changed)
        self._add(form, "lines", "Lines", self._lines)

    def options(self) -> TrainingOptions:
        """What the form says now."""
        counts = {name: spin.value() for name, spin in self._counts.items()}
        rates = {name: spin.value() for name, spin in self._rates.items()}
        return TrainingOptions(
            n_dims=counts["n_dims"],
            window=counts["window"],
            epochs=counts["epochs"],
            min_count=counts["min_count"],
            negatives=counts["negatives"],
            seed=counts["seed"],
            learning_rate=rates["learning_rate"],
            subsample=rates["subsample"],
            lines=self._lines.currentData(),
        )

    def _add(self, form: QFormLayout, name: str, title: str, field: QSpinBox | QDoubleSpinBox | QComboBox) -> None:
        field.setObjectName(f"train_{name}")
        field.setAccessibleName(title)
        field.setToolTip(EXPLANATIONS[name])
        field.setFixedWidth(FIELD_PX)
        if not isinstance(field, QComboBox):
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label = plain("muted")
        label.setMinimumWidth(LABEL_PX)
        label.setText(title)
        label.setToolTip(EXPLANATIONS[name])
        form.addRow(label, field)
