"""The words of the Train mode, as plain functions."""

from __future__ import annotations

from embedviz.training import Preview
from embedviz.views.text import one_line


def preview_sentences(preview: Preview) -> list[str]:
    """What a text holds, in a few lines."""
    lines = [
        f"{preview.n_tokens:,} tokens, {preview.n_words:,} different words.",
        f"{preview.n_kept:,} words are kept; they cover {100 * preview.coverage:.1f} % of the text.",
        f"Most frequent: {one_line(', '.join(preview.most_frequent[:8]), most=120)}",
        f"Rarest kept: {one_line(', '.join(preview.rarest[:6]), most=120)}",
        preview.reading,
        f"Takes about {preview.seconds:,.0f} s and {preview.n_bytes / 1e6:,.0f} MB. {preview.assumption}",
    ]
    if preview.n_bad_bytes:
        lines.append(f"{preview.n_bad_bytes:,} bytes are not UTF-8 and were replaced.")
    return lines
