"""pyarrow's libraries are there before its import asks for them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from pathlib import Path
from embedviz.formats.arrow_library import load_libraries
load_libraries()
loaded = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libarrow" in line}
assert "pyarrow" not in sys.modules
import pyarrow.parquet
after = {line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if "libarrow" in line}
print(*(Path(each).name.split(".")[0] for each in loaded & after))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc, and only Linux is helped")
def test_the_import_uses_the_libraries_that_were_loaded_before() -> None:
    found = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert {"libarrow", "libarrow_compute", "libarrow_python"} <= set(found.split())


def test_nothing_is_loaded_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow

    from embedviz.formats import arrow_library

    assert Path(pyarrow.__file__).is_file()
    monkeypatch.setattr(arrow_library, "load_ahead", lambda found: pytest.fail("the libraries are there already"))
    arrow_library.load_libraries()
