"""What worker processes do for the maintenance panel: plans, moves, cards; slow imports happen inside functions."""

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinviewer.maintenance.orders.indicators import Yardsticks
    from twinviewer.maintenance.orders.model import Order
    from twinviewer.maintenance.plan_results import Cost, Plan, PlannedJob
    from twinviewer.maintenance.quality.recorded import QualityView
    from twinviewer.maintenance.results import Card
    from twinviewer.maintenance.service import Production
    from twinviewer.panels._maint_book import Takeover

Tell = Callable[[float, str], None]
_FIRST = 0.3  # share of the progress bar until the search begins


@dataclass(frozen=True)
class Wanted:
    """What a plan is made of. Without a recording it begins at `now_ns` and knows rules, ages and work orders only;
    `cards` are those that are known already, `moves` the jobs that a person has moved in the plan before, which cost
    `planner` without them."""

    scene: Path
    recording: Path | None
    orders: Path
    now_ns: int
    weeks: int = 4
    seconds: float = 30.0
    cards: "tuple[Card, ...]" = ()
    moves: "tuple[PlannedJob, ...]" = ()
    planner: "Cost | None" = None


def make_plan(wanted: Wanted, shown: Path, progress: Tell) -> "Plan":
    """A plan, bettered as long as wanted; each better one is put into the file `shown` at once. Raises TwinError."""
    from twinviewer.maintenance.planning.plan import bettered, read_snapshot

    progress(0.02, "reading scene and work orders")
    plan = _first(wanted, shown, progress)
    if not plan.jobs:
        return light(plan)
    whole = shown.with_suffix(".whole")

    def tell(fraction: float, text: str) -> None:
        best = read_snapshot(whole)
        if best is not None:
            whole.unlink(missing_ok=True)
            _show(best, shown)
        progress(_FIRST + (1 - _FIRST) * fraction, text)

    return light(bettered(plan, wanted.seconds, tell, whole))


def _first(wanted: Wanted, shown: Path, progress: Tell) -> "Plan":
    """A plan with flat rates at once, then one with what a standing hour loses by the flow model."""
    from twinviewer.scene.scene import load_scene
    from twinviewer.session.lost_production import lost_production
    from twinviewer.session.order_book import production_of

    if wanted.recording is not None and not wanted.cards:
        from twinviewer.maintenance.service import cards

        tell: Tell = lambda fraction, text: progress(0.6 * _FIRST * fraction, f"evidence, {text}")  # noqa: E731
        found = cards(wanted.scene, wanted.recording, (), wanted.now_ns, wanted.orders, tell)
        wanted = replace(wanted, cards=found)
    assets = load_scene(wanted.scene, geometry=False).assets
    production = production_of(wanted.scene, assets)
    plan = _planned(wanted, production)
    _show(plan, shown)
    progress(0.7 * _FIRST, f"first plan, {plan.cost.total_eur:,.0f} EUR")
    lost = lost_production(wanted.scene, assets, progress=lambda fraction, text: progress(0.75 * _FIRST, text))
    if lost.eur_per_h:
        plan = _planned(wanted, replace(production, lost_per_hour=lost.per_hour))
    plan = replace(plan, notes=(*plan.notes, *lost.notes))
    _show(plan, shown)
    progress(_FIRST, f"first plan, {plan.cost.total_eur:,.0f} EUR")
    return plan


def _planned(wanted: Wanted, production: "Production") -> "Plan":
    from twinviewer.maintenance.planning.plan import Move, with_moves
    from twinviewer.maintenance.service import Request, first_plan

    request = Request(wanted.scene, wanted.recording, wanted.weeks, wanted.orders, wanted.now_ns)
    plan = first_plan(request, production, wanted.cards)
    moves = [Move(j.work_order, j.asset_id, j.title, j.start_ns, j.crew) for j in wanted.moves]
    return with_moves(plan, moves, wanted.planner)


def light(plan: "Plan") -> "Plan":
    """The plan with its token packed: it can be taken in without what the planner imports."""
    return replace(plan, token=pickle.dumps(plan.token))


def _show(plan: "Plan", path: Path) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        pickle.dump(light(plan), file)
    part.replace(path)


