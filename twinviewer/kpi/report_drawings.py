"""The drawings of a shift report as SVG: states of all assets, power and alarm rate over one axis of time."""

import html
from datetime import datetime, timedelta

import numpy as np

from twinviewer.kpi.report import ShiftReport
from twinviewer.kpi.report_alarms import WINDOW_NS
from twinviewer.model.palette import ALARM, ENERGY, STATE, SURFACE
from twinviewer.model.state import State

SHOWN = (
    State.RUNNING,
    State.SETUP,
    State.IDLE,
    State.BLOCKED,
    State.STARVED,
    State.FAULT,
    State.MAINTENANCE,
    State.OFFLINE,
)
WIDTH = 900
LEFT = 90  # pixels before the beginning of time
MOST_TICKS = 9
AXIS = 18  # pixels for the times below a drawing
STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720)  # distances of ticks; beyond, whole days
_COLOUR, _PAGE = STATE["light"], SURFACE["light"]


def drawings(report: ShiftReport) -> dict[str, str]:
    """SVG of the states of all assets, of the power and of the alarm rate."""
    return {"states": _bands(report), "power": _power(report), "alarms": _rate(report)}


def _svg(height: float, content: str, label: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{html.escape(label)}" '
        f'font-family="sans-serif" font-size="11">{content}</svg>'
    )


def _x(time_ns: float, report: ShiftReport) -> float:
    return LEFT + (WIDTH - LEFT) * (time_ns - report.from_ns) / max(report.to_ns - report.from_ns, 1)


def ticks(from_ns: int, to_ns: int) -> list[tuple[int, str]]:
    """Moments (UTC ns) at round times of this computer's clock, at most MOST_TICKS, and how each is written.

    A tick at midnight is written as its day.
    """
    minutes = (to_ns - from_ns) / 60e9 / MOST_TICKS
    days = -(-int(minutes) // 1440)
    step = next((s for s in STEPS_MIN if s >= minutes), days * 1440)
    moment = datetime.fromtimestamp(from_ns / 1e9).replace(hour=0, minute=0, second=0, microsecond=0)
    found: list[tuple[int, str]] = []
    while (time_ns := int(moment.timestamp()) * 1_000_000_000) <= to_ns:  # the clock's own time: days of 23 h too
        if time_ns >= from_ns:
            found.append((time_ns, f"{moment:%d %b}" if moment.hour == moment.minute == 0 else f"{moment:%H:%M}"))
        moment += timedelta(minutes=step)
    return found


def _time_axis(report: ShiftReport, height: float) -> str:
    """Lines behind a drawing of this height, and the times below it."""
    parts = []
    for time_ns, text in ticks(report.from_ns, report.to_ns):
        x = _x(time_ns, report)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height:.0f}" stroke="{_PAGE["border"]}"/>')
        end = "end" if x > WIDTH - 18 else "middle"
        parts.append(
            f'<text x="{x:.1f}" y="{height + 13:.0f}" text-anchor="{end}" fill="{_PAGE["text2"]}">{text}</text>'
        )
    return "".join(parts)


def _bands(report: ShiftReport) -> str:
    row_px, parts = 15, []
    for k, a in enumerate(report.assets):
        y = k * row_px
        parts.append(f'<text x="0" y="{y + 11}" fill="{_PAGE["text"]}">{html.escape(a.asset.asset_id[:14])}</text>')
        ends = np.append(a.track.start_ns[1:], a.track.end_ns)
        for start, end, state in zip(a.track.start_ns, ends, a.track.state, strict=True):
            x0, x1 = _x(int(start), report), _x(int(end), report)
            colour = _PAGE["window"] if state == State.UNKNOWN else _COLOUR[State(int(state))]
            parts.append(
                f'<rect x="{x0:.1f}" y="{y + 1}" width="{max(x1 - x0, 0.4):.1f}" height="12" fill="{colour}"/>'
            )
    below = len(report.assets) * row_px
    y = below + AXIS + 6
    for k, state in enumerate(SHOWN):
        x = LEFT + 100 * k
        parts.append(f'<rect x="{x}" y="{y}" width="12" height="12" fill="{_COLOUR[state]}"/>')
        parts.append(f'<text x="{x + 17}" y="{y + 10}" fill="{_PAGE["text2"]}">{state.label}</text>')
    return _svg(y + 20, _time_axis(report, below) + "".join(parts), "States of all assets over time")


def _power(report: ShiftReport) -> str:
    time, power = report.power_kw
    if not len(time):
        return ""
    finite = np.isfinite(power)
    top = max(float(power[finite].max(initial=0.0)), 1e-9)
    line = ""
    for run in np.split(np.arange(len(time)), np.flatnonzero(np.diff(finite.astype(np.int8))) + 1):
        if finite[run[0]]:
            points = " ".join(f"{_x(int(time[k]), report):.1f},{110 - 100 * power[k] / top:.1f}" for k in run)
            line += f'<polyline points="{points}" fill="none" stroke="{ENERGY["light"][6]}" stroke-width="1.5"/>'
    axis = f'<text y="16" fill="{_PAGE["text2"]}">{top:,.0f} kW</text>'
    axis += f'<text x="0" y="112" fill="{_PAGE["text2"]}">0</text>'
    return _svg(112 + AXIS, _time_axis(report, 112) + axis + line, "Power of all meters over time")


def _rate(report: ShiftReport) -> str:
    rate = report.alarms.rate
    top = max(int(rate.max(initial=0)), 10)
    starts = [_x(report.from_ns + k * WINDOW_NS, report) for k in range(len(rate))]
    ends = [*starts[1:], WIDTH]  # the last window may be shorter
    bars = "".join(
        f'<rect x="{x:.1f}" y="{80 - 70 * n / top:.1f}" width="{max(end - x - 1, 0.5):.1f}" '
        f'height="{70 * n / top:.1f}" fill="{ALARM["light"][1 if n > 10 else 4]}"/>'
        for x, end, n in zip(starts, ends, rate.tolist(), strict=True)
    )
    y = 80 - 70 * 10 / top
    limit = f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{ALARM["light"][2]}"/>'
    text = f'<text x="0" y="{y + 4:.1f}" fill="{_PAGE["text2"]}">10 in 10 min</text>'
    return _svg(80 + AXIS, _time_axis(report, 80) + bars + limit + text, "Alarms in each ten minutes")
