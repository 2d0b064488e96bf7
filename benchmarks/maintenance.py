"""Figures of maintenance: remaining life, alarms of bearings, prognosis, planning, policy.

`python -m benchmarks.maintenance` measures them all.
Real data is read from ../shared/data/maintenance; figures that need it are left out with a line where it is absent.
`python -m benchmarks.maintenance NAME …` runs only some parts: lives, bearings, prognosis, plan, policy.
"""

import gzip
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.harness import best, exit_code, figure
from benchmarks.jobs import made
from twinviewer.maintenance.condition.detectors import EWMA_CUSUM, FIGURES, OWN_BASELINE
from twinviewer.maintenance.condition.own_baseline import Alarm, Rule, Score, alarms, scored
from twinviewer.maintenance.lives import Lives, lives_of
from twinviewer.maintenance.planning.calendar import HOUR_NS
from twinviewer.maintenance.planning.improve import improved
from twinviewer.maintenance.planning.outcome import outcome_of
from twinviewer.maintenance.planning.problem import compiled
from twinviewer.maintenance.prognosis.seen import look
from twinviewer.maintenance.prognosis.signals import as_detections
from twinviewer.maintenance.recorded import Minutes
from twinviewer.maintenance.remaining_life import fit
from twinviewer.maintenance.results import Detection
from twinviewer.maintenance.settings import TypeSettings
from twinviewer.model.asset import Asset, NodeAddress, Tag

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "maintenance"
COLUMNS = ["unit", "cycle", "s1", "s2", "s3", *(f"x{k}" for k in range(1, 22))]
CAP = 125.0
BOUNDS = {"FD001": 13.0, "FD002": 13.0, "FD003": 12.5, "FD004": 12.5}
CARD_EVERY = 8
IMS_FAILED = {1: ("B3", "B4"), 2: ("B1",), 3: ("B3",)}


def main(parts: list[str]) -> int:
    """Run the named parts, all of them where none is named."""
    for name in parts or list(PARTS):
        PARTS[name]()
    return exit_code()


def _absent(what: str) -> None:
    print(f"left out, data absent: {what}", file=sys.stderr)


def turbofans(name: str) -> Lives:
    """A table of the turbofan set ("train_FD001")."""
    with gzip.open(DATA / "cmapss" / f"{name}.txt.gz", "rt") as file:
        frame = pd.read_csv(file, sep=r"\s+", header=None, names=COLUMNS)
    return lives_of(frame, "unit", "cycle", name)


def lives() -> None:
    """Remaining life on the official test units."""
    for name, bound in BOUNDS.items():
        if not (DATA / "cmapss" / f"RUL_{name}.txt.gz").exists():
            _absent(f"turbofans {name}, test units")
            continue
        with gzip.open(DATA / "cmapss" / f"RUL_{name}.txt.gz", "rt") as file:
            truth = np.minimum(np.loadtxt(file), CAP)
        predicted = fit(turbofans(f"train_{name}"), CAP).predict(turbofans(f"test_{name}"))
        off = predicted.rul - truth
        inside = (predicted.low <= truth) & (truth <= predicted.high)
        sides = {"units": len(truth)}
        figure(
            f"remaining life {name}, RMSE capped at 125",
            float(np.sqrt((off**2).mean())),
            "cycles",
            sides,
            f"<= {bound}",
        )
        covered = float(inside.mean())
        figure(f"80 % interval {name}, coverage", covered, "share", sides, ">= 0.76")
        figure(f"80 % interval {name}, coverage, from above", covered, "share", sides, "<= 0.86")
        figure(f"{name}, late by more than 20 cycles", float((off > 20).mean()), "share", sides, "<= 0.06")


def bearing_series() -> list[tuple[str, bool, np.ndarray]]:
    """(name, failed, acceleration RMS in g) of every series that is there."""
    found = []
    for path in sorted((DATA / "femto").glob("femto*.csv.gz")):
        for name, table in pd.read_csv(path).groupby("bearing"):
            level = np.maximum(table["h_rms_g"].to_numpy(), table["v_rms_g"].to_numpy())
            found.append((f"femto {name}", True, level))
    for path in sorted((DATA / "ims").glob("set*_timefeatures.csv.gz")):
        table, number = pd.read_csv(path), int(path.name[3])
        for bearing in ("B1", "B2", "B3", "B4"):
            columns = [c for c in table if c.startswith(bearing) and c.endswith("_rms")]
            level = table[columns].max(axis=1).to_numpy()
            found.append((f"ims {number} {bearing}", bearing in IMS_FAILED.get(number, ()), level[level > 0.01]))
    return found


