"""Lives from the maintenance log: how long parts of a type lasted, which of them failed, and the Weibull fit of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from twinviewer.maintenance.orders.model import Order, OrderState
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.prognosis.weibull import LEAST_FAILED, Weibull, fitted

USUAL_PACE = 0.7  # running hours per hour where no counter says it


@dataclass(frozen=True)
class Log:
    """What is known of all assets at a moment: finished `orders`, and by asset its type, its running hours (counter)
    and its running hours per hour."""

    now_ns: int = 0
    orders: Sequence[Order] = ()
    type_of: Mapping[str, str] = field(default_factory=dict)
    hours_run: Mapping[str, float] = field(default_factory=dict)
    pace: Mapping[str, float] = field(default_factory=dict)
    _fits: dict[tuple[str, str], Weibull | None] = field(default_factory=dict, init=False, compare=False)

    def pace_of(self, asset_id: str) -> float:
        """Running hours per hour."""
        return self.pace.get(asset_id, USUAL_PACE)

    def renewals(self, asset_id: str, title: str) -> list[Order]:
        """Finished work of this title on an asset ("": every repair), in order of its end."""
        done = [o for o in self.orders if o.asset_id == asset_id and o.state is OrderState.DONE]
        done = [o for o in done if 0 < o.ended_ns <= (self.now_ns or o.ended_ns)]
        return sorted((o for o in done if (o.title == title if title else _failed(o))), key=lambda o: o.ended_ns)

    def age_h(self, asset_id: str, title: str) -> float:
        """Running hours since the last renewal, or since new by the counter; NaN where neither is known."""
        done = self.renewals(asset_id, title)
        if done:
            return self.pace_of(asset_id) * (self.now_ns - done[-1].ended_ns) / HOUR_NS
        return self.hours_run.get(asset_id, float("nan"))

    def lives(self, type_name: str, title: str) -> tuple[np.ndarray, np.ndarray]:
        """Running hours float64 (n,) of all lives of a part on assets of a type, and whether each failed, bool (n,).

        What was renewed before it failed, and what still runs, is a life that was still good (right-censored). A first
        life counts where a counter says how old the asset is.
        """
        hours, failed = list[float](), list[bool]()
        for asset_id in (a for a, name in self.type_of.items() if name == type_name):
            pace, done, since_ns = self.pace_of(asset_id), self.renewals(asset_id, title), 0
            now_h = self.hours_run.get(asset_id, float("nan"))
            for order in done:
                end_ns = order.begun_ns or order.ended_ns
                life = pace * (end_ns - since_ns) / HOUR_NS
                if not since_ns:
                    life = now_h - pace * (self.now_ns - end_ns) / HOUR_NS
                if life > 0:
                    hours.append(life)
                    failed.append(_failed(order))
                since_ns = order.ended_ns
            age = self.age_h(asset_id, title)
            if age > 0:
                hours.append(age)
                failed.append(False)
        return np.array(hours), np.array(failed, bool)

    def fitted(self, type_name: str, title: str) -> Weibull | None:
        """The Weibull life of a part in running hours; None where fewer than three failed. Made once for all assets."""
        key = (type_name, title)
        if key not in self._fits:
            hours, failed = self.lives(type_name, title)
            self._fits[key] = fitted(hours, failed) if int(failed.sum()) >= LEAST_FAILED else None
        return self._fits[key]


def _failed(order: Order) -> bool:
    """Whether this work followed a failure; where nobody noted it, corrective work did."""
    return order.failed is True or (order.failed is None and order.kind == "corrective")


def said(part: str, life: Weibull) -> str:
    """The fit in a sentence: what it stands on, its shape with its interval, and how well it holds."""
    low, high = np.quantile(life.draws[:, 0], [0.1, 0.9])
    good = life.count - life.failed
    text = f"{part}: Weibull life of {life.count} lives, {life.failed} failed and {good} were still good (censored); "
    text += f"shape {life.shape:.2g} ({low:.2g} to {high:.2g}), scale {life.scale:.0f} running hours"
    return f"{text}; probability plot R² {life.straight:.2f}" if life.straight == life.straight else text
