"""What a calibration found, as a person reads it: names, units, how sure it is, and figures that belong together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinviewer.panels._whatif_words import number, signed

if TYPE_CHECKING:
    from twinviewer.simulation.fitting import Fit
    from twinviewer.simulation.line import Line

_TITLES = {
    "time": ("Cycle time", "cycles"),
    "setup": ("Changeover", "changeovers"),
    "mtbf": ("Time between failures (MTBF)", "failures"),
    "mttr": ("Time to repair (MTTR)", "repairs"),
    "yield": ("Yield", "parts"),
    "takt": ("Takt of releases", "stretches at full flow"),
}
_POWER = {
    "run": "running", "idle": "idle", "setup": "in setup", "blocked": "blocked", "down": "down", "off": "off",
}  # fmt: skip
_STEP = re.compile(r'"([^"]*)"|([^."]+)')
_SPAN = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?(?:e[+-]?\d+)?) s\b")
_OBSERVED = re.compile(r"empirical\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fitted:
    """One figure of a calibration. `value` is what would be written at `path`; None where it cannot be accepted, and
    `note` says why. `now` and `then` are the values in words, `sure` is how sure it is; `other` is the path of the one
    that must be accepted with it ("" for none). `written`: it was accepted, and the model has it now."""

    path: str
    group: str
    title: str
    value: str | float | None
    now: str
    then: str
    sure: str
    note: str = ""
    quality: str = ""
    other: str = ""
    written: bool = False


def fitted(fits: "Sequence[Fit]", line: "Line") -> tuple[Fitted, ...]:
    """All of them in the order of the model's stations and sources."""
    by_path = {f.path: f for f in fits}
    return tuple(_fitted(f, by_path, line) for f in fits)


def _fitted(f: "Fit", by_path: "Mapping[str, Fit]", line: "Line") -> Fitted:
    steps = [a or b for a, b in _STEP.findall(f.path)]
    kind = steps[-1]
    power = steps[-2] == "power" if len(steps) > 3 else False
    title, of = (f"Power {_POWER.get(kind, kind)}", "stretches") if power else _TITLES.get(kind, ("", ""))
    unit = "kW" if power else "%" if kind == "yield" else "s"
    now, note = _now(f, line, steps, unit), f.note
    value, other = f.value, ""
    if kind in ("mtbf", "mttr"):
        pair = by_path.get(f.path[:-4] + ("mttr" if kind == "mtbf" else "mtbf"))
        if pair is not None and not pair.current:
            other = pair.path if pair.value is not None else ""
            if value is not None and not other:
                missing = _TITLES[pair.path[-4:]][0].partition(" (")[0].lower()
                value, note = None, f"a failure needs both, and of the {missing} there is too little data"
    if isinstance(_present(line, steps), Mapping) and value is not None:
        note = "; ".join(x for x in (note, "replaces what is told by product") if x)
    sure = _sure(f, unit, of) if title else ""
    then = "" if f.value is None else _value(f.value, unit)
    return Fitted(f.path, steps[1], title, value, now, then, sure, note, f.quality, other)


def _present(line: "Line", steps: Sequence[str]) -> object:
    """What the model says of a station's own figure now."""
    station = line.station.get(steps[1]) if steps[0] == "station" else None
    return getattr(station, steps[-1], None) if station is not None and len(steps) == 3 else None


def _now(f: "Fit", line: "Line", steps: Sequence[str], unit: str) -> str:
    own = _present(line, steps)
    if isinstance(own, Mapping):
        return ", ".join(f"{k} {readable(str(v))}" for k, v in own.items())
    if not f.current:
        return "not told"
    try:
        return _value(float(f.current), unit)
    except ValueError:
        return readable(f.current)


def _sure(f: "Fit", unit: str, of: str) -> str:
    """Mean with its interval, sample size, goodness of fit, and how far the present value lies off."""
    said = [f"n {number(f.n, 0)} {of}"]
    if f.value is None and f.low != f.low:
        return said[0]
    if f.mean == f.mean:
        amount = _with_interval(f.mean, f.low, f.high, unit)
        said.insert(0, f"mean {amount}" if unit == "s" else amount)
        was = _mean(f.current)
        if was == was and was > 0 and f.low == f.low:
            off = signed(100 * (f.mean - was), 2) if unit == "%" else signed(100 * (f.mean / was - 1), 1)
            off = f"{off} {'points' if unit == '%' else '%'} against now"
            said.append("present value within the interval" if f.low <= was <= f.high else off)
    if f.quality:
        said.append(f"{f.quality} fit (KS {f.ks:.3f})")
    return " · ".join(said)


def _mean(text: str) -> float:
    """The mean of what the model says now, in its unit; NaN where it says nothing, or several things."""
    from twinviewer.model.errors import LineError
    from twinviewer.simulation.quantities import distribution

    try:
        return distribution(text).mean if text else float("nan")
    except LineError:
        return float("nan")


def _value(value: str | float, unit: str) -> str:
    return readable(value) if isinstance(value, str) else _amount(value, unit)


def _scale(value: float, unit: str) -> tuple[float, str]:
    """What an amount is divided by to be said, and the unit in which it is said then."""
    if unit == "%":
        return 0.01, "%"
    if unit == "s" and value >= 300.0:
        return (60.0, "min") if value < 3 * 3600.0 else (3600.0, "h")
    return 1.0, unit


def _amount(value: float, unit: str) -> str:
    by, name = _scale(value, unit)
    return f"{_digits(value / by, unit)} {name}"


def _with_interval(mean: float, low: float, high: float, unit: str) -> str:
    """All three in the unit of the mean."""
    by, name = _scale(mean, unit)
    text = f"{_digits(mean / by, unit)} {name}"
    return f"{text} (95 %: {_digits(low / by, unit)} to {_digits(high / by, unit)})" if low == low else text


def _digits(value: float, unit: str) -> str:
    """Four digits, of power three; more before the point where they are needed."""
    if unit == "%":
        return number(value, 2)
    return number(value, 0) if abs(value) >= 1000 else f"{value:.{3 if unit == 'kW' else 4}g}"


def readable(text: str) -> str:
    """A distribution's text with its times in the unit in which a person says them; many observed times as their
    number and range."""
    observed = _OBSERVED.fullmatch(text.strip())
    if observed is not None and observed[1].count(",") > 5:
        parts = [p.strip() for p in observed[1].split(",")]
        return f"as observed, {readable(parts[0])} to {readable(parts[-1])}"
    return _SPAN.sub(lambda m: _amount(float(m[1]), "s"), text)
