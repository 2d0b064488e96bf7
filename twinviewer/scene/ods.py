"""OpenDocument spreadsheets (.ods): the cells of one sheet as texts. Source: OpenDocument 1.3, part 3, 9 and 19."""

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from twinviewer.model.errors import SceneError

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_MOST_COLUMNS = 4096


def ods_lines(data: bytes, name: str, sheet: str | None, most_bytes: int) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of every line of a sheet (the first one where None is named) that is not empty.

    Raises SceneError for what cannot be read, and for more than `most_bytes` unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = archive.getinfo("content.xml").file_size
            if size > most_bytes:
                raise SceneError(f"the table unpacks to {size:,} bytes, more than is read.", name)
            content = archive.read("content.xml")
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:  # no office program writes them; they can grow
            raise SceneError("the spreadsheet declares entities, which are not read.", name, "Save it again as XLSX.")
        tables = list(ElementTree.fromstring(content).iter(f"{_TABLE}table"))
    except SceneError:
        raise
    except Exception as error:  # archives and their four kinds of packing fail in many ways
        raise SceneError(f"the spreadsheet cannot be read: {error}.", name, "Save it again as XLSX.") from None
    names = [table.get(f"{_TABLE}name", "") for table in tables]
    if not tables or (sheet is not None and sheet not in names):
        text = f"there is no sheet '{sheet}'." if tables else "there is no sheet in it."
        raise SceneError(text, name, f"There are: {', '.join(names)}.")
    return _lines(tables[names.index(sheet) if sheet is not None else 0])


def _lines(table: ElementTree.Element) -> Iterator[tuple[int, list[str]]]:
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        cells = _cells(row)
        if cells:
            yield number, cells
        number += _repeated(row, "rows")


def _cells(row: ElementTree.Element) -> list[str]:
    """The texts of a line up to its last cell that has one."""
    cells: list[str] = []
    empty = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        count, text = _repeated(cell, "columns"), _value(cell)
        if not text:
            empty += count
        elif len(cells) + empty < _MOST_COLUMNS:
            cells += [""] * empty + [text] * min(count, _MOST_COLUMNS)
            empty = 0
    return cells


def _repeated(element: ElementTree.Element, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _value(cell: ElementTree.Element) -> str:
    """What the cell holds: a number as it is kept rather than shown, a date as ISO 8601, else its paragraphs."""
    number, date = cell.get(f"{_OFFICE}value", ""), cell.get(f"{_OFFICE}date-value", "")
    if number:
        return number.removesuffix(".0")
    if date:
        return date.removesuffix("T00:00:00")
    return "\n".join(_paragraph(part) for part in cell if part.tag == f"{_TEXT}p").strip()


def _paragraph(part: ElementTree.Element) -> str:
    for run in part.iter(f"{_TEXT}s"):
        count = run.get(f"{_TEXT}c", "1")
        run.text = " " * (min(int(count), 1000) if count.isascii() and count.isdigit() and len(count) < 9 else 1)
    return "".join(part.itertext())
