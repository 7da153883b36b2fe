"""Calls of machine code beside the same functions in Python: every type, every refusal, every exception."""

from __future__ import annotations

import gc
import itertools
import math
import sys
import threading
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from embedviz import kernels
from embedviz.machine_code import NUMBERS
from embedviz.progress import finish

SOURCE = """
import numpy as np
from embedviz.kernels import kernel

{echoes}

@kernel("Tuple((int64, float64, uint8, float32))(int8, float32, boolean, float64, uint16)")
def mixed(a, b, c, d, e):
    return a + e, b * d, np.uint8(7 if c else 9), np.float32(d)

@kernel("UniTuple(int32, 2)(int32, int32)")
def swapped(a, b):
    return b, a

@kernel("void(float64[::1], float64)")
def add(array, value):
    for i in range(len(array)):
        array[i] += value

@kernel("int64(Array(int32, 3, 'C', True))")
def weigh(array):
    total = 0
    for i in range(array.shape[0]):
        for j in range(array.shape[1]):
            for k in range(array.shape[2]):
                total += (i + 1) * (j + 2) * (k + 3) * array[i, j, k]
    return total

@kernel("float64(Array(float64, 2, 'A', True))", "float64(Array(float32, 2, 'F', True))", "float64(float64[:, :])")
def corner(array):
    return array[0, 0] + 10 * array[0, array.shape[1] - 1] + 100 * array[array.shape[0] - 1, 0]

@kernel("int64(int64)", "float64(float64)")
def kind(value):
    return value

@kernel("int64(int64, int64)")
def divided(a, b):
    return a // b

@kernel("float64(float64, float64)", reorder=True)
def freely_divided(a, b):
    return a / b

@kernel("void(int64)")
def raising(which):
    if which == 1:
        raise ValueError("one", 1)
    if which == 2:
        raise KeyError
    if which == 3:
        assert which == 4, "not four"

@kernel("int64(int64[::1], int64)")
def taken(array, at):
    return array[at]

@kernel("int64({many})")
def many({names}):
    return {sum}

@kernel("uint64(uint64, int64)")
def turned(bits, n):
    for _ in range(n):
        bits ^= bits << np.uint64(13)
        bits ^= bits >> np.uint64(7)
        bits ^= bits << np.uint64(17)
    return bits

READY = True
"""
ECHO = """
@kernel("{number}({number}, {number}[::1])")
def echo_{number}(value, array):
    array[0] = value
    return value
"""
N_MANY = 60


