"""The options of a training as a form; each explains itself in a tool tip."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QSpinBox, QWidget

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
SPIN_PX = 80
RATES = (("learning_rate", "Learning rate", 4, 0.005), ("subsample", "Subsample", 5, 0.0005))


class OptionsForm(QWidget):
    """Reads as TrainingOptions."""

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
        )

    def _add(self, form: QFormLayout, name: str, title: str, spin: QSpinBox | QDoubleSpinBox) -> None:
        spin.setObjectName(f"train_{name}")
        spin.setAccessibleName(title)
        spin.setToolTip(EXPLANATIONS[name])
        spin.setFixedWidth(SPIN_PX)
        spin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label = plain("muted")
        label.setMinimumWidth(72)
        label.setText(title)
        label.setToolTip(EXPLANATIONS[name])
        form.addRow(label, spin)
