"""The engine's tables: record arrays in the layout that compiled code reads fastest."""

import numpy as np

# what a machine does; the columns of its accumulated times
OFF, STARVED, SETTING_UP, RUNNING, BLOCKED, DOWN, WAITING_CREW, WAITING_OPERATOR, WAITING_MATERIAL, MAINTAINED = range(
    10
)
N_STATES = 10
NO_EVENT, OPERATION_ENDS, FAILS, REPAIRED = range(4)
NEVER_FAILS, FAILS_OPERATING, FAILS_CALENDAR = range(3)
NO_ENTRY, SATURATED, ARRIVALS = range(3)
VISIT_SHIFT = 40  # a part's random index is its serial number and, above this bit, how often it came round
GOOD, SCRAPPED, ABSORBED = range(3)  # what became of parts that left the line: the rows of `left`
SINK, SCRAP, MADE = -1, -2, -3  # MADE - k: the part becomes one piece of material k

_I, _F = "i4", "f8"


def _record(integers: str, floats: str, *others: tuple) -> np.dtype:
    return np.dtype([(n, _I) for n in integers.split()] + [(n, _F) for n in floats.split()] + list(others), align=True)


MACHINE = _record(
    "station stream calendar failure repair_crew ttf ttr operator_crew operators has_operator state part finished up "
    "on failures repairs last_product event blocked_next crew_next dirty lack planned crew_now breaks setup_crew "
    "has_setter awaits await_next",
    "speed last remaining after_setup to_failure event_at planned_s down_off maintained_off waits_since",
    ("time", _F, (N_STATES,)),
    ("kw", _F, (N_STATES,)),
)
STATION = _record(
    "first n capacity process setup_group entry source need_first needs batch least queued occupied head tail "
    "blocked_head blocked_tail blocked listed listed_next stream transit_head transit_tail transit_timer "
    "transit_station rework_to max_rework asks asks_next",
    "transit_s per_part yield_share rework_share good scrap planned planned_good queue_area queue_at",
)
# time: the processing time at the station where it waits, drawn ahead; less than zero: not drawn
PART = _record("product order next rework mate", "entered arrives time", ("serial", "i8"), ("visits", "i8"))
# a row of crews is one of them, or (mask: a bit for each) all that have a skill; has_operator, has_setter: 1 + the crew
CREW = _record("free head tail waiting calendar", "busy_s paid_s last", ("size", "i4"), ("held", "i4"), ("mask", "i8"))
CALENDAR = _record("n offset place", "dummy")
MATERIAL = _record("supplies stream delay_row blocked blocked_head blocked_tail", "stock quantity period next capacity")
NEED = np.dtype([("n", _F), ("material", _I)], align=True)
# by station and lap (a product between two visits to one station): its first way, and the lap in which rework goes on
ROUTE = np.dtype([("first", "i8"), ("rework", "i8")], align=True)
WAY = np.dtype([("share", _F), ("to", _I), ("lap", _I)], align=True)  # shares add up along the ways of one route
SOURCE = _record("offset n repeat batch", "dummy", ("count", "i8"))
FAILED, PLANNED, PACE = range(3)  # what a line of the script is; with PACE, `duration` is the machine's new speed
SCRIPT = np.dtype([("t", _F), ("duration", _F), ("machine", _I), ("planned", _I), ("crew", _I)], align=True)
NODE = np.dtype([("t", _F), ("i", "i8")], align=True)
TRACE = np.dtype([("t", _F), ("machine", _I), ("state", _I), ("part", _I), ("queued", _I)], align=True)
_COUNTS = (
    "serial wip events free listed error seed replication script traced same "
    "people asks_head asks_tail await_head await_tail served served_at"
)
_SUMS = "now area area_at lead lead2 bin_s since event_at"
GLOBAL = np.dtype([(n, "i8") for n in _COUNTS.split()] + [(n, _F) for n in _SUMS.split()], align=True)
PART_POOL_EXHAUSTED, TIME_STANDS_STILL = 1, 2
