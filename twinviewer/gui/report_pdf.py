"""A shift report as PDF: the same sections as the HTML page, laid out by Qt on A4."""

import errno
import html
from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication, QImage, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from twinviewer.kpi.report import ShiftReport
from twinviewer.kpi.report_drawings import drawings
from twinviewer.kpi.report_html import local, sections
from twinviewer.model.errors import DataError

DPI = 150
SHARPNESS = 2
PICTURES_A_PAGE = 2
LAYOUT_DPI = 96  # text is laid out in these pixels
MARGIN_MM, FOOT_MM = 14.0, 8.0
_PX_MM = LAYOUT_DPI / 25.4
PAGE_PX = QSizeF((210 - 2 * MARGIN_MM) * _PX_MM, (297 - 2 * MARGIN_MM - FOOT_MM) * _PX_MM)
_STYLE = (
    "body { font-family: sans-serif; font-size: 8pt; } h1 { font-size: 16pt; } h2 { font-size: 11pt; } "
    "td, th { padding: 1px 4px; } .small { font-size: 7.5pt; color: #444444; } .missed { color: #BA1A10; }"
)


def write_pdf(report: ShiftReport, pictures: Sequence[tuple[str, bytes]], path: Path) -> None:
    """Write the file, whole or not at all. Raises DataError."""
    application = QGuiApplication.instance() or QGuiApplication(["twinviewer"])  # fonts need one
    document = laid_out(report, pictures)
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.touch()  # Qt would only grumble
    except OSError as error:
        raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error
    writer = QPdfWriter(str(draft))
    writer.setResolution(DPI)
    writer.setTitle(f"{report.scene}: shift report")
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setPageMargins(QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM), QPageLayout.Unit.Millimeter)
    _print(document, writer, f"{report.scene}, {local(report.from_ns)} to {local(report.to_ns)}")
    del writer, document, application
    try:
        if not draft.read_bytes().endswith((b"%%EOF", b"%%EOF\n")):  # Qt does not say that the disk is full
            raise OSError(errno.ENOSPC, "the disk took only a part of it")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error


def laid_out(report: ShiftReport, pictures: Sequence[tuple[str, bytes]]) -> QTextDocument:
    """The report, laid out in pages of PAGE_PX."""
    document = QTextDocument()
    names: Mapping[str, str] = {
        name: _add(document, name, _drawn(svg)) for name, svg in drawings(report).items() if svg
    }
    body = sections(report, {"states": "", "power": "", "alarms": "", **names})
    for k, (title, png) in enumerate(pictures):
        style = "" if k % PICTURES_A_PAGE else ' style="page-break-before: always"'  # no heading apart from its picture
        picture = _add(document, f"picture{k}", QImage.fromData(QByteArray(png)))
        body += f"<h2{style}>{html.escape(title)}</h2>{picture}"
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(f"<body>{body}</body>")
    document.setUseDesignMetrics(True)  # letters stand where they stand in print, whatever the screen
    document.setDocumentMargin(0)
    document.setPageSize(PAGE_PX)
    return document


def _print(document: QTextDocument, writer: QPdfWriter, foot: str) -> None:
    """Every page of the document, with its number at the foot."""
    painter = QPainter(writer)
    font = QFont("sans-serif")
    font.setPixelSize(9)
    try:
        painter.scale(DPI / LAYOUT_DPI, DPI / LAYOUT_DPI)
        pages = document.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.translate(0, -page * PAGE_PX.height())
            document.drawContents(painter, QRectF(0, page * PAGE_PX.height(), PAGE_PX.width(), PAGE_PX.height()))
            painter.restore()
            line = QRectF(0, PAGE_PX.height(), PAGE_PX.width(), FOOT_MM * _PX_MM)
            painter.setFont(font)
            bottom = Qt.AlignmentFlag.AlignBottom
            painter.drawText(line, bottom | Qt.AlignmentFlag.AlignLeft, foot)
            painter.drawText(line, bottom | Qt.AlignmentFlag.AlignRight, f"{page + 1} / {pages}")
    finally:
        painter.end()


def _add(document: QTextDocument, name: str, image: QImage) -> str:
    """Give the document a picture; returns the HTML that shows it."""
    url = f"report:{name}"
    document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(url), image)
    return f'<p><img src="{url}" width="{int(PAGE_PX.width())}"></p>'


def _drawn(svg: str) -> QImage:
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    image = QImage(renderer.defaultSize() * SHARPNESS, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    return image
