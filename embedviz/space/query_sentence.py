"""Prose in a space whose composer pools sentences: which questions are a sentence, and no formula."""

from __future__ import annotations

import re

from embedviz.space.query_vectors import bare_numbers

_BEGINS_FORMULA = re.compile(r"[\"“„«\[(]|#[0-9]+(?!\S)|avg\s*\(|each\s*:", re.IGNORECASE)
_OPERATES = re.compile(r"[+*×÷]|::|(?:^|\s)[-–−/:]")


def is_sentence(text: str, n_dims: int | None) -> bool:
    """Whether a question is prose, whose commas, brackets and inner hyphens are no operators.

    It is not if + or * or :: stand in it, if another operator begins one of its words (king - man), if it begins as a
    formula does (a quotation mark, a bracket, avg, each), or if it is as many numbers as a vector has.
    """
    stripped = text.strip()
    if not stripped or _BEGINS_FORMULA.match(stripped) or _OPERATES.search(stripped):
        return False
    numbers = bare_numbers(stripped)
    return numbers is None or len(numbers) != n_dims
