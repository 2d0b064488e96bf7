"""The alarm list after ISA-18.2: what waits for a person, what is acknowledged, what is set aside and until when."""

from dataclasses import replace

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from twinviewer.model.frame import Frame
from twinviewer.panels import _alarm_rows as rows
from twinviewer.panels._alarm_acts import AlarmActs
from twinviewer.panels._alarm_table import AlarmTable
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.filter_field import FilterField
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.style import theme
from twinviewer.panels._kit.symbols import alarm_icon
from twinviewer.panels._kit.widgets import button, label
from twinviewer.panels._life import until_gone
from twinviewer.panels._text import clock
from twinviewer.session import Session

TITLE = "Alarms"
AREA = "bottom"
ORDER = 10
_ALL = frozenset({1, 2, 3, 4})
_NARROW = 860  # pixels; below it the buttons say less
_SLIM = 680  # below it the message has the room of how long it has been active, which its tool tip says too


class Panel(QWidget):
    """Filter row, flood banner and table."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.table = AlarmTable(self)
        self.acts = AlarmActs(session, self.table, self)
        self.banner = self._make_banner()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 2)
        layout.setSpacing(3)
        layout.addLayout(self._make_bar())
        layout.addWidget(self.banner)
        layout.addWidget(self.table, 1)
        self.table.acted.connect(self.acts.act)
        self.table.flew.connect(self.acts.fly)
        self.table.keyed.connect(self.acts.on_key)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self._follow()),
            session.scene_changed.connect(lambda _scene: self._filter()),
            session.source_changed.connect(lambda _source: self._enable()),
        )
        self._register(actions)
        self._filter()
        self._enable()

    # Building ------------------------------------------------------------------------------------------------------

    def _make_bar(self) -> QHBoxLayout:
        bar = self._bar = QHBoxLayout()
        self.priorities: dict[int, QToolButton] = {}
        for priority in (1, 2, 3, 4):
            item = QToolButton(self)
            item.setCheckable(True)
            item.setIcon(alarm_icon(priority, theme()))
            item.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            item.toggled.connect(lambda _on: self._filter())
            self.priorities[priority] = item
            bar.addWidget(item)
        self.only = QToolButton(self)
        self.only.setText("Selected asset")
        self.only.setCheckable(True)
        self.only.setToolTip("Only alarms of the asset that is selected")
        self.only.toggled.connect(lambda _on: self._filter())
        bar.addWidget(self.only)
        self.field = FilterField("Filter by asset or text", "Filter alarms by asset or text")
        self.field.setMaximumWidth(260)
        self.field.textChanged.connect(lambda _text: self._filter())
        bar.addWidget(self.field, 1)
        bar.addStretch(1)
        for item in self._make_buttons():
            bar.addWidget(item)
        return bar

    def _make_buttons(self) -> list[QAbstractButton]:
        self.acknowledge_button = button("Acknowledge", "", self.acts.acknowledge_selected, "check")
        self.acknowledge_button.setToolTip("Acknowledge the selected alarms (A; with a comment Shift+A)")
        self.shelve_button = button("Shelve…", "", self.acts.shelve_selected, "shelve")
        self.shelve_button.setAccessibleName("Shelve")
        self.shelve_button.setToolTip("Put the selected alarms aside for a time (S)")
        self.acknowledge_button.setAccessibleName("Acknowledge")
        self.all_button = button("Acknowledge all shown…", "", self.acts.acknowledge_shown)
        self.all_button.setAccessibleName("Acknowledge all shown")
        self.export_button = QToolButton(self)
        self.export_button.setIcon(icon("export", "text"))
        self.export_button.setToolTip("Save the shown alarms as CSV…")
        self.export_button.setAccessibleName("Save the shown alarms as CSV")
        self.export_button.clicked.connect(lambda _on=False: self.acts.export())
        self._tips = {b: b.toolTip() for b in (self.acknowledge_button, self.shelve_button, self.all_button)}
        return [self.acknowledge_button, self.shelve_button, self.all_button, self.export_button]

    def _make_banner(self) -> QFrame:
        banner = QFrame(self)
        banner.setProperty("kind", "card")
        inside = QHBoxLayout(banner)
        inside.setContentsMargins(10, 3, 10, 3)
        self.banner_text = label("", "heading")
        inside.addWidget(self.banner_text, 1)
        banner.hide()
        return banner

    def _register(self, actions: Actions) -> None:
        acts = self.acts

        def waits() -> bool:
            return bool(acts.waiting(self.table.selected()))

        actions.add(
            Action("alarms.acknowledge", "Acknowledge the selected alarms", "Alarms", acts.acknowledge_selected, "",
                   waits, icon="check", keywords="ack confirm",
                   why="Select alarms in the list that wait to be acknowledged."),
            Action("alarms.acknowledge_shown", "Acknowledge all alarms shown…", "Alarms", acts.acknowledge_shown, "",
                   lambda: bool(acts.waiting(self.table.alarms.shown)), keywords="ack all",
                   why="No alarm in the list waits to be acknowledged."),
            Action("alarms.shelve", "Shelve the selected alarms…", "Alarms", acts.shelve_selected, "",
                   lambda: bool(acts.shelvable()), icon="shelve", keywords="suppress aside",
                   why="Select alarms in the list first."),
            Action("alarms.unshelve", "Unshelve the selected alarms", "Alarms", acts.unshelve_selected, "",
                   lambda: bool(acts.shelved()), why="Select shelved alarms in the list first."),
            Action("alarms.export", "Save the alarm list as CSV…", "Alarms", acts.export, "",
                   lambda: bool(self.table.alarms.shown), icon="export", keywords="table spreadsheet",
                   why="The list is empty."),
        )  # fmt: skip

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(440, 110)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        self._bar.setSpacing(1 if narrow else 4)
        self.table.setColumnHidden(rows.ACTIVE, event.size().width() < _SLIM)
        self.acknowledge_button.setText("Ack" if narrow else "Acknowledge")
        self.all_button.setText("Ack all…" if narrow else "Acknowledge all shown…")
        self.shelve_button.setText("" if narrow else "Shelve…")
        self.only.setText("Selected" if narrow else "Selected asset")

    # Showing -------------------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Show one frame's alarms."""
        fresh = frame.alarms is not self.table.alarms.all
        self.table.alarms.hold(rows.held_reason(frame.source))
        self.table.show_alarms(frame.alarms, frame.now_ns)
        stood = f" as they stood at {clock(frame.now_ns)}" if frame.source == "replay" else ""
        self.setWindowTitle(f"{TITLE}{stood} — {rows.headline(frame.alarms, frame.alarms_10_min)}")
        self.banner.setVisible(frame.flood)
        if frame.flood:
            worst = 0 if self.acts.held else sum(a.priority == 1 and a.state in rows.WAITING for a in frame.alarms)
            one = worst == 1
            first = (
                f" {worst} of priority 1 {'waits: begin with it' if one else 'wait: begin with them'}." if worst else ""
            )
            when = "in the 10 min before" if self.acts.held else "in the last 10 min"
            self.banner_text.setText(f"Alarm flood: {frame.alarms_10_min} alarms {when}.{first}")
        if fresh:
            self._count()
            self._enable()

    def on_theme(self, theme: str) -> None:
        """Draw the symbols in the other theme."""
        for priority, item in self.priorities.items():
            item.setIcon(alarm_icon(priority, theme))
        self.table.viewport().update()

    def _count(self) -> None:
        for priority, item in self.priorities.items():
            n = sum(a.priority == priority for a in self.table.alarms.all)
            item.setText(str(n))
            item.setToolTip(f"Only priority {priority} ({n})")
            item.setAccessibleName(f"Only priority {priority}, {n} alarms")
        hidden = len(self.table.alarms.all) - len(self.table.alarms.shown)
        text = f"{hidden} alarms are hidden by the filter." if hidden else "No alarms."
        if text != self.table.empty_text:
            self.table.empty_text = text
            self.table.viewport().update()
        self.table.setAccessibleDescription(text if not self.table.alarms.shown else "")

    def _enable(self) -> None:
        chosen, held = self.table.selected(), self.acts.held
        for item, usual in self._tips.items():
            item.setToolTip(held or usual)
        self.acknowledge_button.setEnabled(bool(self.acts.waiting(chosen)))
        self.shelve_button.setEnabled(bool(self.acts.shelvable()))
        self.all_button.setEnabled(bool(self.acts.waiting(self.table.alarms.shown)))
        self.export_button.setEnabled(bool(self.table.alarms.shown))

    def _filter(self) -> None:
        only = (self._session.selection or "") if self.only.isChecked() else ""
        self.table.alarms.show_wanted(
            replace(
                self.table.alarms.wanted,
                priorities=frozenset(p for p, item in self.priorities.items() if item.isChecked()) or _ALL,
                text=self.field.text(),
                asset_id=only,
                types={a.asset_id: f"{a.name} {a.type_label}" for a in self._session.scene.assets},
            )
        )
        self._count()
        self._enable()

    def _follow(self) -> None:
        if self.only.isChecked():
            self._filter()
