"""The heads of a table whose columns stay: what they are called, what they mean, and where their cells stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt

TO_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
TO_CENTER = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
TO_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class Heads:
    """Names and tool tips in the order of the columns; numbers stand to the right, columns of words in `left`."""

    names: tuple[str, ...]
    tips: tuple[str, ...]
    left: frozenset[int] = frozenset()
    center: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.names)

    def alignment(self, column: int) -> int:
        """Where the cells of a column stand, as Qt's flags."""
        return TO_LEFT if column in self.left else TO_CENTER if column in self.center else TO_RIGHT

    def data(self, section: int, orientation: Qt.Orientation, role: int) -> Any:
        """What a model's `headerData` says."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        shown = {Qt.ItemDataRole.DisplayRole: self.names, Qt.ItemDataRole.ToolTipRole: self.tips}
        said = shown.get(Qt.ItemDataRole(role))
        return None if said is None else said[section]
