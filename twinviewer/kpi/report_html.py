"""A shift report as one HTML page that needs nothing else."""

import base64
import html
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import numpy as np

from twinviewer.kpi import iso22400
from twinviewer.kpi.indicators import INDICATORS
from twinviewer.kpi.report import AssetFigures, ShiftReport
from twinviewer.kpi.report_drawings import SHOWN, drawings
from twinviewer.model.frame import Kpi
from twinviewer.model.note import Note
from twinviewer.model.palette import ALARM, SURFACE
from twinviewer.model.state import State

_LOWER_IS_BETTER = ("mttr", "energy_per_part")
_BUILT_IN = (*(key for key, *_ in INDICATORS), "throughput", "energy_per_part")
_PAGE = SURFACE["light"]
_STYLE = f"""
body {{ font: 14px/1.45 sans-serif; color: {_PAGE["text"]}; background: {_PAGE["raised"]};
  margin: 32px auto; max-width: 960px; }}
h1 {{ font-size: 24px; margin: 0; }} h2 {{ font-size: 17px; margin: 28px 0 8px; }}
table {{ border-collapse: collapse; width: 100%; }} th, td {{ padding: 3px 8px; text-align: right; }}
th {{ color: {_PAGE["text2"]}; font-weight: 600; border-bottom: 1px solid {_PAGE["border"]}; }}
td {{ border-bottom: 1px solid {_PAGE["window"]}; }} .left {{ text-align: left; }}
.small {{ color: {_PAGE["text2"]}; font-size: 12px; }} .missed {{ color: {ALARM["light"][1]}; font-weight: 600; }}
img, svg {{ max-width: 100%; }}
@media print {{ body {{ margin: 0; }} h2 {{ break-after: avoid; }} tr, img, svg {{ break-inside: avoid; }} }}
"""


def page(report: ShiftReport, pictures: Sequence[tuple[str, bytes]] = ()) -> str:
    """The whole page. `pictures` are titles and PNG files."""
    body = sections(report, drawings(report))
    shown = "".join(
        f'<h2>{html.escape(title)}</h2><img alt="{html.escape(title)}" '
        f'src="data:image/png;base64,{base64.b64encode(png).decode()}">'
        for title, png in pictures
    )
    title = html.escape(f"{report.scene}: shift report")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{body}{shown}</body></html>\n"
    )


def sections(report: ShiftReport, drawn: Mapping[str, str]) -> str:
    """The body: heading, indicators, states, vibration and energy, alarms, actions and notes."""
    part_of = f"{report.recorded_s / 3600:.2f} h of {(report.to_ns - report.from_ns) / 3.6e12:.2f} h were recorded"
    return "".join(
        (
            f"<h1>{html.escape(report.scene)}</h1>",
            f"<p>Shift report, {local(report.from_ns)} to {local(report.to_ns)}. {part_of}.</p>",
            "<h2>Indicators (ISO 22400-2)</h2>",
            _kpis(report),
            '<h2 style="page-break-before: always">States</h2>',
            drawn["states"],
            _states(report.assets),
            "<h2>Energy and carbon</h2>",
            f"<p>{report.energy_kwh:,.1f} kWh, {report.carbon_kg:,.1f} kg CO<sub>2</sub>e "
            f'<span class="small">(factor: {html.escape(report.carbon_source or "none given")})</span></p>',
            drawn["power"],
            _consumers(report.assets),
            "<h2>Worst vibration</h2>",
            _vibration(report.assets),
            '<h2 style="page-break-before: always">Alarms (EEMUA 191)</h2>',
            drawn["alarms"],
            _alarms(report),
            _told(report),
        )
    )


def local(time_ns: int) -> str:
    """A moment in this computer's time, with its zone."""
    return datetime.fromtimestamp(time_ns / 1e9).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")


def number(value: float, digits: int = 1) -> str:
    """A number, or a dash where there is none."""
    return f"{value:,.{digits}f}" if math.isfinite(value) else "–"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: Collection[int] = (0,)) -> str:
    """An HTML table; the columns `left` are text, others numbers. Cells are HTML."""

    def row(cells: Sequence[str], tag: str) -> str:
        sides = ("left" if k in left else "right" for k in range(len(cells)))  # told twice: Qt knows only the attribute
        marked = (f"<{tag} class={side} align={side}>{cell}</{tag}>" for side, cell in zip(sides, cells, strict=True))
        return f"<tr>{''.join(marked)}</tr>"

    body = "".join(row(cells, "td") for cells in rows)  # the head stands on every page that the body reaches
    return f"<table width='100%'><thead>{row(head, 'th')}</thead><tbody>{body}</tbody></table>"


