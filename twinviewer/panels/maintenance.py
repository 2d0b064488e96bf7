"""The maintenance panel: plan, work orders and evidence of the open scene."""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.maintenance.results import Card, Plan, PlannedJob
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.panels import _maint_book as book
from twinviewer.panels import _maint_work as work
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.jobs import Job
from twinviewer.panels._kit.widgets import Segmented, button
from twinviewer.panels._life import until_gone
from twinviewer.panels._maint_card import CardPage
from twinviewer.panels._maint_dialogs import DoneDialog, NewOrderDialog, ReasonDialog, ScheduleDialog
from twinviewer.panels._maint_edit import Edits, moved_here
from twinviewer.panels._maint_orders import STEPS, OrderPage
from twinviewer.panels._maint_plan import PlanPage
from twinviewer.panels._wrap import WrapLayout
from twinviewer.session import Session

TITLE = "Maintenance"
AREA = "right"
ORDER = 30
GROUP = "Maintenance"
PAGES = (("plan", "Plan", ""), ("orders", "Work orders", ""), ("evidence", "Evidence", ""))
_NO_SCENE = "Open a scene to plan its maintenance."
_NO_SETTINGS = (
    "This scene has no maintenance.toml, so nothing can be planned. Put one beside scene.toml with crews, parts, "
    "planned stops and the work that each type of asset needs, then open the scene again. Work orders can be kept "
    "all the same."
)
_NO_PLAN = "No plan yet. Plan finds the jobs that fall due and gives each a crew and the cheapest time."
_NO_RECORDING = (
    "Evidence needs a recording: this window looks at values as they come and keeps no history that carries a "
    "prognosis. Record the plant for a while, open the recording, and select the asset again."
)
_BUTTONS = {
    "maintenance.new": ("New work order", "primary", "plus"),
    "maintenance.plan": ("Plan", "", "wrench"),
    "maintenance.undo": ("Undo", "", "undo"),
    "maintenance.redo": ("Redo", "", "redo"),
    "maintenance.ics": ("iCalendar…", "", "export"),
    "maintenance.csv": ("CSV…", "", "export"),
}


