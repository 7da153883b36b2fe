"""Text inside a compressed file, parsed while it unpacks: no temporary file, and both at once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from embedviz.formats.blocks import LONGEST_LINE
from embedviz.formats.pickles import looks_pickled
from embedviz.formats.probe import Probe
from embedviz.formats.registry import Reading, Wish
from embedviz.formats.text_layout import SPACE, Layout, layout_of
from embedviz.formats.text_lines import TextSource
from embedviz.formats.text_vectors import read_rows
from embedviz.formats.unpacking import PackedText, is_packed
from embedviz.formats.vector_choice import check_unnamed
from embedviz.progress import Steps

_SAMPLE_BYTES = 1 << 20
_UNLIKE_TEXT = bytes({*range(32)} - {9, 10, 13})


def read_packed_text(probe: Probe, wish: Wish) -> Steps[tuple[Reading, Path] | None]:
    """Read word vectors in lines out of a compressed file, and say what the file inside is called.

    None where its beginning is anything else than numbers with spaces between them; nothing was read then.
    """
    if not is_packed(probe):
        return None
    with closing(PackedText(probe, wish.vector_column)) as packed:
        beginning, is_all = packed.beginning(_SAMPLE_BYTES)
        layout = _layout(beginning, packed.shown, is_all=is_all)
        if layout is None:
            return None
        check_unnamed(wish, probe, packed.shown, "text")
        packed.skip(layout.start)
        source = TextSource(packed.shown.name, None, packed.read_into, packed.done)
        return (yield from read_rows(source, wish, layout)), packed.shown


def _layout(beginning: bytes, shown: Path, *, is_all: bool) -> Layout | None:
    """The layout of text that is surely word vectors in the order in which formats are tried; None in all doubt."""
    head = beginning[:4096]
    if not beginning or looks_pickled(beginning) or head.translate(None, _UNLIKE_TEXT) != head:
        return None
    if not is_all and beginning.count(b"\n") < 2:
        return None
    layout = layout_of(beginning, whole=is_all, suffix=shown.suffix.lower())
    if layout is None or layout.separator != SPACE or not layout.has_label or layout.n_dims < 2:
        return None
    return layout if 4 * layout.n_dims < LONGEST_LINE else None
