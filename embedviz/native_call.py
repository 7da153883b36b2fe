"""Calls of compiled functions: what is given is checked, argument by argument, before machine code sees it."""

from __future__ import annotations

import ctypes
import operator
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from embedviz.machine_code import NUMBERS, Function, Parameter

Flatten = Callable[[Any], tuple[Any, ...]]

_FLOATS = {"float32": "float", "float64": "double"}
_NUMBERS: dict[str, Any] = {name: getattr(ctypes, f"c_{_FLOATS.get(name, name)}") for name in NUMBERS}
_FITS: dict[tuple[str, bool], Callable[[Any], bool]] = {
    ("C", True): lambda flags: flags.carray,
    ("C", False): lambda flags: flags.c_contiguous and flags.aligned,
    ("F", True): lambda flags: flags.f_contiguous and flags.behaved,
    ("F", False): lambda flags: flags.f_contiguous and flags.aligned,
    ("A", True): lambda flags: flags.behaved,
    ("A", False): lambda flags: flags.aligned,
}
_NOTHING_RETURNED = -2


class _Raised(ctypes.Structure):
    """What a function leaves of its exception: a pickle of class, arguments and place."""

    _fields_ = (
        ("content", ctypes.c_void_p),
        ("size", ctypes.c_int32),
        ("digest", ctypes.c_void_p),
        ("unwrap", ctypes.c_void_p),
        ("n_dynamic", ctypes.c_int32),
    )


class NativeCall:
    """One compiled signature as a Python callable; several threads may call it at once.

    It raises TypeError for an argument that is not what the signature says, OverflowError for a whole number out of
    range, and what the function itself raises.
    """

    def __init__(self, function: Function, address: int) -> None:
        self._kernel, self._is_tuple = function.kernel, function.is_tuple
        self._flattens = [_flatten_of(function.kernel, parameter) for parameter in function.parameters]
        flat = [kind for parameter in function.parameters for kind in _flat_types(parameter)]
        self._function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *flat)(address)
        self._names = [f"result_{place}" for place in range(len(function.results))]
        fields = [(name, _NUMBERS[kind]) for name, kind in zip(self._names, function.results, strict=True)]
        self._result_type = type("Result", (ctypes.Structure,), {"_fields_": fields or [("nothing", ctypes.c_void_p)]})

    def __call__(self, *arguments: Any) -> Any:
        return self.call(self.flattened(arguments))

    def flattened(self, arguments: Sequence[Any]) -> list[Any]:
        """The arguments as the function takes them; they must be kept alive until it has returned."""
        if len(arguments) != len(self._flattens):
            raise TypeError(f"{self._kernel} takes {len(self._flattens)} arguments, not {len(arguments)}")
        flat: list[Any] = []
        for flatten, argument in zip(self._flattens, arguments, strict=True):
            flat += flatten(argument)
        return flat

    def call(self, flat: Sequence[Any]) -> Any:
        """Call the function with flattened arguments."""
        result, raised = self._result_type(), ctypes.c_void_p()
        status = self._function(ctypes.addressof(result), ctypes.addressof(raised), *flat)
        if status not in (0, _NOTHING_RETURNED):
            raise self._error(status, raised)
        values = tuple(getattr(result, name) for name in self._names)
        if self._is_tuple:
            return values
        return values[0] if values else None

    def _error(self, status: int, raised: ctypes.c_void_p) -> BaseException:
        if status < 0 or not raised.value:
            return RuntimeError(f"{self._kernel} failed with status {status}")
        found = _Raised.from_address(raised.value)
        kind, arguments, _ = pickle.loads(ctypes.string_at(found.content, found.size))
        error: BaseException = kind(*arguments)
        return error


def one_of(calls: Sequence[NativeCall]) -> Callable[..., Any]:
    """A callable that takes the first of several signatures whose arguments fit."""
    if len(calls) == 1:
        return calls[0]

    def call(*arguments: Any) -> Any:
        refusals: list[str] = []
        for each in calls:
            try:
                flat = each.flattened(arguments)
            except (TypeError, OverflowError) as error:
                refusals.append(str(error))
            else:
                return each.call(flat)
        raise TypeError("no signature takes these arguments: " + "; ".join(refusals))

    return call


def _flat_types(parameter: Parameter) -> list[Any]:
    if not parameter.layout:
        return [_NUMBERS[parameter.number]]
    return [
        *[ctypes.c_void_p] * 2,
        *[ctypes.c_ssize_t] * 2,
        ctypes.c_void_p,
        *[ctypes.c_ssize_t] * 2 * parameter.n_dims,
    ]


def _flatten_of(kernel: str, parameter: Parameter) -> Flatten:
    where = f"{kernel}: argument “{parameter.name}”"
    if parameter.layout:
        return _array_flatten(where, parameter)
    if parameter.number == "bool":
        return _flag_flatten(where)
    if parameter.number.startswith("float"):
        return _float_flatten(where)
    return _integer_flatten(where, np.iinfo(parameter.number))


def _array_flatten(where: str, parameter: Parameter) -> Flatten:
    dtype, n_dims = np.dtype(parameter.number), parameter.n_dims
    fits, item_size = _FITS[parameter.layout, parameter.is_written], dtype.itemsize

    def flatten(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, np.ndarray) or given.dtype != dtype or given.ndim != n_dims or not fits(given.flags):
            raise TypeError(f"{where} must be {_wanted(parameter)}, not {_described(given)}")
        place = given.__array_interface__["data"][0]
        return (0, 0, given.size, item_size, place, *given.shape, *given.strides)

    return flatten


def _flag_flatten(where: str) -> Flatten:
    def flatten(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, (bool, np.bool_)):
            raise TypeError(f"{where} must be True or False, not {given!r}")
        return (bool(given),)

    return flatten


def _float_flatten(where: str) -> Flatten:
    def flatten(given: Any) -> tuple[Any, ...]:
        if not isinstance(given, (float, int, np.floating, np.integer)):
            raise TypeError(f"{where} must be a number, not {given!r}")
        return (float(given),)

    return flatten


def _integer_flatten(where: str, limits: np.iinfo[Any]) -> Flatten:
    low, high = int(limits.min), int(limits.max)

    def flatten(given: Any) -> tuple[Any, ...]:
        try:
            number = operator.index(given)
        except TypeError:
            raise TypeError(f"{where} must be a whole number, not {given!r}") from None
        if not low <= number <= high:
            raise OverflowError(f"{where} must be within {low} and {high}, not {number}")
        return (number,)

    return flatten


def _wanted(parameter: Parameter) -> str:
    order = {"C": "C-contiguous ", "F": "Fortran-contiguous ", "A": ""}[parameter.layout]
    written = "writable " if parameter.is_written else ""
    return f"an aligned {written}{order}array of {parameter.number} in {parameter.n_dims} dimensions"


def _described(given: Any) -> str:
    if not isinstance(given, np.ndarray):
        return f"a {type(given).__name__}"
    flags = given.flags
    order = "C-contiguous" if flags.c_contiguous else "Fortran-contiguous" if flags.f_contiguous else "strided"
    return f"{order} {given.dtype} {given.shape}{'' if flags.writeable else ', read-only'}"
