"""matplotlib as figures need it: its default settings, text kept as text, and nothing random in what it writes."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from embedviz import paths
from embedviz.errors import MissingLibraryError

_drawing = threading.Lock()  # its settings and the filters of warnings are those of the whole process

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "embedviz",
    "pdf.fonttype": 42,
    "font.sans-serif": ["DejaVu Sans"],
    "axes.formatter.limits": (-4, 5),
    "text.usetex": False,
}

_HARMLESS = ("Glyph .* missing from", "Matplotlib currently does not support .* natively")


@contextmanager
def backend() -> Iterator[None]:
    """Draw with matplotlib whatever the person's own settings are; one figure at a time.

    Fonts are embedded in PDF as TrueType (type 42), and names inside of SVG are made from their content. A character
    no font has is drawn as a box and not worth a warning. Raises MissingLibraryError without matplotlib.
    """
    os.environ.setdefault("MPLCONFIGDIR", str(paths.cache() / "matplotlib"))
    try:
        import matplotlib
    except ImportError as error:
        raise MissingLibraryError(f"Figures need matplotlib, which did not import: {error}. Install it.") from error
    fonts = logging.getLogger("matplotlib.font_manager")
    with _drawing, warnings.catch_warnings(), matplotlib.rc_context():
        for message in _HARMLESS:
            warnings.filterwarnings("ignore", message=message)
        matplotlib.rcdefaults()
        settings: Any = matplotlib.rcParams
        settings.update(_SETTINGS)
        level = fonts.level
        fonts.setLevel(logging.ERROR)  # a family without a bold face is not worth a line on the terminal
        try:
            yield
        finally:
            fonts.setLevel(level)
