"""Keeps the plan of the open scene: has it made and bettered, takes a person's moves, undo and redo."""

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState
from twinviewer.maintenance.plan_results import Plan, PlannedJob
from twinviewer.maintenance.results import Card
from twinviewer.panels import _maint_book as book
from twinviewer.panels import _maint_work as work
from twinviewer.panels._kit.jobs import Job
from twinviewer.panels._maint_bar import day
from twinviewer.panels._maint_desk import Desk
from twinviewer.panels._maint_edit import Edits, moved_here
from twinviewer.panels._maint_plan import PlanPage

NO_SCENE = "Open a scene to plan its maintenance."
NO_SETTINGS = (
    "This scene has no maintenance.toml, so nothing can be planned. Put one beside scene.toml with crews, parts, "
    "planned stops and the work that each type of asset needs, then open the scene again. Work orders can be kept "
    "all the same."
)
NO_PLAN = "No plan yet. Plan finds the jobs that fall due and gives each a crew and the cheapest time."
FRESH_NS = 3_600_000_000_000  # cards older than this are made anew for a plan


MARKED_NS = 7 * 24 * 3_600_000_000_000  # how far ahead work is marked in the picture


def planned_work(jobs: Sequence[PlannedJob], now_ns: int) -> dict[str, str]:
    """What is planned for the coming week, by asset: its next job and when that is."""
    found: dict[str, str] = {}
    for job in sorted(jobs, key=lambda j: j.start_ns):
        if job.end_ns > now_ns and job.start_ns < now_ns + MARKED_NS:
            found.setdefault(job.asset_id, f"{job.title}, {day(job.start_ns)}")
    return found


