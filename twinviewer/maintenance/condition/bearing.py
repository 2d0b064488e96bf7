"""Which part of a bearing is damaged: the one at whose frequency the envelope rose most above its own baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from twinviewer.model.bearing import PARTS, Bearing
from twinviewer.waveforms.tags import LINES

RISEN = 1.5  # times its baseline
CLEAR = 1.5  # times as much as the next one: strikes of one part are heard a little at the frequencies of the others


@dataclass(frozen=True, slots=True)
class RisenLine:
    """The envelope at one frequency of a bearing (`name` as BPFO, `order` turns of the shaft, NaN: not known), RMS with
    its harmonics: what is `usual` for the machine, and `now`."""

    name: str
    part: str
    order: float
    unit: str
    usual: float
    now: float

    @property
    def times(self) -> float:
        """How many times its usual level it is."""
        return self.now / self.usual


@dataclass(frozen=True, slots=True)
class BearingEvidence:
    """What the frequencies of the bearing say, the one that rose most first: `part` ("outer race", "inner race",
    "rolling element", "cage") is "" where none has risen; not `clear` where the next one rose nearly as much."""

    part: str
    clear: bool
    lines: tuple[RisenLine, ...]

    @property
    def said(self) -> str:
        """In words for a person."""
        first, *others = self.lines
        if not self.part:
            most = f"{first.name} ({first.part}) the most, {first.times:.1f} × its usual level"
            return f"No frequency of the bearing has risen, {most}"
        turns = f", {first.order:.2f} a turn" if first.order == first.order else ""
        text = (
            f"The {self.part}: the envelope at its frequency ({first.name}{turns}) went from {first.usual:.2g} to "
            f"{first.now:.2g} {first.unit}, {first.times:.1f} × its usual level"
        )
        if others:
            text += "; " + ", ".join(f"{x.name} ({x.part}) {x.times:.1f} ×" for x in others)
        return text if self.clear else f"Not clear which part. {text}"


@dataclass(frozen=True, slots=True)
class Line:
    """The envelope at one frequency: its level `usual` for the machine and `now` (in one unit), and whether a detector
    of changes says that it moved."""

    role: str
    unit: str
    usual: float
    now: float
    moved: bool


def evidence_of(lines: Sequence[Line], bearing: Bearing | None) -> BearingEvidence | None:
    """None without lines. The part is "" where no line has moved and risen."""
    known = [x for x in lines if x.role in LINES and x.usual > 0 and x.now == x.now]
    if not known:
        return None
    orders: Mapping[str, float] = bearing.frequencies_hz(60.0) if bearing is not None else {}
    told = sorted((_risen(x, orders) for x in known), key=lambda x: -x.times)
    moved = {LINES[x.role] for x in known if x.moved}
    first = told[0]
    if first.name not in moved or first.times < RISEN:
        return BearingEvidence("", False, tuple(told))
    clear = len(told) == 1 or first.times >= CLEAR * told[1].times
    return BearingEvidence(first.part, clear, tuple(told))


def _risen(line: Line, orders: Mapping[str, float]) -> RisenLine:
    name = LINES[line.role]
    return RisenLine(name, PARTS[name], orders.get(name, float("nan")), line.unit, line.usual, line.now)
