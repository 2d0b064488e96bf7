"""The way to a maintenance system (CMMS): what a connector offers, and the one that speaks CSV files.

A connector is one module with a class that has the three methods of `Connector`; `docs/maintenance.md` shows one.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from twinviewer.maintenance.orders.model import KINDS, Feedback, Order, OrderState
from twinviewer.model.errors import DataError

COLUMNS = tuple(f.name for f in fields(Order) if f.name not in ("checks", "feedback"))
_TIMES = frozenset({"created_ns", "changed_ns", "start_ns", "end_ns", "due_ns", "begun_ns", "ended_ns"})
HEADER = tuple(name.removesuffix("_ns") if name in _TIMES else name for name in COLUMNS)
REPORTED = tuple(f.name for f in fields(Feedback))  # what the crew reports, behind the other columns


class Connector(Protocol):
    """Exchanges work orders with another system; raises DataError where that system says no."""

    name: str

    def fetch(self, since_ns: int) -> Sequence[Order]:
        """Work orders that changed there since a moment; their numbers are that system's own."""
        ...

    def push(self, orders: Sequence[Order]) -> None:
        """Tell that system how these stand now."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


class CsvConnector:
    """Work orders as CSV: UTF-8, a header, times in ISO 8601 with zone, empty where nothing is known."""

    name = "csv"

    def __init__(self, path: Path) -> None:
        self.path = path

    def fetch(self, since_ns: int = 0) -> Sequence[Order]:
        """Raises DataError with the line that is wrong."""
        try:
            text = self.path.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"the file cannot be read ({error})", str(self.path), "It must be CSV in UTF-8.") from error
        return [o for o in parsed(text, str(self.path)) if max(o.changed_ns, o.created_ns) >= since_ns]

    def push(self, orders: Sequence[Order]) -> None:
        """Replaces the file as a whole, so that a reader never sees half of it."""
        part = self.path.with_name(self.path.name + ".part")
        try:
            part.write_text(csv_text(orders), encoding="utf-8", newline="")
            part.replace(self.path)
        except OSError as error:
            raise DataError(f"the file cannot be written ({error})", str(self.path), "Check the folder.") from error

    def close(self) -> None:
        """Nothing is held."""


def csv_text(orders: Iterable[Order]) -> str:
    """Work orders as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow((*HEADER, *REPORTED))
    for order in orders:
        told = [getattr(order.feedback, name) if order.feedback is not None else None for name in REPORTED]
        own = [_cell(name, getattr(order, name)) for name in COLUMNS]
        writer.writerow([*own, *(_cell(name, value) for name, value in zip(REPORTED, told, strict=True))])
    return out.getvalue()


def _cell(name: str, value: Any) -> str:
    if name in _TIMES:
        return datetime.fromtimestamp(value / 1e9, UTC).isoformat(timespec="seconds") if value else ""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe_cell("; ".join(value) if isinstance(value, tuple) else str(value))


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + text if text[:1] in "=+-@" and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def parsed(text: str, where: str) -> list[Order]:
    """Work orders from CSV; columns may stand in any order, unknown ones are passed over. Between them are commas,
    semicolons or tabs, whatever the header has most of. Raises DataError."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    known: dict[str, Order] = {}
    try:
        _check_columns(reader.fieldnames or (), where)
        for row in reader:
            order = _order(row)
            if order.number in known:
                raise ValueError(f"the number {order.number} is there twice")
            known[order.number] = order
    except (ValueError, KeyError, csv.Error) as error:
        line = reader.line_num + isinstance(error, csv.Error)  # it has not counted the line that it broke off in
        raise DataError(f"this row cannot be read ({error})", f"{where}:{line}", "Correct it.") from error
    return list(known.values())


def _check_columns(columns: Sequence[str], where: str) -> None:
    missing = [c for c in ("number", "asset_id", "title") if c not in columns]
    if missing:
        found = ", ".join(columns)[:300] or "none"
        raise DataError(f'there is no column "{missing[0]}"', where, f"The columns are: {found}.")


def _order(row: dict[str, str | None]) -> Order:
    if None in row:  # what the reader puts under no name
        raise ValueError("it has more cells than the header has columns")
    values: dict[str, Any] = {"kind": "corrective", "state": OrderState.PROPOSED, "reason": "", "created_ns": 0}
    for name, column in zip(COLUMNS, HEADER, strict=True):
        cell = (row.get(column) or "").strip()
        if cell:
            values[name] = _READ.get(name, _text)(cell)
    for name in ("number", "asset_id", "title"):
        if not values.get(name):
            raise ValueError(f"{name} is empty")
    values.setdefault("changed_ns", values["created_ns"])
    return Order(**values, feedback=_reported(row))


def _reported(row: dict[str, str | None]) -> Feedback | None:
    cells = {name: _text((row.get(name) or "").strip()) for name in REPORTED}
    if not any(cells.values()):
        return None
    parts = tuple(part.strip() for part in cells["parts_used"].split(";") if part.strip())
    worked, waited = (_within(_number(cells[name] or "0"), name, 0, 10_000) for name in ("worked_h", "waited_h"))
    right = _yes(cells["prediction_right"]) if cells["prediction_right"] else None
    return Feedback(cells["found"], cells["done"], parts, worked, waited, right)


def _text(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in "=+-@" else cell


def _time(cell: str) -> int:
    try:
        moment = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(f'"{cell}" is no moment; write 2026-11-24T06:00:00+01:00') from None
    if moment.tzinfo is None:
        raise ValueError(f"{cell} has no time zone")
    if not 1970 <= moment.year < 2262:
        raise ValueError(f"{cell} lies outside of the years 1970 to 2261")
    return round(moment.timestamp() * 1e9)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise ValueError(f'"{cell}" is no number; write 1.5') from None


def _whole(value: float) -> int:
    if value != int(value):
        raise ValueError(f"{value:g} is no whole number")
    return int(value)


def _state(cell: str) -> OrderState:
    try:
        return OrderState(cell.lower().replace(" ", "_"))
    except ValueError:
        raise ValueError(f'"{cell}" is no state; the states are {", ".join(OrderState)}') from None


def _yes(cell: str) -> bool:
    if cell.lower() not in ("yes", "no", "true", "false", "1", "0"):
        raise ValueError(f"{cell} is neither yes nor no")
    return cell.lower() in ("yes", "true", "1")


def _within(value: float, name: str, least: float, most: float) -> float:
    if not least <= value <= most:
        raise ValueError(f"{name} is {value:g}, and must be from {least:g} to {most:g}")
    return value


def _kind(cell: str) -> str:
    if cell not in KINDS:
        raise ValueError(f'"{cell}" is no kind of work; the kinds are {", ".join(KINDS)}')
    return cell


_READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(_TIMES, _time),
    **dict.fromkeys(("predicted_rul_days", "predicted_low_days", "predicted_high_days"), _number),
    "duration_h": lambda cell: _within(_number(cell), "duration_h", 0.01, 10_000),
    "lock_out_h": lambda cell: _within(_number(cell), "lock_out_h", 0, 1_000),
    "kind": lambda cell: _kind(cell.lower()),
    **dict.fromkeys(("stops", "failed"), _yes),
    "people": lambda cell: _whole(_within(_number(cell), "people", 1, 1_000)),
    "state": _state,
}