class Panel(QWidget):
    """Three pages in a scrolling area, and what can be done below them."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._actions = session, actions
        self.folder: Path | None = None  # of all work orders; None: the person's own
        self.seconds = 30.0
        self.orders: tuple[Order, ...] = ()
        self.plan: Plan | None = None
        self.edits = Edits()
        self._job: Job | None = None
        self._moving: Job | None = None
        self._scratch: Path | None = None
        self._epoch = 0
        self.plan_page, self.order_page, self.card_page = PlanPage(), OrderPage(), CardPage()
        self.pages = {"plan": self.plan_page, "orders": self.order_page, "evidence": self.card_page}
        self.page = Segmented(PAGES, "Page")
        self._lay_out()
        self._register()
        self._connect()
        self.show_page("plan")
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
        for name, (text, kind, glyph) in _BUTTONS.items():
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

    def _register(self) -> None:
        has_plan = lambda: self.plan is not None  # noqa: E731 (short and used four times)
        self._actions.add(
            Action("maintenance.new", self._new_title, GROUP, self.new_order, enabled=lambda: self._asset() is not None,
                   icon="plus", keywords="job repair wo"),
            Action("maintenance.plan", "Plan the jobs of the coming weeks", GROUP, self.make_plan,
                   enabled=self.can_plan, icon="wrench", keywords="schedule gantt optimise"),
            Action("maintenance.stop", "Stop planning, keep the best plan", GROUP, self.stop,
                   enabled=lambda: self._job is not None, icon="close"),
            Action("maintenance.undo", "Undo the move of a job", GROUP, self.undo,
                   enabled=lambda: self.edits.can_undo, icon="undo"),
            Action("maintenance.redo", "Redo the move of a job", GROUP, self.redo,
                   enabled=lambda: self.edits.can_redo, icon="redo"),
            Action("maintenance.ics", "Export the plan as iCalendar…", GROUP, self.export_calendar,
                   enabled=has_plan, icon="export", keywords="ics calendar outlook"),
            Action("maintenance.csv", "Export the work orders as CSV…", GROUP, self.export_orders,
                   enabled=lambda: bool(self.orders), icon="export", keywords="cmms table"),
            Action("maintenance.evidence", "Evidence for the selected asset", GROUP, self.make_card,
                   enabled=lambda: self._asset() is not None and self._recording() is not None,
                   icon="vibration", keywords="prognosis remaining life rul card"),
        )  # fmt: skip

    def _connect(self) -> None:
        session = self._session
        self.page.chosen.connect(self.show_page)
        self.order_page.chosen.connect(self._order_chosen)
        self.order_page.wanted.connect(lambda number, state: self.become(number, OrderState(state)))
        self.plan_page.stopped.connect(self.stop)
        self.plan_page.order_wanted.connect(self.order_from_job)
        self.plan_page.gantt.chosen.connect(self._job_chosen)
        self.plan_page.gantt.asset_chosen.connect(session.select)
        self.plan_page.gantt.dropped.connect(self.move_job)
        self.card_page.asked.connect(self.make_card)
        self.card_page.answered.connect(self.answer_card)
        until_gone(
            self,
            session.selection_changed.connect(lambda _id: self._selected()),
            session.scene_changed.connect(lambda _scene: self.open_scene()),
            session.source_changed.connect(lambda _source: self._show_evidence()),
            self._let_go,
        )

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(350, 200)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(440, 700)

    # Showing ---------------------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Move the now line; what can be done may have changed."""
        self.plan_page.gantt.set_now(frame.now_ns)
        self._refresh_buttons()

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self.plan_page.gantt.viewport().update()
        self.update()

    def show_page(self, name: str) -> None:
        """ "plan", "orders" or "evidence"."""
        self.page.choose(name)
        for key, page in self.pages.items():
            page.setVisible(key == name)
        self.area.verticalScrollBar().setValue(0)
        self._refresh_buttons()

    def open_scene(self) -> None:
        """Another scene: its work orders, no plan."""
        self._let_go()
        self.plan, self.orders = None, ()
        self.edits.clear()
        self.plan_page.set_running(False)
        self._show_plan()
        self.order_page.show_orders(())
        self.plan_page.hint.setText(self._hint())
        self._show_evidence()
        if self._session.scene.assets:
            self._run("Read the work orders", book.read, self._file(), done=self._take_orders)
        self._refresh_buttons()

    def _hint(self) -> str:
        if not self._session.scene.assets:
            return _NO_SCENE
        return _NO_PLAN if book.settings_file(self._session.scene).is_file() else _NO_SETTINGS

    def _refresh_buttons(self) -> None:
        """A command that cannot be done now has no button: nothing on the panel is dead."""
        for name, item in self.buttons.items():
            on = self._actions[name].is_enabled
            if item.isVisibleTo(self.bar) != on:
                item.setVisible(on)
            if item.toolTip() != self._actions[name].text:
                item.setToolTip(self._actions[name].text)
                item.setAccessibleName(self._actions[name].text)

    def _show_plan(self) -> None:
        self.plan_page.show_plan(self.plan, self._states(), self._now())
        self.plan_page.hint.setVisible(self.plan is None)
        self._refresh_buttons()

    def _states(self) -> dict[str, OrderState]:
        """States by job: a proposal that became a work order after the plan was made is told by asset and title."""
        known = {o.number: o.state for o in self.orders}
        named = {(o.asset_id, o.title): o.state for o in self.orders if o.state in OPEN}
        for job in self._jobs():
            if job.work_order not in known and (job.asset_id, job.title) in named:
                known[job.work_order] = named[job.asset_id, job.title]
        return known

    def _take_orders(self, orders: tuple[Order, ...]) -> None:
        self.orders = orders
        self.order_page.show_orders(orders)
        self._show_plan()

    # Selection -------------------------------------------------------------------------------------------------------

    def _asset(self) -> str | None:
        chosen = self._session.selection
        return chosen if any(a.asset_id == chosen for a in self._session.scene.assets) else None

    def _selected(self) -> None:
        asset = self._session.selection or ""
        gantt = self.plan_page.gantt
        job = self.plan_page.job_of(gantt.selected)
        if job is None or job.asset_id != asset:
            jobs = sorted((j for j in self._jobs() if j.asset_id == asset and j.start_ns), key=lambda j: j.start_ns)
            self.plan_page.show_job(jobs[0].work_order if jobs else "", asset)
        self.order_page.select_asset(asset)
        self._show_evidence()
        self._refresh_buttons()

    def _jobs(self) -> tuple[PlannedJob, ...]:
        return self.plan.jobs if self.plan is not None else ()

    def _job_chosen(self, work_order: str) -> None:
        job = self.plan_page.job_of(work_order)
        if job is not None:
            self.plan_page.show_job(work_order, job.asset_id)
            self._session.select(job.asset_id)
            if any(o.number == work_order for o in self.orders):
                self.order_page.select(work_order)

    def _order_chosen(self, number: str) -> None:
        order = next(o for o in self.orders if o.number == number)
        self.plan_page.show_job(number if self.plan_page.job_of(number) else "", order.asset_id)
        if any(a.asset_id == order.asset_id for a in self._session.scene.assets):
            self._session.select(order.asset_id)
        self._run("Read the record", book.record, self._file(), number, done=self.order_page.show_record)

    # Work orders -----------------------------------------------------------------------------------------------------

    def _new_title(self) -> str:
        asset = self._asset()
        return f"New work order for {asset}…" if asset else "New work order…"

    def new_order(self) -> None:
        """Ask what is to be done with the selected asset."""
        asset = self._asset()
        if asset is None:
            return
        dialog = NewOrderDialog(asset, self._session.user, self)
        if dialog.exec():
            self._add(dialog.order(self._now()), dialog.who, dialog.why)

    def order_from_job(self, work_order: str) -> None:
        """Make a proposal of the planner a work order."""
        job = self.plan_page.job_of(work_order)
        if job is None:
            return
        now, hours = self._now(), (job.end_ns - job.start_ns) / 3.6e12
        order = Order(
            "", job.asset_id, job.title, job.kind, OrderState.PROPOSED, job.reason, now, now, due_ns=job.due_ns,
            start_ns=job.start_ns, end_ns=job.end_ns, crew=job.crew, people=job.people, duration_h=hours,
            part=job.part, stops=bool(job.group),
        )  # fmt: skip
        self._add(order, self._session.user, f"taken over from the plan: {job.reason}")

    def _add(self, order: Order, by: str, why: str) -> None:
        self._run("Add a work order", book.add, self._file(), order, by, why, done=self._order_changed)

    def become(self, number: str, state: OrderState) -> None:
        """Ask who and why, then move a work order on."""
        order = next((o for o in self.orders if o.number == number), None)
        if order is None:
            return
        values: dict[str, Any] = {}
        if state is OrderState.DONE:
            done = DoneDialog(order, self._session.user, self)
            if not done.exec():
                return
            values = {"feedback": done.feedback, "failed": done.failed.current == "yes"}
            who, why = done.who, done.feedback.done
        else:
            dialog = self._asking(order, state)
            if not dialog.exec():
                return
            who, why = dialog.who, dialog.why
            if isinstance(dialog, ScheduleDialog):
                values = {"start_ns": dialog.start_ns, "end_ns": dialog.end_ns, "crew": dialog.crew.text().strip()}
        arguments = (number, state, who, why, self._now(), values)
        self._run("Change a work order", book.become, self._file(), *arguments, done=self._order_changed)

    def _asking(self, order: Order, state: OrderState) -> ReasonDialog:
        user = self._session.user
        if state is OrderState.SCHEDULED:
            job = self.plan_page.job_of(order.number)
            start = job.start_ns if job else order.start_ns or self._now()
            return ScheduleDialog(order, start, job.crew if job else order.crew, user, self)
        word = next(w.rstrip("…") for s, w, _ in STEPS if s is state)
        word = "Cancel the work order" if state is OrderState.CANCELLED else word
        usual = {OrderState.APPROVED: "Evidence seen, worth doing", OrderState.IN_PROGRESS: "Crew on site"}
        about = f"{order.number} · {order.asset_id} · {order.title}"
        return ReasonDialog(word, about, word, user, usual.get(state, ""), self)

    def _order_changed(self, found: tuple[tuple[Order, ...], str]) -> None:
        orders, number = found
        self._take_orders(orders)
        self.order_page.select(number)
        self.show_page("orders")

    # Plan ------------------------------------------------------------------------------------------------------------

    def can_plan(self) -> bool:
        """Whether there is something to plan and nothing is being planned."""
        scene = self._session.scene
        return self._job is None and bool(scene.assets) and book.settings_file(scene).is_file()

    def make_plan(self) -> None:
        """Plan in a worker process; each better plan is shown as it is found."""
        self._forget_scratch()
        self._scratch = Path(tempfile.mkdtemp(prefix="twinviewer-plan-"))
        shown = self._scratch / "shown"
        wanted = work.Wanted(
            self._session.scene.path, self._recording(), self._file(), self._now(), seconds=self.seconds
        )
        self.show_page("plan")
        self._job = self._run(
            "Plan maintenance", work.make_plan, wanted, shown,
            done=self._planned, failed=self._plan_failed, cancelled=lambda: self._plan_ended(shown),
        )  # fmt: skip
        self._job.moved.connect(lambda told: self._plan_moved(shown, *told))
        self.plan_page.hint.hide()
        self.plan_page.set_running(True, 0.0, "Starting the planner")
        self._refresh_buttons()

    def _plan_moved(self, shown: Path, fraction: float, text: str) -> None:
        self.plan_page.set_running(True, fraction, text)
        self._take_shown(shown)

    def _take_shown(self, shown: Path) -> None:
        plan = work.shown_plan(shown)
        if plan is not None:
            shown.unlink(missing_ok=True)
            self._take_plan(plan)

    def _take_plan(self, plan: Plan) -> None:
        self.plan = plan
        self.edits.clear()
        self._show_plan()

    def _planned(self, plan: Plan) -> None:
        self._end_planning()
        self._take_plan(plan)

    def _plan_failed(self, error: Exception) -> None:
        self._end_planning()
        self._show_plan()
        self._failed(error)

    def _plan_ended(self, shown: Path) -> None:
        self._take_shown(shown)
        self._end_planning()
        self._show_plan()

    def _end_planning(self) -> None:
        self._job = None
        self.plan_page.set_running(False)
        self._forget_scratch()

    def stop(self) -> None:
        """End the search; the best plan so far stays."""
        if self._job is not None:
            self._job.cancel()

    def move_job(self, work_order: str, start_ns: int) -> None:
        """A person put a job elsewhere: shown at once, its cost as soon as it is known."""
        if self.plan is None:
            return
        before = self.plan
        self.stop()
        self.edits.leave(before)
        self.plan = moved_here(before, work_order, start_ns)
        self.plan_page.gantt.selected = work_order
        self._show_plan()
        edited = self.plan
        if self._moving is not None:
            self._moving.cancel()
        self._moving = self._run(
            "Cost of the edited plan", work.told_moves, edited,
            done=lambda plan: self._costed(edited, plan), failed=self._failed,
        )  # fmt: skip

    def _costed(self, edited: Plan, plan: Plan) -> None:
        self._moving = None
        if self.plan is edited:
            self.plan = plan
            self._show_plan()

    def undo(self) -> None:
        """Take the last move back."""
        if self.plan is not None and self.edits.can_undo:
            self.plan = self.edits.undo(self.plan)
            self._show_plan()

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.plan is not None and self.edits.can_redo:
            self.plan = self.edits.redo(self.plan)
            self._show_plan()

    # Evidence --------------------------------------------------------------------------------------------------------

    def _recording(self) -> Path | None:
        folder = getattr(getattr(self._session.source, "recording", None), "folder", None)
        return Path(folder) if folder is not None else None

    def _show_evidence(self) -> None:
        asset = self._asset()
        card = self.card_page.card
        if card is not None and card.asset_id == asset:
            return
        if asset is None:
            self.card_page.show_nothing("", "Select an asset to see what speaks for work on it.")
        elif self._recording() is None:
            self.card_page.show_nothing(asset, _NO_RECORDING)
        else:
            self.card_page.show_nothing(asset, "", can_ask=True)

    def make_card(self) -> None:
        """Work out the evidence card of the selected asset."""
        asset, recording = self._asset(), self._recording()
        if asset is None or recording is None:
            return
        self.show_page("evidence")
        self.card_page.show_nothing(asset, "Reading the recording …")
        arguments = (self._session.scene.path, recording, self._file(), asset, self._now())
        self._run("Evidence", work.make_card, *arguments,
                  done=lambda card: self._take_card(asset, card), failed=self._card_failed)  # fmt: skip

    def _take_card(self, asset: str, card: Card | None) -> None:
        if asset != self._asset():
            return
        if card is None:
            self.card_page.show_nothing(asset, "This asset has no sensors from which something could be learnt.")
        else:
            self.card_page.show_card(card)

    def _card_failed(self, error: Exception) -> None:
        self.card_page.show_nothing(self._asset() or "", str(error), can_ask=True)
        self._failed(error)

    def answer_card(self, what: str) -> None:
        """Ask why, then keep what a person decided; an accepted card becomes a work order."""
        card = self.card_page.card
        if card is None:
            return
        word = {"accepted": "Accept", "deferred": "Defer", "rejected": "Reject"}[what]
        usual = "Evidence seen, worth doing" if what == "accepted" else ""
        dialog = ReasonDialog(word, f"{card.asset_id}: {card.headline}", word, self._session.user, usual, self)
        if dialog.exec():
            arguments = (self._session.scene.path, self._file(), card, what, dialog.who, dialog.why, self._now())
            self._run("Keep the decision", work.answer_card, *arguments, done=self._answered)

    def _answered(self, number: str) -> None:
        text = f"Work order {number} proposed." if number else "Your reason is kept with the evidence."
        self._session.notice.emit(Notice("info", text))
        if number:
            self._run("Read the work orders", book.read, self._file(),
                      done=lambda orders: self._order_changed((orders, number)))  # fmt: skip

    # Export ----------------------------------------------------------------------------------------------------------

    def export_calendar(self) -> None:
        """Ask for a file and write the plan into it."""
        if self.plan is not None:
            name, _ = QFileDialog.getSaveFileName(self, "Export the plan", "plan.ics", "iCalendar (*.ics)")
            if name:
                self.write_calendar(Path(name))

    def write_calendar(self, path: Path) -> None:
        """Write the plan as iCalendar."""
        if self.plan is not None:
            self._run("Export the plan", book.write_calendar, self.plan.jobs, self._now(), path, done=self._written)

    def export_orders(self) -> None:
        """Ask for a file and write the work orders into it."""
        name, _ = QFileDialog.getSaveFileName(self, "Export the work orders", "work_orders.csv", "CSV (*.csv)")
        if name:
            self.write_orders(Path(name))

    def write_orders(self, path: Path) -> None:
        """Write the work orders as CSV."""
        self._run("Export work orders", book.write_csv, path, self.orders, done=self._written)

    def _written(self, path: Path) -> None:
        self._session.notice.emit(Notice("info", f"Written: {path}"))

    # Work beside the window ------------------------------------------------------------------------------------------

    def _file(self) -> Path:
        return book.orders_file(self._session.scene, self.folder)

    def _now(self) -> int:
        frame = self._session.frame
        return frame.now_ns if frame is not None else time.time_ns()

    def _run(
        self, title: str, function: Callable[..., Any], *arguments: Any, done: Callable[[Any], object],
        failed: Callable[[Exception], object] | None = None, cancelled: Callable[[], object] | None = None,
    ) -> Job:  # fmt: skip
        """A job whose outcome is only used while the same scene is open; files are minded by threads, sums by a
        process."""
        epoch = self._epoch

        def still(call: Callable[..., object]) -> Callable[..., object]:
            return lambda *found: call(*found) if epoch == self._epoch else None

        light = function.__module__ == book.__name__
        return self._actions.jobs.start(
            title, function, *arguments, done=still(done), failed=still(failed or self._failed),
            cancelled=still(cancelled) if cancelled is not None else None, thread=light,
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        if isinstance(error, TwinError):
            self._session.notice.emit(Notice("error", error.text, error.remedy, error.where))
        else:
            self._session.notice.emit(Notice("error", str(error), "Try again; the log has more."))

    def _forget_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _let_go(self) -> None:
        """End what runs for this panel."""
        self._epoch += 1
        for job in (self._job, self._moving):
            if job is not None:
                job.cancel()
        self._job = self._moving = None
        self._forget_scratch()
