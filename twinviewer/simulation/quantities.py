"""Times and distributions as people write them: "98 s", "4 h", "lognormal(98 s, cv=0.25)"."""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import numpy as np

from twinviewer.model.errors import LineError
from twinviewer.simulation import random_numbers as rn

SECONDS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "day": 86400.0,
    "days": 86400.0,
    "w": 604800.0,
    "week": 604800.0,
    "weeks": 604800.0,
}
_PART = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-z]*)")
_CALL = re.compile(r"^\s*([a-z_]+)\s*\((.*)\)\s*$", re.DOTALL)
_FACTOR = re.compile(r"^(.+)\*\s*([\d.]+(?:[eE][-+]?\d+)?)\s*$", re.DOTALL)
_DATE = re.compile(r"^\s*\d{4}-\d\d-\d\d")
QUANTILES = 257
MOST_PHASES = 1000
_EMPIRICAL = 'Write "empirical(41 s, 44 s, 52 s)" or "empirical(file=cycles.csv, column=mill)".'


def seconds(value: str | float, where: str = "") -> float:
    """A span in seconds from a number (seconds) or text such as "1 d 9 h"; finite. Raises LineError."""
    if isinstance(value, int | float):
        return _finite(value, where)
    text = value.strip().lower()
    place, total = 0, 0.0
    while place < len(text):
        match = _PART.match(text, place)
        if match is None or match[2] not in SECONDS:
            raise LineError(
                f'"{value}" is not a span of time', where, 'Write for example "98 s", "12 min" or "1 d 9 h".'
            )
        total += float(match[1]) * SECONDS[match[2]]
        place = match.end()
    if not text:
        raise LineError("a span of time is empty", where, 'Write for example "98 s".')
    return _finite(total, where)


def _finite(value: float, where: str) -> float:
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise LineError(f"a time of {found} s is impossible", where, 'Write for example "98 s".')
    return found


def span_s(value: str | float, where: str = "") -> float:
    """A span of zero or more seconds. Raises LineError."""
    return _positive(seconds(value, where), where)


def wall_clock(moment: datetime) -> datetime:
    """A moment by the clock on this place's wall, by which shifts are kept; one without a zone is that already."""
    try:
        return moment if moment.tzinfo is None else moment.astimezone().replace(tzinfo=None)
    except (OverflowError, OSError, ValueError):  # of years that this system's clock does not know
        return moment.replace(tzinfo=None)


def due_s(due: datetime | str | float | None, start: datetime, where: str = "order.due") -> float:
    """When an order is due, in seconds from the start; infinity where it never is."""
    if due is None:
        return float("inf")
    if isinstance(due, str) and _DATE.match(due):
        try:
            due = datetime.fromisoformat(due.strip())
        except ValueError as error:
            raise LineError(f'"{due}" is not a date and time', where, 'Write "2026-03-02T14:00" or "12 h".') from error
    if isinstance(due, datetime):
        return (wall_clock(due) - start).total_seconds()
    return seconds(due, where)


@dataclass(frozen=True, slots=True)
class Distribution:
    """A distribution of times in seconds, in the parameters of the engine (`random_numbers.draw`)."""

    kind: int
    a: float
    b: float = 0.0
    c: float = 0.0
    quantiles: tuple[float, ...] = ()

    @property
    def mean(self) -> float:
        """Expected value, s."""
        if self.kind == rn.LOGNORMAL:
            return math.exp(self.a + self.b**2 / 2)
        if self.kind == rn.UNIFORM:
            return (self.a + self.b) / 2
        if self.kind == rn.WEIBULL:
            return self.a * math.gamma(1 + 1 / self.b)
        if self.kind == rn.TRIANGULAR:
            return (self.a + self.b + self.c) / 3
        if self.kind == rn.NORMAL and self.b > 0:  # of what is left above zero
            z = self.a / self.b
            inside, density = math.erfc(-z / math.sqrt(2)) / 2, math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
            return self.a * inside + self.b * density
        if self.kind == rn.TABLE:
            q = np.array(self.quantiles)
            return float(((q[1:] + q[:-1]) / 2).mean())
        return self.a

    def scaled(self, factor: float) -> "Distribution":
        """The same shape with every value times `factor`."""
        if self.kind == rn.LOGNORMAL:
            return Distribution(self.kind, self.a + math.log(factor), self.b)
        if self.kind in (rn.UNIFORM, rn.TRIANGULAR):
            return Distribution(self.kind, self.a * factor, self.b * factor, self.c * factor)
        if self.kind == rn.NORMAL:
            return Distribution(self.kind, self.a * factor, self.b * factor)
        if self.kind == rn.TABLE:
            return Distribution(self.kind, 0, 1, 0, tuple(v * factor for v in self.quantiles))
        return Distribution(self.kind, self.a * factor, self.b, self.c)


