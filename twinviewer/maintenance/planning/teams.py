"""Who may do a job together: for each skill it needs a crew that has it, all of them there for all of its time."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING

from twinviewer.maintenance.settings_tables import needed
from twinviewer.model.errors import DataError

if TYPE_CHECKING:
    from twinviewer.maintenance.planning.problem import Crew, Task

Team = tuple[tuple[int, int], ...]  # rows of the problem's crews, and how many people of each


def teams_for(task: "Task", crews: Sequence["Crew"]) -> list[Team]:
    """The teams that may do a task; where a crew is named that works on it already, only those of that name.

    Raises DataError where nobody has a skill that it needs.
    """
    ways = [_able(task, skill, crews) for skill, _ in _needs(task)]
    people = [number for _, number in _needs(task)]
    teams = list(dict.fromkeys(_together(zip(way, people, strict=True)) for way in product(*ways)))
    if not task.pinned_crew:
        return teams
    alone = [((k, task.everybody),) for k, crew in enumerate(crews) if crew.name == task.pinned_crew]
    return [team for team in teams if team_name(team, crews) == task.pinned_crew] or alone or teams


def team_name(team: Team, crews: Sequence["Crew"]) -> str:
    """ "Mechanics", or "Mechanics + Electricians"."""
    return " + ".join(crews[k].name for k, _ in team)


def _needs(task: "Task") -> tuple[tuple[str, int], ...]:
    return (task.skill, task.people), *task.beside


def _able(task: "Task", skill: str, crews: Sequence["Crew"]) -> list[int]:
    able = [k for k, crew in enumerate(crews) if needed(skill) <= crew.skills]
    if not able:
        known = ", ".join(sorted({s for c in crews for s in c.skills})) or "none"
        raise DataError(
            f'no crew has the skill "{skill}"', task.name, f"Skills of the crews: {known} (maintenance.toml)."
        )
    return able


def _together(parts: "zip[tuple[int, int]]") -> Team:
    """A crew that is asked for two skills sends people for both."""
    team: dict[int, int] = {}
    for crew, people in parts:
        team[crew] = team.get(crew, 0) + people
    return tuple(team.items())
