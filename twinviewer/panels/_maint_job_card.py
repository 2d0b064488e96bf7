"""Job cards as PDF: a page per work order that a crew takes along, with its checklist and room for what was found."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from twinviewer.maintenance.orders.model import Order
from twinviewer.model.errors import DataError
from twinviewer.panels._maint_bar import day
from twinviewer.panels._maint_book import TITLES
from twinviewer.panels._maint_order import skills_of

_DPI = 150
_STYLE = """
body { font-family: Inter; font-size: 10pt; color: #1E2428 }
h1 { font-size: 18pt; margin-bottom: 0 } h2 { font-size: 11pt; margin-top: 14px; margin-bottom: 4px }
td { padding: 3px 14px 3px 0 } .quiet { color: #4C565E }
.write td { border-bottom: 1px solid #8C959C; padding: 22px 14px 4px 0 }
"""


def html(order: Order, place: str, made_ns: int, new_page: bool) -> str:
    """One card; `place` is where the asset is."""
    when = f"{day(order.start_ns)} to {day(order.end_ns)}" if order.start_ns else "not scheduled yet"
    facts = [
        ("Asset", f"{order.asset_id}{f', {place}' if place else ''}"),
        ("When", when),
        ("Crew", f"{order.crew or 'not assigned'}, {order.everybody} people, {order.duration_h:g} h"),
        ("Skill", skills_of(order) or "–"),
        ("Part", order.part or "none"),
        ("Tools", order.tools or "none of those that are shared"),
        ("Lock-out", order.lock_out or ("the asset must stand" if order.stops else "not needed: the asset runs on")),
        *([("", f"{order.lock_out_h:g} h of the time go into it and into giving back")] if order.lock_out_h else []),
        ("State", TITLES[order.state]),
        ("Reason", order.reason or "–"),
    ]
    rows = "".join(f"<tr><td class=quiet>{escape(k)}</td><td>{escape(v)}</td></tr>" for k, v in facts)
    checks = "".join(f"<tr><td>{'☑' if c.done else '☐'}</td><td>{escape(c.text)}</td></tr>" for c in order.checks)
    told = order.feedback
    write = "".join(
        f"<tr><td class=quiet width='22%'>{name}</td><td width='78%'>{escape(text)}</td></tr>"
        for name, text in (
            ("Found", told.found if told else ""),
            ("Done", told.done if told else ""),
            ("Parts used", "; ".join(told.parts_used) if told else ""),
            ("Hours worked", f"{told.worked_h:g}" if told else ""),
            ("Hours waited", f"{told.waited_h:g}" if told else ""),
            ("Prediction right?", _right(order)),
            ("Name, date", ""),
        )
    )
    list_ = f"<h2>Checklist</h2><table>{checks}</table>" if checks else ""
    apart = " style='page-break-before:always'" if new_page else ""
    return (
        f"<h1{apart}>{escape(order.number)}</h1>"
        f"<p style='font-size:13pt; margin-bottom:8px'>{escape(order.title)} ({escape(order.kind)})</p>"
        f"<table>{rows}</table>{list_}<h2>Report</h2><table class=write cellspacing=0 width='100%'>{write}</table>"
        f"<p class=quiet style='margin-top:12px'>Printed {day(made_ns)}</p>"
    )


def _right(order: Order) -> str:
    if order.feedback is not None and order.feedback.prediction_right is not None:
        return "yes" if order.feedback.prediction_right else "no"
    return "" if order.predicted_rul_days == order.predicted_rul_days else "there was none"


def write(
    path: Path, orders: Sequence[Order], places: dict[str, str], made_ns: int,
    progress: Callable[[float, str], None] = lambda fraction, text: None,
) -> Path:  # fmt: skip
    """A page per work order, A4; the file is replaced as a whole. Runs in a thread of its own where it is asked to.
    `progress` may raise to cancel. Raises DataError where it cannot be written."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(b"")  # Qt would only print a warning
        cards = []
        for k, order in enumerate(orders):
            progress(0.5 * k / len(orders), f"{order.number}, {k + 1} of {len(orders)}")
            cards.append(html(order, places.get(order.asset_id, ""), made_ns, k > 0))
        progress(0.5, f"printing {len(orders)} job cards")
        _print(draft, "".join(cards))
        draft.replace(path)
        return path
    except OSError as error:
        text = f"the file cannot be written ({error.strerror})"
        raise DataError(text, str(path), "Choose a folder you may write to.") from error
    finally:
        draft.unlink(missing_ok=True)


def _print(path: Path, text: str) -> None:
    document = QTextDocument()
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(text)
    writer = QPdfWriter(str(path))
    writer.setResolution(_DPI)
    writer.setTitle("Job cards")
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(12, 12, 12, 12),
                    QPageLayout.Unit.Millimeter)
    )  # fmt: skip
    document.print_(writer)
