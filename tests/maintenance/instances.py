"""Small planning problems for tests."""

import numpy as np

from twinviewer.maintenance.planning.problem import Crew, Problem, Task


def crew(hours: int, people: int = 1, skill: str = "mechanic", name: str = "") -> Crew:
    """A crew that is always there, at 50 EUR per hour."""
    there = np.full(hours, people, np.int64)
    return Crew(name or skill, frozenset({skill}), there, np.full(hours, 50.0))


def task(name: str, hours: int, **values: object) -> Task:
    """A job of 2 h whose risk rises evenly to 50 % of 10,000 EUR, unless `values` say otherwise."""
    defaults: dict[str, object] = {
        "asset_id": f"A-{name}",
        "title": f"job {name}",
        "kind": "predictive",
        "skill": "mechanic",
        "duration_h": 2,
        "failure_eur": 10_000.0,
        "failure": np.linspace(0, 0.5, hours + 1),
    }
    return Task(name=name, **{**defaults, **values})  # type: ignore[arg-type]


def problem(tasks: list[Task], hours: int = 24, people: int = 1, loss: dict[str, np.ndarray] | None = None) -> Problem:
    """These jobs with one crew of mechanics."""
    return Problem(hours, tuple(tasks), (crew(hours, people),), loss or {})