class Planning:
    """The plan and the search for a better one. `changed` is called whenever another plan is shown."""

    def __init__(
        self, desk: Desk, page: PlanPage, orders: Callable[[], tuple[Order, ...]],
        cards: Callable[[], Mapping[str, Card]], changed: Callable[[], object],
    ) -> None:  # fmt: skip
        self._desk, self._orders, self._cards, self._changed = desk, orders, cards, changed
        self.page = page
        self.seconds = 30.0
        self.plan: Plan | None = None
        self.edits = Edits()
        self._job: Job | None = None
        self._moving: Job | None = None
        self._scratch: Path | None = None
        self._held: Plan | None = None  # found while a person held a bar
        page.stopped.connect(self.stop)
        page.gantt.dropped.connect(self.move)
        page.gantt.shown.connect(lambda _name: self._take_waiting())
        page.gantt.undone.connect(self.undo)
        page.gantt.redone.connect(self.redo)

    # What there is ---------------------------------------------------------------------------------------------------

    @property
    def can_make(self) -> bool:
        """Whether there is something to plan and nothing is being planned."""
        scene = self._desk.session.scene
        return self._job is None and bool(scene.assets) and book.settings_file(scene).is_file()

    @property
    def running(self) -> bool:
        """Whether a better plan is being looked for."""
        return self._job is not None

    @property
    def jobs(self) -> tuple[PlannedJob, ...]:
        """The jobs of the plan that have a time."""
        return tuple(j for j in self.plan.jobs if j.start_ns) if self.plan is not None else ()

    def order_of(self, job: PlannedJob) -> Order | None:
        """The work order of a job; a proposal that became one after the plan was made is told by asset and title."""
        orders = self._orders()
        found = next((o for o in orders if o.number == job.work_order), None)
        same = (o for o in orders if o.state in OPEN and (o.asset_id, o.title) == (job.asset_id, job.title))
        return found if found is not None else next(same, None)

    def states(self) -> dict[str, OrderState]:
        """States of the work orders, and of jobs that became one after the plan was made."""
        orders = self._orders()
        known = {o.number: o.state for o in orders}
        named = {(o.asset_id, o.title): o.state for o in orders if o.state in OPEN}
        for job in self.jobs:
            if job.work_order not in known and (job.asset_id, job.title) in named:
                known[job.work_order] = named[job.asset_id, job.title]
        return known

    def show(self) -> None:
        """Show the plan, or why there is none."""
        self.page.show_plan(self.plan, self.states(), self._desk.now_ns)
        scene = self._desk.session.scene
        if not scene.assets:
            self.page.hint.setText(NO_SCENE)
        else:
            self.page.hint.setText(NO_PLAN if book.settings_file(scene).is_file() else NO_SETTINGS)
        self.page.hint.setVisible(self.plan is None and self._job is None)
        self._changed()

    def clear(self) -> None:
        """Another scene: no plan."""
        self.let_go()
        self.plan = self._held = None
        self.edits.clear()
        self.page.set_running(False)
        self.show()

    def let_go(self) -> None:
        """End what runs."""
        jobs, self._job, self._moving = (self._job, self._moving), None, None
        for job in jobs:
            if job is not None:
                job.cancel()
        self._forget_scratch()

    # Making ----------------------------------------------------------------------------------------------------------

    @property
    def moves(self) -> tuple[PlannedJob, ...]:
        """Jobs that a person has put where they are (what has begun, or is scheduled soon, stays by itself)."""
        return tuple(j for j in self.jobs if j.pinned and not self._stays(j))

    def _stays(self, job: PlannedJob) -> bool:
        order = self.order_of(job)
        if order is None:
            return False
        told = order.state is OrderState.SCHEDULED and order.start_ns == job.start_ns
        return told or order.state in (OrderState.IN_PROGRESS, OrderState.ON_HOLD)

    def make(self, afresh: bool = False) -> None:
        """Plan in a worker process; each better plan is shown as it is found. What a person has moved stays there,
        unless it is made `afresh`."""
        desk = self._desk
        self._forget_scratch()
        self._scratch = Path(tempfile.mkdtemp(prefix="twinviewer-plan-"))
        shown = self._shown
        fresh = tuple(c for c in self._cards().values() if abs(desk.now_ns - c.time_ns) < FRESH_NS)
        moves = () if afresh else self.moves
        planner = self.plan.compare.get("plan") if self.plan is not None and moves else None
        wanted = work.Wanted(
            desk.session.scene.path, desk.recording, desk.file, desk.now_ns,
            seconds=self.seconds, cards=fresh, moves=moves, planner=planner,
        )  # fmt: skip
        self._job = desk.run(
            "Plan maintenance", work.make_plan, wanted, shown,
            done=self._planned, failed=self._not_planned, cancelled=self._stopped,
        )  # fmt: skip
        self._job.moved.connect(lambda told: self._moved_on(*told))
        self.page.hint.hide()
        self.page.set_running(True, 0.0, "Starting the planner")
        self._changed()

    @property
    def _shown(self) -> Path:
        assert self._scratch is not None
        return self._scratch / "shown"

    def _moved_on(self, fraction: float, text: str) -> None:
        self.page.set_running(True, fraction, text)
        self._take_waiting()

    def _take_waiting(self) -> None:
        """Show the newest plan that the worker has put there, unless a person holds a bar."""
        if self.page.gantt.dragging:
            return
        plan = self._held
        if plan is None and self._scratch is not None:
            plan = work.shown_plan(self._shown)
            self._shown.unlink(missing_ok=True)
        if plan is not None:
            self._take(plan)

    def _take(self, plan: Plan) -> None:
        self.plan, self._held = plan, None
        self.edits.clear()
        self.show()

    def _planned(self, plan: Plan) -> None:
        self._end()
        if self.page.gantt.dragging:
            self._held = plan
        else:
            self._take(plan)

    def _not_planned(self, error: Exception) -> None:
        self._end()
        self.show()
        self._desk.failed(error)

    def _stopped(self) -> None:
        self._take_waiting()
        self._end()
        self.show()

    def _end(self) -> None:
        self._job = None
        self.page.set_running(False)
        self._forget_scratch()

    def _forget_scratch(self) -> None:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def stop(self) -> None:
        """End the search; the best plan so far stays."""
        if self._job is not None:
            self._job.cancel()

    # Editing ---------------------------------------------------------------------------------------------------------

    def move(self, work_order: str, start_ns: int) -> None:
        """A person put a job elsewhere: shown at once, its cost as soon as it is known."""
        before = self.plan
        if before is None or all(j.work_order != work_order for j in before.jobs):
            return
        if self._job is not None:
            self._forget_scratch()  # what the search found meanwhile would take the person's move away
            self.stop()
        self._held = None
        self.edits.leave(before)
        self.plan = moved_here(before, work_order, start_ns)
        self.page.gantt.selected = work_order
        self.show()
        self._ask_cost(self.plan)

    def _ask_cost(self, edited: Plan) -> None:
        if self._moving is not None:
            self._moving.cancel()

        def costed(plan: Plan) -> None:
            self._moving = None
            if self.plan is edited:
                self.plan = plan
                self.show()

        self._moving = self._desk.run("Cost of the edited plan", work.told_moves, edited, done=costed)

    def undo(self) -> None:
        """Take the last move back."""
        if self.plan is not None and self.edits.can_undo:
            self._go(self.edits.undo(self.plan))

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.plan is not None and self.edits.can_redo:
            self._go(self.edits.redo(self.plan))

    def _go(self, plan: Plan) -> None:
        """Show a plan of before; its cost is asked for where it was never told."""
        self.plan = plan
        self.show()
        if isinstance(plan.token, tuple):
            self._ask_cost(plan)
