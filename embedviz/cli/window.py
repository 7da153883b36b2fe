"""`embedviz [PATH]`: the window."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path

from embedviz.cli import opening
from embedviz.errors import FileAccessError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the window."""
    opening.add_arguments(parser, nargs="?")


def run(options: argparse.Namespace) -> int:
    """Open the window, on the bundled sample if no path is given; return the application's exit code."""
    from embedviz.qt_libraries import require_window

    if options.path is not None:
        require_path(options.path)
    require_window()
    from embedviz.views import launch

    return launch.open_window(options.path, opening.keywords(options))


def require_path(path: str) -> None:
    """FileAccessError, with the command that may have been meant, if there is nothing at `path`."""
    from embedviz.cli.parser import VERB_NAMES

    if path.startswith(opening.NAMED_PREFIXES) or Path(path).exists():
        return
    meant = difflib.get_close_matches(path, VERB_NAMES, n=1)
    hint = f"Did you mean the command “{meant[0]}”?" if meant else "Check the name and the folder."
    raise FileAccessError(f"There is no file “{path}”. {hint}")
