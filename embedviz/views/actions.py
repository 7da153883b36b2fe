"""Every action of the window, once: menus, shortcuts, palette and the list of shortcuts are made from this table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow

from embedviz.settings import Settings
from embedviz.views.commands import Commands
from embedviz.views.mnemonics import with_mnemonics

MENUS = ("File", "Edit", "View", "Train", "Analyze", "Help")


@dataclass(frozen=True)
class ActionSpec:
    """One action: its object name after `action_`, its menu, its words, its keys, and what it does.

    One that `shows` a setting and a value is checked while the setting has that value.
    """

    name: str
    menu: str
    text: str
    run: Callable[[Commands], object]
    keys: tuple[str, ...] = ()
    group: str = ""
    separated: bool = False
    shows: tuple[str, object] | None = None


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open_file", "File", "Open…", Commands.open_file, ("Ctrl+O",)),
    ActionSpec("open_with_choices", "File", "Open with choices…", Commands.open_with_choices, ("Ctrl+Shift+O",)),
    ActionSpec("add_metadata", "File", "Add metadata…", Commands.add_metadata),
    ActionSpec("open_glove", "File", "Open sample: English words", Commands.open_glove),
    ActionSpec("open_digits", "File", "Open sample: handwritten digits", Commands.open_digits),
    ActionSpec("save_space", "File", "Save space as…", Commands.save_space, ("Ctrl+S",), separated=True),
    ActionSpec("save_figure", "File", "Save figure…", Commands.save_figure, ("Ctrl+Shift+S",)),
    ActionSpec("copy_figure", "File", "Copy figure", Commands.copy_figure),
    ActionSpec("export_selection", "File", "Export selection…", Commands.export_selection, separated=True),
    ActionSpec("export_neighbors", "File", "Export neighbours…", Commands.export_neighbors),
    ActionSpec("export_coordinates", "File", "Export coordinates…", Commands.export_coordinates),
    ActionSpec("export_metadata", "File", "Export metadata…", Commands.export_metadata),
    ActionSpec("show_cache", "File", "Cache…", Commands.show_cache, separated=True),
    ActionSpec("quit_program", "File", "Quit", Commands.quit_program, ("Ctrl+Q",), separated=True),
    ActionSpec("undo", "Edit", "Undo", Commands.undo, ("Ctrl+Z",)),
    ActionSpec("redo", "Edit", "Redo", Commands.redo, ("Ctrl+Shift+Z", "Ctrl+Y")),
    ActionSpec("go_back", "Edit", "Back to the question before", Commands.go_back, ("Alt+Left",), separated=True),
    ActionSpec("go_forward", "Edit", "Forward to the question after", Commands.go_forward, ("Alt+Right",)),
    ActionSpec("edit_query", "Edit", "Type a question", Commands.edit_query, ("Ctrl+L", "/")),
    ActionSpec("show_neighbors", "Edit", "Walk the neighbours", Commands.show_neighbors, ("Ctrl+J",)),
    ActionSpec("copy_neighbors", "Edit", "Copy the neighbours", Commands.copy_neighbors, ("Ctrl+Shift+C",)),
    ActionSpec("copy_neighbors_as_text", "Edit", "Copy the neighbours as text", Commands.copy_neighbors_as_text),
    ActionSpec("pin_neighbors", "Edit", "Pin the neighbours", Commands.pin_neighbors, ("Ctrl+D",)),
    ActionSpec("select_neighbors", "Edit", "Select the neighbours", Commands.select_neighbors, separated=True),
    ActionSpec("select_pasted", "Edit", "Select pasted labels", Commands.select_pasted_labels, ("Ctrl+Shift+V",)),
    ActionSpec("clear_selection", "Edit", "Clear the selection", Commands.clear_selection, ("Ctrl+Shift+A",)),
    ActionSpec("step_back", "Edit", "Clear the question, then the selection", Commands.step_back, ("Esc",)),
    ActionSpec("pan_view", "View", "Move the view by dragging", Commands.pan_view, ("Ctrl+1",), "tool"),
    ActionSpec("select_rectangle", "View", "Select a rectangle", Commands.select_rectangle, ("Ctrl+2",), "tool"),
    ActionSpec("select_lasso", "View", "Select with a lasso", Commands.select_lasso, ("Ctrl+3",), "tool"),
    ActionSpec("select_brush", "View", "Select with a brush", Commands.select_brush, ("Ctrl+4",), "tool"),
    ActionSpec("enlarge_brush", "View", "Wider brush", Commands.enlarge_brush, ("]",)),
    ActionSpec("shrink_brush", "View", "Narrower brush", Commands.shrink_brush, ("[",)),
    ActionSpec("fit_all", "View", "Show all items", Commands.fit_all, ("Ctrl+0",), separated=True),
    ActionSpec("fit_selection", "View", "Show the selection or the neighbours", Commands.fit_selection, ("Ctrl+9",)),
    ActionSpec("fly_to_item", "View", "Fly to the item", Commands.fly_to_item, ("Ctrl+G",)),
    ActionSpec("hide_labels", "View", "No names", Commands.hide_labels, separated=True, shows=("label_amount", "off")),
    ActionSpec("show_few_labels", "View", "A few names", Commands.show_few_labels, shows=("label_amount", "few")),
    ActionSpec("show_many_labels", "View", "Many names", Commands.show_many_labels, shows=("label_amount", "many")),
    ActionSpec("enlarge_points", "View", "Larger points", Commands.enlarge_points, ("Ctrl+]",), separated=True),
    ActionSpec("shrink_points", "View", "Smaller points", Commands.shrink_points, ("Ctrl+[",)),
    ActionSpec("strengthen_points", "View", "More opaque points", Commands.strengthen_points, ("Alt+]",)),
    ActionSpec("weaken_points", "View", "Less opaque points", Commands.weaken_points, ("Alt+[",)),
    ActionSpec("reset_points", "View", "Usual points", Commands.reset_points),
    ActionSpec(
        "toggle_overview",
        "View",
        "Overview when zoomed in",
        Commands.toggle_overview,
        ("F6",),
        separated=True,
        shows=("overview", True),
    ),
    ActionSpec("toggle_motion", "View", "Reduced motion", Commands.toggle_motion, shows=("reduced_motion", True)),
    ActionSpec("toggle_panel", "View", "Left panel", Commands.toggle_panel, ("F7",), separated=True),
    ActionSpec("toggle_answers", "View", "Neighbours and item", Commands.toggle_answers, ("F8",)),
    ActionSpec("toggle_drawer", "View", "Drawer at the bottom", Commands.toggle_drawer, ("F9",)),
    ActionSpec(
        "enlarge_interface",
        "View",
        "Larger interface",
        Commands.enlarge_interface,
        ("Ctrl++", "Ctrl+="),
        separated=True,
    ),
    ActionSpec("shrink_interface", "View", "Smaller interface", Commands.shrink_interface, ("Ctrl+-",)),
    ActionSpec("reset_interface", "View", "Usual interface size", Commands.reset_interface),
    ActionSpec("use_system_theme", "View", "Light or dark as the system", Commands.use_system_theme, separated=True),
    ActionSpec("use_light_theme", "View", "Light", Commands.use_light_theme),
    ActionSpec("use_dark_theme", "View", "Dark", Commands.use_dark_theme),
    ActionSpec("show_train", "Train", "Train on a text", Commands.show_train, ("Ctrl+T",)),
    ActionSpec("show_explore", "Train", "Back to exploring", Commands.show_explore, ("Ctrl+E",)),
    ActionSpec("show_learn", "Train", "Learn: how text becomes vectors", Commands.show_learn),
    ActionSpec("start_training", "Train", "Begin training", Commands.start_training, separated=True),
    ActionSpec("stop_training", "Train", "Stop and keep what is learned", Commands.stop_training),
    ActionSpec("cancel_training", "Train", "Cancel the training", Commands.cancel_training),
    ActionSpec("open_lines", "Train", "Lines of a text as items…", Commands.open_lines, separated=True),
    ActionSpec("show_runs", "Train", "Kept trainings", Commands.show_runs, separated=True),
    ActionSpec("show_trace", "Train", "Trace a word through the epochs", Commands.show_trace),
    ActionSpec("save_run", "Train", "Save the epochs as CSV or JSON…", Commands.save_run, separated=True),
    ActionSpec("show_metrics", "Analyze", "Metrics side by side", Commands.show_metrics, ("Ctrl+M",)),
    ActionSpec("compare_items", "Analyze", "Compare two items", Commands.compare_items, ("Ctrl+Shift+M",)),
    ActionSpec("explain_neighbor", "Analyze", "Why is it near?", Commands.explain_neighbor, ("Ctrl+Shift+E",)),
    ActionSpec("show_pinned", "Analyze", "Pinned neighbours", Commands.show_pinned, ("Ctrl+Shift+D",)),
    ActionSpec("show_analogies", "Analyze", "Analogies", Commands.show_analogies, separated=True),
    ActionSpec("find_path", "Analyze", "Path between two items…", Commands.find_path),
    ActionSpec("find_line", "Analyze", "Line between two items…", Commands.find_line),
    ActionSpec("find_within", "Analyze", "All within a radius…", Commands.find_within),
    ActionSpec("find_mutual", "Analyze", "Mutual neighbours", Commands.find_mutual),
    ActionSpec("find_odd", "Analyze", "Odd one out of the selection", Commands.find_odd_one_out, separated=True),
    ActionSpec("find_pairs", "Analyze", "Most and least similar of the selection", Commands.find_pairs),
    ActionSpec("find_matrix", "Analyze", "Similarity matrix of the selection", Commands.find_matrix),
    ActionSpec("find_hubs", "Analyze", "Hubs: near to most others", Commands.find_hubs),
    ActionSpec("show_findings", "Analyze", "Findings", Commands.show_findings),
    ActionSpec("show_pipeline", "Analyze", "Pipeline: from a sentence to its vector", Commands.show_pipeline),
    ActionSpec("show_next_words", "Analyze", "Next words: let a small network go on", Commands.show_next_words),
    ActionSpec("show_quality", "Analyze", "Quality: what people say about words", Commands.show_quality),
    ActionSpec("evaluate_space", "Analyze", "Evaluate on a word list or analogies…", Commands.evaluate_space),
    ActionSpec("copy_evaluations", "Analyze", "Copy the evaluations", Commands.copy_evaluations, separated=True),
    ActionSpec("save_evaluations", "Analyze", "Save the evaluations as CSV…", Commands.save_evaluations),
    ActionSpec("show_palette", "Help", "All commands…", Commands.show_palette, ("Ctrl+Shift+P",)),
    ActionSpec("list_shortcuts", "Help", "Keyboard shortcuts", Commands.list_shortcuts, ("F1",)),
    ActionSpec("show_about", "Help", "About embedviz", Commands.show_about),
)


def make_actions(window: QMainWindow, commands: Commands) -> dict[str, QAction]:
    """Make all actions, give them to `window` and its menu bar, and return them by object name."""
    made: dict[str, QAction] = {}
    groups: dict[str, QActionGroup] = {}
    menus = {
        title: window.menuBar().addMenu(marked) for title, marked in zip(MENUS, with_mnemonics(MENUS), strict=True)
    }
    texts = {menu: iter(with_mnemonics([spec.text for spec in ACTIONS if spec.menu == menu])) for menu in MENUS}
    for spec in ACTIONS:
        action = QAction(next(texts[spec.menu]), window)
        action.setObjectName(f"action_{spec.name}")
        action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
        action.setToolTip(f"{spec.text} ({spec.keys[0]})" if spec.keys else spec.text)
        action.triggered.connect(commands.runner(spec.run))
        if spec.group:
            action.setCheckable(True)
            groups.setdefault(spec.group, QActionGroup(window)).addAction(action)
            action.setChecked(len(groups[spec.group].actions()) == 1)
        if spec.shows is not None:
            action.setCheckable(True)
        if spec.separated:
            menus[spec.menu].addSeparator()
        menus[spec.menu].addAction(action)
        window.addAction(action)
        made[action.objectName()] = action
    return made


def show_settings(actions: dict[str, QAction], settings: Settings) -> None:
    """Check the actions whose settings are in force."""
    for spec in ACTIONS:
        if spec.shows is not None:
            name, value = spec.shows
            actions[f"action_{spec.name}"].setChecked(getattr(settings, name) == value)
