"""The page of the plan: chart, crew load, conflicts, comparison of costs, and the job that is chosen."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.maintenance.orders.model import OrderState
from twinviewer.maintenance.plan_results import Plan, PlannedJob
from twinviewer.panels._kit.widgets import Segmented, button, label, row
from twinviewer.panels._maint_bar import said
from twinviewer.panels._maint_costs import CostTable
from twinviewer.panels._maint_crew import CrewStrip
from twinviewer.panels._maint_edit import moved_here
from twinviewer.panels._maint_gantt import SPAN_H, Gantt
from twinviewer.panels._maint_gantt_paint import Legend
from twinviewer.panels._text import local

ZOOMS = (("day", "Day", ""), ("week", "Week", ""), ("month", "Month", ""))


class PlanPage(QWidget):
    """Sends `stopped` when the search is to end, and `order_wanted` when a job is to become a work order."""

    stopped = Signal()
    order_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan: Plan | None = None
        self._states: Mapping[str, OrderState] = {}
        self.title = label("", "heading")
        self.title.setMinimumWidth(0)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.zoom = Segmented(ZOOMS, "Zoom")
        self.zoom.choose("week")
        self.gantt, self.legend = Gantt(), Legend()
        self.crews, self.costs = CrewStrip(), CostTable()
        self.hint = label("", "quiet", wrap=True)
        self.gap = label("", "quiet", wrap=True)
        self.conflicts = label("", "", wrap=True)
        self.job = label("", "", wrap=True)
        self.make_order = button("Make work order", "link", lambda: self.order_wanted.emit(self.gantt.selected))
        self.notes = label("", "quiet", wrap=True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of planning")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.stop = button("Stop", "", self.stopped.emit)
        self.stop.setAccessibleName("Stop planning and keep the best plan so far")
        self.running = row(self.bar, self.stop, spacing=8)
        self.head = row(self.title, self.zoom)
        self._lay_out()
        self._connect()
        self.set_running(False)
        self.show_plan(None, {}, 0)

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        # What comes and goes stands below the chart: nothing may move under the pointer of who drags a job.
        parts = (self.hint, self.head, self.gantt, self.legend, self.running, self.gap, self.conflicts, self.job)
        for part in (*parts, self.make_order, self.crews, self.costs, self.notes):
            layout.addWidget(part)
        layout.addStretch(1)

    def _connect(self) -> None:
        self.zoom.chosen.connect(self.set_zoom)
        self.gantt.moving.connect(self._preview)
        self.gantt.horizontalScrollBar().valueChanged.connect(lambda _v: self._show_crews(self.plan))

    def set_zoom(self, zoom: str) -> None:
        """ "day", "week" or "month"."""
        self.zoom.choose(zoom)
        self.gantt.set_zoom(zoom)
        self._show_crews(self.plan)

    def set_running(self, on: bool, fraction: float = 0.0, text: str = "") -> None:
        """The search runs: how far, and what it found."""
        self.running.setVisible(on)
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * min(max(fraction, 0.0), 1.0)))
        if on:
            self.gap.setText(text)
            self.gap.setVisible(bool(text))
        else:
            self._say_gap()

    def show_plan(self, plan: Plan | None, states: Mapping[str, OrderState], now_ns: int) -> None:
        """Show a plan; None for none."""
        self.plan, self._states = plan, states
        self.gantt.set_plan(plan, states, now_ns)
        for part in (self.head, self.gantt, self.legend, self.crews, self.costs):
            part.setVisible(plan is not None)
        self._say(plan)
        self._say_gap()
        self.costs.show_plan(plan)
        self.show_job(self.gantt.selected, self.gantt.selected_asset)

    def _say(self, plan: Plan | None) -> None:
        self._show_crews(plan)
        if plan is not None:
            begin = local(plan.start_ns)
            self.title.setText(f"Plan, week {begin.isocalendar().week}")
            self.title.setToolTip(f"{plan.hours // 168} weeks, from {begin.strftime('%A %d %B %H:%M')}")
        self._say_conflicts(plan)
        notes = list(plan.notes) if plan is not None else []
        off = [j for j in plan.jobs if not j.start_ns] if plan is not None else []
        if off:
            names = ", ".join(f"{j.asset_id} {j.title.lower()}" for j in off[:3])
            notes.insert(0, f"{len(off)} jobs are put off beyond the plan: {names}{' …' if len(off) > 3 else ''}.")
        self.notes.setText("\n".join(notes))
        self.notes.setVisible(bool(notes))

    def _say_gap(self) -> None:
        plan = self.plan
        if not self.running.isHidden():
            return
        text = ""
        if plan is not None and plan.bound_eur > 0:
            text = f"Proven: at most {100 * plan.gap:.0f} % of its cost could still be saved."
            if plan.gap < 0.005:
                text = "Proven: no other plan of these jobs is noticeably cheaper (gap below 0.5 %)."
            if "edit" in plan.compare:
                text += " Your moves were kept."
        elif plan is not None and "edit" in plan.compare:
            text = "Edited by you: nothing is proven of this. Plan keeps your moves and finds the best for the rest."
        elif plan is not None:
            text = "No bound is proven yet; plan again for one."
        self.gap.setText(text)
        self.gap.setVisible(bool(text))

    def _say_conflicts(self, plan: Plan | None) -> None:
        found = plan.conflicts if plan is not None else ()
        more = [f"and {len(found) - 4} more"] if len(found) > 4 else []
        self.conflicts.setText("\n".join([f"! {c.text}" for c in found[:4]] + more))
        self.conflicts.setVisible(bool(found))

    def _show_crews(self, plan: Plan | None) -> None:
        if plan is None:
            return
        scroll = self.gantt.horizontalScrollBar().value()
        first = plan.start_ns + int(scroll / self.gantt.per_hour * 3.6e12)
        self.crews.show_plan(plan, first, SPAN_H[self.gantt.zoom] // 24, self.gantt.per_hour)

    def show_job(self, work_order: str, asset_id: str) -> None:
        """Choose a job and say all about it."""
        self.gantt.select(work_order, asset_id)
        job = self.job_of(work_order)
        self.job.setText(said(job, self._states.get(work_order)) if job is not None else "")
        self.job.setVisible(job is not None)
        self.make_order.setVisible(job is not None and work_order not in self._states)

    def job_of(self, work_order: str) -> PlannedJob | None:
        """A job of the plan that has a time."""
        jobs = self.plan.jobs if self.plan is not None else ()
        return next((j for j in jobs if j.work_order == work_order and j.start_ns), None)

    def _preview(self, work_order: str, start_ns: int) -> None:
        """What a drag would bring, before it is let go."""
        if self.plan is None:
            return
        there = moved_here(self.plan, work_order, start_ns)
        self._show_crews(there)
        self._say_conflicts(there)
        self.gantt.mark_conflicts([name for c in there.conflicts for name in c.jobs])
        self.job.setText(said(next(j for j in there.jobs if j.work_order == work_order), self._states.get(work_order)))
