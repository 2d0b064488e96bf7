"""What is known of a plant when it is planned: evidence, running hours, work orders, and what standing costs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.maintenance.planning.calendar import HOUR_NS, Hours
from twinviewer.maintenance.results import Card
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.model.asset import Asset

USUAL_PACE, SLOWEST = 0.7, 0.02  # running hours per hour where nothing is known, and at least
Lost = Callable[[str], float | None]
Booked = Callable[[Hours], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Known:
    """What is known of the plant when it is planned, at `now_ns`. `hours_run` and `pace` (running hours per hour) by
    asset; `booked`: by group the share of each hour that the order book needs, float64 (hours,), NaN beyond it."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    hours_run: Mapping[str, float] = field(default_factory=dict)
    pace: Mapping[str, float] = field(default_factory=dict)
    now_ns: int = 0
    orders: Sequence[Order] = ()
    lost_per_hour: Lost = lambda asset_id: None
    tariff_eur_per_kwh: float = 0.0
    booked: Mapping[str, np.ndarray] = field(default_factory=dict)

    def excess_kw(self, asset_id: str) -> float:
        """What an asset draws beyond its baseline at the same load (kW), by its card; 0 where the 80 % interval
        of that does not lie above 0."""
        card = self.cards.get(asset_id)
        drawn = card.energy if card is not None else None
        return drawn.excess_kw if drawn is not None and drawn.low_kw > 0 else 0.0

    def done_ns(self, asset_id: str, title: str) -> int:
        """When this work was last done on an asset, 0 where no work order says so."""
        done = [o for o in self.orders if (o.asset_id, o.title) == (asset_id, title) and o.state is OrderState.DONE]
        return max((o.ended_ns for o in done), default=0)

    def pace_of(self, asset_id: str) -> float:
        """Running hours per hour of the calendar."""
        return max(self.pace.get(asset_id, USUAL_PACE), SLOWEST)

    def run_since(self, asset_id: str, title: str) -> float:
        """Running hours since this work was last done, by the work orders; NaN where none says so."""
        done_ns = self.done_ns(asset_id, title)
        return (self.now_ns - done_ns) / HOUR_NS * self.pace_of(asset_id) if done_ns else float("nan")

    def open_order(self, asset_id: str, title: str) -> Order | None:
        """An open work order for this work."""
        match = [o for o in self.orders if (o.asset_id, o.title) == (asset_id, title) and o.state in OPEN]
        return match[0] if match else None


def group_of(asset: Asset, settings: MaintenanceSettings) -> str:
    """The group that stands with an asset: the longest listed path that it lies in, "" where none is."""
    if settings.of_type(asset.type).stands_with == "itself":
        return ""
    path = "/".join(asset.path)
    return max((g.path for g in settings.groups if f"/{g.path}/" in f"/{path}/"), key=len, default="")
