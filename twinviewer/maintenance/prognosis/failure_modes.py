"""The table of failure modes (resources/failure_modes.toml): which of them fit the signals that moved."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from twinviewer.discovery import shipped
from twinviewer.maintenance.results import Cause, Moved
from twinviewer.model.errors import DataError

FILE = "failure_modes.toml"
MOST = 4
BEARING_LINE = "bearing_line"  # stands among the roles for the frequency of a bearing that rose most


class Mode(BaseModel):
    """One failure mode of the table."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    code: str
    label: str
    component: str
    kinds: tuple[str, ...]
    evidence: dict[str, float]
    action: str
    unattended: str
    skill: str
    people: int = Field(ge=1)
    duration_h: float = Field(gt=0)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    format: Literal[1]
    modes: tuple[Mode, ...] = Field(alias="mode")


@lru_cache(maxsize=1)
def modes() -> tuple[Mode, ...]:
    """The table. Raises DataError where it cannot be read."""
    path = shipped("resources") / FILE
    try:
        return _Table.model_validate(tomllib.loads(path.read_text("utf-8"))).modes
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as error:
        reason = str(error).splitlines()[0]
        raise DataError(f"the table of failure modes cannot be read: {reason}", FILE) from error


def causes(
    kind: str, moved: Sequence[tuple[str, Moved]], still: Sequence[tuple[str, str]], part: str = ""
) -> tuple[Cause, ...]:
    """Likely modes of a kind of machine, best first. `moved` are (role, evidence) of signals that left their baseline,
    `still` (role, label) of those that did not."""
    fitting = [m for m in modes() if kind in m.kinds] or [m for m in modes() if "machine" in m.kinds]
    if not moved:
        return ()
    size = {role: float(np.clip(abs(m.deviations) / 10, 0.3, 1.5)) for role, m in moved}
    points = []
    for mode in fitting:
        total = sum(mode.evidence.get(role, 0.0) * size[role] for role in size)
        total -= sum(0.3 * mode.evidence.get(role, 0.0) for role, _ in still if mode.evidence.get(role, 0.0) > 0)
        points.append(total)
    weight = np.exp(2 * (np.array(points) - max(points)))
    weight /= weight.sum()
    order = np.argsort(-weight, kind="stable")[:MOST]
    return tuple(_cause(fitting[k], float(weight[k]), moved, still, part) for k in order if weight[k] >= 0.03)


def _cause(
    mode: Mode, weight: float, moved: Sequence[tuple[str, Moved]], still: Sequence[tuple[str, str]], part: str
) -> Cause:
    pro = [f"{m.label} has moved ({_change(m)})" for role, m in moved if mode.evidence.get(role, 0) > 0]
    pro += [f"{label} is as usual" for role, label in still if mode.evidence.get(role, 0) < 0]
    con = [f"{m.label} has moved ({_change(m)})" for role, m in moved if mode.evidence.get(role, 0) < 0]
    con += [f"{label} is as usual" for role, label in still if mode.evidence.get(role, 0) >= 0.5]
    return Cause(
        mode.code,
        mode.label,
        mode.component,
        weight,
        tuple(pro),
        tuple(con),
        mode.action,
        mode.unattended,
        mode.skill,
        mode.people,
        mode.duration_h,
        part,
    )


def _change(moved: Moved) -> str:
    return f"{moved.baseline:.3g} to {moved.now:.3g} {moved.unit}".strip()