def velocities() -> list[tuple[str, bool, np.ndarray]]:
    """(name, failed, velocity in mm/s) of the series that have one."""
    tables = [
        (n, t) for p in sorted((DATA / "femto").glob("femto*.csv.gz")) for n, t in pd.read_csv(p).groupby("bearing")
    ]
    return [(f"femto {n}", True, t[["h_vel_mm_s", "v_vel_mm_s"]].max(axis=1).to_numpy()) for n, t in tables]


def bearings() -> None:
    """Alarms of each machine's own baseline on bearings that ran to failure, and on their neighbours."""
    series = bearing_series()
    if not series:
        _absent("bearings")
        return
    scores = [(failed, len(level), scored(alarms(level), len(level), failed)) for _, failed, level in series]
    failed = sum(failed for failed, _, _ in scores)
    records = sum(n for _, n, _ in scores)
    lead = float(np.median([s.lead for _, _, s in scores if s.useful]))
    told: dict[str, tuple[float, float]] = {
        "": (sum(s.useful for _, _, s in scores), sum(s.false for _, _, s in scores))
    }
    told[", each series left out of the choice of the rule"] = chosen_without(series)
    for how, (useful, false) in told.items():
        sides = {"useful": useful, "failed": failed} | ({} if how else {"median_lead_share_of_life": lead})
        figure(f"bearings, useful alarms{how}", useful / failed, "of series", sides, ">= 0.8")
        sides = {"false": false, "records": records}
        figure(f"bearings, false alarms{how}", 1000 * false / records, "per 1000 records", sides, "<= 0.2")
    cards = as_cards_tell(series, "acceleration")
    (useful, false, lead), (others_useful, others_false, others_lead) = cards[OWN_BASELINE], cards[EWMA_CUSUM]
    sides = {"useful": useful, "median_lead_share_of_life": lead}
    sides |= {"ewma_cusum_useful": others_useful, "ewma_cusum_median_lead_share_of_life": others_lead}
    figure("bearings, useful alarms as evidence cards tell them", useful / failed, "of series", sides, ">= 0.8")
    sides = {"false": false, "ewma_cusum_false": others_false, "records": records}
    for name, (seen, wrong, ahead) in as_cards_tell(velocities()).items():
        sides |= {f"{name} on velocity": f"{seen} useful, {wrong} false, median lead {ahead:.3f} of the life"}
    value = 1000 * false / records
    figure("bearings, false alarms as evidence cards tell them", value, "per 1000 records", sides, "<= 0.2")


def as_cards_tell(
    series: list[tuple[str, bool, np.ndarray]], role: str = "vibration"
) -> dict[str, tuple[int, int, float]]:
    """(useful, false, median lead as a share of life) of each detector of the evidence cards: a card is made every
    `CARD_EVERY` records of what was there by then, and whatever it had not told before is an alarm."""
    told: dict[str, list[Score]] = {name: [] for name in FIGURES}
    for _, failed, level in series:
        found: dict[str, list[int]] = {name: [] for name in FIGURES}
        before: dict[str, int] = {}
        for end in range(CARD_EVERY, len(level) + 1, CARD_EVERY):
            now = {d.detector: d.newest_ns for d in detections_of(level[:end], role)}
            for name, newest_ns in now.items():
                # EWMA and CUSUM have one moment, which is worked out anew with each card: new is where they were silent
                if name not in before or (name == OWN_BASELINE and newest_ns > before[name]):
                    found[name].append(end)
            before = now
        for name, at in found.items():
            told[name].append(scored(tuple(Alarm(k, 0.0, 0.0) for k in at), len(level), failed))
    return {
        name: (
            sum(s.useful for s in scores),
            sum(s.false for s in scores),
            float(np.median([s.lead for s in scores if s.useful])),
        )
        for name, scores in told.items()
    }


