"""A small chart of figures by epoch."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QWidget

from embedviz.views.appearance import Appearance

Line = tuple[str, str, Sequence[float], Qt.PenStyle]


class Curve(pg.PlotWidget):
    """Draws lines over the epochs; a legend names them, line styles tell them apart without colour."""

    def __init__(self, title: str, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, enableMenu=False)
        self._title = title
        self._appearance = appearance
        self.setAccessibleName(title)
        self.setMinimumSize(80, 60)
        self.setFrameShape(self.Shape.NoFrame)
        self.plotItem.hideButtons()
        self.plotItem.setMouseEnabled(x=False, y=False)
        self._legend = self.plotItem.addLegend(offset=(-6, 4), labelTextSize="8pt")
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def show_lines(self, epochs: Sequence[int], lines: Sequence[Line]) -> None:
        """Draw other lines: (name, colour, values, style) each."""
        self.plotItem.clear()
        if not epochs:
            lines = ()
        for name, color, values, style in lines:
            finite = [(epoch, value) for epoch, value in zip(epochs, values, strict=True) if value == value]
            pen = pg.mkPen(QColor(color), width=2, style=style)
            xs, ys = [epoch for epoch, _ in finite], [value for _, value in finite]
            self.plotItem.plot(
                xs,
                ys,
                pen=pen,
                symbol="o",
                symbolSize=5,
                symbolBrush=QColor(color),
                symbolPen=None,
                name=name if len(lines) > 1 else None,
            )
        said = "; ".join(f"{name} {values[-1]:.3f}" for name, _, values, _ in lines)
        self.setAccessibleDescription(
            f"{self._title} after {len(epochs)} epochs: {said}" if epochs else "No epochs yet"
        )

    @Slot()
    def _on_appearance_changed(self) -> None:
        theme = self._appearance.theme
        self.setBackground(QColor(theme.panel))
        font = QFont(self.font())
        font.setPixelSize(self._appearance.px(11))
        for side in ("bottom", "left"):
            axis = self.plotItem.getAxis(side)
            axis.setPen(QColor(theme.hairline))
            axis.setTextPen(QColor(theme.muted))
            axis.setStyle(tickFont=font, tickLength=-3)
            axis.enableAutoSIPrefix(False)
        style = {"color": theme.muted, "font-size": f"{font.pixelSize()}px"}
        self.plotItem.setLabel("bottom", "epoch", **style)
        self.plotItem.setLabel("left", self._title, **style)
        self._legend.setLabelTextColor(QColor(theme.muted))
