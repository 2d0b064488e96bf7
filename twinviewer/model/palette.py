"""Colour tokens of both themes, as "#RRGGBB"; the one place that names a colour.

Chosen so that states, zones and alarms stay apart for people with colour vision deficiencies (CAM02-UCS differences
are computed in tests/model/test_palette.py), after the habits of ISA-101: quiet grey, colour for what is abnormal.
"""

from twinviewer.model.state import State, Zone

THEMES = ("light", "dark")

SURFACE: dict[str, dict[str, str]] = {
    "light": {
        "window": "#E1E4E6",
        "panel": "#F3F4F5",
        "raised": "#FFFFFF",
        "field": "#FFFFFF",
        "hover": "#E0E8EB",
        "border": "#BAC1C7",
        "text": "#1E2428",
        "text2": "#4C565E",
        "accent": "#006E86",
        "on_accent": "#FFFFFF",
        "scene_top": "#C9CFD3",
        "scene_bottom": "#E3E7E9",
        "floor": "#D2D7DA",
        "grid": "#BCC3C8",
        "wall": "#DDE1E4",
        "trim": "#8C959C",
        "unmeasured": "#A8A399",  # warm, so that neither zone A nor what has no data looks like it
        "edge": "#4A5258",
        "not_live": "#7A4FB0",
        "outline": "#1E2428",
    },
    "dark": {
        "window": "#1A1E21",
        "panel": "#22272B",
        "raised": "#2C3237",
        "field": "#171B1E",
        "hover": "#30383E",
        "border": "#3B434A",
        "text": "#E6EAED",
        "text2": "#A6B0B8",
        "accent": "#3CC8E0",
        "on_accent": "#0E1214",
        "scene_top": "#14171A",
        "scene_bottom": "#2A3035",
        "floor": "#31373C",
        "grid": "#434A50",
        "wall": "#3A4147",
        "trim": "#59626A",
        "unmeasured": "#635C52",
        "edge": "#14171A",
        "not_live": "#BE98FE",
        "outline": "#0E1214",
    },
}

STATE: dict[str, dict[State, str]] = {
    "light": {
        State.RUNNING: "#86A693",
        State.IDLE: "#C3CACE",
        State.SETUP: "#A069C8",
        State.BLOCKED: "#EBBA34",
        State.STARVED: "#EBBA34",
        State.FAULT: "#BA1A10",
        State.MAINTENANCE: "#1440B4",
        State.OFFLINE: "#62686D",
        State.UNKNOWN: "#62686D",
    },
    "dark": {
        State.RUNNING: "#7E9A84",
        State.IDLE: "#626A70",
        State.SETUP: "#BE98FE",
        State.BLOCKED: "#FAC835",
        State.STARVED: "#FAC835",
        State.FAULT: "#F03A30",
        State.MAINTENANCE: "#4A7CCB",
        State.OFFLINE: "#383E43",
        State.UNKNOWN: "#383E43",
    },
}

ZONE: dict[str, dict[Zone, str]] = {
    "light": {Zone.A: "#CFDBE0", Zone.B: "#86A3B3", Zone.C: "#EBAA1E", Zone.D: "#B4160D", Zone.NONE: "#62686D"},
    "dark": {Zone.A: "#48565E", Zone.B: "#86A5B5", Zone.C: "#FFC23D", Zone.D: "#F03A30", Zone.NONE: "#383E43"},
}

ALARM: dict[str, dict[int, str]] = {
    "light": {1: "#BA1A10", 2: "#E8720C", 3: "#EBBA34", 4: "#4C565E"},
    "dark": {1: "#F03A30", 2: "#FF8F2E", 3: "#FAC835", 4: "#A6B0B8"},
}

ENERGY: dict[str, tuple[str, ...]] = {
    "light": (
        "#BDF1E6",
        "#8ADDD9",
        "#58C5D0",
        "#2AABC8",
        "#0590BC",
        "#1273AA",
        "#225893",
        "#283E76",
        "#252854",
    ),
    "dark": (
        "#252854",
        "#283E76",
        "#225893",
        "#1273AA",
        "#0590BC",
        "#2AABC8",
        "#58C5D0",
        "#8ADDD9",
        "#BDF1E6",
    ),
}


def rgb(token: str) -> tuple[int, int, int]:
    """The three sRGB bytes of a "#RRGGBB" token."""
    return int(token[1:3], 16), int(token[3:5], 16), int(token[5:7], 16)


def ink_on(token: str) -> str:
    """Black or white, whichever reads better on `token` (relative luminance, WCAG 2)."""
    linear = [(c / 255) ** 2.2 for c in rgb(token)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#101214" if luminance > 0.23 else "#FFFFFF"