def detections_of(level: np.ndarray, role: str = "vibration") -> tuple[Detection, ...]:
    """What the card of a machine tells of a vibration (mm/s) or acceleration (g) of one record a minute and nothing
    else."""
    time = np.arange(len(level), dtype=np.int64) * 60_000_000_000
    tag = Tag(0, "B.Vibration", "Vibration", "B", NodeAddress(), role, "mm/s" if role == "vibration" else "g")
    asset = Asset(0, "B", "Bearing", "pump", (), (0,))
    minutes = Minutes(asset, time, {"Vibration": level}, {"Vibration": role}, {"Vibration": 0.0}, 60.0)
    return as_detections(look(minutes, {"Vibration": tag}, TypeSettings()).moved)


def chosen_without(series: list[tuple[str, bool, np.ndarray]]) -> tuple[float, float]:
    """Useful and false alarms where the rule for each series is chosen on all others: most useful less false; the mean
    where several rules are as good."""
    rules = [Rule(*values) for values in product((1.35, 1.45, 1.55, 1.7), (2.0, 2.5, 3.0), (80, 120, 200), (5, 9, 15))]
    scores = [[scored(alarms(level, rule), len(level), failed) for _, failed, level in series] for rule in rules]
    table = np.array([[(s.useful, s.false) for s in row] for row in scores], float)
    told = np.zeros(2)
    for k in range(len(series)):
        others = np.delete(table, k, axis=1).sum(axis=1)
        worth = others[:, 0] - others[:, 1]
        told += table[worth == worth.max(), k].mean(axis=0)
    return float(told[0]), float(told[1])


def prognosis() -> None:
    """One asset, 30 days of minutes of ten signals, from arrays to the evidence card."""
    from benchmarks.wearing import minutes_with_wear
    from twinviewer.maintenance.prognosis.assets import card
    from twinviewer.maintenance.settings import MaintenanceSettings

    minutes, tags = minutes_with_wear(30)
    seconds = best(lambda: card(minutes, tags, MaintenanceSettings()), 5)
    figure("prognosis of one asset, 30 days of minutes", 1000 * seconds, "ms", {"tags": len(tags)}, "<= 300")


def plan() -> None:
    """200 jobs over 4 weeks, and 1,000 over 8."""
    options = compiled(made(200, 4, 1))
    began = time.perf_counter()
    first = after_60 = last = None
    for state in improved(options, 120.0):
        if first is None:
            first = state
            figure("plan of 200 jobs, first valid plan", time.perf_counter() - began, "s", {}, "<= 2")
        if state.seconds <= 60:
            after_60 = state
        last = state
    assert first is not None
    assert after_60 is not None
    assert last is not None
    sides = {"plan_eur": after_60.cost_eur, "greedy_eur": first.cost_eur}
    figure("plan of 200 jobs, cost after 60 s / greedy", after_60.cost_eur / first.cost_eur, "ratio", sides, "<= 0.92")
    sides = {"plan_eur": last.cost_eur, "bound_eur": last.bound_eur}
    figure("plan of 200 jobs, proven gap after 120 s", last.gap, "share", sides, "<= 0.08")
    began = time.perf_counter()
    options = compiled(made(1000, 8, 1))
    state = next(iter(improved(options, 10.0)))
    wrong = len([c for c in outcome_of(options, state.schedule, HOUR_NS).conflicts if c.kind in ("crew", "parts")])
    figure("plan of 1,000 jobs, first valid plan", time.perf_counter() - began, "s", {"conflicts": wrong}, "<= 10")


def policy() -> None:
    """Replacing by prognosis on lives left out, against the best fixed interval."""
    from benchmarks.replacing import best_fixed_age, costs

    if not (DATA / "cmapss" / "train_FD001.txt.gz").exists():
        _absent("turbofans")
        return
    for name in ("FD001", "FD003"):
        fleet = turbofans(f"train_{name}")
        ours, fixed = costs(fleet)
        hindsight = best_fixed_age(np.diff(fleet.start))[1]
        sides = {"ours": ours, "best_fixed_interval": fixed, "best_fixed_interval_in_hindsight": hindsight}
        figure(
            f"policy on lives left out of {name}, cost / best fixed interval", ours / fixed, "ratio", sides, "<= 0.75"
        )


PARTS = {"lives": lives, "bearings": bearings, "prognosis": prognosis, "plan": plan, "policy": policy}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
