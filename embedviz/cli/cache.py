"""`embedviz cache`: how much our copies of opened files take, and their removal."""

from __future__ import annotations

import argparse

from embedviz.cli.console import say, say_json

NAME = "cache"
HELP = "say what our copies of slow files take, or remove them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--clear", action="store_true", help="remove all copies")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    """Clear if wished, and print what is there now."""
    from embedviz.formats import cache_usage, clear_cache

    freed = clear_cache() if options.clear else 0
    usage = cache_usage()
    if options.json:
        say_json(
            {
                "folder": str(usage.folder),
                "files": usage.n_files,
                "bytes": usage.n_bytes,
                "limit_bytes": usage.limit_bytes,
                "freed_bytes": freed,
            }
        )
        return 0
    if options.clear:
        say(f"Freed {freed / 1e6:,.0f} MB.")
    files = "1 file" if usage.n_files == 1 else f"{usage.n_files:,} files"
    say(
        f"Copies of {files} take {usage.n_bytes / 1e6:,.0f} MB of at most {usage.limit_bytes / 1e6:,.0f} MB.",
        f"They stand in {usage.folder}",
    )
    return 0