def shown_plan(path: Path) -> "Plan | None":
    """The newest plan that a worker has put there, None without one. Quick to take in."""
    try:
        with path.open("rb") as file:
            return pickle.load(file)
    except FileNotFoundError:
        return None


def told_moves(plan: "Plan", progress: Tell) -> "Plan":
    """The plan after all moves of a person that the planner has not been told yet, with its cost. Raises TwinError."""
    from twinviewer.maintenance.planning.plan import moved

    assert isinstance(plan.token, tuple)
    packed, moves = plan.token
    found = replace(plan, token=pickle.loads(packed))  # made by `light`, in a worker of this window
    for work_order, start_ns in moves:
        found = moved(found, work_order, start_ns)
    return light(found)


def make_cards(scene: Path, recording: Path, orders: Path, until_ns: int, progress: Tell) -> "tuple[Card, ...]":
    """The evidence cards of all assets that have sensors, as of a moment. Raises TwinError."""
    from twinviewer.maintenance.service import cards

    return cards(scene, recording, (), until_ns, orders, progress)


def answer_card(
    scene: Path, orders: Path, card: "Card", what: str, by: str, why: str, now_ns: int, progress: Tell
) -> str:
    """Keep what a person decided about a card; returns the number of its work order, "" for none. Raises TwinError."""
    from twinviewer.maintenance.orders.flow import accept
    from twinviewer.maintenance.orders.model import Decision
    from twinviewer.maintenance.orders.store import OrderStore
    from twinviewer.maintenance.settings import read_settings
    from twinviewer.scene.scene import load_scene

    mode = card.causes[0].mode if card.causes else ""
    with OrderStore(orders) as store:
        if what != "accepted":
            store.decide(Decision(card.asset_id, now_ns, card.time_ns, what, why, by, mode))
            return ""
        kind = load_scene(scene, geometry=False).asset(card.asset_id).type
        return accept(store, card, kind, read_settings(scene), by, why, now_ns).number


def add_job(
    scene: Path, path: Path, order: "Order", by: str, why: str, progress: Tell
) -> "tuple[tuple[Order, ...], str]":
    """Add a work order of the planner's, with the checklist of its kind of work; as `book.add`. Raises TwinError."""
    from twinviewer.panels import _maint_book as book

    return book.add(path, _detailed(scene, (order,))[0], by, why, progress)


def schedule_plan(
    scene: Path, path: Path, takeover: "Takeover", by: str, why: str, now_ns: int, progress: Tell
) -> "tuple[tuple[Order, ...], int]":
    """As `book.schedule_plan`; new work orders get the checklist of their kind of work. Raises TwinError."""
    from twinviewer.panels import _maint_book as book

    fresh = _detailed(scene, tuple(takeover.fresh.values()))
    known = replace(takeover, fresh=dict(zip(takeover.fresh, fresh, strict=True)))
    return book.schedule_plan(path, known, by, why, now_ns, progress)


def _detailed(scene_path: Path, orders: "tuple[Order, ...]") -> "tuple[Order, ...]":
    from twinviewer.maintenance.afterwards import detailed
    from twinviewer.maintenance.settings import read_settings
    from twinviewer.scene.scene import load_scene

    types = {a.asset_id: a.type for a in load_scene(scene_path, geometry=False).assets}
    settings = read_settings(scene_path)
    return tuple(detailed(o, types.get(o.asset_id, ""), settings) for o in orders)


def yardsticks(scene: Path, recording: Path | None, progress: Tell) -> "Yardsticks":
    """What the indicators are measured by: crews of the scene, hours that assets ran. Raises TwinError."""
    from twinviewer.maintenance import afterwards

    return afterwards.yardsticks(scene, recording)


def see_help(scene: Path, recording: Path, order: "Order", until_ns: int, progress: Tell) -> str:
    """Whether a finished repair helped, in a sentence from the recording; "" where it cannot say. Raises TwinError."""
    from twinviewer.maintenance.afterwards import helped

    return helped(scene, recording, order, until_ns)


def see_quality(scene: Path, recording: Path, asset_id: str, until_ns: int, progress: Tell) -> "QualityView":
    """Control charts, what goes with scrap, and energy of one asset. Raises TwinError."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # many small fits: threads that wait for each other cost more
    from twinviewer.maintenance.quality.recorded import quality_of

    return quality_of(scene, recording, asset_id, until_ns)
