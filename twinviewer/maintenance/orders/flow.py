"""From a card to a work order, from a plan to a schedule, from a repair to an outcome."""

from collections.abc import Sequence
from dataclasses import replace

from twinviewer.maintenance.orders.indicators import prediction_right
from twinviewer.maintenance.orders.model import Check, Decision, Feedback, Order, OrderState, beside_text
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.plan_results import Plan
from twinviewer.maintenance.results import Card
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.model.errors import DataError

DAY_NS = 86_400_000_000_000


def accept(
    store: OrderStore, card: Card, type_name: str, settings: MaintenanceSettings, by: str, why: str, now_ns: int
) -> Order:
    """The proposed work order that answers a card; the decision is kept. Returns an open one of the same work.

    Raises DataError for a card without a cause to act on.
    """
    if not card.causes:
        raise DataError("this card names no cause to act on", card.asset_id, "Make a work order by hand.")
    cause = card.causes[0]
    kind = settings.of_type(type_name)
    renewed = {c.renewed_by for c in kind.component}
    work = next((w for w in kind.work if w.title in renewed and w.part == cause.part), None)
    title = work.title if work is not None else cause.action.split(";")[0].rstrip(".")
    known = [o for o in store.orders(asset_id=card.asset_id) if o.title == title]
    order = next((o for o in known if o.state not in (OrderState.DONE, OrderState.CANCELLED)), None)
    if order is None:
        order = store.add(_order(card, title, settings, type_name, now_ns), by, why)
    store.decide(Decision(card.asset_id, now_ns, card.time_ns, "accepted", why, by, cause.mode, order.number))
    return order


def _order(card: Card, title: str, settings: MaintenanceSettings, type_name: str, now_ns: int) -> Order:
    cause = card.causes[0]
    work = next((w for w in settings.of_type(type_name).work if w.title == title), None)
    order = Order(
        "", card.asset_id, title, "predictive", OrderState.PROPOSED, card.headline, now_ns, now_ns,
        skill=cause.skill, people=cause.people, duration_h=cause.duration_h, part=cause.part,
        predicted_rul_days=card.rul_days, predicted_low_days=card.low_days, predicted_high_days=card.high_days,
    )  # fmt: skip
    if work is None:
        return order
    return replace(
        order,
        skill=work.skill,
        people=work.people,
        also=beside_text(work.beside),
        duration_h=float(work.whole_h),
        part=work.part,
        stops=work.stops,
        lock_out=work.lock_out,
        lock_out_h=work.lock_out_h,
        tools=", ".join(work.tools),
        checks=tuple(Check(text) for text in work.checks),
    )


def schedule(store: OrderStore, plan: Plan, by: str, why: str, now_ns: int) -> tuple[Order, ...]:
    """Approved work orders get the plan's time and crew and become scheduled; scheduled ones move with the plan."""
    found = []
    for job in plan.jobs:
        if not job.start_ns:
            continue
        known = {o.number: o for o in store.orders((OrderState.APPROVED, OrderState.SCHEDULED))}
        order = known.get(job.work_order)
        if order is None:
            continue
        times = {"start_ns": job.start_ns, "end_ns": job.end_ns, "crew": job.crew}
        if order.state is OrderState.APPROVED:
            found.append(store.become(order.number, OrderState.SCHEDULED, by, why, now_ns, **times))
        else:
            found.append(store.change(order.number, by, why, now_ns, **times))
    return tuple(found)


def finish(store: OrderStore, number: str, feedback: Feedback, failed: bool, by: str, now_ns: int) -> Order:
    """The work is done: what was found and done, and whether the asset had failed before."""
    return store.become(number, OrderState.DONE, by, feedback.done, now_ns, feedback=feedback, failed=failed)


def compared(orders: Sequence[Order]) -> tuple[tuple[str, float, float, bool | None], ...]:
    """Predicted against happened, per finished work order with a prediction: (number, predicted days of life, days
    until work began, whether the prediction was right where that is known)."""
    done = [o for o in orders if o.state is OrderState.DONE and o.predicted_rul_days == o.predicted_rul_days]
    return tuple(
        (o.number, o.predicted_rul_days, (o.begun_ns - o.created_ns) / DAY_NS, prediction_right(o)) for o in done
    )
