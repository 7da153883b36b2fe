"""The compiling of kernels: by numba, in a child process that ends with it. No other module may import numba.

Kernels must need nothing of numba while they run. So they may not allocate arrays, and may call, beyond each other and
`kernels.take`, nothing but the C library's mathematics and its copying of memory.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from embedviz.errors import EmbedvizError, OutputError
from embedviz.kernels import Kernel, kernels_of, not_kept, take
from embedviz.machine_code import NUMBERS, Function, MachineCode, Parameter
from embedviz.progress import Progress, Steps

_REORDER = ("reassoc", "contract", "nsz", "arcp")  # none of them takes numbers to be finite
_IN_EVERY_PROCESS = re.compile(
    r"llvm\..*|mem(cpy|move|set)|"
    r"(a?(cos|sin|tan)h?|atan2|cbrt|ceil|copysign|erfc?|exp2?|expm1|fabs|floor|fma|fmax|fmin|fmod|hypot|"
    r"ldexp|lgamma|log|log10|log1p|log2|nearbyint|pow|rint|round|sqrt|tgamma|trunc)f?"
)
_DECLARED = re.compile(r'^declare [^@]*@"?([^"(]+)', re.MULTILINE)
_COLOR = re.compile(r"\x1b\[[0-9;]*m")


def compile_steps(files: dict[str, str]) -> Steps[None]:
    """Compile kernel modules, each into its file. Raises OutputError, and EmbedvizError for what cannot be compiled."""
    modules = [importlib.import_module(name) for name in files]
    n_kernels, n_done = sum(len(kernels_of(module)) for module in modules), 0
    dispatchers: dict[Kernel, Any] = {}
    for module in modules:
        for _ in _compile(module, dispatchers):
            n_done += 1
            fraction = min(1.0, n_done / n_kernels)
            yield Progress(fraction, "Preparing the drawing and reading kernels, once on this machine")
        try:
            machine_code(module, dispatchers).write(Path(files[module.__name__]))
        except OSError as error:
            raise OutputError(not_kept(error)) from error


def compiled(module: ModuleType) -> MachineCode:
    """The machine code of one module; raises EmbedvizError for what cannot be compiled."""
    dispatchers: dict[Kernel, Any] = {}
    for _ in _compile(module, dispatchers):
        pass
    return machine_code(module, dispatchers)


def machine_code(module: ModuleType, dispatchers: dict[Kernel, Any]) -> MachineCode:
    """The machine code of a module whose kernels were compiled."""
    declared = kernels_of(module)
    functions, objects = [], []
    for name, kernel in declared.items():
        for result in dispatchers[kernel].overloads.values():
            functions.append(_described(name, kernel, result))
            objects.append(_object(name, result.library))
    signatures = {name: list(kernel.signatures) for name, kernel in declared.items()}
    return MachineCode(signatures, tuple(functions), tuple(objects))


def _compile(module: ModuleType, dispatchers: dict[Kernel, Any]) -> Iterator[Kernel]:
    """Compile the kernels of a module in the order they are declared, and before them what they call of others."""
    # what the kernels see: of each other, numba's own
    names = {name: _atomic_take() if each is take else each for name, each in vars(module).items()}
    for name, kernel in vars(module).items():
        if not isinstance(kernel, Kernel):
            continue
        if kernel not in dispatchers and kernel.__module__ != module.__name__:
            yield from _compile(sys.modules[kernel.__module__], dispatchers)
        elif kernel not in dispatchers:
            dispatchers[kernel] = _dispatcher(kernel, names)
            yield kernel
        names[name] = dispatchers[kernel]


@functools.cache
def _atomic_take() -> Any:
    """`kernels.take` in one step of the processor."""
    from llvmlite import ir
    from numba.core import types
    from numba.extending import intrinsic

    def take(typing: Any, counter: Any) -> Any:  # noqa: ARG001  # numba looks at the names of both
        def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            return builder.atomic_rmw("add", array.data, ir.Constant(ir.IntType(64), 1), "monotonic")

        return types.int64(counter), emit

    declared: Any = intrinsic
    return declared(take)


def _dispatcher(kernel: Kernel, names: dict[str, Any]) -> Any:
    import numba
    from numba.core import config
    from numba.core.errors import NumbaError

    settings: Any = config
    settings.SLP_VECTORIZE = int(kernel.lanes)
    njit: Any = numba.njit  # its types do not know all its options
    freedom: dict[str, Any] = {"fastmath": set(_REORDER), "error_model": "numpy"} if kernel.reorder else {}
    plain = kernel.py_func
    function = FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__)
    try:
        return njit(
            list(kernel.signatures),
            nogil=True,
            no_cpython_wrapper=True,
            no_cfunc_wrapper=True,
            _nrt=False,  # no counting of references: what would allocate is refused
            **freedom,
        )(function)
    except NumbaError as error:
        raise EmbedvizError(
            f"The kernel “{kernel.__name__}” cannot be compiled; kernels may not allocate arrays. "
            f"{_COLOR.sub('', str(error))}"
        ) from error


def _object(name: str, library: Any) -> bytes:
    """The object file of a compiled function, which may leave open only what every process has."""
    declared = set(_DECLARED.findall(library.get_llvm_str()))
    unknown = sorted(each for each in declared if not _IN_EVERY_PROCESS.fullmatch(each))
    if unknown:
        raise EmbedvizError(f"The kernel “{name}” needs what no process has without numba: {', '.join(unknown)}.")
    _, _, (content, _) = library.serialize_using_object_code()
    found: bytes = content
    return found


def _described(name: str, kernel: Kernel, result: Any) -> Function:
    from numba.core import types

    returned = result.signature.return_type
    is_tuple = isinstance(returned, types.BaseTuple)
    results = tuple(returned) if is_tuple else () if returned == types.none else (returned,)
    if is_tuple and types.boolean in results:
        raise EmbedvizError(f"The kernel “{name}” returns a tuple with a boolean, which is not provided for.")
    parameters = zip(inspect.signature(kernel.py_func).parameters, result.signature.args, strict=True)
    return Function(
        name,
        result.fndesc.llvm_func_name,
        tuple(_parameter(name, parameter, kind) for parameter, kind in parameters),
        tuple(_number(name, "result", kind) for kind in results),
        is_tuple,
    )


def _parameter(kernel: str, name: str, kind: Any) -> Parameter:
    from numba.core import types

    if isinstance(kind, types.Array) and kind.aligned:
        return Parameter(name, _number(kernel, name, kind.dtype), kind.ndim, kind.layout, bool(kind.mutable))
    return Parameter(name, _number(kernel, name, kind))


def _number(kernel: str, name: str, kind: Any) -> str:
    number = "bool" if kind.name == "bool" else str(kind.name)
    if number in NUMBERS:
        return number
    raise EmbedvizError(f"The kernel “{kernel}” has “{name}” of type {kind}, which is not provided for.")
