"""Unit texts of scenes as OPC UA EUInformation: the UNECE codes of Recommendation 20, as OPC UA Part 8 encodes them."""

UNECE_URI = "http://www.opcfoundation.org/UA/units/un/cefact"
_CODES: dict[str, tuple[str, str]] = {
    "mm/s": ("C16", "millimetre per second"),
    "m/s": ("MTS", "metre per second"),
    "m/s²": ("MSK", "metre per second squared"),
    "g": ("GRM", "gram"),
    "kg": ("KGM", "kilogram"),
    "t": ("TNE", "tonne (metric ton)"),
    "kW": ("KWT", "kilowatt"),
    "W": ("WTT", "watt"),
    "kWh": ("KWH", "kilowatt hour"),
    "Wh": ("WHR", "watt hour"),
    "MWh": ("MWH", "megawatt hour"),
    "kVA": ("KVA", "kilovolt ampere"),
    "kvar": ("KVR", "kilovar"),
    "A": ("AMP", "ampere"),
    "mA": ("4K", "milliampere"),
    "V": ("VLT", "volt"),
    "Hz": ("HTZ", "hertz"),
    "°C": ("CEL", "degree Celsius"),
    "K": ("KEL", "kelvin"),
    "°F": ("FAH", "degree Fahrenheit"),
    "bar": ("BAR", "bar"),
    "mbar": ("MBR", "millibar"),
    "Pa": ("PAL", "pascal"),
    "kPa": ("KPA", "kilopascal"),
    "MPa": ("MPA", "megapascal"),
    "%": ("P1", "percent"),
    "rpm": ("RPM", "revolutions per minute"),
    "1/min": ("RPM", "revolutions per minute"),
    "s": ("SEC", "second [unit of time]"),
    "ms": ("C26", "millisecond"),
    "min": ("MIN", "minute [unit of time]"),
    "h": ("HUR", "hour"),
    "m": ("MTR", "metre"),
    "mm": ("MMT", "millimetre"),
    "cm": ("CMT", "centimetre"),
    "µm": ("4H", "micrometre (micron)"),
    "deg": ("DD", "degree [unit of angle]"),
    "°": ("DD", "degree [unit of angle]"),
    "N": ("NEW", "newton"),
    "kN": ("B47", "kilonewton"),
    "Nm": ("NU", "newton metre"),
    "l": ("LTR", "litre"),
    "m³": ("MTQ", "cubic metre"),
    "l/min": ("L2", "litre per minute"),
    "m³/h": ("MQH", "cubic metre per hour"),
    "dB": ("2N", "decibel"),
    "ppm": ("59", "part per million"),
    "1": ("C62", "one"),
}


def unece(unit: str) -> tuple[int, str]:
    """UnitId and description of a unit text; (-1, the text) where UNECE has no code for it.

    The UnitId holds the code's characters as one number, the first one highest (OPC UA Part 8, 5.6.4.3).
    """
    code, description = _CODES.get(unit, ("", unit))
    if not code:
        return -1, unit
    number = 0
    for letter in code:
        number = number << 8 | ord(letter)
    return number, description
