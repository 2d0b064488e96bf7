"""The door for panels and commands: frozen results, and functions that a worker process can run.

Results are re-exported here so that a panel imports one module. Functions take paths and plain data, a
`progress(fraction, text)` that may raise to cancel, and raise only errors of `twinviewer.model.errors`.
"""

from twinviewer.maintenance.orders.model import Change, Check, Decision, Feedback, Order, OrderState, may_become
from twinviewer.maintenance.results import (
    BackTest,
    Card,
    Cause,
    Choice,
    Conflict,
    Cost,
    CrewLoad,
    Indicators,
    Moved,
    Plan,
    PlannedJob,
    PlannedStop,
    Readiness,
    Risk,
    Similar,
)

__all__ = [
    "BackTest",
    "Card",
    "Cause",
    "Change",
    "Check",
    "Choice",
    "Conflict",
    "Cost",
    "CrewLoad",
    "Decision",
    "Feedback",
    "Indicators",
    "Moved",
    "Order",
    "OrderState",
    "Plan",
    "PlannedJob",
    "PlannedStop",
    "Readiness",
    "Risk",
    "Similar",
    "may_become",
]