def _kpis(report: ShiftReport) -> str:
    rows = []
    for kpi in report.kpis:
        missed = missed_target(kpi)
        value = f"{number(kpi.value)} {kpi.unit}"
        inputs = ", ".join(f"{k} {v:,.5g}" for k, v in kpi.inputs.items() if math.isfinite(v) and _used(k, kpi))
        rows.append(
            (
                html.escape(kpi.label),
                f'<span class="missed">{value}</span>' if missed else value,
                f"{number(kpi.target)} {kpi.unit}" if kpi.target is not None else "–",
                f'<span class="small">{html.escape(kpi.formula)}: {html.escape(inputs)} {html.escape(kpi.note)}</span>',
            )
        )
    return table(("Indicator", "Value", "Target", "<div style='width: 420px'>Formula and inputs</div>"), rows, (0, 3))


def missed_target(kpi: Kpi) -> bool:
    """Whether an indicator is worse than its target; of the scene's own ones nobody says which way is worse."""
    kind = kpi.key.split(".")[0]
    if kpi.target is None or kind not in _BUILT_IN:
        return False
    return kpi.value > kpi.target if kind in _LOWER_IS_BETTER else kpi.value < kpi.target


def _used(name: str, kpi: Kpi) -> bool:
    """Whether the formula speaks of an input (those of OEE are all of them)."""
    return not kpi.key.startswith(tuple(iso22400.FORMULAS)) or name.split("_")[0] in kpi.formula


def _states(assets: Sequence[AssetFigures]) -> str:
    rows = []
    for a in assets:
        total = max(float(a.seconds.sum()), 1e-9)
        cells = [f"{100 * a.seconds[s] / total:.1f}" if a.seconds[s] else "" for s in (*SHOWN, State.UNKNOWN)]
        rows.append((html.escape(a.asset.asset_id), *cells))
    heads = [s.label for s in (*SHOWN, State.UNKNOWN)]
    return "<p class=small>Share of the time in each state, in %</p>" + table(("Asset", *heads), rows)


def _vibration(assets: Sequence[AssetFigures]) -> str:
    worst = sorted((a for a in assets if math.isfinite(a.vibration_mm_s)), key=lambda a: -a.vibration_mm_s)[:10]
    rows = []
    for a in worst:
        limits = a.asset.vibration_limits
        zone = "ABCD"[sum(a.vibration_mm_s > b for b in limits)] if limits else "–"
        rows.append((html.escape(a.asset.asset_id), f"{a.vibration_mm_s:.2f} mm/s", zone, local(a.vibration_ns)))
    return table(("Asset", "Highest velocity", "Zone (ISO 20816-3)", "When"), rows)


def _consumers(assets: Sequence[AssetFigures]) -> str:
    most = sorted((a for a in assets if math.isfinite(a.energy_kwh)), key=lambda a: -a.energy_kwh)[:10]
    return table(("Asset", "Energy"), ((html.escape(a.asset.asset_id), f"{a.energy_kwh:,.2f} kWh") for a in most))


def _alarms(report: ShiftReport) -> str:
    f = report.alarms
    response = f.acknowledged_s
    told = "–" if not len(response) else f"{np.median(response):.0f} s, 90 % within {np.quantile(response, 0.9):.0f} s"
    rows = (
        ("Alarms raised", str(f.raised), ""),
        ("Mean in ten minutes", f"{f.per_10_min:.2f}", "1 or fewer"),
        ("Most in any ten minutes", str(f.peak_10_min), "10 or fewer"),
        ("Floods", f"{f.floods}, {100 * f.flood_share:.1f} % of the time", "none"),
        ("Time until acknowledged (median)", told, ""),
        ("Never acknowledged", str(f.never_acknowledged), "none"),
        ("Standing longer than 24 h", html.escape(", ".join(f.stale)) or "none", "none"),
        ("Chattering", html.escape(", ".join(f.chattering)) or "none", "none"),
        ("Priorities 1 / 2 / 3 / 4", " / ".join(map(str, f.by_priority)), ""),
    )
    worst = table(("Most frequent", "Times"), ((html.escape(k), str(n)) for k, n in f.worst)) if f.worst else ""
    return table(("Figure", "Value", "Wanted"), rows) + worst


def _said(note: Note) -> str:
    """What a note says, and who made it say so; of a withdrawn one why it counts no more."""
    text, when = html.escape(note.text), local(note.changed_ns) if note.changed_ns else "an unknown time"
    if not note.changed_by:
        return text
    by = f"by {html.escape(note.changed_by)} at {when}"
    if note.withdrawn:
        return f'<s>{text}</s><br/><span class="small">withdrawn {by}: {html.escape(note.why)}</span>'
    first = html.escape(note.first_text)
    return f'{text}<br/><span class="small">corrected {by}; at first: {first}</span>'


def _told(report: ShiftReport) -> str:
    actions = [
        (local(a["time_ns"]), *(html.escape(str(a.get(k, ""))) for k in ("what", "key", "by", "reason")))
        for a in report.actions
    ]
    notes = [(local(n.time_ns), html.escape(n.asset_id), _said(n), html.escape(n.by)) for n in report.notes]
    found = ""
    if actions:
        found += "<h2>Actions</h2>" + table(("When", "What", "On", "By", "Why"), actions, range(5))
    return found + ("<h2>Notes</h2>" + table(("When", "Asset", "Note", "By"), notes, range(4)) if notes else "")
