"""A report of scenarios as HTML, and the same as PDF: what was asked, what came out, how far to trust it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from twinviewer import __version__
from twinviewer.model.errors import DataError
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels._whatif_found import KPIS, SHOWN_STATES, Answer, StationUse
from twinviewer.panels._whatif_model import Control, Kept, Trust
from twinviewer.panels._whatif_results import digits_of, half, narrow_text, sentences, signed_difference
from twinviewer.panels._whatif_stations import state_name
from twinviewer.panels._whatif_words import number, span
from twinviewer.settings import write_atomic

_BY_KEY = {k.key: k for k in KPIS}
_DPI = 150
_STARVED = "#F6E0A6"
_STYLE = (
    "body{font-family:sans-serif;font-size:10pt;color:#1E2428;background:#fff;max-width:60em;margin:1.5em auto}"
    "table{border-collapse:collapse;margin:.4em 0}"
    "th,td{padding:2px 7px;border-bottom:1px solid #BAC1C7;text-align:right}"
    "th.l,td.l{text-align:left}.not{color:#4C565E}.violet{border:2px dashed #7A4FB0;padding:6px}h2{margin-top:1.2em}"
)


@dataclass(frozen=True)
class About:
    """What all scenarios of a report have in common."""

    scene: str
    currency: str
    start: str
    horizon_s: float
    trust: Trust
    controls: Mapping[str, Control]


def html_of(about: About, scenarios: Sequence[Kept], answers: Sequence[Answer]) -> str:
    """The page. `answers` belong to `scenarios`, one each; colours never speak alone."""
    now = datetime.now().astimezone()
    n = answers[0].replications
    parts = [
        f"<h1>What-if: {escape(about.scene)}</h1>",
        "<p class='violet'><b>SIMULATION, not live.</b> Nothing here is measured; figures are means of "
        f"{n} replications with 95 % intervals, differences are paired.</p>",
        f"<p>Start: {escape(about.start)} · {span(about.horizon_s)} ahead · written {now:%Y-%m-%d %H:%M %Z} by "
        f"twinviewer {__version__}</p>",
        _trust(about.trust),
        _changes(about, scenarios),
        _figures(about, answers),
    ]
    for kept, answer in zip(scenarios, answers, strict=True):
        parts.append(_scenario(kept, answer))
    return f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>What-if</title><style>{_STYLE}</style></head>" + (
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _trust(trust: Trust) -> str:
    mark = "" if trust.level == "good" else "⚠ "
    lines = "".join(f"<li>{escape(d)}</li>" for d in trust.details)
    return f"<p>{mark}{escape(trust.headline)}</p>" + (f"<ul>{lines}</ul>" if lines else "")


def _changes(about: About, scenarios: Sequence[Kept]) -> str:
    rows = []
    for kept in scenarios:
        said = [_change(about.controls.get(k), k, v) for k, v in kept.levers.items()]
        said += [f"{p} = {v}" for p, v in kept.patches.items()]
        said += [f"{s} down {span(d)} after {span(a)}" for a, s, d, _, _ in kept.events]
        text = "; ".join(escape(x) for x in said) or "nothing"
        note = f"<br>{escape(kept.note)}" if kept.note else ""
        rows.append(f"<tr><td class='l'><b>{escape(kept.name)}</b></td><td class='l'>{text}{note}</td></tr>")
    return f"<h2>What is changed</h2><table>{''.join(rows)}</table>"


def _change(control: Control | None, lever: str, value: object) -> str:
    if control is None:
        return f"{lever} = {value}"
    if control.kind == "calendar" and isinstance(value, Mapping):
        return f"{control.label}: " + ", ".join(f"{d} {' '.join(w) or 'none'}" for d, w in value.items())
    if control.kind == "list" and isinstance(value, Sequence):
        return f"{control.label}: {', '.join(map(str, value[:12]))}{' …' if len(value) > 12 else ''}"
    return f"{control.label}: {control.current:g} → {value:g} {control.unit}".strip()


def _figures(about: About, answers: Sequence[Answer]) -> str:
    head = "".join(f"<th colspan='2'>{escape(a.name)}</th>" for a in answers)
    rows = []
    for f in answers[0].figures:
        kpi = _BY_KEY[f.key]
        digits = digits_of(kpi, f.baseline[0] / kpi.scale)
        unit = about.currency if kpi.key.startswith("cost") else kpi.unit
        cells = f"<td>{number(f.baseline[0] / kpi.scale, digits)}{half(f.baseline, kpi)}</td>"
        for a in answers:
            own = next((g for g in a.figures if g.key == f.key), None)
            if own is None or own.scenario is None:
                cells += "<td>–</td><td>–</td>"
                continue
            shown = signed_difference(own, kpi)
            sure = f"<b>{shown}</b>" if own.significant else f"<span class='not'>{shown}, not significant</span>"
            cells += f"<td>{number(own.scenario[0] / kpi.scale, digits)}</td><td>{sure}</td>"
        rows.append(f"<tr><td class='l'>{kpi.title}{f', {unit}' if unit else ''}</td>{cells}</tr>")
    return (
        f"<h2>Results</h2><table><tr><th class='l'></th><th>baseline</th>{head}</tr>{''.join(rows)}</table>"
        "<p class='not'>Second figure of a scenario: its difference from the baseline.</p>"
    )


def _scenario(kept: Kept, answer: Answer) -> str:
    narrow, late = sentences(answer)
    words = "".join(f"<p>{escape(x).replace(chr(10), '<br>')}</p>" for x in (narrow, late) if x)
    words += "".join(f"<p>⚠ {escape(w)}</p>" for w in answer.warnings)
    legend = " ".join(
        f"<span style='background-color:{_paper(s)}'>&nbsp;&nbsp;&nbsp;</span> {state_name(s)}" for s in SHOWN_STATES
    )
    rows = "".join(_station(use) for use in answer.stations)
    head = "<tr><th class='l'>Station</th><th>state by share of time: baseline, scenario</th><th>busy</th></tr>"
    title = f"<h2>{escape(kept.name)}</h2>"
    bottleneck = "" if narrow else f"<p>{narrow_text(None)}</p>"
    return f"{title}{words}{bottleneck}<table>{head}{rows}</table><p class='not'>{legend}</p>"


def _paper(state: State) -> str:
    """A state's colour on paper: starved is paler than blocked, from which a hatch tells it in the window."""
    return _STARVED if state is State.STARVED else STATE["light"][state]


