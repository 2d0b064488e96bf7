"""Reads a flow model's file with the tables that lie beside it, and checks it; every error names file and line."""

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation.line import LINE_FILE, Line, parse_line
from twinviewer.simulation.places import placed
from twinviewer.simulation.quantities import QUANTILES, span_s

_FROM_FILE = re.compile(
    r"""empirical\(\s*file\s*=\s*["']?([^,"')]+)["']?\s*(?:,\s*column\s*=\s*["']?([^"')]+)["']?\s*)?\)"""
)
CHECKED_S = 86_400.0  # of a line are built to see whether it can be


def load_line(path: Path) -> Line:
    """Read and check a flow model, or the one in a folder. Raises LineError."""
    file = path / LINE_FILE if path.is_dir() else path
    text = _text_of(file)
    tables = expanded(_tables(text, file), file)
    line = parse_line(tables, str(file), text)
    from twinviewer.simulation.tables import build, horizon_of  # the engine's tables need the line

    try:
        horizon_of(line)
        build(line, CHECKED_S)
    except LineError as error:
        raise LineError(error.text, placed(file, text, error.where), error.remedy) from error
    return line


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise LineError("there is no flow model", str(file), "Write a line.toml beside the scene.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise LineError(f"the flow model cannot be read ({error})", str(file), "Check the file.") from error


def _tables(text: str, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LineError(f"this is not TOML: {error}", str(file), "Mend that line.") from error


def expanded(tables: dict[str, Any], file: Path) -> dict[str, Any]:
    """The tables with what `[tables]` and `empirical(file=…)` name read in. Raises LineError."""
    found = _filled(tables, file)
    names = found.pop("tables", None)
    if names is None:
        return found
    if not isinstance(names, Mapping):
        raise LineError("tables is not a table of file names", str(file), 'Write [tables] and orders = "orders.csv".')
    readers = {"orders": _orders, "routes": _routes, "setups": _setups, "shifts": _shifts}
    for key, name in names.items():
        if key not in readers:
            raise LineError(f'"{key}" is no kind of table', f"{file}, tables", f"Known are: {', '.join(readers)}.")
        readers[key](found, file.parent / str(name))
    return found


def _filled(value: Any, file: Path) -> Any:
    """The same with distributions from files as their values."""
    if isinstance(value, Mapping):
        return {k: _filled(v, file) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, file) for v in value]
    if isinstance(value, str) and "file" in value:
        return _FROM_FILE.sub(lambda m: _observed(file.parent / m[1].strip(), (m[2] or "").strip()), value)
    return value


def _observed(path: Path, column: str) -> str:
    """Observed times of a CSV file as `empirical(…)`: as many as the engine keeps of them."""
    rows = _rows(path)
    head = list(rows[0][1]) if rows else []
    name = column or (head[0] if head else "")
    if name not in head:
        raise LineError(f'there is no column "{name}"', str(path), f"Columns are: {', '.join(head)}.")
    times = [_seconds(row[name], path, n) for n, row in rows if row[name] not in ("", None)]
    if not times:
        raise LineError("the file holds no times", str(path), "Write one time per line below a head line.")
    values = np.array(times)
    kept = values if len(values) <= QUANTILES else np.quantile(values, np.linspace(0, 1, QUANTILES))
    return f"empirical({', '.join(f'{float(v)!r}' for v in kept)})"


def _seconds(text: str, path: Path, number: int) -> float:
    try:
        return span_s(text)
    except LineError as error:
        raise LineError(error.text, f"{path}, line {number}", error.remedy) from error


def _rows(path: Path, *columns: str) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file (comma or semicolon): the number of the line, and what it says by column. Raises LineError
    where a column is missing, or where the file is no table."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LineError(f"the table cannot be read ({error})", str(path), "Check the name and the file.") from error
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if ";" in first and "," not in first else ",")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise LineError(f"this is no table ({error})", f"{path}, line {reader.line_num}", "Mend that line.") from error
    head = [c.strip() for c in rows[0][1]] if rows else []
    missing = [c for c in columns if c not in head]
    if missing:
        raise LineError(f'the column "{missing[0]}" is missing', f"{path}, line 1", f"Needed: {', '.join(columns)}.")
    found = []
    for number, row in rows[1:]:
        if not any(c.strip() for c in row):
            continue
        if len(row) > len(head):
            raise LineError(f"{len(row)} values for {len(head)} columns", f"{path}, line {number}", "Mend that line.")
        cells = [c.strip() for c in row] + [""] * (len(head) - len(row))
        found.append((number, dict(zip(head, cells, strict=True))))
    return found


def _orders(tables: dict[str, Any], path: Path) -> None:
    """Columns id, product, quantity; optionally due (a span or a date and time) and priority."""
    book = list(tables.get("order", ()))
    for number, row in _rows(path, "id", "product", "quantity"):
        order: dict[str, Any] = {"id": row["id"], "product": row["product"]}
        for key in ("quantity", "priority"):
            if row.get(key):
                order[key] = _whole(row[key], key, path, number)
        if row.get("due"):
            order["due"] = row["due"]
        book.append(order)
    tables["order"] = book


def _whole(text: str, key: str, path: Path, number: int) -> int:
    try:
        return int(text)
    except ValueError as error:
        where = f"{path}, line {number}"
        raise LineError(f'{key} "{text}" is not a whole number', where, "Write digits only.") from error


def _routes(tables: dict[str, Any], path: Path) -> None:
    """Columns product and route ("saw > mill > wash"), or product and one column per step."""
    products = tables.setdefault("product", {})
    for _, row in _rows(path, "product"):
        steps = [s.strip() for k, v in row.items() if k != "product" for s in v.split(">") if s.strip()]
        products[row["product"]] = {**products.get(row["product"], {}), "route": steps}


def _setups(tables: dict[str, Any], path: Path) -> None:
    """Columns station, from and to (products) and time; from and to "default" is the time of all other changes. Or a
    matrix: columns station, from, and one per product."""
    for number, row in _rows(path, "station", "from"):
        station = tables.get("station", {}).get(row["station"])
        if station is None:
            where = f"{path}, line {number}"
            raise LineError(f'there is no station "{row["station"]}"', where, "Name a station of the line.")
        setup = station.get("setup", {})
        setup = dict(setup) if isinstance(setup, Mapping) else {"default": setup}
        ways = {row["to"]: row.get("time", "")} if "to" in row else dict(row)
        for to, time in ways.items():
            if to not in ("station", "from") and time and to != row["from"]:
                setup[f"{row['from']}>{to}"] = time
            elif to == row["from"] == "default":
                setup["default"] = time
        station["setup"] = setup


def _shifts(tables: dict[str, Any], path: Path) -> None:
    """Columns calendar, day ("mon-fri", or a date), from and to ("06:00"); a date without times is closed."""
    calendars = tables.setdefault("calendar", {})
    for _, row in _rows(path, "calendar", "day", "from", "to"):
        calendar = calendars.setdefault(row["calendar"], {})
        window = [f"{row['from']}-{row['to']}"] if row["from"] else []
        if re.fullmatch(r"\d{4}-\d\d-\d\d", row["day"]):
            dates = calendar.setdefault("exceptions", [])
            same = next((d for d in dates if str(d["date"]) == row["day"]), None)
            if same is None:
                dates.append({"date": row["day"], "windows": window})
            else:
                same["windows"] = [*same["windows"], *window]
        else:
            week = calendar.setdefault("week", {})
            week[row["day"]] = [*week.get(row["day"], ()), *window]
