"""How alike names are: of machines, of quantities, and which quantity a name and a unit speak of."""

import math
import re
from difflib import SequenceMatcher
from functools import lru_cache

from twinviewer.model.units import canonical, factor

# Words that makers use for a quantity, most telling first. A name counts as a quantity when all letters of one of its
# words are in it.
ROLE_WORDS: dict[str, tuple[str, ...]] = {
    "state": ("machinestate", "machineryitemstate", "currentstate", "operatingstate", "state", "status", "zustand"),
    "vibration": ("vibrationvelocity", "vibration", "vrms", "vib", "schwingung"),
    "power": ("activepower", "actualpower", "electricpower", "powerconsumption", "power", "leistung"),
    "energy": ("energyconsumption", "activeenergy", "energycounter", "energy", "energie"),
    "ambient": ("ambienttemperature", "outdoortemperature", "roomtemperature", "umgebungstemperatur"),
    "temperature": ("temperature", "temperatur", "temp"),
    "current": ("motorcurrent", "current", "strom"),
    "pressure": ("pressure", "druck"),
    "lubrication": ("lubrication", "lubricant", "oillevel", "greaselevel", "schmierung"),
    "speed": ("spindlespeed", "speed", "velocity", "rpm", "drehzahl"),
    "load": ("utilisation", "utilization", "load", "auslastung"),
    "count_good": ("goodcount", "goodparts", "partsgood", "producedparts", "goodquantity", "gutteile"),
    "count_scrap": ("scrapcount", "scrapparts", "badparts", "rejectcount", "rejects", "scrap", "ausschuss"),
    "queue": ("queuelength", "queue", "waitingparts", "buffer"),
    "cycle_time": ("cycletime", "taktzeit", "zykluszeit"),
    "order": ("productionorder", "ordernumber", "workorder", "order", "auftrag"),
    "product": ("productname", "productid", "recipe", "product", "produkt"),
    "fault_code": ("faultcode", "errorcode", "alarmcode", "fehlercode"),
    "waveform": ("timewaveform", "waveform", "rawvibration", "rawacceleration"),
    "acceleration": ("accelerationrms", "rmsacceleration", "arms"),
    "acceleration_peak": ("accelerationpeak", "peakacceleration"),
    "kurtosis": ("kurtosis", "woelbung"),
    "crest": ("crestfactor", "scheitelfaktor"),
    "envelope": ("accelerationenvelope", "envelope", "huellkurve"),
    "hours": ("operatinghours", "runninghours", "operationtime", "poweronduration", "betriebsstunden"),
}
UNIT_ROLES = {
    "mm/s": "vibration",
    "kW": "power",
    "W": "power",
    "kWh": "energy",
    "°C": "temperature",
    "K": "temperature",
    "A": "current",
    "bar": "pressure",
    "kPa": "pressure",
    "Pa": "pressure",
    "rpm": "speed",
    "h": "hours",
}
TEXT_ROLES = frozenset({"order", "product", "fault_code"})
# MachineryItemState of OPC 40001-1, 10.2, states of PackML (OPC 30050) that leave no doubt, and plain words.
STATE_WORDS = {
    "NotAvailable": "offline",
    "OutOfService": "maintenance",
    "NotExecuting": "idle",
    "Executing": "running",
    "Execute": "running",
    "Running": "running",
    "Idle": "idle",
    "Aborted": "fault",
    "Fault": "fault",
    "Error": "fault",
    "Maintenance": "maintenance",
}
_LEVELS = {  # kinds of plain words that may differ without another quantity being meant
    "actual", "value", "current", "pv", "measured", "ist", "act",
}  # fmt: skip


@lru_cache(maxsize=65536)
def folded(name: str) -> str:
    """Letters and digits only, lower case: "CNC-102" and "cnc_102" are the same."""
    return re.sub(r"[\W_]+", "", name.casefold())


@lru_cache(maxsize=65536)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in camel case or with separators, lower case."""
    spaced = re.sub(r"(?<=[a-zäöüß])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=\D)(?=\d)|(?<=\d)(?=\D)", " ", name)
    return tuple(word.casefold() for word in re.split(r"[\W_]+", spaced) if word)


@lru_cache(maxsize=262144)
def machine_likeness(asset: str, text: str) -> float:
    """0…1: how surely `text` (a step of a path, or an identifier) speaks of the machine `asset`.

    Numbers must agree: CNC-101 is never CNC-102.
    """
    one, other = folded(asset), folded(text)
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    mine, theirs = words(asset), words(text)
    if _inside(mine, theirs):
        return 0.95 if len(one) >= 3 else 0.5
    if numbers(mine) != numbers(theirs):
        return 0.0
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return 0.8 * ratio if ratio >= 0.75 else 0.0


@lru_cache(maxsize=262144)
def quantity_likeness(key: str, role: str, unit: str, name: str, name_unit: str) -> float:
    """0…1: how surely the variable `name` is the quantity `key` with this role and unit."""
    score = _name_likeness(key, role, name)
    if unit and name_unit:
        if canonical(unit) == canonical(name_unit):
            return 1 - (1 - score) * 0.5 if score else score
        return score * (0.4 if math.isnan(factor(name_unit, unit)) else 0.75)
    return score


def role_of(name: str, unit: str) -> tuple[str, float]:
    """Which quantity a variable is likely to be, and how surely; "" and 0 where nothing speaks for one."""
    best, score = "", 0.0
    for role in ROLE_WORDS:
        likeness = _role_likeness(role, name)
        if likeness > score:
            best, score = role, likeness
    by_unit = UNIT_ROLES.get(canonical(unit), "") if unit else ""
    if by_unit and by_unit == best:
        return best, 1 - (1 - score) * 0.5
    if by_unit and score < 0.5:
        return by_unit, 0.5
    if by_unit and best in UNIT_ROLES.values():
        return best, score * 0.5
    return best, score


def _name_likeness(key: str, role: str, name: str) -> float:
    one, other = folded(key), folded(name)
    if one == other:
        return 1.0
    mine = tuple(word for word in words(key) if word not in _LEVELS)
    theirs = tuple(word for word in words(name) if word not in _LEVELS)
    if mine and mine == theirs:
        return 0.95
    score = 0.85 * min(_role_likeness(role, name), 1.0) if role else 0.0
    if mine and _inside(mine, theirs):
        score = max(score, 0.75)
    ratio = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return max(score, 0.7 * ratio if ratio >= 0.8 else 0.0)


def _role_likeness(role: str, name: str) -> float:
    text, parts = folded(name), words(name)
    for place, word in enumerate(ROLE_WORDS.get(role, ())):
        if text == word:
            return 1.0 - 0.02 * place
    for place, word in enumerate(ROLE_WORDS.get(role, ())):
        if word in parts or (len(word) >= 6 and word in text):
            return 0.8 - 0.02 * place
    return 0.0


def _inside(needle: tuple[str, ...], hay: tuple[str, ...]) -> bool:
    return any(hay[k : k + len(needle)] == needle for k in range(len(hay) - len(needle) + 1)) if needle else False


def numbers(parts: tuple[str, ...]) -> list[int]:
    """The numbers among the words of a name, in order."""
    return [int(part) for part in parts if part.isdecimal() and part.isascii()]
