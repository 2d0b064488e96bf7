"""A shift report as PDF: the same sections as the HTML page, laid out by Qt on A4."""

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from twinviewer.kpi.report import ShiftReport
from twinviewer.kpi.report_html import drawings, sections
from twinviewer.model.errors import DataError

DPI = 150
SHARPNESS = 2
TEXT_WIDTH_PX = 680
_STYLE = (
    "body { font-family: sans-serif; font-size: 9pt; } "
    "td, th { padding: 1px 5px; } td.left { white-space: pre; } .missed { color: #BA1A10; }"
)


def write_pdf(report: ShiftReport, pictures: Sequence[tuple[str, bytes]], path: Path) -> None:
    """Write the file, whole or not at all. Raises DataError."""
    application = QGuiApplication.instance() or QGuiApplication(["twinviewer"])  # fonts need one
    document = QTextDocument()
    names: Mapping[str, str] = {
        name: _add(document, name, _drawn(svg)) for name, svg in drawings(report).items() if svg
    }
    body = sections(report, {"states": "", "power": "", "alarms": "", **names})
    for k, (title, png) in enumerate(pictures):
        body += f"<h2>{html.escape(title)}</h2>" + _add(document, f"picture{k}", QImage.fromData(QByteArray(png)))
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(f"<body>{body}</body>")
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.touch()  # Qt would only grumble
    except OSError as error:
        raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error
    writer = QPdfWriter(str(draft))
    writer.setResolution(DPI)
    writer.setTitle(f"{report.scene}: shift report")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(12, 12, 12, 12),
            QPageLayout.Unit.Millimeter,
        )
    )  # fmt: skip
    document.print_(writer)
    del writer, document, application
    try:
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error


def _add(document: QTextDocument, name: str, image: QImage) -> str:
    """Give the document a picture; returns the HTML that shows it."""
    url = f"report:{name}"
    document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(url), image)
    return f'<p><img src="{url}" width="{TEXT_WIDTH_PX}"></p>'


def _drawn(svg: str) -> QImage:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * SHARPNESS, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image
