"""`embedviz evaluate PATH FILE`: how well vectors agree with what people say about words."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedviz.cli import opening
from embedviz.cli.console import cell, columns, padded, percent, say, say_json
from embedviz.cli.progress_line import ProgressLine

if TYPE_CHECKING:
    from embedviz.analysis import AnalogyScore, Section, Similarity
    from embedviz.space.embedding_space import EmbeddingSpace

NAME = "evaluate"
HELP = "compare vectors with a word-similarity list or an analogy file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    opening.add_arguments(parser)
    parser.add_argument(
        "judgments", metavar="FILE", help="word pairs with a score (WordSim-353, SimLex-999), or analogies by section"
    )
    parser.add_argument(
        "--most",
        metavar="N",
        type=opening.positive,
        help="look at the first N items only; gensim looks at 300,000 (all)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Open both, compare and print."""
    from embedviz.analysis import Similarity, evaluate_steps
    from embedviz.formats.probe import check_readable
    from embedviz.progress import finish

    check_readable(Path(options.judgments))
    space = opening.opened(options)
    with ProgressLine() as line:
        result = finish(evaluate_steps(space, Path(options.judgments), most=options.most), line)
    _check_known(result)
    if options.json:
        say_json(facts(result))
    elif isinstance(result, Similarity):
        say(*_similarity_lines(result))
    else:
        say(*_analogy_lines(result))
    if not options.json:
        say(*_remarks(space, options.most))
    return 0


def _check_known(result: Similarity | AnalogyScore) -> None:
    """Raise InputError where nothing could be compared, since no figure means anything then."""
    from embedviz.analysis import Similarity
    from embedviz.errors import InputError

    if isinstance(result, Similarity):
        n_known, all_of_them = result.n_known, f"{result.n_pairs:,} pairs"
    else:
        n_known, all_of_them = result.total.n_known, f"{result.total.n_questions:,} analogies"
    if not n_known:
        raise InputError(
            f"None of the {all_of_them} in “{result.name}” is of words that are items; check the file and the labels."
        )


def facts(result: Similarity | AnalogyScore) -> dict[str, Any]:
    """The result as JSON; None where a number is not defined."""
    from embedviz.analysis import Similarity

    if isinstance(result, Similarity):
        return {
            "kind": "similarity",
            "name": result.name,
            "rho": result.rho,
            "interval": None if result.interval is None else list(result.interval),
            "n_known": result.n_known,
            "n_pairs": result.n_pairs,
            "coverage": result.coverage,
        }
    return {
        "kind": "analogies",
        "name": result.name,
        **_section_facts(result.total),
        "sections": [{"section": section.name, **_section_facts(section)} for section in result.sections],
    }


def _section_facts(section: Section) -> dict[str, Any]:
    return {
        "accuracy": section.accuracy,
        "interval": None if section.interval is None else list(section.interval),
        "n_correct": section.n_correct,
        "n_known": section.n_known,
        "n_questions": section.n_questions,
        "coverage": section.coverage,
    }


def _similarity_lines(result: Similarity) -> list[str]:
    rho = "not defined" if result.rho is None else f"{result.rho:.4f}"
    if result.interval is not None:
        rho += f"  (95 % interval {result.interval[0]:.4f} to {result.interval[1]:.4f})"
    return [
        f"{cell(result.name)}: word similarity",
        f"Spearman's rho  {rho}",
        f"known pairs     {result.n_known:,} of {result.n_pairs:,} ({percent(result.coverage)})",
    ]


def _analogy_lines(result: AnalogyScore) -> list[str]:
    sections = [*result.sections, result.total]
    width = max([7, *(columns(cell(section.name)) for section in sections)])
    lines = [f"{cell(result.name)}: analogies", f"{padded('section', width)}  correct    95 % interval   known / all"]
    return lines + [_section_line(section, width) for section in sections]


def _section_line(section: Section, width: int) -> str:
    share = "-" if section.accuracy is None else percent(section.accuracy)
    interval = "-" if section.interval is None else f"{100 * section.interval[0]:.1f} to {percent(section.interval[1])}"
    known = f"{section.n_known:,} / {section.n_questions:,}"
    return f"{padded(cell(section.name), width)}  {share:>7}  {interval:>15}   {known}"


def _remarks(space: EmbeddingSpace, most: int | None) -> list[str]:
    n_items = space.n_items if most is None else min(most, space.n_items)
    return [f"By cosine over {n_items:,} items; case is ignored, and what holds an unknown word is left out."]
