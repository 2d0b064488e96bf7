"""What a recording shows of a proposal that was put into force, beside what was expected of it."""

import math

import numpy as np
from scipy.special import stdtrit

from twinviewer.history.recording import Recording
from twinviewer.model.errors import DataError
from twinviewer.scene.scene import Scene
from twinviewer.simulation.line import Line
from twinviewer.simulation.observed import Blocks, blocks
from twinviewer.simulation.proposals import Happened, Outcome, Proposal
from twinviewer.simulation.results import Difference, Estimate

NS = 1_000_000_000
HOUR_NS = 3600 * NS
LONGEST_NS = 28 * 24 * HOUR_NS  # before and after: longer ago the plant was another one
SHORTEST_NS = 15 * 60 * NS  # of a block, so that one does not depend much on the next
LEAST, SHORT, MOST = 5, 12, 24  # blocks on each side: the least, in a short record, the most
SUMS = ("good", "scrap", "energy_kwh", "carbon_kg")  # over the horizon of the simulation


def outcome_of(
    proposal: Proposal,
    line: Line,
    scene: Scene,
    recording: Recording,
    at_ns: int,
    settle_s: float = 0.0,
    in_force_ns: int | None = None,
) -> Outcome:
    """Every KPI that the proposal expects and the recording shows, before and after it came into force.

    Both sides are cut into blocks of equal length, whose means give the intervals (batch means, with fewer degrees of
    freedom where neighbours are alike; Welch's interval for the difference). `settle_s` after the change are left out.
    Raises DataError where the recording is too short on one side, or where the proposal was never put into force.
    """
    since = proposal.in_force_ns if in_force_ns is None else in_force_ns
    where = proposal.number or proposal.name
    if since is None:
        raise DataError("this proposal was not put into force", where, "Say since when the plant runs by it.")
    first, last = recording.span()
    last = min(last, at_ns)
    begin, settled = max(first, since - LONGEST_NS), since + round(settle_s * NS)
    end = min(last, settled + LONGEST_NS)
    n_before, n_after = _blocks_in(since - begin), _blocks_in(end - settled)
    if n_before < LEAST or n_after < LEAST:
        short = "before" if n_before < LEAST else "after"
        text = f"the recording is too short {short} the change: {LEAST} blocks of 15 min are the least"
        raise DataError(text, where, "Compare again when more is recorded, or name another recording.")
    before = blocks(line, scene, recording, begin, since, n_before)
    after = blocks(line, scene, recording, settled, end, n_after)
    scale = proposal.horizon_s / 3600
    found, notes = [], []
    for kpi, expected in proposal.expected.items():
        if kpi in before.kpis:
            one = _happened(kpi, before, after, expected, scale if kpi in SUMS else 1.0)
            if one is None:
                notes.append(f"{kpi}: the recording has too little of it")
            else:
                found.append(one)
    return Outcome(
        at_ns, recording.folder.address, (since - begin) / NS, (end - settled) / NS, tuple(found), tuple(notes)
    )


def _blocks_in(span_ns: int) -> int:
    """As many as there are hours, or, in a short record, quarters of an hour; 24 at most."""
    return int(min(max(span_ns // HOUR_NS, min(SHORT, span_ns // SHORTEST_NS)), MOST))


def _happened(kpi: str, before: Blocks, after: Blocks, expected: Difference, scale: float) -> Happened | None:
    a, b = (x.kpis[kpi][np.isfinite(x.kpis[kpi])] * scale for x in (before, after))
    if len(a) < LEAST or len(b) < LEAST:
        return None
    difference = _welch(a, b)
    return Happened(kpi, _estimate(a), _estimate(b), difference, expected, verdict(difference, expected))


def _free(x: np.ndarray) -> float:
    """How many independent blocks these are worth, from the correlation of each with the next (where positive)."""
    d = x - x.mean()
    square = float((d * d).sum())
    rho = max(0.0, float((d[1:] * d[:-1]).sum()) / square) if square > 0 else 0.0
    return max(2.0, len(x) * (1 - rho) / (1 + rho))


def _estimate(x: np.ndarray) -> Estimate:
    n, mean = _free(x), float(x.mean())
    half = float(stdtrit(n - 1, 0.975)) * float(x.std(ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half)


def _welch(a: np.ndarray, b: np.ndarray) -> Difference:
    mean = float(b.mean() - a.mean())
    na, nb = _free(a), _free(b)
    va, vb = a.var(ddof=1) / na, b.var(ddof=1) / nb
    if va + vb == 0:
        return Difference(mean, mean, mean, mean != 0)
    freedom = (va + vb) ** 2 / (va**2 / (na - 1) + vb**2 / (nb - 1))
    half = float(stdtrit(freedom, 0.975)) * math.sqrt(va + vb)
    return Difference(mean, mean - half, mean + half, abs(mean) > half)


def verdict(seen: Difference, expected: Difference) -> str:
    """What a seen difference says of the expected one, in words (`Happened.verdict`)."""
    meets = seen.low <= expected.high and expected.low <= seen.high
    if not seen.significant:
        return "too early to tell" if meets else "less than expected"
    if expected.significant and seen.mean * expected.mean < 0:
        return "the other way"
    if meets:
        return "as expected"
    return "more than expected" if abs(seen.mean) > abs(expected.mean) else "less than expected"
