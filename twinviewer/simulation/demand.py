"""Spikes and drops of demand: orders that grow, and arrivals that come quicker or slower for a time."""

from twinviewer.model.errors import LineError
from twinviewer.simulation import records as r
from twinviewer.simulation.builder import Builder
from twinviewer.simulation.calendars import MONDAY
from twinviewer.simulation.line import Demand, Line, Order
from twinviewer.simulation.quantities import due_s, seconds, wall_clock

SLOWEST = 1e-9  # pace of a source without demand: the next part is not forgotten, only never due


def demanded(line: Line) -> list[str]:
    """The sources that follow a demand: all but those that always have more parts."""
    return [n for n, s in line.source.items() if s.takt is not None or s.policy != "saturated"]


def with_demand(line: Line) -> Line:
    """The line with the orders that its sources' demand makes larger or smaller. Raises LineError."""
    there = {n: s for n, s in line.source.items() if s.demand is not None}
    if not there:
        return line
    for name, source in there.items():
        if name not in demanded(line):
            text = f'source "{name}" is saturated: it always has more parts, so it knows no demand'
            raise LineError(text, f"source.{name}.demand", "Give it a takt, orders, or a time between arrivals.")
        window(source.demand or Demand(), f"source.{name}.demand")
    return line.model_copy(update={"order": tuple(_grown(line, o) for o in line.order)})


def window(demand: Demand, where: str) -> tuple[float, float]:
    """From when to when (s after the start). Raises LineError."""
    begin = seconds(demand.from_, f"{where}.from")
    end = float("inf") if demand.to is None else seconds(demand.to, f"{where}.to")
    if begin < 0 or end <= begin:
        raise LineError("the demand changes for no time at all", where, "Let `to` come after `from`, from zero on.")
    return begin, end


def _grown(line: Line, order: Order) -> Order:
    product = line.product.get(order.product)
    first = product.route[0] if product is not None and product.route else None
    takes = [n for n, s in line.source.items() if s.policy == "orders" and first in (None, s.feeds)]
    demand = line.source[takes[0]].demand if takes else None
    if demand is None:
        return order
    begin, end = window(demand, f"source.{takes[0]}.demand")
    due = due_s(order.due, wall_clock(line.model.start or MONDAY), f"order.{order.id}.due")
    if not begin <= due <= end or due == float("inf"):
        return order
    return order.model_copy(update={"quantity": max(1, round(order.quantity * demand.percent / 100))})


def paces(b: Builder, machines: int) -> list[tuple[float, float, int, int, int]]:
    """Lines of the script that change how quickly parts arrive; `machines` stand before those of the arrivals."""
    rows: list[tuple[float, float, int, int, int]] = []
    for k, (name, source) in enumerate(b.arrivals):
        if source.demand is None:
            continue
        begin, end = window(source.demand, f"source.{name}.demand")
        pace = max(SLOWEST, source.demand.percent / 100)
        rows.append((b.warmup_s + begin, pace, machines + k, r.PACE, -1))
        if b.warmup_s + end < b.horizon_s:
            rows.append((b.warmup_s + end, 1.0, machines + k, r.PACE, -1))
    return rows
