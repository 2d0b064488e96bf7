"""One tag over time, from the recording and from what this session has seen: choice of span, zoom, export."""

from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.model.asset import Limits, Tag
from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.jobs import Jobs
from twinviewer.panels._kit.widgets import Segmented, button, label, row
from twinviewer.panels._text import NS, clock, title_of
from twinviewer.panels._trend_plot import TrendPlot
from twinviewer.session import Series, Session
from twinviewer.session.export import export_trend
from twinviewer.session.line import TrendLine, nothing

SPANS = (("3600", "1 h", ""), ("28800", "8 h", ""), ("86400", "24 h", ""))
GROWING_S = 3600.0  # a span up to this long begins short and grows with what was seen
_LOOK_MS = 40  # how often is looked whether the recording was read
_FORMATS = "CSV (*.csv);;Parquet (*.parquet)"


class Trend(QWidget):
    """Title, choice of span, and the drawing; what nobody has seen is said, not drawn."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._line = TrendLine(session)
        self._tag: Tag | None = None
        self._limits = Limits()
        self._second = 0
        self._held: tuple[int, int] | None = None  # the time that a person chose; None follows
        self._shown: tuple[int, int, Series] = (0, 0, nothing())
        self._build()
        self._look = QTimer(self)
        self._look.setSingleShot(True)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self.refresh)

    def _build(self) -> None:
        self.title = label("", "heading")
        self.span = Segmented(SPANS, "Span of the trend")
        self.span.choose(SPANS[0][0])
        self.span.chosen.connect(lambda _key: self.follow())
        self.plot = TrendPlot(self)
        self.plot.glass.moved.connect(self.show_time)
        self.plot.glass.homed.connect(self.follow)
        self.plot.glass.menu_wanted.connect(self._open_menu)
        self.note = label("", "quiet")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.home = button("Now", "link", self.follow)
        self.home.setToolTip("Back to the newest values (double click, or Home)")
        self.home.hide()
        head = row(self.title, self.note, self.home, self.span, spacing=8)
        stretch = head.layout()
        assert isinstance(stretch, QHBoxLayout)
        stretch.setStretchFactor(self.note, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(head)
        layout.addWidget(self.plot, 1)

    @property
    def tag(self) -> Tag | None:
        """What is drawn."""
        return self._tag

    def show_tag(self, tag: Tag | None, limits: Limits = Limits()) -> None:  # noqa: B008 (frozen)
        """Draw another tag; the time that is shown stays."""
        if tag is self._tag and limits == self._limits:
            return
        self._tag, self._limits = tag, limits
        self.refresh()

    def show_time(self, from_ns: int, to_ns: int) -> None:
        """Draw this time and no longer follow; never a time to come, which nobody knows."""
        frame = self._session.frame
        if frame is None:
            return
        beyond = max(0, to_ns - frame.now_ns)
        self._held = (max(0, from_ns - beyond), to_ns - beyond)
        self.refresh()

    def follow(self) -> None:
        """Show the newest values again, over the span that is chosen."""
        self._held = None
        self.refresh()

    def on_second(self, now_ns: int) -> None:
        """Draw anew when a second has passed."""
        if now_ns // NS != self._second:
            self.refresh()

    def refresh(self) -> None:
        """Draw what is known now; what is still being read follows."""
        frame, tag = self._session.frame, self._tag
        if tag is None or frame is None:
            return
        self._second = frame.now_ns // NS
        from_ns, to_ns = self._held or (frame.now_ns - int(float(self.span.current) * NS), frame.now_ns)
        series = self._line.between(tag.index, from_ns, to_ns)
        known = series.time_ns[np.isfinite(series.low)]
        if self._held is None and float(self.span.current) <= GROWING_S and len(known) and not self._line.pending:
            # What has just begun to be seen fills the width; afterwards the span is as long as it says.
            from_ns = max(from_ns, to_ns - max(60 * NS, int(1.05 * (to_ns - int(known[0])))))
        self._shown = (from_ns, to_ns, series)
        self.plot.show_series(tag, self._limits, series, from_ns, to_ns)
        self._write_head(tag, known, frame.now_ns)
        if self._line.pending:
            self._look.start()

    def _write_head(self, tag: Tag, known: np.ndarray, now_ns: int) -> None:
        unit = f", {tag.unit}" if tag.unit else ""
        self.title.setText(f"{title_of(tag)}{unit}")
        zone = datetime.now().astimezone().tzname() or "local time"
        self.home.setVisible(self._held is not None)
        first = int(known[0]) if len(known) else 0
        since = f"since {clock(first, now_ns, seconds=False)}" if first else "nothing seen"
        if self._held is not None:
            note = f"{clock(self._held[0], now_ns)} – {clock(self._held[1], now_ns)}"
        elif self._line.pending and not first:
            note = "reading the recording…"
        else:
            missing = not first or first > now_ns - int((float(self.span.current) - 60) * NS)
            note = since if missing else zone
        room = self.note.width()
        fits = self.note.fontMetrics().horizontalAdvance(note) <= room or not self.isVisible()
        self.note.setText(note if fits else "")  # half a time of day is worse than none; the tool tip says it
        error = self._line.error
        trouble = f"\nThe recording cannot be read: {error}" if error is not None else ""
        self.note.setToolTip(f"What is known of it {since}; times in {zone}{trouble}")

    # Taking it along -----------------------------------------------------------------------------------------------

    def _open_menu(self, at: QPointF) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon("export"), "Export this trend…", self.export)
        back = menu.addAction("Back to now", self.follow)
        back.setEnabled(self._held is not None)
        menu.popup(at.toPoint())

    def export(self) -> None:
        """Ask for a file and write what is shown into it, as `twinviewer query` does."""
        if self._tag is None:
            return
        offered = Path.home() / f"{self._tag.name}.csv"
        path, chosen = QFileDialog.getSaveFileName(self, "Export trend", str(offered), _FORMATS)
        if path:
            suffix = ".parquet" if "parquet" in chosen.lower() else ".csv"
            self.export_to(Path(path) if Path(path).suffix else Path(path + suffix))

    def export_to(self, path: Path) -> None:
        """Write what is shown into a .csv or .parquet file, beside the window."""
        if self._tag is None:
            return
        archive = self._session.archive
        from_ns, to_ns, series = self._shown
        self._jobs.start(
            f"Exporting {self._tag.name}",
            export_trend,
            archive.address if archive is not None else None,
            self._session.scene,
            self._tag,
            series,
            (from_ns, to_ns),
            path,
            done=partial(_told, self._session, path),
            failed=partial(_failed, self._session),
            thread=True,
        )


def _told(session: Session, path: Path, rows: int) -> None:
    session.notice.emit(Notice("info", f"{rows:,} rows written to {path}.", key="exported"))


def _failed(session: Session, error: Exception) -> None:
    if isinstance(error, TwinError):
        session.notice.emit(Notice("error", error.text, error.remedy, error.where))
    else:
        session.notice.emit(Notice("error", f"The trend could not be exported: {error}"))


class TrendWindow(QWidget):
    """A trend of its own, kept up to date while it is open."""

    def __init__(self, session: Session, jobs: Jobs, tag: Tag, limits: Limits, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(f"{tag.asset_id} · {title_of(tag)}")
        self.trend = Trend(session, jobs, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.addWidget(self.trend)
        self.resize(720, 340)
        self._scene = session.scene
        self._session = session
        self.trend.show_tag(tag, limits)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        """Another scene has other tags: nothing of the old one may be drawn on."""
        if self._session.scene is not self._scene:
            self.close()
        elif self._session.frame is not None:
            self.trend.on_second(self._session.frame.now_ns)
