"""The compiled parser of text rows against the pure one, and both against `np.float32(float(token))`."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from embedviz.formats import text_block
from embedviz.formats.number_grammar import is_fraction, is_number, number
from embedviz.formats.text_block import LABEL_BYTES, N_SLOW, N_STATE, POSITION, ROW, STATUS
from embedviz.kernels import load
from embedviz.progress import finish

ROWS = 40


@pytest.fixture(scope="module")
def compiled() -> ModuleType:
    finish(load(["embedviz.formats.text_kernels"]))
    from embedviz.formats import text_kernels

    return text_kernels


def parsed(parse: text_block.ParseBlock, content: bytes, separator: int, n_dims: int, *, has_label: bool):
    """Rows, labels and the state after parsing one block; slow numbers are finished as the reader does."""
    block = np.frombuffer(bytearray(content), np.uint8)
    vectors = np.zeros((ROWS, n_dims), np.float32)
    labels = np.zeros(len(block), np.uint8)
    offsets = np.zeros(ROWS + 1, np.int64)
    slow = np.zeros((ROWS * n_dims, 4), np.int64)
    state, work = np.zeros(N_STATE, np.int64), text_block.work_words(n_dims)
    parse(block, separator, has_label, vectors, labels, offsets, slow, state, work)
    n_rows = int(state[ROW])
    with np.errstate(over="ignore"):
        for row, column, start, end in slow[: state[N_SLOW]].tolist():
            value = number(content[start:end])
            if row < n_rows and value is None:
                n_rows = row
                state[STATUS] = text_block.BAD_LINE
            elif row < n_rows:
                vectors[row, column] = np.float32(value)
    used = labels[: offsets[n_rows]].tobytes()
    return n_rows, vectors[:n_rows].tobytes(), used, offsets[: n_rows + 1].tolist(), int(state[STATUS])


def both(compiled: ModuleType, content: bytes, separator: int = 0x20, n_dims: int = 2, *, has_label: bool = True):
    fast = parsed(compiled.parse_block, content, separator, n_dims, has_label=has_label)
    assert fast == parsed(text_block.parse_block, content, separator, n_dims, has_label=has_label)
    return fast


decimals = st.from_regex(rb"[+-]?[0-9]{1,25}(\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
floats = st.floats(width=32, allow_nan=False).map(lambda value: repr(value).encode())
halfway = st.floats(width=32, min_value=2.0**-100, max_value=2.0**100).map(
    lambda value: repr((float(np.float32(value)) + float(np.nextafter(np.float32(value), np.float32(np.inf)))) / 2)
)
odd_tokens = st.sampled_from(
    [
        *(b"nan", b"-NaN", b"inf", b"+Infinity", b".5", b"5.", b".", b"-", b"1e", b"1_0", b"0x1", b"1e5000", b"1.2.3"),
        *(b"e5", b"ie5", b"n", b"infin", "٣".encode(), "１".encode(), b"1\xa0", b"0e99", b"-0.0", b"1e-46"),
    ]
)


@settings(max_examples=400)
@given(st.one_of(decimals, floats, halfway.map(str.encode)))
@example(b"9007199254740993")
@example(b"1.00000005960464477539062500000000000000001")
@example(b"340282356779733661637539395458142568447")
@example(b"7.006492321624085e-46")
@example(b"00000000000000000000000000000000.1")
def test_every_number_is_the_float32_that_python_makes(compiled: ModuleType, token: bytes) -> None:
    with np.errstate(over="ignore"):
        expected = np.float32(float(token))
    n_rows, content, *_ = both(compiled, b"word " + token + b"\n", n_dims=1)
    assert n_rows == 1
    assert content == expected.tobytes()


@pytest.mark.parametrize(
    "token", ["1_000", "٣", "１２", "0x10", "1,5", "", "1e", ".", "--1", "1\u00a0", "infi", "nanny"]
)
def test_what_only_python_takes_for_a_number_is_none(compiled: ModuleType, token: str) -> None:
    assert not is_number(token.encode())
    n_rows, *_, status = both(compiled, f"word {token} 1\n".encode())
    assert (n_rows, status) == (0, text_block.BAD_LINE)


pieces = st.one_of(
    decimals, floats, odd_tokens, st.sampled_from([b" ", b"\t", b"\n", b"\r\n", b"\r", b"  ", b"word", b"\xc3", b"3.5"])
)


@settings(max_examples=600)
@given(
    st.lists(st.one_of(pieces, st.just(b" ")), max_size=30).map(b"".join),
    st.sampled_from([0x20, 0x09]),
    st.integers(1, 4),
    st.booleans(),
)
def test_both_parsers_agree_on_anything(
    compiled: ModuleType, content: bytes, separator: int, n_dims: int, has_label: bool
) -> None:
    both(compiled, content, separator, n_dims, has_label=has_label)


usual = st.from_regex(rb"-?[0-9]\.[0-9]{1,13}", fullmatch=True)
signed = st.from_regex(rb"[+-]?[0-9]{0,3}\.?[0-9]{0,16}", fullmatch=True).filter(is_number)
more = b"word" * 30 + b"\n"


@settings(max_examples=200)
@given(
    st.integers(1, 40).flatmap(
        lambda n_dims: st.lists(
            st.lists(st.one_of(usual, usual, signed, floats), min_size=n_dims, max_size=n_dims), min_size=1, max_size=6
        )
    ),
    st.sampled_from([b" ", b"\t"]),
    st.booleans(),
)
def test_rows_with_more_after_them_are_what_python_makes_of_them(
    compiled: ModuleType, rows: list[list[bytes]], separator: bytes, has_label: bool
) -> None:
    """Rows of many numbers, which are read together where a block goes on behind them."""
    n_dims = len(rows[0])
    lines = [separator.join([b"word"] * has_label + row) + b"\n" for row in (*rows, [b"0.5"] * n_dims)]
    lines.append(separator.join([b"word"] * has_label + [b"0.12345678901234567890"] * n_dims) + b"\n")
    n_rows, content, *_ = both(compiled, b"".join(lines), separator[0], n_dims, has_label=has_label)
    assert n_rows == len(lines)
    expected = np.array([[np.float32(float(token)) for token in row] for row in rows])
    assert content.startswith(expected.tobytes())


@pytest.mark.parametrize("token", [b"0,123456", b"0.12a456", b"-.123456", b"0.123-56", b"--0.1234", b"x0.12345", b""])
@pytest.mark.parametrize("column", [0, 7, 19])
def test_one_odd_token_among_usual_ones(compiled: ModuleType, token: bytes, column: int) -> None:
    row = [b"0.123456"] * 20
    row[column] = token
    n_rows, content, *_ = both(compiled, b"word " + b" ".join(row) + b"\n" + more, n_dims=20)
    assert n_rows == is_number(token)
    if n_rows:
        assert np.frombuffer(content, np.float32)[column] == np.float32(float(token))


@pytest.mark.parametrize("n_words", [1, 63, 64, 65, 127, 128, 300, 5000])
@pytest.mark.parametrize("word", [b"", b"w", b"word"])
def test_a_label_may_hold_any_number_of_separators(compiled: ModuleType, word: bytes, n_words: int) -> None:
    label = b" ".join([word] * n_words)
    n_rows, values, labels, *_ = both(compiled, label + b" 0.25 -1.5 3.125\n" + more, n_dims=3)
    assert (n_rows, labels) == (1, label)
    assert np.frombuffer(values, np.float32).tolist() == [0.25, -1.5, 3.125]


@settings(max_examples=150)
@given(
    st.one_of(st.binary(max_size=60), st.lists(st.one_of(pieces, st.just(b" ")), max_size=60).map(b"".join)),
    st.integers(1, 3),
    st.booleans(),
)
@example(b" " * 300 + b"word 0.123456 -1.25 3.5\n" + more, 3, True)
@example(b"0.123456 -1.25 3.5\n" + more, 3, False)
def test_the_kernel_stays_inside_its_arrays_when_checked(
    compiled: ModuleType, content: bytes, n_dims: int, has_label: bool
) -> None:
    """Run the kernel's own Python source, where an index out of range raises instead of reading on."""
    with np.errstate(all="ignore"):
        interpreted = parsed(compiled.parse_block.py_func, content, 0x20, n_dims, has_label=has_label)
    assert interpreted == parsed(text_block.parse_block, content, 0x20, n_dims, has_label=has_label)


