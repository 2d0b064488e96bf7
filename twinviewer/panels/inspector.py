"""The inspector: everything about the selected asset, or the plant at a glance when nothing is selected."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from twinviewer.model.alarm import Alarm, parts_of
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.panels._alarm_rows import WAITING
from twinviewer.panels._asset_page import AssetPage
from twinviewer.panels._kit.actions import NO_ASSET, Action, Actions
from twinviewer.panels._kit.widgets import button
from twinviewer.panels._life import until_gone
from twinviewer.panels._overview import OverviewPage
from twinviewer.panels._wrap import WrapLayout
from twinviewer.session import Session

TITLE = "Inspector"
AREA = "right"
ORDER = 10
GROUP = "Asset"  # commands of this group get a button here, in the order in which they were registered

_SHORT = {"asset.acknowledge": "Acknowledge", "asset.fly": "Fly to", "asset.trend": "Trend", "asset.copy": "Copy",
          "asset.export": "Export", "note.pin": "Note"}  # fmt: skip


class Panel(QWidget):
    """A scrolling page, and what can be done with the asset below it."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self._actions = actions
        self.asset_page = AssetPage(session, actions.jobs)
        self.overview = OverviewPage(session)
        self.pages = QWidget()
        stack = QVBoxLayout(self.pages)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.addWidget(self.asset_page)
        stack.addWidget(self.overview)
        self.area = QScrollArea(self)
        self.area.setObjectName("panel")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(self.pages)
        self.bar = QWidget(self)
        self._buttons: dict[str, QPushButton] = {}
        self._bar_layout = WrapLayout(self.bar)
        self._bar_layout.setContentsMargins(12, 6, 12, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.bar)
        self._register(actions)
        actions.changed.connect(self._make_buttons)
        self._make_buttons()
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self.show_selection()),
            session.scene_changed.connect(lambda _scene: self.show_selection()),
            session.mode_changed.connect(lambda _mode: self._explain_again()),
        )
        self.show_selection()

    def _register(self, actions: Actions) -> None:
        def chosen() -> bool:
            return self.asset_page.asset is not None and self._session.selection is not None

        actions.add(
            Action("asset.acknowledge", self._acknowledge_title, GROUP, self.acknowledge,
                   enabled=lambda: chosen() and self._waiting() > 0, icon="check", keywords="alarm ack",
                   why="No alarm of the selected asset waits to be acknowledged here."),
            Action("asset.fly", "Fly to the asset", GROUP, self.fly_to, enabled=chosen, icon="focus", why=NO_ASSET),
            Action("asset.trend", "Trend in a window of its own", GROUP, self.asset_page.open_trend,
                   enabled=lambda: chosen() and self.asset_page.trend.tag is not None, icon="window",
                   keywords="chart history plot", why="Select an asset with a value that has a trend."),
            Action("asset.export", "Export the trend of the asset…", GROUP, self.asset_page.trend.export,
                   enabled=lambda: chosen() and self.asset_page.trend.tag is not None, icon="export",
                   keywords="csv parquet save values history", why="Select an asset with a value that has a trend."),
            Action("asset.copy", "Copy the values of the asset", GROUP, self.asset_page.copy_values,
                   enabled=lambda: chosen() and bool(self._session.frame), icon="copy", keywords="clipboard table",
                   why=NO_ASSET),
        )  # fmt: skip

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(350, 200)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 700)

    # Showing -------------------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Show one frame."""
        if self.asset_page.asset is None:
            self.overview.on_frame(frame, self.area.viewport().height())
        else:
            self.asset_page.on_frame(frame)
        self._refresh_buttons()

    def show_selection(self) -> None:
        """Show the page of what is selected now."""
        name, frame = self._session.selection, self._session.frame
        known = name is not None and any(a.asset_id == name for a in self._session.scene.assets)
        self.asset_page.clear()
        if known and name is not None:
            self.asset_page.show_asset(self._session.scene.asset(name), frame)
        self.asset_page.setVisible(known)
        self.overview.setVisible(not known)
        self.bar.setVisible(known)
        self.overview.refresh()
        self.area.verticalScrollBar().setValue(0)
        if frame is not None:
            self.on_frame(frame)

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self.asset_page.on_theme(theme)
        self.overview.refresh()
        if self._session.frame is not None:
            self.on_frame(self._session.frame)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.overview.refresh()

    def _explain_again(self) -> None:
        if self.asset_page.why.is_open:
            self.asset_page.why.opened.emit()

    # Acting --------------------------------------------------------------------------------------------------------

    def _make_buttons(self) -> None:
        wanted = [a.id for a in self._actions.in_group(GROUP)]
        if wanted == list(self._buttons):
            return
        for item in self._buttons.values():
            self._bar_layout.removeWidget(item)
            item.deleteLater()
        self._buttons = {}
        for name in wanted:
            action = self._actions[name]
            item = button(_SHORT.get(name, action.text), "", lambda n=name: self._actions.run(n), action.icon)
            self._bar_layout.addWidget(item)
            self._buttons[name] = item
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        """A command that cannot be done now has no button: nothing on the panel is dead."""
        for name, item in self._buttons.items():
            action = self._actions[name]
            if item.toolTip() != action.text:
                item.setText(_SHORT.get(name, action.text))
                item.setToolTip(action.text)
                item.setAccessibleName(action.text)
            if item.isVisibleTo(self.bar) != action.is_enabled:
                item.setVisible(action.is_enabled)

    def _waiting(self) -> int:
        frame = self._session.frame
        if frame is None or frame.source == "replay":  # nothing can be done about alarms of the past
            return 0
        return len(self._own_waiting(frame))

    def _own_waiting(self, frame: Frame) -> list[Alarm]:
        """Alarms of the selected asset that wait and that are not the server's."""
        about = (a for a in frame.alarms if a.asset_id == self._session.selection)
        return [p for alarm in about for p in parts_of(alarm) if p.state in WAITING and not p.source]

    def _acknowledge_title(self) -> str:
        n = self._waiting()
        return f"Acknowledge the {n} alarms of the asset" if n > 1 else "Acknowledge the alarm of the asset"

    def acknowledge(self) -> None:
        """Acknowledge every alarm of the selected asset that waits; the server's own are for the alarm list."""
        frame = self._session.frame
        try:
            for alarm in self._own_waiting(frame) if frame is not None else ():
                self._session.source.command("acknowledge", key=alarm.key, by=self._session.user)
        except TwinError as error:
            self._session.notice.emit(Notice("error", error.text, error.remedy, error.where))

    def fly_to(self) -> None:
        """Show the selected asset in the picture."""
        if self._session.selection is not None:
            self._session.fly_to(self._session.selection)
