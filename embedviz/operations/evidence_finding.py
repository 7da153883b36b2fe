"""What a text says about two words, as findings: the shared contexts, and the lines."""

from __future__ import annotations

from embedviz.operations.findings import Finding
from embedviz.space.embedding_space import EmbeddingSpace
from embedviz.training.concordance import ConcordanceLine
from embedviz.training.evidence import Evidence


def contexts_finding(found: Evidence) -> Finding:
    """The words that stand near both, with their counts and PMI."""
    one, other = found.words
    n_listed = len(found.contexts)
    some = f"{n_listed:,} of {found.n_shared:,}" if n_listed < found.n_shared else f"{n_listed:,}"
    heads = (f"Near both: {some}", one, "PMI", other, "PMI", "In all")
    cells = tuple(
        (each.word, each.n_near[0], f"{each.pmi[0]:.2f}", each.n_near[1], f"{each.pmi[1]:.2f}", each.count)
        for each in found.contexts
    )
    items = tuple((each.row,) for each in found.contexts)
    return Finding(f"Why {one} and {other} are near", f"{found.summary} {found.basis}", heads, cells, items)


def lines_finding(space: EmbeddingSpace, found: Evidence) -> Finding:
    """The lines, each with its place and for which word it was looked up."""
    heads = (place_head(found), "With", "Left", "Keyword", "Right")
    cells = tuple(
        (place_text(found, line), space.name(line.beside), line.left, line.keyword, line.right) for line in found.lines
    )
    items = tuple((line.row,) for line in found.lines)
    return Finding(f"Lines of {found.corpus}", lines_sentence(found), heads, cells, items)


def lines_sentence(found: Evidence) -> str:
    """Which lines were taken of how many."""
    spread = ", evenly spread" if n_both(found) < found.n_sentences else ""
    one, other = found.words
    return (
        f"{n_both(found):,} of {found.n_sentences:,} sentences with {one} and {other} together{spread}; then, for one "
        "shared context after the other, where each of the two stands nearest to it."
    )


def lines_head(found: Evidence) -> str:
    """The same, in few words."""
    if not found.n_sentences:
        return "no sentence has both"
    return f"{n_both(found):,} of {found.n_sentences:,} sentences with both"


def n_both(found: Evidence) -> int:
    """How many of the lines were taken because both words stand together there."""
    return sum((line.row, line.beside) == found.rows for line in found.lines)


def place_head(found: Evidence) -> str:
    """What the numbers of lines count."""
    kinds = {line.is_paragraph for line in found.lines}
    return "Place" if len(kinds) > 1 else "Paragraph" if True in kinds else "Line"


def place_text(found: Evidence, line: ConcordanceLine) -> str:
    """Where a line stands: its number, and its file where there are several."""
    parts = {each.part for each in found.lines}
    return f"{line.part}, {line.number:,}" if len(parts) > 1 else f"{line.number:,}"