def _station(use: StationUse) -> str:
    bars = "".join(_bar(shares) for shares in use.shares)
    busy = f"{use.load[0]:.0%} → {use.load[1]:.0%}"
    return f"<tr><td class='l'>{escape(use.name)}</td><td class='l'>{bars}</td><td>{busy}</td></tr>"


def _bar(shares: tuple[float, ...]) -> str:
    """A bar of table cells, which every reader of HTML and the PDF writer draw alike."""
    cells = "".join(
        f"<td bgcolor='{_paper(s)}' width='{max(1, round(380 * v))}' height='9' "
        f"title='{state_name(s)} {v:.1%}' style='padding:0;border:0;font-size:3pt'>&nbsp;</td>"
        for s, v in zip(SHOWN_STATES, shares, strict=True)
        if v >= 0.002
    )
    return f"<table cellspacing='0' cellpadding='0' style='margin:1px'><tr>{cells}</tr></table>"


def write_report(path: Path, html: str) -> None:
    """Write the report as PDF or, by any other suffix, as HTML, whole or not at all. Raises DataError."""
    try:
        if path.suffix.lower() == ".pdf":
            _write_pdf(path, html)
        else:
            write_atomic(path, html)
    except OSError as error:
        text = f"the report cannot be written ({error.strerror})"
        raise DataError(text, str(path), "Choose a folder that you may write to.") from error


def _write_pdf(path: Path, html: str) -> None:
    draft = path.with_name(f".{path.name}.part")
    if not path.parent.is_dir():
        raise OSError(2, "there is no such folder")
    document = QTextDocument()
    document.setHtml(html)
    writer = QPdfWriter(str(draft))
    writer.setResolution(_DPI)
    writer.setTitle("What-if")
    margins = QMarginsF(0, 0, 0, 0)  # the document itself leaves 2 cm
    size = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(
        QPageLayout(size, QPageLayout.Orientation.Landscape, margins, QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    document.print_(writer)
    del writer, document
    draft.replace(path)