def test_the_kernel_stops_when_no_room_is_left_for_slow_numbers(compiled: ModuleType) -> None:
    block = np.frombuffer(bytearray(b"a nan nan\nb nan nan\nc 1 2\n"), np.uint8)
    vectors, labels, offsets = np.zeros((3, 2), np.float32), np.zeros(len(block), np.uint8), np.zeros(4, np.int64)
    slow, state, work = np.zeros((2, 4), np.int64), np.zeros(N_STATE, np.int64), text_block.work_words(2)
    compiled.parse_block(block, 0x20, True, vectors, labels, offsets, slow, state, work)
    assert (state[STATUS], state[ROW], state[POSITION]) == (text_block.SLOW_FULL, 1, 10)
    state[N_SLOW] = 0
    compiled.parse_block(block, 0x20, True, vectors, labels, offsets, slow, state, work)
    state[N_SLOW] = 0
    compiled.parse_block(block, 0x20, True, vectors, labels, offsets, slow, state, work)
    assert (state[STATUS], state[ROW], state[LABEL_BYTES]) == (text_block.DONE, 3, 3)
    assert vectors[2].tolist() == [1, 2]


@pytest.mark.parametrize(("token", "expected"), [(b"0.5", True), (b"1e-5", True), (b"51", False), (b"e5", False)])
def test_a_fraction_is_a_number_with_point_or_exponent(token: bytes, expected: bool) -> None:
    assert is_fraction(token) is expected