@lru_cache(1024)  # every variant of an experiment reads the same texts again
def distribution(value: str | float, where: str = "") -> Distribution:
    """A distribution from a number or span (constant) or text, which may end in a factor ("* 1.1").

    Raises LineError with what can be written.
    """
    if isinstance(value, str) and (factor := _FACTOR.match(value)) is not None:
        return distribution(factor[1], where).scaled(_factor(factor[2], where))
    if isinstance(value, int | float) or (match := _CALL.match(value)) is None:
        return Distribution(rn.CONSTANT, span_s(value, where))
    name, inside = match[1], match[2]
    places, named = [], {}
    for part in inside.split(",") if inside.strip() else []:
        key, equals, text = part.partition("=")
        if equals:
            named[key.strip()] = text.strip()
        else:
            places.append(part.strip())
    if name == "empirical":
        if not places or named:
            raise LineError("empirical needs observed values", where, _EMPIRICAL)
        return empirical([span_s(p, where) for p in places])
    maker = _MAKERS.get(name)
    if maker is None:
        known = ", ".join(sorted([*_MAKERS, "empirical"]))
        raise LineError(f'"{name}" is not a distribution', where, f"Known are: {known}.")
    try:
        found = maker(places, named, where)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise LineError(f'"{value}" lacks a parameter or has one too many', where, _USAGE[name]) from error
    except OverflowError:
        found = None
    if found is None or not all(map(math.isfinite, (found.a, found.b, found.c, found.mean))):
        raise LineError(f'"{value}" has values beyond all measure', where, _USAGE[name])
    return found


def _factor(text: str, where: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < math.inf:
        raise LineError("a factor must be a number of more than zero", where, 'Write for example "98 s * 1.1".')
    return factor


def empirical(values: list[float]) -> Distribution:
    """The distribution of observed values (s), linear between their order statistics."""
    q = np.quantile(np.array(values, float), np.linspace(0, 1, QUANTILES))
    return Distribution(rn.TABLE, 0.0, 1.0, 0.0, tuple(float(x) for x in q))


def _positive(value: float, where: str) -> float:
    if not value >= 0:
        raise LineError(f"a time of {value} s is impossible", where, "Times are zero or more.")
    return value


def _number(places: list[str], named: dict[str, str], index: int, *names: str) -> float:
    for name in names:
        if name in named:
            return float(named.pop(name))
    return float(places.pop(index))


def _done(places: list[str], named: dict[str, str]) -> None:
    if places or named:
        raise ValueError("too many")


def _time(places: list[str], named: dict[str, str], where: str, *names: str) -> float:
    for name in names:
        if name in named:
            return span_s(named.pop(name), where)
    return span_s(places.pop(0), where)


def _exponential(places: list[str], named: dict[str, str], where: str) -> Distribution:
    mean = _time(places, named, where, "mean")
    _done(places, named)
    return Distribution(rn.EXPONENTIAL, mean)


def _lognormal(places: list[str], named: dict[str, str], where: str) -> Distribution:
    mean, cv = _time(places, named, where, "mean"), _number(places, named, 0, "cv")
    _done(places, named)
    if mean <= 0 or cv < 0:
        raise ValueError("mean")
    if cv == 0:
        return Distribution(rn.CONSTANT, mean)
    variance = math.log1p(cv * cv)
    return Distribution(rn.LOGNORMAL, math.log(mean) - variance / 2, math.sqrt(variance))


def _uniform(places: list[str], named: dict[str, str], where: str) -> Distribution:
    low, high = _time(places, named, where, "min"), _time(places, named, where, "max")
    _done(places, named)
    if high < low:
        raise ValueError("order")
    return Distribution(rn.UNIFORM, low, high)


def _weibull(places: list[str], named: dict[str, str], where: str) -> Distribution:
    if "mean" in named:
        mean, shape = _time(places, named, where, "mean"), _number(places, named, 0, "shape")
        scale = mean / math.gamma(1 + 1 / shape)
    else:
        scale, shape = _time(places, named, where, "scale"), _number(places, named, 0, "shape")
    _done(places, named)
    if shape <= 0:
        raise ValueError("shape")
    return Distribution(rn.WEIBULL, scale, shape)


def _triangular(places: list[str], named: dict[str, str], where: str) -> Distribution:
    low, mode, high = (_time(places, named, where, name) for name in ("min", "mode", "max"))
    _done(places, named)
    if not low <= mode <= high or low == high:
        raise ValueError("order")
    return Distribution(rn.TRIANGULAR, low, mode, high)


def _erlang(places: list[str], named: dict[str, str], where: str) -> Distribution:
    mean, phases = _time(places, named, where, "mean"), _number(places, named, 0, "k", "phases")
    _done(places, named)
    if phases > MOST_PHASES:
        raise OverflowError
    if phases < 1 or phases != int(phases):
        raise ValueError("k")
    return Distribution(rn.ERLANG, mean, phases)


def _normal(places: list[str], named: dict[str, str], where: str) -> Distribution:
    mean = _time(places, named, where, "mean")
    deviation = mean * float(named.pop("cv")) if "cv" in named else _time(places, named, where, "sd")
    _done(places, named)
    if deviation < 0:
        raise ValueError("deviation")
    return Distribution(rn.NORMAL, mean, deviation)


def _constant(places: list[str], named: dict[str, str], where: str) -> Distribution:
    value = _time(places, named, where, "value")
    _done(places, named)
    return Distribution(rn.CONSTANT, value)


_MAKERS = {
    "constant": _constant,
    "exponential": _exponential,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "weibull": _weibull,
    "triangular": _triangular,
    "erlang": _erlang,
    "normal": _normal,
}
_USAGE = {
    "constant": 'Write "constant(50 s)".',
    "exponential": 'Write "exponential(4 h)": its mean.',
    "lognormal": 'Write "lognormal(98 s, cv=0.25)": mean and coefficient of variation.',
    "uniform": 'Write "uniform(40 s, 60 s)".',
    "weibull": 'Write "weibull(scale=900 h, shape=2)" or "weibull(mean=900 h, shape=2)".',
    "triangular": 'Write "triangular(40 s, 50 s, 75 s)": least, mode, most.',
    "erlang": 'Write "erlang(48 s, k=4)": mean and phases.',
    "normal": 'Write "normal(60 s, sd=5 s)" (cut off at zero).',
}
