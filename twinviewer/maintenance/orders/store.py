"""Keeps work orders, their record of changes, and decisions about cards, in one SQLite file (WAL)."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from twinviewer.database import Database, Register
from twinviewer.maintenance.orders.model import Change, Check, Decision, Feedback, Order, OrderState, check_change
from twinviewer.model.errors import DataError

FORMAT = 3
UPGRADES = {
    1: "ALTER TABLE orders ADD COLUMN tools DEFAULT ''; ALTER TABLE orders ADD COLUMN lock_out_h DEFAULT 0.0",
    2: "ALTER TABLE orders ADD COLUMN also DEFAULT ''",
}
FILE = "work_orders.sqlite"
_PACKED = ("checks", "feedback")
_COLUMNS = tuple(f.name for f in fields(Order))
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS orders (number TEXT PRIMARY KEY, {", ".join(c for c in _COLUMNS if c != "number")})
    WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS orders_state ON orders (state);
CREATE INDEX IF NOT EXISTS orders_asset ON orders (asset_id);
CREATE TABLE IF NOT EXISTS changes (id INTEGER PRIMARY KEY, number TEXT NOT NULL REFERENCES orders (number),
    at_ns INTEGER NOT NULL, by TEXT NOT NULL, why TEXT NOT NULL, what TEXT NOT NULL, before TEXT, after TEXT);
CREATE INDEX IF NOT EXISTS changes_number ON changes (number);
CREATE TABLE IF NOT EXISTS decisions (id INTEGER PRIMARY KEY, asset_id TEXT NOT NULL, at_ns INTEGER NOT NULL,
    card_ns INTEGER NOT NULL, what TEXT NOT NULL, reason TEXT NOT NULL, by TEXT NOT NULL, mode TEXT NOT NULL,
    number TEXT NOT NULL);
"""


