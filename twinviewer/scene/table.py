"""Tables that people keep: CSV, XLSX and ODS, as rows of texts with the line they stand on."""

import csv
import io
import math
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_TABLE_BYTES, MAX_TABLE_ROWS
from twinviewer.scene.names import one_line
from twinviewer.scene.ods import ods_lines
from twinviewer.scene.paths import read_bytes


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: texts by column, empty cells left out. `where` is "assets.csv:12"."""

    cells: dict[str, str]
    where: str

    def get(self, column: str) -> str:
        """The text of a column, "" where it is empty."""
        return self.cells.get(column, "")


def read_table(path: Path, name: str, needed: Iterable[str], sheet: str | None = None) -> list[Row]:
    """All rows that are not empty. Raises SceneError with file and line."""
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt", ".tsv"):
        lines = _csv_lines(read_bytes(path, MAX_TABLE_BYTES), name)
    elif suffix in (".xlsx", ".xlsm"):
        lines = _xlsx_lines(path, name, sheet)
    elif suffix == ".ods":
        lines = ods_lines(read_bytes(path, MAX_TABLE_BYTES), name, sheet, 8 * MAX_TABLE_BYTES)
    else:
        raise SceneError(f"'{suffix}' is not a table that can be read.", name, "Save it as CSV, XLSX or ODS.")
    return _rows(lines, name, tuple(needed))


def _rows(lines: Iterator[tuple[int, list[str]]], name: str, needed: tuple[str, ...]) -> list[Row]:
    first = next((line for line in lines if _is_told(line[1])), None)
    if first is None:
        raise SceneError("the table is empty.", name, f"Its first line names the columns: {', '.join(needed)}, …")
    columns = [cell.strip() for cell in first[1]]
    while columns and not columns[-1]:
        columns.pop()
    lowered = [column.lower() for column in columns]
    for column in needed:
        if column not in lowered:
            seen = ", ".join(f"'{c}'" for c in columns[:6])
            remedy = f"Name it in the first line, which has {seen}; columns are separated by comma, semicolon or tab."
            raise SceneError(f"the column '{column}' is missing.", f"{name}:{first[0]}", remedy)
    # Fixed column names may be written in any case; others keep theirs, for they fill {placeholders}.
    fixed = {"asset", "type", "name", "path", "node", "tag", "states", "role", "unit", "accept", "confidence"}
    columns = [low if low in fixed else column for column, low in zip(columns, lowered, strict=True)]
    if len(set(columns)) != len(columns):
        double = next(column for column in columns if columns.count(column) > 1)
        raise SceneError(f"the column '{double}' stands there twice.", f"{name}:{first[0]}", "Rename one of them.")
    rows: list[Row] = []
    for number, cells in lines:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            text = f"the line has {len(cells)} cells, but there are {len(columns)} columns."
            raise SceneError(text, f"{name}:{number}", "Put texts that contain the separator in quotes.")
        kept = {column: one_line(cell) for column, cell in zip(columns, cells, strict=False) if column and cell.strip()}
        if kept and not next(iter(kept.values())).startswith("#"):
            rows.append(Row(kept, f"{name}:{number}"))
        if len(rows) > MAX_TABLE_ROWS:
            raise SceneError(f"the table has more than {MAX_TABLE_ROWS:,} lines.", name)
    return rows


def _is_told(cells: Sequence[str]) -> bool:
    """Whether a line says something: it is neither empty nor a comment."""
    told = next((cell.strip() for cell in cells if cell.strip()), "")
    return bool(told) and not told.startswith("#")


def _csv_text(data: bytes, name: str) -> str:
    """The text of a CSV file in one of the encodings that spreadsheets write. Raises SceneError for what is no text."""
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        where = f"{name}:{text.count(chr(10), 0, text.index(chr(0))) + 1}"
        raise SceneError("the file is not a table in text.", where, "Save it as CSV in UTF-8, or as XLSX.")
    return text


def _csv_lines(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = _csv_text(data, name)
    head = next((line for line in text.splitlines() if _is_told([line.strip(",;\t")])), "")
    asked = re.fullmatch(r"sep=(.)", head.strip('" \t'))  # a line that spreadsheets write to themselves
    delimiter = asked[1] if asked else max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if not asked or reader.line_num > 1:
                yield reader.line_num, cells
    except csv.Error as error:
        raise SceneError(
            f"the line cannot be read: {error}.", f"{name}:{reader.line_num}", "Check its quotes."
        ) from None


def _xlsx_lines(path: Path, name: str, sheet: str | None) -> Iterator[tuple[int, list[str]]]:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > 8 * MAX_TABLE_BYTES:
            raise SceneError(f"the table unpacks to {unpacked:,} bytes, more than is read.", name)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            if sheet is not None and sheet not in book.sheetnames:
                raise SceneError(f"there is no sheet '{sheet}'.", name, f"There are: {', '.join(book.sheetnames)}.")
            page = book[sheet] if sheet is not None else book.worksheets[0]
            lines = [(k, [_text(value) for value in row]) for k, row in enumerate(page.values, 1)]
        finally:
            book.close()
    except SceneError:
        raise
    except Exception as error:  # broken archives and broken XML raise many unrelated types
        raise SceneError(f"the spreadsheet cannot be read: {error}.", name, "Save it again as XLSX.") from None
    yield from lines


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():  # a cell with a date alone
        return value.date().isoformat()
    return str(value)


def number(text: str, column: str, where: str) -> float:
    """A finite number as people write it in a table, with a point or a comma. Raises SceneError."""
    try:
        value = float(text if "." in text else text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SceneError(f"'{text}' in the column '{column}' is not a number.", where, "Write a plain number.")
    return value
