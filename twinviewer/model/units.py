"""Units as they are written in scenes and on servers: which texts mean the same, and how one becomes another."""

import math

_SAME = (
    ("°C", "degC", "C", "Cel", "deg C", "degree Celsius", "degrees Celsius", "℃"),
    ("°F", "degF", "F", "deg F", "℉"),
    ("K", "kelvin"),
    ("%", "percent", "pct", "per cent"),
    ("mm/s", "mm/sec", "millimetre per second", "millimeter per second"),
    ("m/s", "m/sec", "metre per second"),
    ("cm/s", "cm/sec", "centimetre per second"),
    ("µm/s", "μm/s", "um/s", "micrometre per second"),
    ("in/s", "ips", "inch per second"),
    ("m/s²", "m/s2", "m/s^2", "metre per second squared", "meter per second squared"),
    ("mm/s²", "mm/s2", "mm/s^2"),
    ("g", "gₙ", "standard acceleration of free fall", "standard gravity"),
    ("kW", "kilowatt"),
    ("W", "watt"),
    ("MW", "megawatt"),
    ("hp", "horsepower"),
    ("kWh", "kW·h", "kW.h", "kilowatt hour", "kW h"),
    ("Wh", "W·h", "W.h", "watt hour", "W h"),
    ("MWh", "MW·h", "MW.h", "megawatt hour", "MW h"),
    ("A", "ampere", "amp", "amps"),
    ("V", "volt"),
    ("bar",),
    ("Pa", "pascal"),
    ("kPa",),
    ("rpm", "r/min", "1/min", "min-1", "min⁻¹", "U/min", "revolutions per minute"),
    ("1/s", "s-1", "s⁻¹", "Hz", "hertz"),
    ("s", "sec", "second", "seconds"),
    ("min", "minute", "minutes"),
    ("h", "hr", "hour", "hours"),
    ("m³/h", "m3/h", "m^3/h", "cubic metre per hour"),
    ("l/min", "L/min", "litre per minute"),
    ("°", "deg", "degree"),
    ("m", "metre", "meter"),
    ("mm", "millimetre", "millimeter"),
    ("kg", "kilogram"),
    ("N", "newton"),
    ("Nm", "N·m", "N.m", "newton metre"),
    ("", "1", "one", "-"),
)
_FORMS = {text: names[0] for names in _SAME for text in names}
_FOLDED = {text.casefold(): name for text, name in _FORMS.items() if len(text) > 3}


def canonical(unit: str) -> str:
    """One spelling for each unit; an unknown one stays as it is. Case matters (mW is not MW) except in long names."""
    text = " ".join(unit.split())
    return _FORMS.get(text) or _FOLDED.get(text.casefold()) or _FORMS.get(text, text)


def same_unit(one: str, other: str) -> bool:
    """Whether two texts mean the same unit."""
    return canonical(one) == canonical(other)


# (kind of quantity, how many of its base unit one of these is); SI, except the horsepower of 550 ft·lbf/s
_SIZES: dict[str, tuple[str, float]] = {
    "W": ("power", 1.0), "kW": ("power", 1e3), "MW": ("power", 1e6), "hp": ("power", 745.69987158227),
    "mm/s": ("velocity", 1e-3), "cm/s": ("velocity", 1e-2), "µm/s": ("velocity", 1e-6), "m/s": ("velocity", 1.0),
    "in/s": ("velocity", 0.0254),
    "m/s²": ("acceleration", 1.0), "mm/s²": ("acceleration", 1e-3), "g": ("acceleration", 9.80665),
    "J": ("energy", 1.0), "kJ": ("energy", 1e3), "MJ": ("energy", 1e6), "GJ": ("energy", 1e9),
    "Wh": ("energy", 3.6e3), "kWh": ("energy", 3.6e6), "MWh": ("energy", 3.6e9),
    "Pa": ("pressure", 1.0), "kPa": ("pressure", 1e3), "MPa": ("pressure", 1e6), "bar": ("pressure", 1e5),
    "mbar": ("pressure", 1e2),
    "A": ("current", 1.0), "mA": ("current", 1e-3), "kA": ("current", 1e3),
    "m": ("length", 1.0), "mm": ("length", 1e-3), "cm": ("length", 1e-2),
    "s": ("time", 1.0), "min": ("time", 60.0), "h": ("time", 3600.0), "ms": ("time", 1e-3),
    "rpm": ("frequency", 1 / 60), "1/s": ("frequency", 1.0),
}  # fmt: skip


def factor(unit: str, wanted: str) -> float:
    """By what a value in `unit` is multiplied to be one in `wanted`; 1 where no unit is said, NaN where there is none.

    Only for units that differ by a factor: no temperatures.
    """
    one, other = canonical(unit), canonical(wanted)
    if not one or one == other:
        return 1.0
    kind, size = _SIZES.get(one, ("", math.nan))
    other_kind, other_size = _SIZES.get(other, ("?", math.nan))
    return size / other_size if kind == other_kind else math.nan