def source() -> str:
    numbers = ["boolean" if number == "bool" else number for number in NUMBERS]
    names = [f"a{i}" for i in range(N_MANY)]
    return SOURCE.format(
        echoes="\n".join(ECHO.format(number=number) for number in numbers),
        many=", ".join(["int8", "float32", "boolean", "int64", "uint16", "float64"] * (N_MANY // 6)),
        names=", ".join(names),
        sum=" + ".join(f"{i + 1} * int({name})" for i, name in enumerate(names)),
    )


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module of kernels, compiled with checks of every index."""
    folder = tmp_path_factory.mktemp("calls")
    (folder / "called_kernels.py").write_text(source())
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        patch.setenv("PYTHONPATH", str(folder))
        patch.setenv("EMBEDVIZ_CACHE", str(folder / "cache"))
        patch.setenv("NUMBA_BOUNDSCHECK", "1")
        yield finish(kernels.ready("called_kernels"))
    sys.modules.pop("called_kernels")


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_goes_in_and_comes_out(compiled: ModuleType, number: str) -> None:
    echo = getattr(compiled, f"echo_{'boolean' if number == 'bool' else number}")
    dtype = np.dtype(number)
    if dtype.kind == "b":
        values = [True, False, np.True_]
    elif dtype.kind == "f":
        values = [0.0, -0.0, 1.5, -np.pi, np.inf, -np.inf, 3, np.float32(1e-40), np.int8(-3), np.float64(1e300)]
    else:
        limits = np.iinfo(dtype)
        values = [0, 1, limits.min, limits.max, np.uint8(77), dtype.type(limits.max), True]
    for value in values:
        array = np.zeros(2, dtype)
        with np.errstate(over="ignore"):
            expected = dtype.type(value)
        assert echo(value, array) == expected
        assert array.tolist() == [expected, 0]
    if dtype.kind == "f":
        assert math.isnan(echo(math.nan, np.zeros(1, dtype)))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_another_type_or_out_of_range_is_refused(compiled: ModuleType, number: str) -> None:
    echo = getattr(compiled, f"echo_{'boolean' if number == 'bool' else number}")
    dtype = np.dtype(number)
    wrong = {"b": [1, 0.0, None, "True"], "f": ["1", None, 1j, np.zeros(1), np.zeros(())]}.get(
        dtype.kind, [1.0, "1", None]
    )
    for value in wrong:
        with pytest.raises(TypeError, match="“value”"):
            echo(value, np.zeros(1, dtype))
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        for value in (int(limits.min) - 1, int(limits.max) + 1, 1 << 80):
            with pytest.raises(OverflowError, match="“value”"):
                echo(value, np.zeros(1, dtype))


def test_tuples_come_back(compiled: ModuleType) -> None:
    assert compiled.mixed(-3, 0.5, True, 4.0, 65_535) == (65_532, 2.0, 7, 4.0)
    assert compiled.mixed(5, 2.5, False, -0.5, 0) == (5, -1.25, 9, -0.5)
    assert compiled.swapped(-1, 2) == (2, -1)


def test_arguments_beyond_the_registers_arrive(compiled: ModuleType) -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        given = []
        for _ in range(N_MANY // 6):
            given += [int(rng.integers(-128, 128)), float(rng.integers(-99, 99)), bool(rng.integers(2))]
            given += [int(rng.integers(-(1 << 40), 1 << 40)), int(rng.integers(1 << 16)), float(rng.integers(-99, 99))]
        assert compiled.many(*given) == sum((place + 1) * int(value) for place, value in enumerate(given))


def test_shapes_and_strides_arrive(compiled: ModuleType) -> None:
    rng = np.random.default_rng(4)
    for shape in itertools.product((0, 1, 3), (1, 2), (2, 5)):
        array = rng.integers(-99, 99, shape).astype(np.int32)
        factors = [np.arange(n) + first for n, first in zip(shape, (1, 2, 3), strict=True)]
        assert compiled.weigh(array) == np.einsum("ijk,i,j,k->", array.astype(np.int64), *factors)
    base = rng.integers(0, 10, (6, 8)).astype(np.float64)
    for view in (base, base.T, base[::-1], base[1::2, ::-3], base[:1, :1]):
        assert compiled.corner(view) == view[0, 0] + 10 * view[0, -1] + 100 * view[-1, 0]
    turned = base.astype(np.float32).T
    assert compiled.corner(turned) == turned[0, 0] + 10 * turned[0, -1] + 100 * turned[-1, 0]


def test_a_written_array_is_changed_in_place(compiled: ModuleType) -> None:
    array = np.arange(6.0)
    assert compiled.add(array[2:5], 10.0) is None
    assert array.tolist() == [0, 1, 12, 13, 14, 5]
    compiled.add(np.empty(0), 1.0)


def unaligned() -> np.ndarray:
    return np.zeros(41, np.uint8)[1:].view(np.float64)


def locked() -> np.ndarray:
    array = np.zeros(5)
    array.setflags(write=False)
    return array


WRONG = {
    "dtype": lambda: np.zeros(5, np.float32),
    "byte order": lambda: np.zeros(5, ">f8"),
    "dimensions": lambda: np.zeros((5, 1)),
    "strides": lambda: np.zeros(10)[::2],
    "backwards": lambda: np.zeros(5)[::-1],
    "unaligned": unaligned,
    "read-only": locked,
    "list": lambda: [0.0] * 5,
    "scalar": lambda: 0.0,
    "nothing": lambda: None,
    "record": lambda: np.zeros(5, [("a", "f8")]),
    "memory": lambda: memoryview(np.zeros(5)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_array_that_is_not_as_declared_is_refused(compiled: ModuleType, wrong: str) -> None:
    with pytest.raises(
        TypeError, match="add: argument “array” must be an aligned writable C-contiguous array of float64"
    ):
        compiled.add(WRONG[wrong](), 1.0)


def test_a_read_only_array_is_taken_where_nothing_is_written(compiled: ModuleType) -> None:
    array = np.ones((1, 1, 1), np.int32)
    array.setflags(write=False)
    assert compiled.weigh(array) == 6
    with pytest.raises(
        TypeError, match="“array” must be an aligned C-contiguous array of int32 in 3 dimensions, not strided"
    ):
        compiled.weigh(np.zeros((2, 2, 2), np.int32)[:, ::-1])


@pytest.mark.parametrize("given", [(), (np.zeros(2),), (np.zeros(2), 1.0, 2.0)])
def test_too_few_and_too_many_arguments_are_refused(compiled: ModuleType, given: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match=f"takes 2 arguments, not {len(given)}"):
        compiled.add(*given)


def test_the_first_signature_that_takes_the_arguments_is_called(compiled: ModuleType) -> None:
    assert type(compiled.kind(4)) is int
    assert type(compiled.kind(4.0)) is float
    with pytest.raises(TypeError, match=r"no signature takes these arguments.*whole number.*must be a number"):
        compiled.kind("4")
    strided = np.arange(8.0).reshape(2, 4)[:, ::2]
    assert compiled.corner(strided) == 0 + 10 * 2 + 100 * 4


def test_what_a_function_raises_is_raised(compiled: ModuleType) -> None:
    assert compiled.divided(7, -2) == -4
    with pytest.raises(ZeroDivisionError):
        compiled.divided(1, 0)
    assert compiled.freely_divided(1.0, 0.0) == math.inf
    with pytest.raises(ValueError, match="one") as raised:
        compiled.raising(1)
    assert raised.value.args == ("one", 1)
    with pytest.raises(KeyError):
        compiled.raising(2)
    with pytest.raises(AssertionError, match="not four"):
        compiled.raising(3)
    assert compiled.raising(0) is None
    assert compiled.taken(np.array([5, 6], np.int64), 1) == 6
    for at in (2, -3, 1 << 40):
        with pytest.raises(IndexError):
            compiled.taken(np.array([5, 6], np.int64), at)


def test_other_threads_run_meanwhile(compiled: ModuleType) -> None:
    turning, n_seen = threading.Thread(target=compiled.turned, args=(1, 1 << 26)), 0
    turning.start()
    while turning.is_alive():
        n_seen += 1
    assert n_seen > 1_000, "a thread that is kept waiting sees it at most a few times"


def test_threads_do_not_mix_their_results(compiled: ModuleType) -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        array = np.zeros(100)
        for turn in range(2_000):
            compiled.add(array, float(number))
            if compiled.swapped(number, turn) != (turn, number) or array[99] != number * (turn + 1):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_call_keeps_nothing(compiled: ModuleType) -> None:
    array = np.zeros(5)
    before = sys.getrefcount(array)
    for _ in range(100):
        compiled.add(array, 1.0)
        with pytest.raises(TypeError):
            compiled.add(array, "1")
    gc.collect()
    assert sys.getrefcount(array) == before
