"""Belt conveyor."""

from scenes._make.machine import Machine


def build(length: float) -> Machine:
    m = Machine(f"conveyor-{length:g}")
    m.box("Frame", "skin", (0, -0.48, 0.84), (length, 0.1, 0.23))
    m.box("Frame", "skin", (0, 0.48, 0.84), (length, 0.1, 0.23))
    m.box("Belt", "belt", (0, 0, 0.86), (length - 0.04, 0.9, 0.08))
    for x in (-length / 2 + 0.3, length / 2 - 0.3):
        for y in (-0.45, 0.45):
            m.box("Legs", "trim_dark", (x, y, 0.37), (0.09, 0.09, 0.74))
    return m
