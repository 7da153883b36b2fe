"""`embedviz lines TEXT --space PATH`: every line of a text as an item, saved or asked in words and sentences."""

from __future__ import annotations

import argparse

from embedviz.cli import neighbors, opening, output
from embedviz.cli.console import in_json, mention, say, tell_watcher
from embedviz.cli.progress_line import ProgressLine
from embedviz.errors import OptionError

NAME = "lines"
HELP = "make every line of a text an item, pooled from vectors of its words: save them, or search them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add = parser.add_argument
    add(
        "text", metavar="TEXT", help="a text (also .gz), a folder or .zip of .txt files, a table, or sample:small-world"
    )
    add("--space", metavar="PATH", required=True, help="the vectors of words, or sample:NAME")
    opening.add_choices(parser)
    add("--unit", metavar="U", choices=("line", "paragraph"), default="line", help="line or paragraph (line)")
    add(
        "--weighting",
        metavar="W",
        choices=("mean", "frequency"),
        default="mean",
        help="mean, or frequency: rare words count more, by the column count (mean)",
    )
    add("--column", metavar="NAME", help="the column of a table (CSV, TSV, Parquet) that holds the text")
    add("--query", metavar="Q", help='print the lines nearest to Q: a word, a sentence, "king - man"')
    add("-k", metavar="N", type=opening.positive, default=10, help="how many of them (10)")
    add("--metric", metavar="M", default="cosine", help="cosine, dot, euclidean or manhattan (cosine)")
    add("--json", action="store_true", help="print the answer as one JSON object, as neighbors does")
    add("-o", "--output", metavar="OUT", help="save the space of lines; its suffix names the format")
    output.add_force(parser)


def run(options: argparse.Namespace) -> int:
    """Open the words, pool the lines, save and ask."""
    import embedviz
    from embedviz.formats import check_saving, files_beside
    from embedviz.space.metrics import metric_named

    metric_named(options.metric)
    if options.output is None and options.query is None:
        raise OptionError("Say what to do with the lines: save them by -o OUT, or ask by --query Q.")
    if options.output is not None:
        check_saving(options.output, overwrite=options.force)
    with ProgressLine() as line:
        words = opening.opened_at(options.space, options, line)
        space = embedviz.lines(
            words,
            options.text,
            unit=options.unit,
            weighting=options.weighting,
            column=options.column,
            on_progress=line,
        )
    if options.query is not None:
        answer = space.neighbors(options.query, options.k, metric=options.metric)
        tell = say if options.output is None else mention
        if options.json:
            for remark in answer.remarks:
                tell_watcher(remark)
            tell(in_json(neighbors.facts(answer, query=options.query)))
        else:
            tell(*neighbors.described(space, answer))
    if options.output is not None:
        with ProgressLine() as line:
            left_out = embedviz.save(space, options.output, overwrite=options.force, on_progress=line)
        if not options.json:
            what = f"{space.n_items:,} {options.unit}s, {space.n_dims:,} dimensions"
            output.report(options.output, what, (*space.notes, *left_out), files_beside(space, options.output))
    return 0
