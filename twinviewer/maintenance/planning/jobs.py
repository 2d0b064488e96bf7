"""Finds the jobs that a plant needs over the coming weeks: from rules, from prognoses, and from open work orders."""

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from twinviewer.maintenance.orders.model import OPEN, Order, OrderState, beside_of
from twinviewer.maintenance.planning.calendar import HOUR_NS, Hours, crew_of, loss_of
from twinviewer.maintenance.planning.known import Known, group_of
from twinviewer.maintenance.planning.problem import Problem, Task
from twinviewer.maintenance.planning.renewal import best_age, left_to_do, weibull_failure
from twinviewer.maintenance.prognosis.curves import failure_curve
from twinviewer.maintenance.settings import MaintenanceSettings
from twinviewer.maintenance.settings_tables import Component, Group, Part, TypeSettings, Work, needed
from twinviewer.model.asset import Asset

DAY_H = 24.0
LOOK_AHEAD = 3  # horizons beyond the plan over which the best moment of a put-off renewal is sought
LEAST_WORTH = 0.01  # probability of failure within the horizon below which a renewal is not considered
EARLY = 0.1  # share of its interval by which a preventive job may come early


class Finder:
    """Collects the tasks of one plan."""

    def __init__(self, assets: Sequence[Asset], settings: MaintenanceSettings, known: Known, hours: Hours) -> None:
        self._assets = {a.asset_id: a for a in assets}
        self._settings, self._known, self._hours = settings, known, hours
        self._groups = {g.path: g for g in settings.groups}
        self.notes: list[str] = []
        self._undated = 0

    def problem(self) -> Problem:
        """The whole planning problem."""
        tasks = [t for a in self._assets.values() if a.tags for t in self._of_asset(a)]
        taken = {t.order for t in tasks}
        tasks += [self._of_order(o) for o in self._known.orders if o.state in OPEN and o.number not in taken]
        if self._undated:
            self.notes.append(
                f"{self._undated} kinds of work have no record of when they were done last; "
                "their dates are spread evenly over their interval."
            )
        self._say_idle()
        tasks = self._with_parts(tasks)
        hours, used = self._hours, {t.group for t in tasks if t.group}
        loss = {name: self._loss(name) for name in sorted(used)}
        crews = tuple(crew_of(c, hours) for c in self._settings.crews)
        return Problem(hours.count, tuple(tasks), crews, loss, {t.name: t.count for t in self._settings.tools})

    # -- one asset ----------------------------------------------------------------------------------------------

    def _of_asset(self, asset: Asset) -> list[Task]:
        kind = self._settings.of_type(asset.type)
        renewed_by = {c.renewed_by: c for c in kind.component}
        tasks = []
        for work in kind.work:
            task = None
            if work.title in renewed_by:
                task = self._renewal(asset, kind, work, renewed_by[work.title])
            elif work.every_running_h or work.every_days:
                task = self._preventive(asset, work)
            order = self._known.open_order(asset.asset_id, work.title)
            if order is not None:
                task = self._as_ordered(task or self._task(asset, work, "corrective"), order)
            if task is not None:
                tasks.append(task)
        return tasks

    def _task(self, asset: Asset, work: Work, kind: str) -> Task:
        part = self._settings.part(work.part)
        return Task(
            name=f"{asset.asset_id}: {work.title}",
            asset_id=asset.asset_id,
            title=work.title,
            kind=kind,
            skill=work.skill,
            duration_h=work.whole_h,
            people=work.people,
            group=self._group(asset) if work.stops else "",
            parts_eur=part.eur if part else 0.0,
            part=work.part,
            tools=work.tools,
            lock_out=work.lock_out,
            lock_out_h=work.lock_out_h,
            beside=work.beside,
        )

    def _group(self, asset: Asset) -> str:
        return group_of(asset, self._settings)

    def _preventive(self, asset: Asset, work: Work) -> Task | None:
        """Work by running hours or days; None where it falls due well after the plan."""
        interval_h, due_h = self._due(asset, work)
        if due_h > self._hours.count + EARLY * interval_h:
            return None
        kind = "legal" if work.legal else "inspection" if work.inspection else "preventive"
        task = self._task(asset, work, kind)
        day = self._settings.legal_late_eur_per_day if work.legal else self._settings.late_eur_per_day
        worth = self._settings.doing_eur(work)
        every = (
            f"every {work.every_running_h:g} running hours" if work.every_running_h else f"every {work.every_days:g} d"
        )
        return replace(
            task,
            due_h=int(np.floor(due_h)),
            late_eur_per_h=day / DAY_H,
            earliest_h=max(0, int(due_h - EARLY * interval_h - 24 * 7)),
            after_eur_per_h=worth / interval_h,
            put_off_eur=worth,
            why=f"{every}, {'by law' if work.legal else 'due'}",
        )

    def _due(self, asset: Asset, work: Work) -> tuple[float, float]:
        """(interval, time until it falls due) in hours of the calendar."""
        pace = self._known.pace_of(asset.asset_id)
        run = self._known.hours_run.get(asset.asset_id, float("nan"))
        since = self._known.run_since(asset.asset_id, work.title)
        if work.every_running_h is not None and (run == run or since == since):
            since = since if since == since else run % work.every_running_h
            return work.every_running_h / pace, (work.every_running_h - since) / pace
        interval_h = work.every_days * DAY_H if work.every_days else (work.every_running_h or 1.0) / pace
        done = self._known.done_ns(asset.asset_id, work.title)
        if done:
            return interval_h, interval_h - (self._hours.start_ns - done) / HOUR_NS
        self._undated += 1
        phase = zlib.crc32(f"{asset.asset_id}/{work.title}".encode()) / 2**32
        epoch_h = self._hours.start_ns / HOUR_NS
        return interval_h, float(interval_h - (epoch_h + phase * interval_h) % interval_h)

    def _renewal(self, asset: Asset, kind: TypeSettings, work: Work, component: Component) -> Task | None:
        """A worn part: risk from its prognosis where it shows wear, else from its age."""
        horizon = self._hours.count
        far = np.arange((LOOK_AHEAD + 1) * horizon + 1.0)
        pace = self._known.pace_of(asset.asset_id)
        card = self._known.cards.get(asset.asset_id)
        since = self._known.run_since(asset.asset_id, work.title)
        age = since if since == since else self._known.hours_run.get(asset.asset_id, component.life_h / 3)
        curve = failure_curve(card, far / DAY_H) if card is not None else None
        task = self._task(asset, work, "predictive")
        planned = self._settings.doing_eur(work) + task.duration_h * self._rate(task.group) * 0.5
        failed = kind.failure_eur + kind.failure_h * self._rate(task.group)
        renewal = best_age(component.shape, component.life_h / pace, planned, failed)
        shown = card is not None and curve is not None
        if curve is None:
            age = min(age, 1.5 * component.life_h)  # a counter far beyond a life tells that it was not reset
            curve = weibull_failure(component.shape, component.life_h, age, far, pace)
        if curve[horizon] < LEAST_WORTH:
            return None
        why = (
            card.headline
            if shown and card
            else f"{component.name}: {100 * curve[horizon]:.0f} % within the plan by age"
        )
        excess_kw = self._known.excess_kw(asset.asset_id) * min(pace, 1.0) if shown else 0.0
        return replace(
            task,
            kind="predictive" if shown else "preventive",
            failure=curve[: horizon + 1],
            failure_eur=failed,
            failure_down_h=kind.failure_h,
            after_eur_per_h=renewal.rate,
            put_off_eur=left_to_do(curve, horizon, planned, failed, renewal.rate),
            why=why,
            excess_kw=excess_kw,
            energy_eur_per_h=excess_kw * self._known.tariff_eur_per_kwh,
        )

    # -- work orders --------------------------------------------------------------------------------------------

    def _as_ordered(self, task: Task, order: Order) -> Task:
        """A task that is a work order already: its number, its crew and time where it has begun, or is about to."""
        due = (order.due_ns - self._hours.start_ns) // HOUR_NS if order.due_ns else task.due_h
        begun = order.state in (OrderState.IN_PROGRESS, OrderState.ON_HOLD)
        late = self._settings.late_eur_per_day / DAY_H
        soon_h = round((order.start_ns - self._hours.start_ns) / HOUR_NS)
        last_h = min(self._settings.frozen_days * DAY_H, self._hours.count - task.duration_h + 1)
        told = order.state is OrderState.SCHEDULED and 0 <= soon_h < last_h
        return replace(
            task,
            name=order.number,
            order=order.number,
            kind=order.kind,
            due_h=due,
            late_eur_per_h=max(task.late_eur_per_h, late if due is not None else 0.0),
            pinned_h=0 if begun else soon_h if told else None,
            pinned_crew=order.crew if begun or told else "",
            why=order.reason or task.why,
        )

    def _of_order(self, order: Order) -> Task:
        """A work order that no rule of the scene knows."""
        asset = self._assets.get(order.asset_id)
        part = self._settings.part(order.part)
        crews = self._settings.crews
        able = bool(order.skill) and self._known_skill(order.skill)
        if not able:
            skill = f'the skill "{order.skill}", which no crew has' if order.skill else "no skill"
            self.notes.append(f"{order.number} names {skill}; it is planned for {crews[0].name}.")
        beside = beside_of(order.also)
        for skill, _ in beside:
            if not self._known_skill(skill):
                self.notes.append(f'{order.number} also names the skill "{skill}", which no crew has; it is left out.')
        task = Task(
            name=order.number,
            asset_id=order.asset_id,
            title=order.title,
            kind=order.kind,
            skill=order.skill if able else " + ".join(sorted(crews[0].skills)),
            duration_h=max(1, int(np.ceil(order.duration_h))),
            people=order.people,
            group=self._group(asset) if asset is not None and order.stops else "",
            parts_eur=part.eur if part else 0.0,
            part=order.part,
            tools=tuple(name.strip() for name in order.tools.split(",") if name.strip()),
            lock_out=order.lock_out,
            lock_out_h=order.lock_out_h,
            beside=tuple(b for b in beside if self._known_skill(b[0])),
        )
        if order.kind == "corrective" and not order.due_ns:
            task = replace(task, due_h=0, late_eur_per_h=self._settings.late_eur_per_day / DAY_H)
        return self._as_ordered(task, order)

    def _known_skill(self, skill: str) -> bool:
        return any(needed(skill) <= set(c.skills) for c in self._settings.crews)

    # -- money and parts ----------------------------------------------------------------------------------------

    def _rate(self, group: str) -> float:
        """EUR that an hour of the group costs when demand is full."""
        if group not in self._groups:
            return 0.0
        members = [a.asset_id for a in self._assets.values() if self._group(a) == group]
        told = [rate for rate in map(self._known.lost_per_hour, members) if rate is not None]
        return max(told, default=self._groups[group].eur_per_h)

    def _loss(self, name: str) -> np.ndarray:
        group, booked = self._groups.get(name, Group(path=name, eur_per_h=0)), self._known.booked.get(name)
        return loss_of(group, self._settings, self._hours, self._rate(name), booked)

    def _say_idle(self) -> None:
        """Entries of maintenance.toml that no asset of the scene answers to: mostly a slip of the pen."""
        groups = {self._group(a) for a in self._assets.values()}
        types = {a.type for a in self._assets.values()} | {"machine"}
        idle = [f'group "{path}"' for path in self._groups if path not in groups]
        idle += [f'type "{name}"' for name in self._settings.types if name not in types]
        if idle:
            self.notes.append(f"maintenance.toml names what this scene has no asset of: {', '.join(idle)}.")

    def _with_parts(self, tasks: list[Task]) -> list[Task]:
        """Parts from the store for the most urgent jobs; the others wait until theirs arrive."""
        for part in self._settings.parts:
            wanting = [k for k, t in enumerate(tasks) if t.part == part.name and t.pinned_h is None]
            wanting.sort(key=lambda k: -_urgency(tasks[k]))
            for k in wanting[part.stock :]:
                arrives = int(np.ceil(part.lead_days * DAY_H))
                tasks[k] = replace(tasks[k], earliest_h=max(tasks[k].earliest_h, arrives), parts_h=arrives)
            self._say_short(part, len(wanting))
        return tasks

    def _say_short(self, part: Part, wanted: int) -> None:
        if wanted > part.stock:
            self.notes.append(
                f"{part.name}: {wanted} wanted, {part.stock} in store; more arrive {part.lead_days:g} d after ordering."
            )


def _urgency(task: Task) -> float:
    risk = float(task.failure[-1]) * task.failure_eur if task.failure is not None else 0.0
    return risk + task.put_off_eur
