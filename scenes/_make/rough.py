"""Plain stand-ins for kinds that are not modelled yet."""

from scenes._make.machine import Machine

SIZES = {
    "cnc": (3.2, 2.4, 2.3), "robot": (1.0, 1.0, 2.6), "washer": (3.0, 2.0, 2.4), "inspection": (2.2, 2.0, 2.3),
    "palletiser": (3.0, 3.0, 3.6), "press": (2.9, 2.1, 4.5), "oven": (6.5, 2.2, 2.6), "welder": (2.8, 2.4, 2.6),
    "packaging": (2.6, 2.2, 2.4), "tank": (2.2, 2.2, 4.0), "pump": (2.0, 0.9, 1.2), "compressor": (3.0, 1.9, 2.1),
    "chiller": (4.4, 2.2, 2.4), "ahu": (4.8, 2.0, 2.0), "agv": (1.7, 1.1, 0.5), "rack": (8.4, 1.2, 4.4),
    "crane": (0.9, 8.0, 0.7), "exchanger": (0.9, 0.5, 1.5), "valve": (0.5, 0.4, 1.2),
}  # fmt: skip


def build(kind: str) -> Machine:
    """A box of about the right size."""
    x, y, z = SIZES[kind]
    m = Machine(kind)
    low = 6.2 if kind == "crane" else 0.1
    m.box("Body", "skin", (0, 0, low + z / 2), (x, y, z), 0.05)
    m.box("Base", "dark", (0, 0, low - 0.05), (x - 0.1, y - 0.1, 0.1))
    return m
