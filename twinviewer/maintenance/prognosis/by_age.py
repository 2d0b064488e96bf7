"""Evidence cards of assets without a date: a probability within days by their age, or why there is none.

Ages are judged by the lives in the maintenance log where enough of them ended in failure (Weibull, right-censored),
else by the lives that maintenance.toml expects.
"""

from collections.abc import Callable, Sequence

import numpy as np

from twinviewer.maintenance.planning.renewal import weibull_failure
from twinviewer.maintenance.prognosis import lives_by_age, money
from twinviewer.maintenance.prognosis.by_wear import HORIZONS, causes_of, health_of, moved_of
from twinviewer.maintenance.prognosis.lives_by_age import Log
from twinviewer.maintenance.prognosis.seen import Seen
from twinviewer.maintenance.prognosis.signals import as_detections, recent
from twinviewer.maintenance.results import Card, Risk
from twinviewer.maintenance.settings import Component, MaintenanceSettings
from twinviewer.model.state import Zone

Within = Callable[[np.ndarray], np.ndarray]  # days float64 (n,) to probability, lower and upper bound float64 (3, n)


def card_by_age(seen: Seen, settings: MaintenanceSettings, log: Log) -> Card:
    """No wear to be seen, or data too poor to see it: a probability by age, never a date."""
    asset, nan = seen.asset, float("nan")
    parts, notes = _parts(seen, settings, log)

    def within(days: np.ndarray) -> np.ndarray:
        return 1 - np.prod([1 - part(days) for part in parts], axis=0)

    risks = within(np.array(HORIZONS)) if parts else np.full((3, len(HORIZONS)), nan)
    choices, week = money.choices(asset, settings, seen.now_ns, lambda d: within(d)[0]) if parts else ((), nan)
    return Card(
        asset.asset_id,
        seen.now_ns,
        "age" if seen.readiness.ready else "poor_data",
        _headline(seen, risks[:, -1], bool(parts and notes)),
        seen.zone,
        health_of(seen.signals),
        min((s.detected_ns for s in seen.moved if s.spoke), default=0),
        nan,
        nan,
        nan,
        False,
        nan,
        tuple(Risk(d, *map(float, p)) for d, p in zip(HORIZONS, risks.T, strict=True)) if parts else (),
        week,
        seen.readiness,
        moved_of(seen),
        causes_of(seen),
        choices,
        notes=(
            *seen.notes,
            *notes,
            *(_assumed(asset.asset_id, settings.of_type(asset.type).component, log) if parts else ()),
        ),
        change_mm_s=seen.change,
        changed_ns=seen.changed_ns,
        energy=seen.energy,
        detections=as_detections(seen.moved),
        bearing=seen.bearing,
    )


def _parts(seen: Seen, settings: MaintenanceSettings, log: Log) -> tuple[list[Within], list[str]]:
    """How probable the failure of each part is, and what that stands on."""
    components = settings.of_type(seen.asset.type).component
    parts, notes = list[Within](), list[str]()
    for component in components:
        life = log.fitted(seen.asset.type, component.renewed_by)
        if life is None:
            parts.append(_estimated(seen.asset.asset_id, component, log))
            continue
        notes.append(lives_by_age.said(component.name.capitalize(), life))
        parts.append(_known(seen.asset.asset_id, component.renewed_by, life, log))
    if components:
        return parts, notes
    life = log.fitted(seen.asset.type, "")
    if life is None:
        return [], ["maintenance.toml gives no component life for this type, and its log has fewer than 3 failures."]
    return [_known(seen.asset.asset_id, "", life, log)], [lives_by_age.said("Any failure", life)]


def _assumed(asset_id: str, components: Sequence[Component], log: Log) -> list[str]:
    """What is not known of its age, and taken instead."""
    titles, said = [c.renewed_by for c in components] or [""], list[str]()
    if any(log.age_h(asset_id, title) != log.age_h(asset_id, title) for title in titles):
        text = "Its age is not known (no counter of running hours, no renewal in the log)"
        said.append(f"{text}: a third of the life is assumed.")
    if asset_id not in log.pace:
        said.append(f"How much it runs is not known: {100 * lives_by_age.USUAL_PACE:.0f} % of the time is assumed.")
    return said


def _estimated(asset_id: str, component: Component, log: Log) -> Within:
    """By the life that is expected of a component; an age beyond it is taken as half a life more at most."""
    age_h = log.age_h(asset_id, component.renewed_by)
    age_h = min(age_h, 1.5 * component.life_h) if age_h == age_h else component.life_h / 3
    pace = log.pace_of(asset_id)

    def within(days: np.ndarray) -> np.ndarray:
        return np.tile(weibull_failure(component.shape, component.life_h, age_h, days * 24, pace), (3, 1))

    return within


def _known(asset_id: str, title: str, life: lives_by_age.Weibull, log: Log) -> Within:
    age_h, pace = log.age_h(asset_id, title), log.pace_of(asset_id)
    age_h = age_h if age_h == age_h else life.scale / 3

    def within(days: np.ndarray) -> np.ndarray:
        return np.array([life.within(age_h, pace * 24 * float(d)) for d in days]).T

    return within


def _headline(seen: Seen, risk: np.ndarray, fitted: bool) -> str:
    """`risk` float64 (3,) is the probability within the last horizon with its bounds."""
    state = seen.readiness
    if not state.ready:
        return f"No prognosis: {state.problems[0][:1].lower()}{state.problems[0][1:]}"
    past = [s for s in seen.signals if s.beyond]
    if past:
        now = f"{past[0].label} of {recent(past[0].level):.3g} {past[0].unit}"
        return f"{now} is beyond its limit of {past[0].limit:.3g}, and has been since its record begins"
    if seen.moved:
        told = [s for s in seen.moved if s.spoke] or seen.moved  # spectrum features stand on the card
        names = ", ".join(sorted({s.label for s in told}))
        return f"{names} moved, but not towards a limit that could be dated"
    words = "No sign of wear" if seen.zone < Zone.C else f"Zone {seen.zone.name}, but no sign that it gets worse"
    if seen.changed_ns:
        words = f"Vibration changed by {seen.change:+.2g} mm/s (criterion II), but not towards a limit"
    if risk[0] != risk[0]:
        return words
    told = f"{words}; by age {100 * risk[0]:.1f} %"
    if fitted:
        return f"{told} ({100 * risk[1]:.1f} to {100 * risk[2]:.1f} %) within {HORIZONS[-1]:.0f} d"
    return f"{told} within {HORIZONS[-1]:.0f} d (estimated)"
