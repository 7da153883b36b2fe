"""faiss, imported where it is first needed, without a stiff window."""

from __future__ import annotations

import sys
from typing import Any

from embedviz.shared_libraries import folders_of, load_ahead

_LIBRARIES = ("libfaiss.so", "_swigfaiss.*so")


def faiss_library() -> Any:
    """The module `faiss`; its shared libraries, a few dozen megabytes, are loaded while other threads go on."""
    if "faiss" not in sys.modules:
        load_ahead(found for folder in folders_of("faiss") for name in _LIBRARIES for found in folder.glob(name))
    import faiss

    return faiss
