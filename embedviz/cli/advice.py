"""What an error says on the command line: its own words, and the option by which its advice is followed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from embedviz.errors import EmbedvizError, MemoryPlanError

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "overwrite": "--force",
        "partial": "--partial",
        "vector_column": "--vector NAME",
        "label_column": "--label NAME",
        "metadata": "--metadata FILE",
        "sample": "--sample N",
    }
)
"""What a keyword of `embedviz.open` or `embedviz.save` is called here."""


def told(error: EmbedvizError) -> str:
    """The words of an error, then the option that helps: `...; choose another name, or overwrite it (--force).`"""
    option = _OPTIONS.get(error.remedy, "")
    if isinstance(error, MemoryPlanError):
        option = option.replace("N", str(error.sample))
    return f"{str(error).removesuffix('.')} ({option})." if option else str(error)
