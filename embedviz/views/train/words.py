"""The words of the Train mode, as plain functions."""

from __future__ import annotations

from embedviz.training import Preview
from embedviz.views.text import one_line


def time_left(passed_seconds: float, fraction: float | None) -> str:
    """How long the work still takes, if it goes on as it went; empty while that is a guess."""
    if fraction is None or fraction < 0.02 or passed_seconds < 0.5:
        return ""
    left = passed_seconds * (1 - fraction) / fraction
    if left < 60:
        return f"about {max(1, round(left))} s left"
    return f"about {round(left / 60)} min left" if left < 5400 else f"about {left / 3600:.1f} h left"


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
