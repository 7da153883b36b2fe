"""The line of an import report: counts of what matters, and how many notes say something else."""

from __future__ import annotations

import pytest

from embedviz.space.report import report_line
from embedviz.space.source import Note


def note(kind: str, count: int = 1) -> Note:
    return Note(kind, count, f"{count} of {kind}")


@pytest.mark.parametrize(
    ("n_items", "notes", "line"),
    [
        (2_196_017, [note("duplicate_labels", 3)], "2,196,017 rows · 3 duplicate labels"),
        (1, [], "1 row"),
        (5, [note("zero_rows"), note("nonfinite_rows", 2)], "5 rows · 1 zero vector · 2 vectors with NaN or infinity"),
        (5, [note("header_mismatch", 7)], "5 rows · header mismatch"),
        (5, [note("companion"), note("joined", 4)], "5 rows · 2 notes"),
        (
            5,
            [note("companion"), note("bad_utf8", 1), note("bad_utf8", 2)],
            "5 rows · 3 labels or texts with bad UTF-8 · 1 more note",
        ),
    ],
)
def test_what_is_counted_and_what_is_only_a_note(n_items, notes, line):
    assert report_line(n_items, notes) == line
