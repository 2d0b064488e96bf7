"""The scene's own indicators at work: their formulas over the newest values and over the other indicators."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from twinviewer.kpi.book import Version
from twinviewer.kpi.formula import Formula, parse
from twinviewer.kpi.lines import Counter
from twinviewer.kpi.past import NO_GAIN, Gain
from twinviewer.model.errors import DataError, TwinError
from twinviewer.model.frame import Kpi, TagSnapshot
from twinviewer.model.quality import Quality
from twinviewer.scene.scene import Scene

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Names:
    """What formulas may name: numeric tags by name (row of scene.tags), texts, and other indicators by key."""

    tags: Mapping[str, int]
    texts: frozenset[str]
    indicators: frozenset[str]

    @classmethod
    def of(cls, scene: Scene, indicators: Sequence[str]) -> "Names":
        """The names of a scene."""
        tags = {t.name: t.index for t in scene.tags if not t.is_text}
        return cls(tags, frozenset(t.name for t in scene.tags if t.is_text), frozenset(indicators))

    def rows(self, pattern: str) -> list[int]:
        """The numeric tags that match a pattern."""
        return [row for name, row in self.tags.items() if fnmatchcase(name, pattern)]

    def check(self, formula: Formula) -> None:
        """Raises DataError where a formula names something that is not there."""
        for name in (*formula.names, *formula.gains):
            if name in self.texts:
                raise DataError(f"the tag {name} is text, not a number", "formula", "Use a tag with a number.")
            if name not in self.tags and (name in formula.gains or name not in self.indicators):
                raise DataError(f"there is no tag or indicator {name!r}", "formula", self._like(name))
        for pattern in formula.patterns:
            if not self.rows(pattern):
                raise DataError(f"no tag matches {pattern!r}", "formula", "* stands for anything: [*.Power].")

    def _like(self, name: str) -> str:
        import difflib

        known = [*self.tags, *self.indicators]
        near = difflib.get_close_matches(name, known, 3, 0.5)
        return f"Did you mean {' or '.join(f'[{n}]' for n in near)}?" if near else "Tags are listed in the inspector."


class _Scope:
    """The newest values, and what was read from them while a formula was worked out."""

    def __init__(self, names: Names, value: np.ndarray, usable: np.ndarray) -> None:
        self._names, self._value, self._usable = names, value, usable
        self.figures: dict[str, float] = {}
        self.gains: dict[str, float] = {}
        self.read: dict[str, float] = {}

    def one(self, name: str) -> float:
        row = self._names.tags.get(name)
        value = self.figures.get(name, NAN) if row is None else float(self._value[row])
        self.read[name] = found = value if row is None or self._usable[row] else NAN
        return found

    def many(self, pattern: str) -> list[float]:
        rows = self._names.rows(pattern)
        found = [float(self._value[row]) for row in rows if self._usable[row]]
        self.read[f"{pattern}: usable of {len(rows)}"] = float(len(found))
        return found

    def gain(self, name: str) -> float:
        found = self.gains.get(name, NAN)
        self.read[f"gain of {name}"] = found
        return found


class OwnIndicators:
    """All of a scene's own indicators; one that cannot be worked out says why in its note."""

    def __init__(self, scene: Scene, versions: Sequence[Version], built_in: Sequence[str]) -> None:
        known = list(built_in)
        self._names = Names.of(scene, known)
        self._made: list[tuple[Version, Formula | TwinError]] = []
        for version in versions:
            self._made.append((version, self._read(scene, version, known)))
            known.append(version.key)
        names = {name for _, f in self._made if isinstance(f, Formula) for name in f.gains}
        self._counters = {name: Counter(self._names.tags[name]) for name in names}

    @staticmethod
    def _read(scene: Scene, version: Version, known: Sequence[str]) -> Formula | TwinError:
        try:
            formula = parse(version.formula)
            Names.of(scene, known).check(formula)
        except DataError as error:
            return error
        return formula

    @property
    def problems(self) -> list[tuple[Version, TwinError]]:
        """The indicators whose formula cannot be worked out, and why."""
        return [(version, made) for version, made in self._made if isinstance(made, TwinError)]

    @property
    def counters(self) -> Mapping[str, int]:
        """The tags whose growth is asked for, with their rows."""
        return {name: counter.tag for name, counter in self._counters.items()}

    @property
    def tags(self) -> list[int]:
        """The rows of the tags whose values are asked for."""
        formulas = [f for _, f in self._made if isinstance(f, Formula)]
        rows = {self._names.tags[n] for f in formulas for n in f.names if n in self._names.tags}
        return sorted(rows | {row for f in formulas for p in f.patterns for row in self._names.rows(p)})

    def count(self, tags: TagSnapshot, now_ns: int) -> None:
        """Take in one evaluated snapshot."""
        for counter in self._counters.values():
            counter.update(tags, now_ns)

    def recall(self, gains: Mapping[int, Gain], time_ns: int, values: np.ndarray) -> None:
        """Let the counters stand as they did at a moment of a recording."""
        for counter in self._counters.values():
            counter.total = gains.get(counter.tag, NO_GAIN).at(time_ns, float(values[counter.tag]))

    def precede(self, gains: Mapping[int, Gain], begun_ns: int) -> None:
        """Put before what was counted since `begun_ns` what was recorded until then."""
        for counter in self._counters.values():
            gain = gains.get(counter.tag)
            if gain is not None:
                counter.precede([], gain.at(begun_ns, counter.first))

    def of(self, tags: TagSnapshot, figures: Mapping[str, float]) -> list[Kpi]:
        """Every own indicator over a snapshot (its quality filled in) and the other indicators' figures."""
        quality = tags.quality if tags.quality is not None else np.full(len(tags.value), Quality.UNKNOWN, np.uint8)
        usable = (quality < Quality.STALE) & np.isfinite(tags.value)
        gains = {name: counter.total for name, counter in self._counters.items()}
        return self._worked_out(tags.value, usable, gains, figures)

    def over(self, value: np.ndarray, gains: Mapping[str, float], figures: Mapping[str, float]) -> list[Kpi]:
        """The same over one value of each tag (NaN: none), such as its mean over a shift."""
        return self._worked_out(value, np.isfinite(value), gains, figures)

    def _worked_out(
        self, value: np.ndarray, usable: np.ndarray, gains: Mapping[str, float], figures: Mapping[str, float]
    ) -> list[Kpi]:
        known = dict(figures)
        found: list[Kpi] = []
        for version, formula in self._made:
            scope = _Scope(self._names, value, usable)
            scope.figures, scope.gains = known, dict(gains)
            figure = formula.value(scope) if isinstance(formula, Formula) else NAN
            known[version.key] = figure
            found.append(_kpi(version, figure, scope.read, formula if isinstance(formula, TwinError) else None))
        return found


def _kpi(version: Version, figure: float, read: Mapping[str, float], error: TwinError | None) -> Kpi:
    lacking = [name for name, v in read.items() if not math.isfinite(v)]
    note = f"set by {version.by or 'nobody named'}"
    if error is not None:
        note = f"{error.text}. {error.remedy}"
    elif lacking:
        note = f"no usable value of {', '.join(lacking[:3])}"
    elif not math.isfinite(figure):
        note = "divided by zero"
    return Kpi(
        version.key, version.label, figure, version.unit, version.formula, dict(read), target=version.target, note=note
    )
