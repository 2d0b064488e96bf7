"""Who is busy and what stands, hour by hour, while a plan is being made; and what one more job would cost."""

import numpy as np

from twinviewer.maintenance.planning.problem import Options, Schedule


class Usage:
    """`busy` int64 (c, H) people at work, `held` int64 (t, H) tools in use, `down` int64 (g, H) jobs that keep a group
    standing, and the plan itself."""

    def __init__(self, options: Options, schedule: Schedule | None = None) -> None:
        n = len(options.duration)
        self.options = options
        self.start = np.full(n, -1, np.int64)
        self.row = np.full(n, -1, np.int64)
        self.busy = np.zeros_like(options.there)
        self.down = np.zeros(options.loss.shape, np.int64)
        self.held = np.zeros((len(options.tool_count), options.own.shape[1]), np.int64)
        if schedule is not None:
            for task in range(n):
                if schedule.start[task] >= 0:
                    self.put(task, int(schedule.start[task]), int(schedule.row[task]))

    @property
    def schedule(self) -> Schedule:
        """A copy of the plan as it stands."""
        return Schedule(self.start.copy(), self.row.copy())

    def put(self, task: int, start: int, row: int) -> None:
        """Let a task that is not in the plan start there; a start of -1 puts it off."""
        self.start[task], self.row[task] = start, row
        if start >= 0:
            self._add(task, 1)

    def take(self, task: int) -> None:
        """Take a task out of the plan."""
        if self.start[task] >= 0:
            self._add(task, -1)
        self.start[task] = self.row[task] = -1

    def _add(self, task: int, sign: int) -> None:
        o, s = self.options, int(self.start[task])
        run = slice(s, s + int(o.duration[task]))
        for crew, people in o.team[self.row[task]]:
            self.busy[crew, run] += sign * people
        if o.group[task] >= 0:
            self.down[o.group[task], run] += sign
        for tool in o.tools[task]:
            self.held[tool, run] += sign

    def marginal(self, task: int) -> np.ndarray:
        """float64 (rows of the task, H): what each start would add to the cost of the plan; inf where it cannot be."""
        o = self.options
        rows = slice(int(o.first_row[task]), int(o.first_row[task + 1]))
        hours = o.own.shape[1]
        length = min(int(o.duration[task]), hours)
        cost = o.own[rows].copy()
        crews, people = o.row_crew[rows], o.row_people[rows]
        full = self.busy[crews[:, 0]] + people[:, :1] > o.there[crews[:, 0]]
        for k in range(1, crews.shape[1]):
            full |= self.busy[crews[:, k]] + people[:, k : k + 1] > o.there[crews[:, k]]
        for tool in o.tools[task]:
            full |= self.held[tool] >= o.tool_count[tool]
        total = np.zeros((len(crews), hours + 1), np.int64)
        np.cumsum(full, axis=1, out=total[:, 1:])
        last = hours - length + 1
        cost[:, :last][total[:, length:] > total[:, :last]] = np.inf
        group = o.group[task]
        if group >= 0:
            lost = np.zeros(hours + 1)
            np.cumsum(np.where(self.down[group] > 0, 0.0, o.loss[group]), out=lost[1:])
            cost[:, :last] += lost[length:] - lost[:last]
        return cost

    def best(self, task: int, noise: np.ndarray | None = None) -> tuple[float, int, int]:
        """(cost added, start, row) of the cheapest place for a task, which may be to put it off (-1, -1)."""
        cost = self.marginal(task)
        if noise is not None:
            cost = cost * noise
        flat = int(cost.argmin())
        row, start = divmod(flat, cost.shape[1])
        value = float(cost[row, start])
        if not value < self.options.put_off[task]:
            return float(self.options.put_off[task]), -1, -1
        return value, start, int(self.options.first_row[task]) + row


def total_cost(options: Options, usage: Usage) -> float:
    """The cost of the plan as it stands, EUR."""
    done = usage.start >= 0
    own = options.own[usage.row[done], usage.start[done]].sum() + options.put_off[~done].sum()
    return float(own + options.loss[usage.down > 0].sum())
