"""Levers: what a person can move, and within which bounds."""

from twinviewer.simulation.builder import capacity_of
from twinviewer.simulation.demand import demanded
from twinviewer.simulation.flow_tables import lines_of
from twinviewer.simulation.lever import Lever
from twinviewer.simulation.line import Demand, Line
from twinviewer.simulation.quantities import seconds
from twinviewer.simulation.tables import horizon_of


def levers(line: Line) -> list[Lever]:
    """Every lever that the line has."""
    found: list[Lever] = [
        Lever("line_speed", "Line", "Speed of the whole line", "slider", 100.0, "%", 50, 150, 1),
        *_demand_levers(line),
    ]
    for name in lines_of(line):
        text = f"Speed of {name.replace('_', ' ')}"
        found.append(Lever(f"line_speed.{name}", "Line", text, "slider", 100.0, "%", 50, 150, 1))
    for name, s in line.station.items():
        found += _of_station(line, name, s.asset or name)
    for name, crew in line.crew.items():
        found.append(
            Lever(
                f"crew.{name}",
                "People",
                f"Members of {name}",
                "slider",
                crew.size,
                "",
                0,
                max(10, crew.size * 3),
                1,
                integer=True,
            )
        )
    for name, calendar in line.calendar.items():
        week = {k: list(v) for k, v in calendar.week.items()}
        found.append(Lever(f"shifts.{name}", "Shifts", f"Shifts and breaks of {name}", "calendar", week))
        found.append(
            Lever(f"overtime.{name}", "Shifts", f"Overtime of {name}, each day", "slider", 0.0, "h", 0, 8, 0.5)
        )
    for name, m in line.material.items():
        if m.supply is not None:
            found.append(
                Lever(f"supplier.{name}", "Supply", f"Deliveries of {name} later by", "slider", 0.0, "h", 0, 72, 1)
            )
    for name, source in line.source.items():
        if source.lots:
            found.append(Lever(f"batch.{name}", "Orders", f"Lot sizes of {name}", "slider", 100.0, "%", 10, 300, 10))
    if line.order:
        sequence = [o.id for o in sorted(line.order, key=lambda o: o.priority)]
        found.append(Lever("sequence", "Orders", "Sequence of orders", "list", sequence))
    return found


def _demand_levers(line: Line) -> list[Lever]:
    """Demand for the whole run, and a spike or drop of it between two times."""
    sources = demanded(line)
    if not sources:
        return []
    window = line.source[sources[0]].demand or Demand()
    end_h = horizon_of(line) / 3600
    begin = seconds(window.from_) / 3600
    to = end_h if window.to is None else seconds(window.to) / 3600
    return [
        Lever("demand", "Demand", "Demand", "slider", 100.0, "%", 0, 300, 5),
        Lever("demand_spike", "Demand", "Demand for a time (spike or drop)", "slider", window.percent, "%", 0, 300, 5),
        Lever("demand_from", "Demand", "Spike or drop of demand from", "slider", begin, "h", 0, end_h, 1),
        Lever("demand_to", "Demand", "Spike or drop of demand until", "slider", to, "h", 0, end_h, 1),
    ]


def _of_station(line: Line, name: str, asset: str) -> list[Lever]:
    s = line.station[name]

    def slider(
        key: str,
        group: str,
        label: str,
        current: float,
        unit: str,
        low: float,
        high: float,
        step: float,
        integer: bool = False,
    ) -> Lever:
        return Lever(f"{key}.{name}", group, label, "slider", current, unit, low, high, step, name, integer, asset)

    found = [
        slider("speed", "Speed", f"Speed of {name}", 100.0, "%", 50, 150, 1),
        slider("time", "Speed", f"Processing time of {name}", 100.0, "%", 50, 200, 1),
        slider("machines", "Machines", f"Machines at {name}", s.machines, "", 0, s.machines + 3, 1, True),
        slider("failure", "Failures", f"Failure of {name} now, for", 0.0, "h", 0, 24, 0.25),
    ]
    capacity = capacity_of(line, name)
    if capacity is not None:
        found.append(
            slider(
                "buffer",
                "Buffers",
                f"Buffer before {name}",
                capacity,
                "parts",
                _least_room(line, name),
                max(20, capacity * 3),
                1,
                True,
            )
        )
    if s.setup is not None:
        found.append(slider("changeover", "Setups", f"Changeover of {name}", 100.0, "%", 0, 200, 5))
    if s.maintenance:
        found.append(slider("maintenance", "Maintenance", f"Maintenance of {name} moved by", 0.0, "h", -24, 72, 1))
    if s.setpoint is not None:
        p = s.setpoint
        now = p.at if p.value is None else p.value
        found.append(
            slider("setpoint", "Process", f"{p.name} of {name}", now, p.unit, p.low, p.high, (p.high - p.low) / 100)
        )
    return found


def _least_room(line: Line, name: str) -> int:
    """What a buffer must hold at least: a part that is carried into it, the parts with which a batch starts."""
    carried = any(b.transport is not None for k, b in line.buffer.items() if k.rpartition(">")[2].strip() == name)
    batch = line.station[name].batch
    start = 0 if batch is None else batch if isinstance(batch, int) else batch.least or batch.size
    return max(int(carried), start)
