"""The heads of lists side by side: a title, and below it in small what was done to the vectors."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QHeaderView, QWidget

from embedviz.views import theme as measures
from embedviz.views.appearance import Appearance
from embedviz.views.ask.list_model import ListModel
from embedviz.views.text import one_line

NOTE_LINES = 2
PADDING_PX = 6


class ListHeader(QHeaderView):
    """Paints both lines; what does not fit is in the tool tip."""

    def __init__(self, model: ListModel, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._lists = model
        self._appearance = appearance
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)

    def sizeHint(self) -> QSize:
        title, note = (QFontMetrics(font) for font in self._fonts())
        return QSize(0, title.height() + NOTE_LINES * note.lineSpacing() + self._appearance.px(6))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column, theme = self._lists.columns[section], self._appearance.theme
        title, note = self._fonts()
        pad = self._appearance.px(PADDING_PX)
        area = rect.adjusted(pad, 0, -pad, 0)
        painter.save()
        painter.setClipRect(rect)
        painter.setFont(title)
        painter.setPen(QColor(theme.text))
        metrics = QFontMetrics(title)
        said = metrics.elidedText(one_line(column.title), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop), said)
        painter.setFont(note)
        painter.setPen(QColor(theme.error if column.problem else theme.muted))
        below = area.adjusted(0, metrics.height(), 0, 0)
        painter.drawText(
            below,
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap),
            self._in_lines(column.problem or column.note, QFontMetrics(note), area.width()),
        )
        painter.restore()

    def _fonts(self) -> tuple[QFont, QFont]:
        title, note = QFont(self.font()), QFont(self.font())
        title.setPixelSize(self._appearance.px(measures.BODY_PX))
        title.setWeight(QFont.Weight.DemiBold)
        note.setPixelSize(self._appearance.px(measures.HEAD_PX))
        return title, note

    @staticmethod
    def _in_lines(text: str, metrics: QFontMetrics, width: int) -> str:
        """`text` broken into lines by words; the last one is elided."""
        lines: list[str] = []
        words = one_line(text).split(" ")
        while words and len(lines) < NOTE_LINES - 1:
            count = 1
            while count < len(words) and metrics.horizontalAdvance(" ".join(words[: count + 1])) <= width:
                count += 1
            lines.append(metrics.elidedText(" ".join(words[:count]), Qt.TextElideMode.ElideRight, width))
            words = words[count:]
        if words:
            lines.append(metrics.elidedText(" ".join(words), Qt.TextElideMode.ElideRight, width))
        return "\n".join(lines)
