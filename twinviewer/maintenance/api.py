"""The door for panels and commands: frozen results, and functions that a worker process can run.

Results are re-exported here so that a panel imports one module. Functions take paths and plain data, a
`progress(fraction, text)` that may raise to cancel, and raise only errors of `twinviewer.model.errors`.

A plan: `first_plan(Request(...))` at once, then `bettered(plan, seconds, progress, snapshot)` in a worker process while
`read_snapshot(snapshot)` shows the best so far; `moved` after a drag. Work orders: an `OrderStore`, with `accept` for
cards, `schedule` for plans, `finish` for repairs, `indicators` for how it goes, `icalendar` and `CsvConnector` outward.
"""

from twinviewer.maintenance.orders.calendar_file import icalendar
from twinviewer.maintenance.orders.connector import Connector, CsvConnector
from twinviewer.maintenance.orders.flow import accept, compared, finish, schedule
from twinviewer.maintenance.orders.indicators import indicators
from twinviewer.maintenance.orders.model import Change, Check, Decision, Feedback, Order, OrderState, may_become
from twinviewer.maintenance.orders.store import FILE, OrderStore
from twinviewer.maintenance.plan_results import Conflict, Cost, Indicators, Load, Plan, PlannedJob, PlannedStop
from twinviewer.maintenance.planning.plan import bettered, moved, read_snapshot
from twinviewer.maintenance.results import BackTest, Card, Cause, Choice, Moved, Readiness, Risk, Similar
from twinviewer.maintenance.service import Request, cards, first_plan
from twinviewer.maintenance.settings import MaintenanceSettings, read_settings

__all__ = [
    "FILE",
    "BackTest",
    "Card",
    "Cause",
    "Change",
    "Check",
    "Choice",
    "Conflict",
    "Connector",
    "Cost",
    "CsvConnector",
    "Decision",
    "Feedback",
    "Indicators",
    "Load",
    "MaintenanceSettings",
    "Moved",
    "Order",
    "OrderState",
    "OrderStore",
    "Plan",
    "PlannedJob",
    "PlannedStop",
    "Readiness",
    "Request",
    "Risk",
    "Similar",
    "accept",
    "bettered",
    "cards",
    "compared",
    "finish",
    "first_plan",
    "icalendar",
    "indicators",
    "may_become",
    "moved",
    "read_settings",
    "read_snapshot",
    "schedule",
]
