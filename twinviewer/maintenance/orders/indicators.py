"""How maintenance itself does: MTBF, MTTR, compliance, backlog, wrench time, predictions against what happened.

Definitions: EN 15341:2019 and SMRP best practices; each function says its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.maintenance.plan_results import Indicators

HOUR_NS = 3_600_000_000_000
DAY_NS = 24 * HOUR_NS
PM_GRACE = 0.1  # share of its lead by which a preventive job may come late and still count as done in time
SCHEDULE_GRACE_NS = 24 * HOUR_NS
NAN = float("nan")


def indicators(
    orders: Sequence[Order],
    now_ns: int,
    running_h: float = NAN,
    weekly_work_h: float = NAN,
    expected_mtbf_h: float = NAN,
) -> Indicators:
    """All of them. `running_h` are the operating hours of all assets in the time that `orders` cover,
    `weekly_work_h` the person hours that crews can work in a week, `expected_mtbf_h` what the scene expects."""
    failures = [o for o in orders if o.kind == "corrective" and o.state is OrderState.DONE]
    repairs = [(o.ended_ns - o.begun_ns) / HOUR_NS for o in failures if o.begun_ns and o.ended_ns]
    judged = [r for r in map(prediction_right, orders) if r is not None]
    errors = [e for e in map(prediction_error_days, orders) if e == e]
    return Indicators(
        running_h / len(failures) if failures else NAN,
        float(np.mean(repairs)) if repairs else NAN,
        expected_mtbf_h,
        pm_compliance(orders, now_ns),
        schedule_compliance(orders, now_ns),
        backlog_weeks(orders, weekly_work_h),
        wrench_time(orders),
        len(judged),
        sum(judged),
        float(np.mean(errors)) if errors else NAN,
    )


def pm_compliance(orders: Sequence[Order], now_ns: int) -> float:
    """Preventive jobs done by their due date (plus a tenth of the lead they were given) ÷ those that fell due."""
    due = [o for o in orders if o.kind in ("preventive", "inspection", "legal") and 0 < o.due_ns <= now_ns]
    due = [o for o in due if o.state is not OrderState.CANCELLED]
    kept = [o for o in due if o.ended_ns and o.ended_ns <= o.due_ns + PM_GRACE * max(o.due_ns - o.created_ns, 0)]
    return len(kept) / len(due) if due else NAN


def schedule_compliance(orders: Sequence[Order], now_ns: int) -> float:
    """Jobs begun within a day of their scheduled start ÷ jobs whose scheduled start is over."""
    past = [o for o in orders if 0 < o.start_ns <= now_ns and o.state is not OrderState.CANCELLED]
    kept = [o for o in past if o.begun_ns and abs(o.begun_ns - o.start_ns) <= SCHEDULE_GRACE_NS]
    return len(kept) / len(past) if past else NAN


def backlog_weeks(orders: Sequence[Order], weekly_work_h: float) -> float:
    """Person hours of all open work orders ÷ person hours that crews can work in a week."""
    hours = sum(o.duration_h * o.everybody for o in orders if o.state in OPEN)
    return hours / weekly_work_h if weekly_work_h > 0 else NAN


def wrench_time(orders: Sequence[Order]) -> float:
    """Hands-on hours ÷ (hands-on + waiting hours), from the feedback of the crews."""
    told = [o.feedback for o in orders if o.feedback is not None and o.feedback.worked_h > 0]
    worked = sum(f.worked_h for f in told)
    return worked / (worked + sum(f.waited_h for f in told)) if told else NAN


def prediction_error_days(order: Order) -> float:
    """Predicted minus real remaining days where the asset failed; NaN where it did not, or nothing was predicted."""
    if order.predicted_rul_days != order.predicted_rul_days or not order.failed or not order.begun_ns:
        return NAN
    return order.predicted_rul_days - (order.begun_ns - order.created_ns) / DAY_NS


def prediction_right(order: Order) -> bool | None:
    """What the crew said; else, where the asset failed, whether that lay within the interval; None: nobody knows."""
    if order.feedback is not None and order.feedback.prediction_right is not None:
        return order.feedback.prediction_right
    if order.failed and order.begun_ns and order.predicted_low_days == order.predicted_low_days:
        lived = (order.begun_ns - order.created_ns) / DAY_NS
        return order.predicted_low_days <= lived <= order.predicted_high_days
    return None


@dataclass(frozen=True, slots=True)
class Yardsticks:
    """What a scene's indicators are measured by, NaN where it is not known: hours that all assets run in an hour of the
    calendar, person hours that crews can work in a week, operating hours per failure that are expected."""

    running_per_h: float
    weekly_work_h: float
    expected_mtbf_h: float


def how_it_goes(orders: Sequence[Order], now_ns: int, by: Yardsticks) -> Indicators:
    """The indicators since the first work order."""
    hours = (now_ns - min((o.created_ns for o in orders), default=now_ns)) / HOUR_NS
    return indicators(orders, now_ns, by.running_per_h * hours, by.weekly_work_h, by.expected_mtbf_h)