class OrderStore(Register):
    """Work orders in a file; several programs may have it open. Every change names who, when and why."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises DataError where it is no such file or from a newer version."""
        super().__init__(Database(path, "work orders", _SCHEMA, FORMAT, upgrades=UPGRADES))

    # -- reading ------------------------------------------------------------------------------------------------

    def orders(self, states: Sequence[OrderState] = (), asset_id: str = "") -> tuple[Order, ...]:
        """Work orders by number, all of them or those of some states and of an asset."""
        where, values = ["1"], list[Any]()
        if states:
            where.append(f"state IN ({', '.join('?' * len(states))})")
            values += [s.value for s in states]
        if asset_id:
            where.append("asset_id = ?")
            values.append(asset_id)
        rows = self._db.execute(f"SELECT * FROM orders WHERE {' AND '.join(where)} ORDER BY number", values)
        return tuple(_order(row) for row in rows)

    def order(self, number: str) -> Order:
        """One work order. Raises DataError where there is none of this number."""
        rows = self._db.execute("SELECT * FROM orders WHERE number = ?", (number,))
        if not rows:
            raise DataError("there is no such work order", number, "`twinviewer workorders list` shows them all.")
        return _order(rows[0])

    def changes(self, number: str = "") -> tuple[Change, ...]:
        """The record of one work order, or of all, oldest first."""
        where, values = ("WHERE number = ?", (number,)) if number else ("", ())
        rows = self._db.execute(
            f"SELECT number, at_ns, by, why, what, before, after FROM changes {where} ORDER BY id", values
        )
        return tuple(Change(*row) for row in rows)

    def decisions(self, asset_id: str = "") -> tuple[Decision, ...]:
        """What persons decided about cards, oldest first."""
        where, values = ("WHERE asset_id = ?", (asset_id,)) if asset_id else ("", ())
        rows = self._db.execute(
            f"SELECT asset_id, at_ns, card_ns, what, reason, by, mode, number FROM decisions {where} ORDER BY id",
            values,
        )
        return tuple(Decision(*row) for row in rows)

    def next_number(self) -> str:
        """The next free number, "WO-00001"."""
        ((last,),) = self._db.execute(
            "SELECT MAX(CAST(SUBSTR(number, 4) AS INTEGER)) FROM orders WHERE number GLOB 'WO-[0-9]*'"
        )
        return f"WO-{(last or 0) + 1:05d}"

    # -- changing -----------------------------------------------------------------------------------------------

    def add(self, order: Order, by: str, why: str) -> Order:
        """Add a work order; an empty number takes the next free one. Raises DataError where it is taken."""
        with self._db.writing():
            order = order if order.number else replace(order, number=self.next_number())
            self._insert(order, by, why)
        return order

    def take_in(self, orders: Sequence[Order], by: str, why: str, update: bool = False) -> tuple[int, int]:
        """Add those whose number is not known yet, all or none; returns how many are added and how many updated.

        What is known stays as it is, unless `update` is wanted: then it becomes what the other system says where that
        has changed it later, with each field in the record.
        """
        with self._db.writing():
            known = {o.number: o for o in self.orders()}
            new = [o for o in orders if o.number not in known]
            for order in new:
                self._insert(order, by, why)
            newer = [o for o in orders if o.number in known and o.changed_ns > known[o.number].changed_ns and update]
            for order in newer:
                told = {
                    n: getattr(order, n) for n in _COLUMNS if n not in ("number", "created_ns", "changed_ns", "checks")
                }
                self._update(known[order.number], by, why, order.changed_ns, told)
        return len(new), len(newer)

    def become(self, number: str, state: OrderState, by: str, why: str, now_ns: int, **values: Any) -> Order:
        """Move a work order on in its life; `values` change with it. Raises DataError where it cannot go there,
        or nobody says why."""
        if not why.strip():
            raise DataError("a change needs a reason", number, "Say why in a few words.")
        with self._db.writing():
            order = self.order(number)
            check_change(number, order.state, state)
            if state is OrderState.IN_PROGRESS and not order.begun_ns:
                values.setdefault("begun_ns", now_ns)
            if state in (OrderState.DONE, OrderState.CANCELLED):
                values.setdefault("ended_ns", now_ns)
            return self._update(order, by, why, now_ns, {"state": state, **values})

    def change(self, number: str, by: str, why: str, now_ns: int, **values: Any) -> Order:
        """Change fields of a work order, but not its state. Raises DataError for a field that it does not have."""
        unknown = [name for name in values if name not in _COLUMNS or name in ("number", "state", "created_ns")]
        if unknown:
            raise DataError(f'a work order has no field "{unknown[0]}" to change', number)
        with self._db.writing():
            return self._update(self.order(number), by, why, now_ns, values)

    def decide(self, decision: Decision) -> None:
        """Keep what a person decided about a card."""
        if decision.what not in ("accepted", "deferred", "rejected"):
            raise DataError(f'"{decision.what}" is no decision', decision.asset_id, "Accept, defer or reject it.")
        if decision.what != "accepted" and not decision.reason.strip():
            raise DataError("a deferral or a rejection needs a reason", decision.asset_id, "Say why in a few words.")
        with self._db.writing():
            self._db.execute(
                "INSERT INTO decisions (asset_id, at_ns, card_ns, what, reason, by, mode, number)"
                " VALUES (:asset_id, :at_ns, :card_ns, :what, :reason, :by, :mode, :number)",
                asdict(decision),
            )

    def _insert(self, order: Order, by: str, why: str) -> None:
        marks = ", ".join("?" * len(_COLUMNS))
        try:
            self._db.execute(f"INSERT INTO orders ({', '.join(_COLUMNS)}) VALUES ({marks})", _row(order))
        except sqlite3.IntegrityError as error:
            raise DataError("there is a work order of this number already", order.number) from error
        self._note(Change(order.number, order.created_ns, by, why, "state", "", order.state.value))

    def _update(self, order: Order, by: str, why: str, now_ns: int, values: dict[str, Any]) -> Order:
        changed = replace(order, **values, changed_ns=now_ns)
        before, after = dict(zip(_COLUMNS, _row(order), strict=True)), dict(zip(_COLUMNS, _row(changed), strict=True))
        names = [n for n in values if before[n] != after[n]]
        sets = ", ".join(f"{n} = ?" for n in [*names, "changed_ns"])
        self._db.execute(
            f"UPDATE orders SET {sets} WHERE number = ?", [*(after[n] for n in names), now_ns, order.number]
        )
        for name in names:
            self._note(Change(order.number, now_ns, by, why, name, str(before[name]), str(after[name])))
        return changed

    def _note(self, change: Change) -> None:
        self._db.execute(
            "INSERT INTO changes (number, at_ns, by, why, what, before, after)"
            " VALUES (:number, :at_ns, :by, :why, :what, :before, :after)",
            asdict(change),
        )


def _row(order: Order) -> tuple[Any, ...]:
    values = []
    for name in _COLUMNS:
        value = getattr(order, name)
        if name == "checks":
            value = json.dumps([asdict(c) for c in value])
        elif name == "feedback":
            value = json.dumps(asdict(value)) if value is not None else None
        elif isinstance(value, OrderState):
            value = value.value
        elif isinstance(value, float) and value != value:
            value = None
        elif isinstance(value, bool):
            value = int(value)
        values.append(value)
    return tuple(values)


def _order(row: sqlite3.Row) -> Order:
    """Raises DataError where another program has written what no work order can be."""
    try:
        return _read(row)
    except (ValueError, TypeError, KeyError) as error:
        text = f"this work order cannot be read ({error})"
        raise DataError(text, str(row["number"]), "Restore the file from a copy, or correct the row.") from error


def _read(row: sqlite3.Row) -> Order:
    values = {name: row[name] for name in _COLUMNS}
    values["state"] = OrderState(values["state"])
    values["checks"] = tuple(Check(**c) for c in json.loads(values["checks"] or "[]"))
    values["feedback"] = _feedback(values["feedback"])
    for name in ("predicted_rul_days", "predicted_low_days", "predicted_high_days"):
        values[name] = float("nan") if values[name] is None else float(values[name])
    values["stops"] = bool(values["stops"])
    values["failed"] = None if values["failed"] is None else bool(values["failed"])
    return Order(**values)


def _feedback(text: str | None) -> Feedback | None:
    if not text:
        return None
    values = json.loads(text)
    return Feedback(**{**values, "parts_used": tuple(values["parts_used"])})
