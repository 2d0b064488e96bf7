"""Where every asset of the assembly hall stands: the plan that geometry, floor markings and tests share."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH_M, DEPTH_M = 60.0, 34.0
AISLES = ((0.0, 46.2, 10.2, 12.4), (0.0, 46.2, 20.6, 22.6), (46.2, 49.8, 0.0, 34.0))  # x0, x1, y0, y1
LINE_A_Y, LINE_B_Y = 6.5, 16.0
CRANE_RAILS_Y, CRANE_X, RAIL_M = (12.8, 22.2), (50.2, 59.8), 6.2


@dataclass(frozen=True, slots=True)
class Placed:
    """One asset: its kind, floor position, heading in degrees, footprint (x, y) in metres, length of a conveyor."""

    asset: str
    kind: str
    x: float
    y: float
    turn: float = 0.0
    foot: tuple[float, float] = (2.0, 2.0)
    length: float = 0.0


def _belt(asset: str, x0: float, x1: float, y: float) -> Placed:
    return Placed(asset, "conveyor", (x0 + x1) / 2, y, 0, (x1 - x0, 1.1), round(x1 - x0, 3))


LINE_A = (
    _belt("CV-101", 2.5, 6.2, LINE_A_Y),
    Placed("CNC-102", "cnc", 8.0, 8.6, 0, (3.2, 2.4)),
    Placed("CNC-103", "cnc", 12.8, 8.6, 0, (3.2, 2.4)),
    _belt("CV-104", 6.4, 15.6, LINE_A_Y),
    Placed("ROB-105", "robot", 17.9, 8.7, 0, (4.3, 3.9)),
    _belt("CV-106", 15.8, 21.6, LINE_A_Y),
    Placed("WSH-107", "washer", 23.4, LINE_A_Y, 0, (3.0, 2.0)),
    _belt("CV-108", 25.2, 29.6, LINE_A_Y),
    Placed("INS-109", "inspection", 30.9, LINE_A_Y, 0, (2.2, 2.0)),
    _belt("CV-110", 32.2, 38.6, LINE_A_Y),
    Placed("PAL-111", "palletiser", 40.6, LINE_A_Y, 0, (3.2, 3.2)),
)
LINE_B = (
    _belt("CV-201", 2.5, 6.4, LINE_B_Y),
    Placed("PRS-202", "press", 8.3, LINE_B_Y, 0, (2.9, 2.1)),
    _belt("CV-203", 10.2, 13.0, LINE_B_Y),
    Placed("PRS-204", "press", 14.9, LINE_B_Y, 0, (2.9, 2.1)),
    _belt("CV-205", 16.8, 22.4, LINE_B_Y),
    Placed("ROB-206", "robot", 19.9, 18.3, 0, (4.3, 3.9)),
    Placed("OVN-207", "oven", 26.2, LINE_B_Y, 0, (6.5, 2.2)),
    _belt("CV-208", 29.9, 34.4, LINE_B_Y),
    Placed("WLD-209", "welder", 36.0, LINE_B_Y, 0, (2.8, 2.4)),
    _belt("CV-210", 37.8, 43.4, LINE_B_Y),
    Placed("PKG-211", "packaging", 44.9, LINE_B_Y, 0, (2.6, 2.2)),
)
UTILITIES = (
    *(Placed(f"TNK-30{i + 1}", "tank", 4.5 + 3.3 * i, 28.7, 0, (2.2, 2.2)) for i in range(4)),
    *(Placed(f"PMP-31{i + 1}", "pump", 4.5 + 3.3 * i, 25.2, 0, (2.0, 0.9)) for i in range(4)),
    Placed("CMP-321", "compressor", 20.5, 28.3, 0, (3.1, 2.0)),
    Placed("CMP-322", "compressor", 24.8, 28.3, 0, (3.1, 2.0)),
    Placed("CHL-331", "chiller", 30.0, 28.1, 0, (4.4, 2.2)),
    Placed("AHU-332", "ahu", 36.5, 28.1, 0, (4.8, 2.0)),
)
LOGISTICS = (
    Placed("AGV-401", "agv", 47.2, 11.3, 0, (1.7, 1.1)),
    Placed("AGV-402", "agv", 22.5, 11.3, 180, (1.7, 1.1)),
    Placed("AGV-403", "agv", 48.0, 24.0, 90, (1.1, 1.7)),
    Placed("RCK-411", "rack", 54.5, 29.3, 0, (8.4, 1.2)),
    Placed("RCK-412", "rack", 54.5, 24.6, 0, (8.4, 1.2)),
    Placed("RCK-413", "rack", 54.5, 8.0, 0, (8.4, 2.5)),
    Placed("CRN-421", "crane", 55.4, 17.5, 0, (2.6, 9.8)),
)
AREAS = {"Line A": LINE_A, "Line B": LINE_B, "Utilities": UTILITIES, "Logistics": LOGISTICS}
