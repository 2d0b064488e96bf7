"""The indicators of one replication, as numbers in a fixed order."""

from dataclasses import dataclass

import numpy as np

from twinviewer.kpi import iso22400
from twinviewer.simulation import records as r
from twinviewer.simulation.line import Line
from twinviewer.simulation.replication import Outcome, states_by_name
from twinviewer.simulation.tables import Tables

LINE_KPIS = (
    "throughput_per_h",
    "good",
    "scrap",
    "wip",
    "wip_end",
    "lead_time_s",
    "oee",
    "availability",
    "effectiveness",
    "quality_ratio",
    "nee",
    "on_time",
    "late_orders",
    "tardiness_h",
    "energy_kwh",
    "energy_per_part_kwh",
    "peak_kw",
    "carbon_kg",
    "cost",
    "cost_per_part",
)
STATES = tuple(states_by_name())


@dataclass(frozen=True)
class Indicators:
    """Turns outcomes of one model into rows of numbers; `names` says what the columns are."""

    tables: Tables
    line: Line
    names: tuple[str, ...]
    stations: tuple[str, ...]

    @classmethod
    def of(cls, tables: Tables, line: Line) -> "Indicators":
        """The indicators that this model has."""
        stations = tables.station_names[: tables.stations_shown]
        names = list(LINE_KPIS)
        names += [f"throughput_per_h.{p}" for p in tables.product_names] if len(tables.product_names) > 1 else []
        for key in ("utilisation", "load", "queue", "oee", "good_parts", "scrap_parts", "failures", "energy_kwh"):
            names += [f"{key}.{s}" for s in stations]
        names += [f"state.{s}.{state}" for state in STATES for s in stations]
        names += [f"crew_busy.{c}" for c in tables.crew_names]
        names += [f"completion_h.{o}" for o in tables.order_names]
        names += [f"late.{o}" for o in tables.order_names]
        return cls(tables, line, tuple(names), stations)

    def row(self, o: Outcome, warmup_s: float = 0.0) -> np.ndarray:
        """One float64 row; NaN where an indicator has no value in this replication."""
        t = self.tables
        units = _stations(o, t)
        late, on_time, tardiness_h = _orders(o, t)
        hours = o.span_s / 3600
        done = o.done.sum()
        kwh = o.energy_kwh.sum()
        cost = self._cost(o, warmup_s, kwh, tardiness_h)
        total = iso22400.UnitTimes(
            apt_s=float(units["apt"].sum()),
            aust_s=float(units["aust"].sum()),
            pbt_s=float(units["pbt"].sum()),
            pri_s=1.0,
            pq=float(units["pri"].sum()),
            gq=float(units["pri_good"].sum()),
        )  # items weighted by their planned time, so that products of different times add up
        parts = [
            done / hours,
            done,
            o.scrapped.sum(),
            o.wip,
            o.wip_at_end,
            o.lead_s,
            iso22400.oee(total),
            iso22400.availability(total),
            iso22400.effectiveness(total),
            iso22400.quality_ratio(total),
            iso22400.nee(total),
            on_time,
            np.nansum(late) if len(late) else np.nan,
            np.nansum(tardiness_h) if len(late) else np.nan,
            kwh,
            iso22400.ratio(kwh, done),
            o.peak_kw,
            kwh * self.line.energy.carbon_kg_per_kwh,
            cost,
            iso22400.ratio(cost, done),
        ]
        columns = [np.array(parts, float)]
        if len(t.product_names) > 1:
            columns.append(o.done / hours)
        with np.errstate(invalid="ignore", divide="ignore"):
            columns += [units["apt"] / units["open"], units["busy"] / units["open"], o.queue]
            columns += [units["pri_good"] / units["pbt"], o.good, o.scrap, units["failures"], o.energy_kwh]
            columns += [units["shares"].T.ravel(), o.crew_busy]
        columns += [np.where(np.isfinite(o.order_done_s), o.order_done_s - warmup_s, np.nan) / 3600, late]
        return np.concatenate(columns)

    def _energy_cost(self, o: Outcome, kwh: float) -> float:
        tariff = self.line.energy
        used = float(o.quarters_kwh @ self.tables.prices) if tariff.bands else kwh * tariff.per_kwh
        return used + o.peak_kw * tariff.per_peak_kw

    def _cost(self, o: Outcome, warmup_s: float, kwh: float, tardiness_h: np.ndarray) -> float:
        c, line = self.line.cost, self.line
        money = self._energy_cost(o, kwh) + c.fixed_per_hour * o.span_s / 3600 + c.scrap_per_part * o.scrapped.sum()
        money += c.late_per_order_day * float(np.nansum(tardiness_h)) / 24
        for k, name in enumerate(self.tables.crew_names):
            money += line.crew[name].cost_per_hour * float(o.crew_paid_s[k]) / 3600
        for k, name in enumerate(self.tables.product_names):
            if name in line.product:
                money += line.product[name].material_cost * float(o.done[k] + o.scrapped[k] + o.absorbed[k])
        return float(money)


def _stations(o: Outcome, t: Tables) -> dict[str, np.ndarray]:
    """Times (s) summed over each station's machines: open (on shift), pbt, apt, aust, busy, planned run times."""
    station = t.machines["station"][: len(o.time_s)]
    n = t.stations_shown

    def per_station(values: np.ndarray) -> np.ndarray:
        return np.bincount(station, values, minlength=n)

    total = per_station(o.time_s.sum(1))
    off = per_station(o.time_s[:, r.OFF] + o.down_off_s + o.maintained_off_s)
    opened = total - off
    idle = per_station(o.time_s[:, [r.STARVED, r.BLOCKED, r.WAITING_OPERATOR, r.WAITING_MATERIAL]].sum(1))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.stack([per_station(o.time_s[:, s]) for s in states_by_name().values()], 1) / total[:, None]
    return {
        "open": opened,
        "pbt": opened - per_station(o.time_s[:, r.MAINTAINED] - o.maintained_off_s),
        "apt": per_station(o.time_s[:, r.RUNNING]),
        "aust": per_station(o.time_s[:, r.SETTING_UP]),
        "busy": opened - idle,
        "pri": o.planned_s,
        "pri_good": o.planned_good_s,
        "shares": shares,
        "failures": per_station(o.failures),
    }


def _orders(o: Outcome, t: Tables) -> tuple[np.ndarray, float, np.ndarray]:
    """Late (1, 0 or NaN: cannot be known yet), share on time, tardiness in hours (so far, where unfinished)."""
    if not len(t.order_names):
        return np.zeros(0), float("nan"), np.zeros(0)
    done, due = o.order_done_s, t.order_due_s
    known = np.isfinite(due) & (np.isfinite(done) | (due <= o.end_s))
    late = np.where(known, (done > due).astype(float), np.nan)
    until = np.where(np.isfinite(done), done, o.end_s)
    tardiness_h = np.where(known, np.maximum(until - np.where(known, due, 0.0), 0.0) / 3600, np.nan)
    return late, float(1 - np.nanmean(late)) if known.any() else float("nan"), tardiness_h
