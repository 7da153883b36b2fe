"""The look of the widgets as one Qt style sheet."""

from __future__ import annotations

from embedviz import paths
from embedviz.views import theme as measures
from embedviz.views.theme import Theme


def stylesheet(theme: Theme, scale: float) -> str:
    """The style sheet of a theme; `scale` enlarges text and controls together."""

    def px(length: float) -> str:
        return f"{round(length * scale)}px"

    down, up, check = (paths.icon(name).as_posix() for name in ("chevron-down", "chevron-up", "check"))
    control = f"""
        background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: {px(6)};
        padding: 0 {px(8)};
        min-height: {px(measures.CONTROL_HEIGHT - 2)}; max-height: {px(measures.CONTROL_HEIGHT - 2)};
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent};
    """
    return f"""
    QWidget {{ color: {theme.text}; font-size: {px(measures.BODY_PX)}; }}
    QMainWindow, QDialog, QWidget#central, QStatusBar {{ background: {theme.window}; }}
    QFrame[role="panel"] {{
        background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: {px(measures.RADIUS)};
    }}
    QFrame[role="card"] {{
        background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: {px(6)};
    }}
    QLabel {{ background: transparent; border: none; }}
    QLabel[role="head"] {{
        color: {theme.muted}; font-size: {px(measures.HEAD_PX)}; font-weight: 600; letter-spacing: 1px;
    }}
    QLabel[role="title"] {{ font-size: {px(measures.TITLE_PX)}; font-weight: 600; }}
    QLabel[role="muted"] {{ color: {theme.muted}; }}
    QLabel[role="error"] {{ color: {theme.error}; }}
    QLineEdit#query_edit {{
        background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: {px(measures.RADIUS)};
        padding: 0 {px(14)}; min-height: {px(measures.QUERY_HEIGHT - 2)}; max-height: {px(measures.QUERY_HEIGHT - 2)};
        font-size: {px(measures.QUERY_PX)};
        selection-background-color: {theme.accent}; selection-color: {theme.on_accent};
    }}
    QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox {{ {control} }}
    QLineEdit:focus, QLineEdit#query_edit:focus, QComboBox:focus, QSpinBox:focus {{ border-color: {theme.accent}; }}
    QComboBox:disabled, QSpinBox:disabled {{ color: {theme.muted}; }}
    QComboBox::drop-down {{ border: none; background: transparent; width: {px(22)}; }}
    QComboBox::down-arrow {{ image: url("{down}"); width: {px(12)}; height: {px(12)}; }}
    QComboBox QAbstractItemView {{
        background: {theme.panel}; border: 1px solid {theme.hairline}; padding: 4px; outline: none;
        selection-background-color: {theme.tint}; selection-color: {theme.text};
    }}
    QHeaderView, QTableCornerButton::section {{ background: {theme.panel}; border: none; }}
    QHeaderView::section {{ background: {theme.panel}; color: {theme.muted}; border: none; padding: {px(3)}; }}
    QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {{ border: none; background: transparent; padding: 0; min-height: 0; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
        border: none; background: transparent; width: {px(20)};
    }}
    QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: {px(10)}; height: {px(10)}; }}
    QAbstractSpinBox::down-arrow {{ image: url("{down}"); width: {px(10)}; height: {px(10)}; }}
    QPushButton {{ {control} padding: 0 {px(12)}; }}
    QPushButton:hover, QToolButton:hover {{ background: {theme.tint}; }}
    QPushButton:focus, QToolButton:focus {{ border: 1px solid {theme.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {theme.muted}; }}
    QToolButton {{
        background: transparent; border: 1px solid transparent; border-radius: {px(6)}; padding: {px(4)};
    }}
    QToolButton:checked {{ background: {theme.tint}; color: {theme.accent}; }}
    QWidget[tight="true"] QPushButton {{ padding: 0 {px(6)}; }}
    QPushButton[role="menu"] {{ padding: 0 {px(24)} 0 {px(10)}; }}
    QPushButton::menu-indicator {{
        image: url("{down}"); width: {px(12)}; height: {px(12)}; subcontrol-position: right center; right: {px(7)};
    }}
    QToolButton[role="split"] {{ {control} padding: 0 {px(20)} 0 {px(8)}; }}
    QToolButton[role="split"]::menu-button {{ border: none; width: {px(24)}; }}
    QToolButton[role="split"]::menu-arrow {{ image: url("{down}"); width: {px(12)}; height: {px(12)}; }}
    QToolButton[role="rail"] {{
        color: {theme.muted}; padding: {px(6)} 0; min-width: {px(66)}; max-width: {px(66)}; border-radius: {px(6)};
        font-size: {px(11)};
    }}
    QToolButton[role="rail"]:hover {{ color: {theme.text}; }}
    QToolButton[role="rail"]:checked {{ color: {theme.accent}; }}
    QTabBar#apart_tabs::tab {{
        background: transparent; color: {theme.muted}; border: none; border-radius: {px(6)};
        padding: {px(4)} {px(8)}; margin-right: {px(2)};
    }}
    QTabBar#apart_tabs::tab:selected {{ background: {theme.tint}; color: {theme.accent}; }}
    QTabBar#apart_tabs::tab:hover {{ color: {theme.text}; }}
    QTableView, QTreeView {{
        background: transparent; border: 1px solid transparent; outline: none; gridline-color: transparent;
        selection-background-color: {theme.tint}; selection-color: {theme.text};
    }}
    QTreeView::item {{ min-height: {px(24)}; padding: 0 {px(6)}; }}
    QTreeView QHeaderView::section {{ padding: {px(3)} {px(6)}; }}
    QTableView[role="spaced"]::item {{ border: none; padding: 0 {px(8)}; }}
    QTableView[role="spaced"] QHeaderView::section {{ padding: {px(3)} {px(11)}; }}
    QTableView[role="spaced"]::item:selected {{ background: {theme.tint}; color: {theme.text}; }}
    QTableView:focus, QTreeView:focus {{ border-color: {theme.accent}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QListView, QListWidget {{
        background: {theme.panel}; border: 1px solid {theme.hairline}; border-radius: {px(6)}; outline: none;
        selection-background-color: {theme.tint}; selection-color: {theme.text};
    }}
    QListView::item {{ padding: {px(4)} {px(8)}; }}
    QListView::item:selected, QListView::item:hover {{ background: {theme.tint}; color: {theme.text}; }}
    QListView::item:disabled {{ color: {theme.muted}; }}
    QListView::indicator, QTableView::indicator, QCheckBox::indicator {{
        width: {px(13)}; height: {px(13)}; border: 1px solid {theme.muted}; border-radius: 3px;
        background: {theme.panel};
    }}
    QListView::indicator:checked, QTableView::indicator:checked, QCheckBox::indicator:checked {{
        image: url("{check}"); border-color: {theme.accent};
    }}
    QListView::indicator:disabled, QTableView::indicator:disabled, QCheckBox::indicator:disabled {{
        border-color: {theme.hairline};
    }}
    QCheckBox:disabled {{ color: {theme.muted}; }}
    QCheckBox:focus {{ color: {theme.accent}; }}
    QProgressBar {{
        background: {theme.hairline}; border: none; border-radius: 3px; min-height: 6px; max-height: 6px;
    }}
    QProgressBar::chunk {{ background: {theme.accent}; border-radius: 3px; }}
    QMenuBar {{ background: {theme.window}; border: none; padding: 2px 6px; }}
    QMenuBar::item {{ background: transparent; padding: {px(4)} {px(8)}; border-radius: 4px; }}
    QMenuBar::item:selected {{ background: {theme.tint}; }}
    QMenu {{ background: {theme.panel}; border: 1px solid {theme.hairline}; padding: 4px; }}
    QMenu::item {{ padding: {px(5)} {px(24)} {px(5)} {px(12)}; border-radius: 4px; }}
    QMenu::item:selected {{ background: {theme.tint}; }}
    QMenu::item:disabled {{ color: {theme.muted}; }}
    QMenu::separator {{ height: 1px; background: {theme.hairline}; margin: 4px 8px; }}
    QToolTip {{
        background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.hairline}; padding: 4px;
    }}
    QScrollBar:vertical {{ background: transparent; width: 8px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {theme.hairline}; border-radius: 4px; min-height: 24px; }}
    QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {theme.hairline}; border-radius: 4px; min-width: 24px; }}
    QAbstractScrollArea::corner {{ background: transparent; }}
    QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
        background: transparent; height: 0; width: 0; border: none;
    }}
    """
