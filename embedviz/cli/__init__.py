"""The command line: `embedviz [PATH]` opens the window, `embedviz VERB ...` does one thing without it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from embedviz.cli import advice, console
from embedviz.cli.parser import parse
from embedviz.errors import EmbedvizError

DONE, WRONG_USE, INTERRUPTED = 0, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (`sys.argv` if None) and return its exit code.

    0 done, 2 wrong use or bad input (one line on stderr), 130 interrupted. A bug leaves as its exception, which Python
    turns into a traceback and exit code 1.
    """
    console.prepare()
    try:
        options = parse(sys.argv[1:] if argv is None else argv)
        code: int = options.run(options)
    except SystemExit as done:  # argparse has printed the help or the version
        return int(done.code or DONE)
    except BrokenPipeError:  # the reader of a pipe has seen enough of an answer
        console.abandon_output()
        return DONE
    except KeyboardInterrupt:
        console.complain("interrupted")
        return INTERRUPTED
    except EmbedvizError as error:
        console.complain(advice.told(error))
        return WRONG_USE
    except MemoryError:
        console.complain("there is not enough free memory for this; close other programs or use a smaller file")
        return WRONG_USE
    return code
