"""`python -m embedviz` is `embedviz`."""

from __future__ import annotations

import sys

from embedviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
