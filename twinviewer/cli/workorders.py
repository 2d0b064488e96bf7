"""`twinviewer workorders`: shows work orders, moves them on, and exchanges them as CSV."""

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.settings import person

if TYPE_CHECKING:
    from twinviewer.maintenance.orders.store import OrderStore

HELP = "show, change, export and import work orders"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("orders", type=Path, metavar="FILE", help="file of the work orders (SQLite)")
    parts = parser.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do with them")
    listed = parts.add_parser("list", help="list them")
    listed.add_argument("--asset", default="", metavar="ID", help="only those of this asset")
    record = parts.add_parser("record", help="who changed what, when and why")
    record.add_argument("number", nargs="?", default="", help="only that of this work order")
    change = parts.add_parser("become", help="move one on in its life")
    change.add_argument("number", help="the work order")
    change.add_argument("state", help="approved, scheduled, in_progress, on_hold, done or cancelled")
    change.add_argument("--why", required=True, metavar="TEXT", help="the reason, kept in the record")
    change.add_argument("--by", default="", metavar="NAME", help="who does it")
    parts.add_parser("export", help="write all as CSV").add_argument("csv", type=Path, help="the CSV file")
    taken = parts.add_parser("import", help="take in new ones from CSV")
    taken.add_argument("csv", type=Path, help="the CSV file")
    taken.add_argument("--update", action="store_true", help="also take over what has changed there later than here")
    parts.add_parser("indicators", help="MTTR, compliance, backlog, predictions against what happened")


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    from twinviewer.maintenance.orders.connector import CsvConnector
    from twinviewer.maintenance.orders.store import OrderStore
    from twinviewer.model.errors import DataError

    if args.what == "import":
        CsvConnector(args.csv).fetch()  # what is wrong with it is said before a file of work orders is begun
    elif not args.orders.exists():
        raise DataError("the file does not exist", str(args.orders), "Check the path.")
    with OrderStore(args.orders) as store:
        _ACTIONS[args.what](store, args)
    return 0


def _list(store: "OrderStore", args: argparse.Namespace) -> None:
    found = store.orders(asset_id=args.asset)
    if not found:
        print("no work orders")
    for o in found:
        print(f"{o.number:10} {o.state.value:12} {o.asset_id:10} {o.title:34} {o.reason}")


def _record(store: "OrderStore", args: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    if args.number:
        store.order(args.number)  # says so where there is none of this number
    for c in store.changes(args.number):
        when = datetime.fromtimestamp(c.at_ns / 1e9, UTC).isoformat(timespec="seconds")
        print(f"{when} {c.number:10} {c.by:12} {c.what}: {c.before} -> {c.after} ({c.why})")


def _become(store: "OrderStore", args: argparse.Namespace) -> None:
    from twinviewer.maintenance.orders.model import OrderState
    from twinviewer.model.errors import DataError

    try:
        state = OrderState(args.state.lower().replace(" ", "_"))
    except ValueError:
        states = ", ".join(s.value for s in OrderState)
        raise DataError(f'"{args.state}" is no state of a work order', args.number, f"States: {states}.") from None
    order = store.become(args.number, state, args.by or person(), args.why, time.time_ns())
    print(f"{order.number} is {order.state.value.replace('_', ' ')}")


def _export(store: "OrderStore", args: argparse.Namespace) -> None:
    from twinviewer.maintenance.orders.connector import CsvConnector

    orders = store.orders()
    CsvConnector(args.csv).push(orders)
    print(f"{len(orders)} work orders written to {args.csv}")


def _import(store: "OrderStore", args: argparse.Namespace) -> None:
    from twinviewer.maintenance.orders.connector import CsvConnector

    found = CsvConnector(args.csv).fetch()
    added, updated = store.take_in(found, person(), f"imported from {args.csv.name}", args.update)
    changed = f"{updated} updated, " if args.update else ""
    print(f"{added} work orders added, {changed}{len(found) - added - updated} known already and left as they are")


def _indicators(store: "OrderStore", args: argparse.Namespace) -> None:
    from dataclasses import asdict

    from twinviewer.maintenance.orders.indicators import indicators

    for name, value in asdict(indicators(store.orders(), time.time_ns())).items():
        print(f"{name:22} {value:.3g}" if value == value else f"{name:22} not known yet")


_ACTIONS = {
    "list": _list,
    "record": _record,
    "become": _become,
    "export": _export,
    "import": _import,
    "indicators": _indicators,
}
