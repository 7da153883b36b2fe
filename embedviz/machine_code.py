"""Machine code that was compiled elsewhere: kept in a file, loaded by llvmlite, called by ctypes; without numba.

A function has the form `int32 f(result*, exception**, arguments...)`, where an array stands as two pointers that are
null, its number of items, the size of one, its data, shape and strides (numba: core/callconv.py, `CPUCallConv`, and
core/datamodel/models.py, `ArrayModel`). Other threads of Python run while it does.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embedviz.errors import EmbedvizError, MissingLibraryError
from embedviz.progress import Progress, Steps
from embedviz.shared_libraries import folders_of, load_ahead

NUMBERS = ("bool", "float32", "float64", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)))
"""The types of numbers that functions take and return, by the names of numba and numpy."""


@dataclass(frozen=True)
class Parameter:
    """What a function takes: a number of type `number`, or an array of such with `n_dims`.

    `layout` is C, F or A (any strides), and empty for a number; `is_written` says that the array may not be read-only.
    """

    name: str
    number: str
    n_dims: int = 0
    layout: str = ""
    is_written: bool = False


@dataclass(frozen=True)
class Function:
    """One compiled signature of a kernel: its place in the machine code, and what it takes and returns.

    `results` are types of numbers: none, one, or those of a tuple if `is_tuple`.
    """

    kernel: str
    symbol: str
    parameters: tuple[Parameter, ...]
    results: tuple[str, ...]
    is_tuple: bool


@dataclass(frozen=True)
class MachineCode:
    """The functions of one module, the object file of each, and the signatures that its kernels were declared with."""

    signatures: dict[str, list[str]]
    functions: tuple[Function, ...]
    objects: tuple[bytes, ...]

    def write(self, path: Path) -> None:
        """Write a file that `read` reads; raises OSError."""
        facts = {
            "signatures": self.signatures,
            "functions": [asdict(function) for function in self.functions],
            "sizes": [len(each) for each in self.objects],
        }
        content = b"\n".join([json.dumps(facts).encode(), b"".join(self.objects)])
        path.write_bytes(b"\n".join([_digest(content), content]))


def read(path: Path) -> MachineCode | None:
    """The machine code in a file; None where there is none or it is damaged."""
    try:
        digest, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if digest != _digest(content):
        return None
    header, _, code = content.partition(b"\n")
    facts = json.loads(header)
    objects, start = [], 0
    for size in facts["sizes"]:
        objects.append(code[start : start + size])
        start += size
    return MachineCode(facts["signatures"], tuple(map(_function, facts["functions"])), tuple(objects))


def addresses(code: MachineCode) -> list[int]:
    """Load machine code into this process, for as long as it lives, and return where each function is.

    Raises EmbedvizError where the code needs what this process has not, or the system forbids it; MissingLibraryError
    where llvmlite cannot be loaded.
    """
    llvm = compiler_library()
    try:
        llvm.check_jit_execution()
    except OSError as error:
        raise EmbedvizError(f"This system does not let a program run code that it compiled: {error}") from error
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    linker = llvm.create_lljit_compiler(machine, suppress_errors=True)
    places = []
    for content, function in zip(code.objects, code.functions, strict=True):
        # a library for each, since functions that call the same one bring it with them
        library = llvm.JITLibraryBuilder().add_object_img(content).add_current_process().export_symbol(function.symbol)
        try:
            linked = library.link(linker, function.symbol)
        except RuntimeError as error:
            raise EmbedvizError(f"The compiled kernel “{function.kernel}” cannot be loaded: {error}") from error
        places.append(linked[function.symbol])
        linked.detach()  # never freed: a thread may be inside a function until the process ends
    linker.detach()
    return places


def compiler_library() -> Any:
    """llvmlite's binding; raises MissingLibraryError where it is not installed or cannot be loaded.

    Its shared library, of 180 megabytes, is loaded while other threads go on.
    """
    if "llvmlite.binding" not in sys.modules:
        load_ahead(folder / "binding" / "libllvmlite.so" for folder in folders_of("llvmlite"))
    try:
        import llvmlite.binding
    except (ImportError, OSError) as error:
        raise MissingLibraryError(
            f"Fast reading and drawing need llvmlite, which cannot be loaded ({error}); install llvmlite again."
        ) from error
    return llvmlite.binding


def try_steps(files: Sequence[str]) -> Steps[None]:
    """Load new machine code once, in a child process that has no numba and may end where the code does not fit."""
    for position, file in enumerate(files):
        yield Progress(position / len(files), "Trying the new kernels")
        code = read(Path(file))
        if code is None:
            raise EmbedvizError("The kernels that were just compiled could not be read back. Try again.")
        addresses(code)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).hexdigest().encode()


def _function(facts: dict[str, Any]) -> Function:
    parameters = tuple(Parameter(**each) for each in facts["parameters"])
    return Function(**{**facts, "parameters": parameters, "results": tuple(facts["results"])})
