"""The house keeps its rules: which way imports point, where Qt and print may stand, and what modules are like."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "embedviz"
MODULES = sorted(PACKAGE.rglob("*.py"))
NAMES = [str(module.relative_to(ROOT)) for module in MODULES]
LONGEST_MODULE = 400
NAMES_WITHOUT_MEANING = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names of everything a module imports, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def loaded_by(statement: str) -> set[str]:
    """The modules that stand in a fresh process after `statement`."""
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(run.stderr.split())


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_module(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    tree = ast.parse(text)
    inside = module.relative_to(PACKAGE)
    names = list(imported(tree))
    assert text.count("\n") <= LONGEST_MODULE, "two ideas in one file"
    assert inside.stem not in NAMES_WITHOUT_MEANING
    assert ast.get_docstring(tree), "the module does not say what it is for"
    if inside.parts[0] != "views":
        assert not [name for name in names if name.startswith(("PySide6.QtWidgets", "pyqtgraph"))]
    if inside.parts[0] != "cli":
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        assert not [call for call in calls if isinstance(call, ast.Name) and call.id == "print"]
        options = re.findall(r"--(?:force|label|metadata|partial|sample|vector)\b", text)
        assert not options, "the window shows these words, too: let an error name its `remedy`"


def test_imports_point_one_way() -> None:
    lint = Path(sys.executable).with_name("lint-imports.exe" if sys.platform == "win32" else "lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", run.stdout)


@pytest.mark.parametrize("statement", ["import embedviz", "import embedviz.cli"])
def test_importing_is_light(statement: str) -> None:
    loaded = loaded_by(statement)
    assert "embedviz" in loaded
    assert not loaded & {"numpy", "PySide6", "numba", "sklearn", "pyqtgraph", "matplotlib", "pyarrow", "platformdirs"}


def test_the_public_api_is_what_the_design_names() -> None:
    import embedviz

    assert sorted(embedviz.__all__) == dir(embedviz)
    assert set(dir(embedviz)) == {
        "Answer",
        "EmbeddingSpace",
        "EmbedvizError",
        "Evidence",
        "Movement",
        "KeptRun",
        "NeighborsOverTime",
        "NextWordModel",
        "Projection",
        "Sweep",
        "__version__",
        "evidence",
        "explore",
        "lines",
        "moved",
        "next_words",
        "open",
        "project",
        "resume",
        "runs",
        "sample",
        "save",
        "sweep",
        "trace",
        "train",
    }
    assert all(getattr(embedviz, name) is not None for name in embedviz.__all__)
    assert embedviz.EmbedvizError.__module__ == "embedviz.errors"
    with pytest.raises(AttributeError, match="has no attribute 'trian'"):
        _ = embedviz.trian


def test_errors_are_drawn_as_the_tree_they_are() -> None:
    from embedviz import errors

    drawn = re.findall(r"^[ │├└─]*([A-Z]\w+Error)", errors.__doc__ or "", re.MULTILINE)
    defined = [name for name, value in vars(errors).items() if isinstance(value, type) and name.endswith("Error")]
    assert sorted(drawn) == sorted(defined)


def commands_of_readme() -> list[str]:
    return re.findall(r"python3 -m venv .*", (ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_names_the_two_commands() -> None:
    run, test = commands_of_readme()[:2]
    assert run == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/embedviz"
    assert test == 'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/python -m pytest'


def test_the_checks_run_the_test_command_of_the_readme() -> None:
    assert commands_of_readme()[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
