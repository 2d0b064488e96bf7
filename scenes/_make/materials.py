"""The materials of the shipped scenes: quiet greys (ISA-101), one of which carries the state colour."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Material:
    """`colour` is sRGB "#rrggbb"; `skin` marks what takes the state colour."""

    colour: str
    metallic: float = 0.0
    roughness: float = 0.5
    alpha: float = 1.0
    skin: bool = False


MATERIALS: dict[str, Material] = {
    "skin": Material("#c3cbd0", 0.0, 0.45, skin=True),
    "trim": Material("#98a2a9", 0.0, 0.5),
    "trim_dark": Material("#5f6970", 0.0, 0.55),
    "dark": Material("#3b4247", 0.0, 0.55),
    "black": Material("#23272a", 0.0, 0.6),
    "rubber": Material("#2b2f32", 0.0, 0.9),
    "belt": Material("#474e54", 0.0, 0.85),
    "steel": Material("#b0b8bd", 0.8, 0.4),
    "chrome": Material("#d9dee1", 1.0, 0.2),
    "galvanised": Material("#a3acb2", 0.7, 0.5),
    "cast": Material("#717b82", 0.2, 0.65),
    "copper": Material("#b08a6a", 0.8, 0.4),
    "white": Material("#eceeef", 0.0, 0.5),
    "glass": Material("#8ea5b0", 0.0, 0.08, alpha=0.34),
    "tinted": Material("#5d6d76", 0.0, 0.1),
    "screen": Material("#1c3d55", 0.0, 0.2),
    "screen_line": Material("#7fb7cf", 0.0, 0.4),
    "yellow": Material("#d9b23c", 0.0, 0.5),
    "orange": Material("#c98a4e", 0.0, 0.5),
    "red": Material("#a8443c", 0.0, 0.5),
    "lamp_green": Material("#6f9a7c", 0.0, 0.35),
    "lamp_amber": Material("#c9a250", 0.0, 0.35),
    "lamp_red": Material("#a85850", 0.0, 0.35),
    "blue": Material("#6a86a0", 0.0, 0.5),
    "card": Material("#b7a27f", 0.0, 0.9),
    "card_dark": Material("#a08b69", 0.0, 0.9),
    "tape": Material("#d2c3a4", 0.0, 0.6),
    "wood": Material("#b79f78", 0.0, 0.9),
    "water": Material("#7d99ab", 0.2, 0.5),
    "air": Material("#b9c3c8", 0.2, 0.5),
    "wall": Material("#d3d8db", 0.0, 0.8),
    "column": Material("#b6bec4", 0.1, 0.6),
    "kerb": Material("#8d969c", 0.0, 0.8),
    "floor": Material("#aab1b5", 0.0, 0.9),
    "aisle": Material("#dde2e5", 0.0, 0.9),
    "paint_yellow": Material("#d3b352", 0.0, 0.8),
    "paint_blue": Material("#6f93b4", 0.0, 0.8),
}
