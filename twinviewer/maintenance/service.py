"""Brings scene, recording, work orders and settings together: a plan from them, and the cards it stands on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from twinviewer.maintenance.orders.connector import CsvConnector
from twinviewer.maintenance.orders.model import Order
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.maintenance.plan_results import Plan
from twinviewer.maintenance.planning import plan as plans
from twinviewer.maintenance.planning.calendar import HOUR_NS, Hours, book_said, low_demand, planned_stops
from twinviewer.maintenance.planning.jobs import Finder
from twinviewer.maintenance.planning.known import Booked, Known, Lost
from twinviewer.maintenance.prognosis.assets import cards_of
from twinviewer.maintenance.recorded import opened, running, span_of
from twinviewer.maintenance.results import Card
from twinviewer.maintenance.settings import read_settings
from twinviewer.scene.scene import load_scene

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Request:
    """What a plan is asked for. `orders` is the file of the work orders, None without one; `now_ns` is when the plan
    begins where there is no recording."""

    scene: Path
    recording: Path | None
    weeks: int = 4
    orders: Path | None = None
    now_ns: int = 0


@dataclass(frozen=True)
class Production:
    """What the flow model says of production, nothing where the scene has none: EUR that an hour of standing costs, by
    asset, and the share of each hour that the order book needs, by group."""

    lost_per_hour: Lost = lambda asset_id: None
    booked: Booked = lambda hours: {}


NO_MODEL = Production()


def cards(
    scene_path: Path,
    recording_path: Path,
    asset_ids: Sequence[str] = (),
    until_ns: int = 0,
    orders: Path | None = None,
    progress: Tell = lambda fraction, text: None,
) -> tuple[Card, ...]:
    """Evidence cards of some assets, or of all that have sensors. Raises TwinError."""
    scene = load_scene(scene_path, geometry=False)
    recording = opened(recording_path, scene)
    try:
        return cards_of(scene, recording, read_settings(scene_path), orders_in(orders), asset_ids, until_ns, progress)
    finally:
        recording.close()


def orders_in(path: Path | None) -> tuple[Order, ...]:
    """All work orders of a file (the register, or CSV as a CMMS exports it), none without one. Raises DataError."""
    if path is None or not path.exists():
        return ()
    if path.suffix.lower() == ".csv":
        return tuple(CsvConnector(path).fetch())
    with OrderStore(path) as store:
        return store.orders()


def first_plan(
    request: Request,
    production: Production = NO_MODEL,
    found: Sequence[Card] | None = None,
    progress: Tell = lambda fraction, text: None,
) -> Plan:
    """A plan at once, from the end of the recording on, or from `request.now_ns` where there is no recording (running
    hours and condition are unknown then); cards are made where none are given. Raises TwinError."""
    scene = load_scene(request.scene, geometry=False)
    settings = read_settings(request.scene)
    orders = orders_in(request.orders)
    last, run, pace, said = request.now_ns, {}, {}, list[str]()
    if request.recording is not None:
        recording = opened(request.recording, scene)
        try:
            last = span_of(recording, str(request.recording))[1]
            if found is None:
                found = cards_of(scene, recording, settings, orders, (), 0, lambda f, text: progress(0.8 * f, text))
            run, pace = running(recording, scene, scene.assets)
        finally:
            recording.close()
    else:
        said.append("No recording is open: running hours and condition are unknown, so ages are assumed.")
    start_ns = -(-last // HOUR_NS) * HOUR_NS
    hours = Hours(start_ns, request.weeks * 168, settings.zone)
    cards = {c.asset_id: c for c in found or ()}
    tariff, booked = scene.energy.tariff_eur_per_kwh, production.booked(hours)
    known = Known(cards, run, pace, start_ns, orders, production.lost_per_hour, tariff, booked)
    finder = Finder(scene.assets, settings, known, hours)
    problem = finder.problem()
    progress(0.9, "making a first plan")
    stops, low = planned_stops(settings, hours), low_demand(settings, hours, booked)
    notes = (*said, *finder.notes, *book_said(booked, hours))
    return plans.first(problem, start_ns, stops, notes, low)
