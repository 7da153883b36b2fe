"""Compiled kernels: how they are declared, where they are cached, and how they are made ready without a stiff window.

A kernel module imports `kernel`, declares its functions with explicit signatures, and ends with `READY = True`. To
import it is cheap; `load` gives its kernels their machine code, from our cache, or from a child process that compiles
it (seconds, once per machine). A kernel may not allocate arrays: what it works in is handed to it.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib
import importlib.util
import os
import shutil
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, TypeVar, cast

from embedviz import child, machine_code, paths
from embedviz.errors import ChildError, MissingLibraryError, OutputError
from embedviz.machine_code import MachineCode
from embedviz.progress import Steps

Function = TypeVar("Function", bound=Callable[..., Any])

_KEPT_SECONDS = 60 * 86_400


class Kernel:
    """A function that is called as compiled once its machine code was loaded; `py_func` is its own Python source.

    With NUMBA_DISABLE_JIT=1, for coverage and fuzzing, it runs as Python. Several threads may call it at once.
    """

    def __init__(self, function: FunctionType, signatures: Sequence[str], *, reorder: bool, lanes: bool) -> None:
        functools.update_wrapper(self, function)
        self.py_func, self.signatures = function, tuple(signatures)
        self.reorder, self.lanes = reorder, lanes
        self._native: Callable[..., Any] | None = function if _is_plain() else None

    @property
    def is_ready(self) -> bool:
        """Whether it can be called."""
        return self._native is not None

    def bind(self, native: Callable[..., Any]) -> None:
        """Call `native` from now on."""
        self._native = native

    def __call__(self, *arguments: Any) -> Any:
        if self._native is None:
            raise RuntimeError(f"The kernel “{self.__name__}” is not ready; `kernels.load` makes it so.")
        return self._native(*arguments)

    __name__: str


def kernel(*signatures: str, reorder: bool = False, lanes: bool = False) -> Callable[[Function], Function]:
    """Declare a nogil kernel with its signatures, in numba's words; calls take the first whose arguments fit.

    With `reorder` sums may be taken in another order, so that they fill the processor's vectors; numbers that are not
    finite stay so, and a division by zero gives one. With `lanes` lines that treat neighbouring numbers alike, as four
    channels of a pixel, are done at once.
    """

    def decorate(function: Function) -> Function:
        return cast(Function, Kernel(cast(FunctionType, function), signatures, reorder=reorder, lanes=lanes))

    return decorate


def take(counter: Any) -> int:
    """`counter[0]` of int64 (1,), which goes up by one; among kernels that are compiled no two threads get the same."""
    taken = int(counter[0])
    counter[0] = taken + 1
    return taken


def kernels_of(module: ModuleType) -> dict[str, Kernel]:
    """The kernels that a module declares, by name, in their order."""
    found = vars(module).copy().items()
    return {name: each for name, each in found if isinstance(each, Kernel) and each.__module__ == module.__name__}


def loaded(name: str) -> ModuleType | None:
    """The kernel module `name` if its machine code stands ready in this process, else None; never compiles."""
    module = sys.modules.get(name)
    if module is None or not getattr(module, "READY", False):
        return None
    return module if all(each.is_ready for each in _declared(module)) else None


@functools.cache  # this is asked many times in a frame
def _declared(module: ModuleType) -> tuple[Kernel, ...]:
    """The kernels of a module that is imported to its end."""
    return tuple(kernels_of(module).values())


def ready(name: str) -> Steps[ModuleType]:
    """The kernel module `name`, loaded as by `load` where it does not stand ready yet."""
    if loaded(name) is None:
        yield from load([name])
    return sys.modules[name]


def load(names: Sequence[str]) -> Steps[None]:
    """Make kernel modules ready in this process; a machine that has not compiled them yet does so in a child process.

    Raises ChildError if the child fails, OutputError if our cache cannot be written, MissingLibraryError without numba
    or llvmlite.
    """
    if importlib.util.find_spec("numba") is None:
        raise MissingLibraryError("Fast reading and drawing need numba, which is not installed; install numba.")
    try:
        yield from _load(names)
    except OSError as error:
        raise OutputError(not_kept(error)) from error


@contextmanager
def begun(names: Sequence[str]) -> Iterator[Steps[None]]:
    """Begin to make kernel modules ready, and give what is left to do, for when they are needed: a child may compile.

    Leaving ends the child. Raises as `load` does.
    """
    with contextlib.closing(load(names)) as rest:
        next(rest, None)
        yield rest


def not_kept(error: OSError) -> str:
    """What to say where the cache cannot be written."""
    return (
        f"Compiled code could not be kept in “{paths.cache()}”: {error.strerror or error}. Free the disk, or name "
        "another folder by EMBEDVIZ_CACHE."
    )


def _load(names: Sequence[str]) -> Steps[None]:
    modules = [importlib.import_module(name) for name in names if loaded(name) is None]
    modules = [module for module in modules if loaded(module.__name__) is None]  # else they run as Python
    if not modules:
        return
    machine = _machine()
    files = {module: _file(module, machine) for module in modules}
    missing = [module for module in modules if not _bind(module, files[module])]
    if missing:
        yield from _compile({module: files[module] for module in missing})
        for module in missing:
            if not _bind(module, files[module]):
                raise ChildError(f"The kernels of “{module.__name__}” were compiled but do not fit it. Try again.")


def _compile(files: Mapping[ModuleType, Path]) -> Steps[None]:
    """Compile modules in a child, load what it wrote in another that must survive it, and keep it in the cache."""
    folder = paths.kernels()
    with tempfile.TemporaryDirectory(prefix="fresh-", dir=folder, ignore_cleanup_errors=True) as fresh:
        written = {module.__name__: str(Path(fresh) / file.name) for module, file in files.items()}
        yield from child.run("embedviz.kernel_compiler:compile_steps", {"files": written})
        yield from child.run("embedviz.machine_code:try_steps", {"files": list(written.values())})
        for module, file in files.items():
            with contextlib.suppress(PermissionError):  # on Windows, while another process reads the same one
                Path(written[module.__name__]).replace(file)
    _sweep(folder)


def _bind(module: ModuleType, file: Path) -> bool:
    """Give the kernels of a module their machine code from a file; False where it holds none that fits."""
    from embedviz.native_call import NativeCall, one_of

    code, declared = machine_code.read(file), kernels_of(module)
    if code is None or not _fits(code, declared):
        return False
    found: dict[str, list[NativeCall]] = {name: [] for name in declared}
    for function, address in zip(code.functions, machine_code.addresses(code), strict=True):
        found[function.kernel].append(NativeCall(function, address))
    for name, each in declared.items():
        each.bind(one_of(found[name]))
    with contextlib.suppress(OSError):
        os.utime(file)  # it is still used
    return True


def _fits(code: MachineCode, declared: Mapping[str, Kernel]) -> bool:
    return code.signatures == {name: list(each.signatures) for name, each in declared.items()}


def _file(module: ModuleType, machine: str) -> Path:
    """Where the machine code of a module is kept: constants of its neighbors count, so all sources of its room do."""
    digest = hashlib.blake2b(machine.encode(), digest_size=12)
    ours = [Path(__file__).with_name(name) for name in ("kernel_compiler.py", "machine_code.py", "native_call.py")]
    for source in [*ours, *sorted(Path(str(module.__file__)).parent.glob("*.py"))]:
        digest.update(b"%s\n%s\n" % (str(source).encode(), source.read_bytes()))
    return paths.kernels() / f"{module.__name__}-{digest.hexdigest()}.kernels"


def _machine() -> str:
    """What machine code depends on beside its source: Python, the compiler and its settings, the processor."""
    llvm = machine_code.compiler_library()
    spec = importlib.util.find_spec("numba")
    numba_file = Path(str(spec.origin if spec is not None else None))
    settings = sorted((name, value) for name, value in os.environ.items() if name.startswith("NUMBA_"))
    processor = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    compiler = llvm.llvm_version_info, str(numba_file), numba_file.stat().st_mtime_ns
    return repr((sys.version, sysconfig.get_platform(), compiler, settings, processor))


def _sweep(folder: Path) -> None:
    """Remove what was not used for two months."""
    oldest = time.time() - _KEPT_SECONDS
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            if entry.stat().st_mtime < oldest:
                if entry.is_dir():
                    shutil.rmtree(entry, ignore_errors=True)
                else:
                    entry.unlink()


def _is_plain() -> bool:
    return os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
