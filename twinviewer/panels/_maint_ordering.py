"""Keeps the work orders of the open scene: by hand or from a plan, moved on with who and why."""

from collections.abc import Callable
from typing import Any

from twinviewer.maintenance.orders.indicators import NAN, Yardsticks, how_it_goes
from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.maintenance.plan_results import PlannedJob
from twinviewer.panels import _maint_book as book
from twinviewer.panels import _maint_work as work
from twinviewer.panels._maint_desk import Desk
from twinviewer.panels._maint_dialogs import DoneDialog, NewOrderDialog, ReasonDialog, ScheduleDialog, WholePlanDialog
from twinviewer.panels._maint_exchange import Exchange
from twinviewer.panels._maint_order import STEPS
from twinviewer.panels._maint_orders import OrderPage
from twinviewer.panels._maint_planning import Planning

_USUAL = {OrderState.APPROVED: "Evidence seen, worth doing", OrderState.IN_PROGRESS: "Crew on site"}


class Ordering:
    """Work orders by number. `changed` is called after each change, `wanted` when the page is to be looked at."""

    def __init__(
        self, desk: Desk, page: OrderPage, changed: Callable[[], object], wanted: Callable[[], object]
    ) -> None:
        self.desk, self._changed, self.wanted = desk, changed, wanted
        self.page = page
        self.orders: tuple[Order, ...] = ()
        self.planning: Planning | None = None  # whose plan proposes time and crew
        self._helped: dict[str, str] = {}
        self._yardsticks: Yardsticks | None = None
        self._measuring = False
        self._stamp: tuple[int, ...] = ()  # of the file, when it was read last
        self._busy = False
        page.detail.wanted.connect(lambda number, state: self.become(number, OrderState(state)))
        page.detail.checked.connect(self.check)
        self.files = Exchange(self)
        page.detail.printed.connect(lambda number: self.files.ask_card_file((number,)))
        page.chosen.connect(self.show)

    # Reading ---------------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Another scene: none are known yet."""
        self.orders, self._helped = (), {}
        self._stamp, self._busy = (), False
        self.forget_yardsticks()
        self.page.show_orders(())
        self.page.indicators.show_indicators(None)

    def follow(self) -> None:
        """Take in what another window or program has changed."""
        desk = self.desk
        if self._busy or not desk.session.scene.assets or book.stamp(desk.file) == self._stamp:
            return
        self.read()

    def read(self, number: str = "") -> None:
        """Take in what the file holds, and show one of them."""
        self._stamp, self._busy = book.stamp(self.desk.file), True

        def done(found: tuple[Order, ...]) -> None:
            self._busy = False
            self.take(found)
            if number:
                self._look_at(number)

        def failed(error: Exception) -> None:
            self._busy = False
            self.desk.failed(error)

        self.desk.run("Read the work orders", book.read, self.desk.file, done=done, failed=failed)

    def take(self, orders: tuple[Order, ...]) -> None:
        """These are all work orders now."""
        self.orders = orders
        self.page.show_orders(orders)
        self._changed()
        self.indicate()

    def _changed_one(self, found: tuple[tuple[Order, ...], str]) -> None:
        orders, number = found
        self.take(orders)
        self._look_at(number)

    def _look_at(self, number: str) -> None:
        self.page.show_number(number)
        self.wanted()
        self.show(number)

    def order(self, number: str) -> Order | None:
        """One of them."""
        return next((o for o in self.orders if o.number == number), None)

    def show(self, number: str) -> None:
        """Read the record of one, and whether it helped."""
        order, desk = self.order(number), self.desk
        if order is None:
            return
        detail = self.page.detail

        def recorded(lines: tuple[str, ...]) -> None:
            if detail.order is not None and detail.order.number == number:
                detail.show_record(lines)

        desk.run("Read the record", book.record, desk.file, number, done=recorded)
        self._see_help(order)

    def _see_help(self, order: Order) -> None:
        desk, detail = self.desk, self.page.detail
        if order.state is not OrderState.DONE or desk.recording is None:
            return
        if order.number in self._helped:
            detail.show_help(self._helped[order.number])
            return

        def seen(text: str) -> None:
            self._helped[order.number] = text
            if detail.order is not None and detail.order.number == order.number:
                detail.show_help(text)

        desk.run("Did it help", work.see_help, desk.session.scene.path, desk.recording, order, desk.now_ns, done=seen)

    def indicate(self) -> None:
        """Say how maintenance goes, where there are work orders to tell it from and the page is seen."""
        tiles, desk = self.page.indicators, self.desk
        if not self.orders:
            tiles.show_indicators(None)
        elif self._yardsticks is not None:
            tiles.show_indicators(how_it_goes(self.orders, desk.now_ns, self._yardsticks))
        elif self.page.isVisible() and not self._measuring:
            self._measuring = True
            arguments = (desk.session.scene.path, desk.recording)
            desk.run("Indicators", work.yardsticks, *arguments, done=self._measured, failed=self._not_measured)

    def _measured(self, found: Yardsticks) -> None:
        self._measuring, self._yardsticks = False, found
        self.indicate()

    def _not_measured(self, error: Exception) -> None:
        self._measured(Yardsticks(NAN, NAN, NAN))
        self.desk.failed(error)

    def forget_yardsticks(self) -> None:
        """Another source: hours are counted by its recording."""
        self._yardsticks, self._measuring = None, False

    # Changing --------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """Ask what is to be done with the selected asset."""
        desk, asset = self.desk, self.desk.asset_id
        if not asset:
            return
        skills, parts = book.skills_and_parts(desk.session.scene)
        dialog = NewOrderDialog(asset, skills, parts, desk.now_ns, desk.session.user, self.page)
        if dialog.exec():
            self._add(dialog.order(desk.now_ns), dialog.who, dialog.why)

    def add_job(self, job: PlannedJob) -> None:
        """Make a proposal of the planner a work order."""
        desk = self.desk
        arguments = (self._proposed(job), desk.session.user, f"taken over from the plan: {job.reason}")
        desk.run("Add a work order", work.add_job, desk.session.scene.path, desk.file, *arguments,
                 done=self._changed_one)  # fmt: skip

    def _proposed(self, job: PlannedJob) -> Order:
        now, hours = self.desk.now_ns, (job.end_ns - job.start_ns) / 3.6e12
        return Order(
            "", job.asset_id, job.title, job.kind, OrderState.PROPOSED, job.reason, now, now, due_ns=job.due_ns,
            start_ns=job.start_ns, end_ns=job.end_ns, crew=job.crew, people=job.people, duration_h=hours,
            part=job.part, stops=bool(job.group), tools=", ".join(job.tools), lock_out=job.lock_out,
            lock_out_h=job.lock_out_h,
        )  # fmt: skip

    def _add(self, order: Order, by: str, why: str) -> None:
        self.desk.run("Add a work order", book.add, self.desk.file, order, by, why, done=self._changed_one)

    def check(self, number: str, line: int, on: bool) -> None:
        """Tick a line of a checklist."""
        desk = self.desk
        arguments = (number, line, on, desk.session.user, desk.now_ns)
        desk.run("Tick the checklist", book.check, desk.file, *arguments, done=self._changed_one)

    def become(self, number: str, state: OrderState) -> None:
        """Ask who and why, then move a work order on."""
        order, desk = self.order(number), self.desk
        if order is None:
            return
        values: dict[str, Any] = {}
        if state is OrderState.DONE:
            done = DoneDialog(order, desk.session.user, self.page)
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
        desk.session.keep_on_record(f"work order {number}: {state.value}", why, who)
        arguments = (number, state, who, why, desk.now_ns, values)
        desk.run("Change a work order", book.become, desk.file, *arguments, done=self._changed_one)

    def _asking(self, order: Order, state: OrderState) -> ReasonDialog:
        user = self.desk.session.user
        if state is OrderState.SCHEDULED:
            job = self._job_of(order)
            start = job.start_ns if job else order.start_ns or self.desk.now_ns
            return ScheduleDialog(order, start, job.crew if job else order.crew, user, self.page)
        word = next(w.rstrip("…") for s, w, _ in STEPS if s is state)
        word = "Cancel the work order" if state is OrderState.CANCELLED else word
        about = f"{order.number} · {order.asset_id} · {order.title}"
        return ReasonDialog(word, about, word, user, _USUAL.get(state, ""), self.page)

    def _job_of(self, order: Order) -> PlannedJob | None:
        jobs = self.planning.jobs if self.planning is not None else ()
        known = self.planning.order_of if self.planning is not None else None
        return next((j for j in jobs if known is not None and known(j) == order), None)

    # The whole plan --------------------------------------------------------------------------------------------------

    def schedule_plan(self) -> None:
        """Ask who and why, then give all jobs of the plan their time; proposals may become work orders on the way."""
        if self.planning is None:
            return
        planning, desk = self.planning, self.desk
        orders = {job.work_order: planning.order_of(job) for job in planning.jobs}
        known = {name: o.number for name, o in orders.items() if o is not None and o.state in OPEN}
        fresh = {j.work_order: self._proposed(j) for j in planning.jobs if orders[j.work_order] is None}
        waiting = sum(o is not None and o.state is OrderState.PROPOSED for o in orders.values())
        dialog = WholePlanDialog(len(known), len(fresh), waiting, desk.session.user, self.page)
        if not dialog.exec():
            return
        takeover = book.Takeover(planning.jobs, fresh if dialog.proposals.isChecked() else {}, known)
        desk.session.keep_on_record("maintenance plan: all jobs scheduled", dialog.why, dialog.who)
        arguments = (desk.session.scene.path, desk.file, takeover, dialog.who, dialog.why, desk.now_ns)
        desk.run("Schedule the plan", work.schedule_plan, *arguments, done=self._scheduled)

    def _scheduled(self, found: tuple[tuple[Order, ...], int]) -> None:
        orders, count = found
        self.take(orders)
        self.desk.say(f"{count} work orders scheduled." if count else "Everything was scheduled like this already.")
