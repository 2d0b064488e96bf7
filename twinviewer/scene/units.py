"""Units as they are written in scenes and on servers: which texts mean the same."""

_SAME = (
    ("°C", "degC", "C", "Cel", "deg C", "degree Celsius", "degrees Celsius", "℃"),
    ("°F", "degF", "F", "deg F", "℉"),
    ("K", "kelvin"),
    ("%", "percent", "pct", "per cent"),
    ("mm/s", "mm/sec", "millimetre per second", "millimeter per second"),
    ("m/s", "m/sec", "metre per second"),
    ("m/s²", "m/s2", "m/s^2", "metre per second squared"),
    ("kW", "kilowatt"),
    ("W", "watt"),
    ("kWh", "kW·h", "kW.h", "kilowatt hour", "kW h"),
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
