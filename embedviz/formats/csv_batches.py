"""The rows of a text table as Arrow batches; pyarrow takes them apart, and every row it refuses is named."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

from embedviz.errors import FormatError
from embedviz.formats.csv_layout import CsvLayout, vector_cell

_BLOCK_BYTES = 1 << 23
_NO_NUMBER = re.compile(r"In CSV column #(\d+): (?:Row #(\d+): )?.*invalid value '(.*)'", re.DOTALL)
_RAGGED = re.compile(r"CSV parse error: (?:Row #(\d+): )?Expected (\d+) columns, got (\d+)")
_OPENING, _CLOSING, _BETWEEN = r"^\s*[\[({]\s*", r"[\s,;]*[\])}]\s*$", r"[\s,;]+"


class Beginning(io.RawIOBase):
    """The first `size` bytes of an open file, as a file."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        super().__init__()
        self._file = file
        self._size = size

    def readable(self) -> bool:
        """It can be read."""
        return True

    def seekable(self) -> bool:
        """It can be read again."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place counted from the beginning."""
        assert whence == os.SEEK_SET, "nothing here seeks otherwise"
        return self._file.seek(offset)

    def tell(self) -> int:
        """Where the file stands."""
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; 0 at the end."""
        content = self._file.read(max(0, min(len(buffer), self._size - self._file.tell())))
        buffer[: len(content)] = content
        return len(content)


def csv_batches(
    file: IO[bytes] | io.RawIOBase, layout: CsvLayout, vectors: Sequence[str], others: Sequence[str], name: str
) -> Iterator[Any]:
    """Batches of some columns: `vectors` as float64, or as lists where their cells are; `others` as bytes.

    `name` is what messages call the file. Raises FormatError for a row that has too few or too many cells, or a cell
    that is no number.
    """
    import pyarrow as pa
    import pyarrow.csv as pc

    lists = [field.name for field in layout.fields if field.name in vectors and field.use == "vector"]
    kinds = {column: pa.binary() for column in (*lists, *others)}
    kinds |= {column: pa.float64() for column in vectors if column not in lists}
    file.seek(layout.start)
    done = 0
    try:
        reader = pc.open_csv(
            pa.PythonFile(file, mode="r"),
            read_options=pc.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                column_names=list(layout.names),
                skip_rows_after_names=int(layout.has_header),
            ),
            parse_options=pc.ParseOptions(
                delimiter=layout.separator.decode(),
                quote_char='"' if layout.quoted else False,
                newlines_in_values=layout.quoted,
            ),
            convert_options=pc.ConvertOptions(
                column_types=kinds,
                include_columns=[*vectors, *others],
                null_values=[""],
                strings_can_be_null=False,
                decimal_point="," if layout.decimal_comma else ".",
            ),
        )
        for batch in reader:
            for column in lists:
                at = batch.schema.get_field_index(column)
                batch = batch.set_column(at, column, _listed(batch.column(at), name, column, done))
            done += len(batch)
            yield batch
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise _refused(error, layout, name) from error


def _listed(cells: Any, name: str, column: str, done: int) -> Any:
    """Cells such as `[0.1, -2]` as lists of float64."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        inside = cells.cast(pa.string())
        for pattern, instead in ((_OPENING, ""), (_CLOSING, ""), (_BETWEEN, " ")):
            inside = pc.replace_substring_regex(inside, pattern, instead)
        return pc.split_pattern(inside, " ").cast(pa.list_(pa.float64()))
    except pa.ArrowInvalid as error:
        for row, cell in enumerate(cells):
            text = cell.as_py()
            if b"..." in text:
                raise FormatError(
                    f"Item {done + row:,} of “{name}” has “{column[:60]}” shortened by “...”: whoever wrote the "
                    "file printed the numbers instead of saving them; save again with `.tolist()`."
                ) from error
            if not vector_cell(text):
                shown = text[:40].decode("utf-8", "replace")
                raise FormatError(
                    f"Item {done + row:,} of “{name}” has “{shown}” in “{column[:60]}”, which is no list of numbers."
                ) from error
        raise


def _refused(error: Exception, layout: CsvLayout, name: str) -> Exception:
    """The words for a row or cell that pyarrow refuses; other errors stay as they are."""
    cell, row = _NO_NUMBER.search(str(error)), _RAGGED.search(str(error))
    if isinstance(error, UnicodeDecodeError):
        row = _RAGGED.search(error.object.decode("utf-8", "replace"))
    if cell is not None:
        where = f"Row {int(cell[2]):,}" if cell[2] else "A row"
        return FormatError(
            f"{where} of “{name}” holds “{cell[3][:40]}” in “{layout.names[int(cell[1])][:60]}”, which is not a "
            "number; correct or remove that row."
        )
    if row is not None:
        where = f"Row {int(row[1]):,}" if row[1] else "A row"
        return FormatError(
            f"{where} of “{name}” has {int(row[3]):,} cells where {int(row[2]):,} are needed; correct or remove it."
        )
    return error
