"""What planning answers with: costs, planned jobs and stops, conflicts, crew load, policies, indicators."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Cost:
    """Expected cost of a plan in EUR, by cause; `later_eur` is life used up early and work left for after the plan;
    `downtime_h` and `failures` are expected values, `energy_kwh` what the worn machines are expected to draw beyond
    their baseline until they are repaired, `energy_eur` what that costs, `person_h` the hours that crews work on it."""

    failure_eur: float
    production_eur: float
    labour_eur: float
    parts_eur: float
    lateness_eur: float
    later_eur: float
    downtime_h: float
    failures: float
    energy_kwh: float = 0.0
    person_h: float = 0.0
    energy_eur: float = 0.0

    @property
    def total_eur(self) -> float:
        """All of it."""
        paid = self.failure_eur + self.production_eur + self.labour_eur + self.parts_eur
        return paid + self.lateness_eur + self.later_eur + self.energy_eur


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A bar of the calendar. `start_ns` is 0 where the job is put off beyond the horizon; `reason` says why then.

    `earliest_ns` is when it may begin, `parts_ns` when a part that is not in store arrives (0: nothing is waited for),
    `due_ns` its deadline (0: none), `group` the assets that stand with it, `lock_out_h` how much of its time goes into
    making the asset safe and giving it back. `people` are all who work on it; `team` says how many of which crew, where
    several work together (`crew` has all their names then). `even_odds_ns` is when the asset will rather have failed
    than not without it (0: not within the plan).
    """

    work_order: str
    asset_id: str
    title: str
    kind: str
    start_ns: int
    end_ns: int
    crew: str
    people: int
    reason: str
    group: str
    earliest_ns: int
    due_ns: int
    in_planned_stop: bool
    pinned: bool
    part: str = ""
    parts_ns: int = 0
    tools: tuple[str, ...] = ()
    lock_out: str = ""
    lock_out_h: float = 0.0
    team: tuple[tuple[str, int], ...] = ()
    even_odds_ns: int = 0

    @property
    def at_work(self) -> tuple[tuple[str, int], ...]:
        """Each crew that works on it, with its people."""
        return self.team or (((self.crew, self.people),) if self.crew else ())

    @property
    def who(self) -> str:
        """ "Mechanics, 2", or "Mechanics, 2 + Electricians, 1"."""
        return " + ".join(f"{crew}, {people}" for crew, people in self.at_work)


@dataclass(frozen=True, slots=True)
class Conflict:
    """What is wrong with a plan: `kind` is "crew", "tool", "parts", "deadline", "risk" or "horizon"; `jobs` are the
    work orders."""

    kind: str
    text: str
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Of a crew: people busy and people there; of a tool: pieces in use and pieces there; int64 (hours,)."""

    name: str
    busy: np.ndarray
    there: np.ndarray


@dataclass(frozen=True, slots=True)
class PlannedStop:
    """A time in which a group of assets stands anyway."""

    group: str
    start_ns: int
    end_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan over whole hours from `start_ns`. `bound_eur` is a proven lower bound of the cost (0: none known yet);
    `gap` the share of the cost that a better plan could save at most (1 without a bound).

    `compare` has the keys "run_to_failure", "fixed_interval", "plan" and, after a person's edit, "edit". `token` is
    opaque: `api.move`, `api.improve` and `api.played` take the plan and use it. `low_demand` are the stretches in which
    an hour of standing costs a group less than usual.
    """

    start_ns: int
    hours: int
    jobs: tuple[PlannedJob, ...]
    cost: Cost
    bound_eur: float
    gap: float
    compare: Mapping[str, Cost]
    crews: tuple[Load, ...]
    stops: tuple[PlannedStop, ...]
    conflicts: tuple[Conflict, ...]
    token: object = None
    notes: tuple[str, ...] = ()
    low_demand: tuple[PlannedStop, ...] = ()
    tools: tuple[Load, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicators:
    """How maintenance itself does; NaN where nothing is known yet. `predicted` compares predictions with outcomes."""

    mtbf_h: float
    mttr_h: float
    expected_mtbf_h: float
    pm_compliance: float
    schedule_compliance: float
    backlog_weeks: float
    wrench_time: float
    predictions: int
    predictions_right: int
    mean_error_days: float
