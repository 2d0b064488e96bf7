"""The inspector of one asset."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.frame import Frame
from twinviewer.panels import _asset_facts as facts
from twinviewer.panels._asset_parts import Changes, DeviceLine, Head, Why, best_tag
from twinviewer.panels._flow_strip import FlowStrip
from twinviewer.panels._kit.jobs import Jobs
from twinviewer.panels._kit.widgets import column, label
from twinviewer.panels._tag_items import TagCell, TagRow
from twinviewer.panels._text import NS
from twinviewer.panels._trend import Trend, TrendWindow
from twinviewer.session import Session
from twinviewer.session.journal import neighbours


class AssetPage(QWidget):
    """Head, device line, tags, trend, changes, flow, reasons, from the top."""

    def __init__(self, session: Session, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._asset: Asset | None = None
        self._wanted_key = ""
        self._second = 0
        self.rows: list[TagRow | TagCell] = []
        self.head = Head(self)
        self.device = DeviceLine(self)
        self.trend = Trend(session, jobs, self)
        self.trend.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.changes_title = label("", "heading")
        self.changes = Changes(session)
        self.flow_title = label("Flow around it", "heading")
        self.flow = FlowStrip(session, self)
        self.why = Why(self)
        self.why.opened.connect(self._explain)
        self._tags = QVBoxLayout()
        self._tags.setSpacing(0)
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(18)
        self._facts.setVerticalSpacing(0)
        self._facts.setColumnStretch(0, 1)
        self._facts.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.head)
        layout.addWidget(self.device)
        layout.addLayout(self._tags)
        layout.addLayout(self._facts)
        layout.addWidget(self.trend, 1)
        layout.addWidget(column(self.changes_title, self.changes, spacing=3))
        layout.addWidget(self.flow_title)
        layout.addWidget(self.flow)
        layout.addWidget(self.why)
        layout.setAlignment(Qt.AlignmentFlag.AlignTop)

    @property
    def asset(self) -> Asset | None:
        """What is shown."""
        return self._asset

    def show_asset(self, asset: Asset, frame: Frame | None) -> None:
        """Another asset."""
        self._asset = asset
        self._second = 0
        self.head.show_asset(asset)
        self._fill(asset)
        in_flow = self.flow.show_asset(asset.asset_id)
        self.flow.setVisible(in_flow)
        self.flow_title.setVisible(in_flow)
        self.trend.setVisible(any(facts.is_numeric(row.tag) for row in self.rows))
        if frame is not None:
            self._draw_trend(best_tag(self._session.scene, asset, frame, self._wanted_key))
            self.on_frame(frame)

    def _fill(self, asset: Asset) -> None:
        """A row for each tag with a band; counters and short texts two by two below."""
        for row in self.rows:
            (self._tags if isinstance(row, TagRow) else self._facts).removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        cells = 0
        for tag in facts.tags_of(self._session.scene, asset):
            banded = facts.has_band(tag, asset)
            item = TagRow(tag, self) if banded else TagCell(tag, self)
            item.chosen.connect(self._choose)
            if banded:
                self._tags.addWidget(item)
            elif tag.role == "fault_code":  # words, which half a row would cut
                self._facts.addWidget(item, (cells + 1) // 2, 0, 1, 2)
                cells += 2 + cells % 2
            else:
                self._facts.addWidget(item, cells // 2, cells % 2)
                cells += 1
            self.rows.append(item)

    def clear(self) -> None:
        """Show nothing, as before another selection or another scene."""
        self._asset = None
        self.trend.show_tag(None)

    def on_frame(self, frame: Frame) -> None:
        """Show one frame."""
        asset = self._asset
        if asset is None:
            return
        second = frame.now_ns // NS != self._second
        self._second = frame.now_ns // NS
        scene = self._session.scene
        self.head.show_frame(frame, scene, asset)
        self.device.show_device(facts.device(frame, scene, asset))
        for row in self.rows:
            row.show_frame(frame, asset, second)
        self.flow.on_frame(frame)
        if not second:
            return
        if self.trend.tag is None or self.trend.tag.asset_id != asset.asset_id:
            self._draw_trend(best_tag(scene, asset, frame, self._wanted_key))
        self.trend.on_second(frame.now_ns)
        self._show_changes(frame, asset)
        if self.why.is_open:
            self._explain()

    def _show_changes(self, frame: Frame, asset: Asset) -> None:
        parts = {a.asset_id: a.part_of for a in self._session.scene.assets} if asset.part_of else None
        around = [asset.asset_id, *neighbours(self._session.scene.flow, asset.asset_id, parts)]
        found = self._session.changes(around, frame.now_ns, 6)
        state = facts.shown_state(frame, asset)
        abnormal = state in facts.ABNORMAL or bool(frame.assets.priority[asset.index])
        self.changes_title.setText("What changed before this" if abnormal else "What changed last")
        self.changes.show_changes(found, asset.asset_id, frame.now_ns)

    def _explain(self) -> None:
        frame, asset = self._session.frame, self._asset
        if frame is not None and asset is not None:
            self.why.show_lines(self._session.evaluator.explain(frame, asset, self._session.mode))

    def _choose(self, index: int) -> None:
        tag = self._session.scene.tags[index]
        self._wanted_key = tag.key
        self._draw_trend(tag)

    def _draw_trend(self, tag: Tag | None) -> None:
        frame, asset = self._session.frame, self._asset
        if tag is None or frame is None or asset is None:
            self.trend.show_tag(None)
            return
        self.trend.show_tag(tag, facts.limits_of(tag, asset))
        for row in self.rows:
            row.set_chosen(row.tag is tag)

    def open_trend(self) -> TrendWindow | None:
        """Open the trend that is drawn in a window of its own."""
        tag = self.trend.tag
        if tag is None or self._asset is None:
            return None
        window = TrendWindow(self._session, self._jobs, tag, facts.limits_of(tag, self._asset), self.window())
        window.show()
        return window

    def copy_values(self) -> None:
        """Put all values into the clipboard as a table."""
        frame, asset = self._session.frame, self._asset
        if frame is not None and asset is not None:
            QApplication.clipboard().setText(facts.as_table(frame, self._session.scene, asset))

    def on_theme(self, theme: str) -> None:
        """Take the colours of the other theme."""
        self.trend.plot.recolour()
        self.trend.refresh()
        self.update()
