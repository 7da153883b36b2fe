"""`embedviz samples`: the spaces that come with the program."""

from __future__ import annotations

import argparse

from embedviz.cli.console import say

NAME = "samples"
HELP = "list the bundled samples"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """This command has no arguments."""


def run(_options: argparse.Namespace) -> int:
    """Print each sample: what to type, what it is, under which licence."""
    from embedviz.formats import SAMPLES

    for sample in SAMPLES.values():
        say(f"sample:{sample.name:<12}{sample.title}", f"    {sample.description}", f"    Licence: {sample.licence}")
    return 0
