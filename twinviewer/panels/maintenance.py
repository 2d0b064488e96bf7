"""The maintenance panel: from the condition of assets to a plan, work orders, and whether they helped."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from twinviewer.maintenance.plan_results import Plan
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.widgets import Segmented, button
from twinviewer.panels._life import until_gone
from twinviewer.panels._maint_card import CardPage
from twinviewer.panels._maint_commands import BUTTONS, register
from twinviewer.panels._maint_desk import Desk
from twinviewer.panels._maint_evidence import Evidence
from twinviewer.panels._maint_ordering import Ordering
from twinviewer.panels._maint_orders import OrderPage
from twinviewer.panels._maint_plan import PlanPage
from twinviewer.panels._maint_planning import Planning, planned_work
from twinviewer.panels._maint_play import handed_of
from twinviewer.panels._maint_quality import QualityKeeper, QualityPage
from twinviewer.panels._whatif_play import PLAY
from twinviewer.panels._wrap import WrapLayout
from twinviewer.session import Session

TITLE = "Maintenance"
AREA = "right"
ORDER = 30
PAGES = (("evidence", "Condition", ""), ("plan", "Plan", ""), ("orders", "Orders", ""), ("quality", "Quality", ""))


class Panel(QWidget):
    """Pages in a scrolling area, and what can be done below them."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._actions = session, actions
        self._recording: Path | None = None
        self.desk = Desk(session, actions)
        self.plan_page, self.order_page, self.card_page = PlanPage(), OrderPage(), CardPage()
        self.quality_page = QualityPage()
        self.pages: dict[str, QWidget] = {
            "evidence": self.card_page,
            "plan": self.plan_page,
            "orders": self.order_page,
            "quality": self.quality_page,
        }
        self.page = Segmented(PAGES, "Page")
        self._lay_out()
        self.evidence = Evidence(self.desk, self.card_page, self._order_proposed)
        self.ordering = Ordering(self.desk, self.order_page, self._orders_changed, lambda: self.show_page("orders"))
        self.planning = Planning(
            self.desk, self.plan_page, lambda: self.ordering.orders, lambda: self.evidence.cards, self._plan_changed
        )
        self.ordering.planning = self.planning
        self.quality = QualityKeeper(self.desk, self.quality_page)
        register(actions, self)
        self._connect()
        self.show_page("evidence")
        self.open_scene()

    # Making ----------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        inner = QWidget()
        stack = QVBoxLayout(inner)
        stack.setContentsMargins(10, 4, 10, 8)
        for page in self.pages.values():
            stack.addWidget(page)
        self.area = QScrollArea(self)
        self.area.setObjectName("panel")
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inner)
        self.bar = QWidget(self)
        wrap = WrapLayout(self.bar)
        wrap.setContentsMargins(10, 6, 10, 8)
        self.buttons = {}
        for name, text, kind, glyph, _pages in BUTTONS:
            item = button(text, kind, lambda n=name: self._actions.run(n), glyph)
            wrap.addWidget(item)
            self.buttons[name] = item
        head = QWidget(self)
        top = QVBoxLayout(head)
        top.setContentsMargins(10, 8, 10, 4)
        top.addWidget(self.page, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.bar)

    def _connect(self) -> None:
        session, gantt = self._session, self.plan_page.gantt
        self.page.chosen.connect(self.show_page)
        self.order_page.chosen.connect(self._order_chosen)
        self.plan_page.order_wanted.connect(self._order_wanted)
        gantt.chosen.connect(self._job_chosen)
        gantt.shown.connect(lambda _name: self.desk.fly(gantt.selected_asset))
        gantt.asset_chosen.connect(session.select)
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self._selected()),
            session.scene_changed.connect(lambda _scene: self.open_scene()),
            session.source_changed.connect(lambda _source: self._source_changed()),
            self._let_go,
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(350, 200)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(440, 700)

    # Showing ---------------------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Move the now line; how assets are and what can be done may have changed."""
        self.plan_page.gantt.set_now(frame.now_ns)
        self.plan_page.gantt.set_states(self._states(frame))
        if self.isVisible():
            self.ordering.follow()
        if self.desk.recording != self._recording:  # a collector tells of it when this panel may long be there
            self._recording = self.desk.recording
            self._open_page()
        self._refresh_buttons()

    def _states(self, frame: Frame) -> dict[str, State]:
        rows = {asset.asset_id: asset.index for asset in self._session.scene.assets}
        shown = ((name, rows[name]) for name in self.plan_page.gantt.rows if name in rows)
        known, state = frame.assets.quality, frame.assets.state
        return {n: State(int(state[k])) if known[k] < Quality.STALE else State.UNKNOWN for n, k in shown}

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self.plan_page.gantt.viewport().update()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._open_page()

    def show_page(self, name: str) -> None:
        """ "evidence", "plan", "orders" or "quality"."""
        other = self.page.current != name or self.pages[name].isHidden()
        self.page.choose(name)
        for key, page in self.pages.items():
            page.setVisible(key == name)
        if other:
            self.area.verticalScrollBar().setValue(0)
        self._open_page()
        self._refresh_buttons()

    def _open_page(self) -> None:
        """What a page shows is worked out when somebody looks at it."""
        if self.isVisible() and self.page.current == "evidence":
            self.evidence.open()
        elif self.isVisible() and self.page.current == "orders":
            self.ordering.indicate()
        elif self.isVisible() and self.page.current == "quality":
            self.quality.open()

    def open_scene(self) -> None:
        """Another scene: its work orders, no plan."""
        self.desk.close()
        self.ordering.clear()
        self.planning.clear()
        self.evidence.clear()
        self.quality.clear()
        if self._session.scene.assets:
            self.ordering.read()
        self._open_page()
        self._refresh_buttons()

    def _source_changed(self) -> None:
        self.evidence.clear()
        self.quality.clear()
        self.ordering.forget_yardsticks()
        self._open_page()
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        """A command that cannot be done now has no button: nothing on the panel is dead."""
        for name, _text, _kind, _glyph, pages in BUTTONS:
            if name not in self._actions:
                continue
            item, action = self.buttons[name], self._actions[name]
            on = self.page.current in pages and action.is_enabled
            if item.isVisibleTo(self.bar) != on:
                item.setVisible(on)
            if item.toolTip() != action.text:
                item.setToolTip(action.text)
                item.setAccessibleName(action.text)

    @property
    def plan(self) -> Plan | None:
        """The plan that is shown."""
        return self.planning.plan

    # What happens ----------------------------------------------------------------------------------------------------

    def _plan_changed(self) -> None:
        self._session.set_work(planned_work(self.planning.jobs, self.desk.now_ns))
        self._refresh_buttons()

    def _orders_changed(self) -> None:
        self.planning.show()
        if not self.order_page.number:
            self.order_page.select_asset(self.desk.asset_id)

    def _order_proposed(self, number: str) -> None:
        self.ordering.read(number)

    def make_plan(self, afresh: bool = False) -> None:
        """Plan, and look at it; `afresh` without what a person has moved."""
        self._come_forward("plan")
        self.planning.make(afresh)

    def _come_forward(self, page: str) -> None:
        if not self.isVisible() and "panel.show.maintenance" in self._actions:
            self._actions.run("panel.show.maintenance")
        self.show_page(page)

    def show_work(self) -> None:
        """Bring the plan to the front with the job of the selected asset."""
        self._come_forward("plan")
        self.plan_page.gantt.show_selected()

    def play(self) -> None:
        """Hand the stops of the plan to the what-if panel."""
        if self.plan is not None:
            edited = "edit" in self.plan.compare
            self._actions.hand(PLAY, handed_of(self.plan, self._session.scene.assets, edited))

    def make_evidence(self) -> None:
        """Work out the evidence, and look at it."""
        self._come_forward("evidence")
        if self.evidence.can_make:
            self.evidence.make()

    def _selected(self) -> None:
        asset = self._session.selection or ""
        gantt = self.plan_page.gantt
        job = self.plan_page.job_of(gantt.selected)
        if job is None or job.asset_id != asset:
            jobs = sorted((j for j in self.planning.jobs if j.asset_id == asset), key=lambda j: j.start_ns)
            self.plan_page.show_job(jobs[0].work_order if jobs else "", asset)
        self.order_page.select_asset(asset)
        if self.order_page.number:
            self.ordering.show(self.order_page.number)
        self.evidence.show()
        if self.page.current == "quality":
            self._open_page()
        self._refresh_buttons()

    def _job_chosen(self, work_order: str) -> None:
        job = self.plan_page.job_of(work_order)
        if job is not None:
            self.plan_page.show_job(work_order, job.asset_id)
            self._session.select(job.asset_id)
            order = self.planning.order_of(job)
            if order is not None:
                self.order_page.select(order.number)

    def _order_chosen(self, number: str) -> None:
        order = self.ordering.order(number)
        if order is None:
            return
        job = next((j for j in self.planning.jobs if self.planning.order_of(j) == order), None)
        self.plan_page.show_job(job.work_order if job is not None else "", order.asset_id)
        self.desk.select(order.asset_id)

    def _order_wanted(self, work_order: str) -> None:
        job = self.plan_page.job_of(work_order)
        if job is not None:
            self.ordering.add_job(job)

    def _let_go(self) -> None:
        """End what runs for this panel."""
        self.desk.close()
        self.planning.let_go()
        self.evidence.let_go()
        self.quality.let_go()
