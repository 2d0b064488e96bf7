"""How times, durations and values are written in the panels."""

import math
import re
from datetime import datetime

import numpy as np

from twinviewer.model.asset import Tag
from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame, Kpi
from twinviewer.model.note import Note
from twinviewer.model.quality import Quality
from twinviewer.panels._kit.gauges import amount
from twinviewer.waveforms import tags as waveform_tags

NS = 1_000_000_000
_WORD = re.compile(r"[A-Z]+(?![^\W\dA-Z_])|[A-Z]?[^A-Z]+")  # "RMS" in "SpindleRMS" is one word, as is "Count"
_INPUTS = {
    "APT_s": "production time (APT), s",
    "AUST_s": "setup time (AUST), s",
    "ADET_s": "delay time (ADET), s",
    "PBT_s": "planned busy time (PBT), s",
    "PRI_s": "planned time per part (PRI), s",
    "PQ": "parts produced (PQ)",
    "GQ": "good parts (GQ)",
    "SQ": "scrap (SQ)",
    "repair_s": "repair time, s",
    "energy_kwh": "energy, kWh",
}


def local(time_ns: int) -> datetime:
    """A moment (UTC ns) in the zone of this computer."""
    return datetime.fromtimestamp(time_ns / NS).astimezone()


def clock(time_ns: int, now_ns: int | None = None, seconds: bool = True) -> str:
    """Local time of day, with the date in front where it is not the day of `now_ns`; "–" for 0 (unknown)."""
    if time_ns <= 0:
        return "–"
    moment = local(time_ns)
    text = moment.strftime("%H:%M:%S" if seconds else "%H:%M")
    if now_ns is not None and moment.date() != local(now_ns).date():
        return f"{moment.day} {moment.strftime('%b')} {text}"
    return text


def duration(seconds: float) -> str:
    """ "04:12", "1:04:12", "2 d 04 h"; "–" where it is not known."""
    if not math.isfinite(seconds):
        return "–"
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    if hours >= 24:
        return f"{hours // 24} d {hours % 24:02d} h"
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"


def age(seconds: float) -> str:
    """ "0.4 s", "12 s", "3 min", "2 h", "5 d"; "never" where nothing ever came."""
    if not math.isfinite(seconds):
        return "never"
    if seconds < 10:
        return f"{seconds:.1f} s"
    for size, unit in ((90, "s"), (5400, "min"), (129_600, "h")):
        if seconds < size:
            return f"{seconds / {'s': 1, 'min': 60, 'h': 3600}[unit]:.0f} {unit}"
    return f"{seconds / 86_400:.0f} d"


def title_of(tag: Tag) -> str:
    """A tag's key as words: "GoodCount" reads "Good count", "SpindleRMS" "Spindle RMS"."""
    if found := waveform_tags.title_of(tag):
        return found
    if tag.key.isupper() or " " in tag.key:
        return tag.key
    first, *others = _WORD.findall(tag.key) or [tag.key]
    return " ".join([first, *(word if word.isupper() and len(word) > 1 else word.lower() for word in others)])


def value_text(tag: Tag, frame: Frame) -> str:
    """The newest value of a tag with its unit, as far as it is usable; never an old value as if it were new."""
    quality = quality_of(tag, frame)
    if quality >= Quality.BAD:
        return "bad" if quality == Quality.BAD else "no data"
    value = amount(float(frame.tags.value[tag.index]), tag.unit)
    text = frame.tags.text.get(tag.index) if tag.is_text else f"{value} {tag.unit}"
    text = (text or "–").strip()
    return f"{text} (stale)" if quality == Quality.STALE else text


def value_of(kpi: Kpi) -> str:
    """An indicator's figure as it is written: counts without a decimal."""
    return amount(kpi.value, kpi.unit)


def input_name(name: str) -> str:
    """An indicator's input in words: "CNC-103 APT_s" reads "CNC-103 production time (APT), s" (ISO 22400-2)."""
    before, blank, last = name.rpartition(" ")
    return f"{before}{blank}{_INPUTS.get(last, last)}"


def is_current(frame: Frame) -> bool:
    """Whether new values come in: a link that works, or a source that is not the plant."""
    return frame.source != "live" or frame.connection.link in (Link.CONNECTED, Link.DEGRADED)


def silent_s(frame: Frame) -> np.ndarray:
    """Per asset: seconds for which nobody can say its state, inf where nobody ever could. A value that had not changed
    for hours was good until the link went."""
    age_s, since_ns = frame.assets.age_s, frame.connection.since_ns
    if is_current(frame) or not since_ns:
        return age_s
    lost = (frame.assets.quality == Quality.STALE) & np.isfinite(age_s)
    return np.where(lost, np.minimum(age_s, max(0.0, (frame.now_ns - since_ns) / NS)), age_s)


def signed(note: Note) -> str:
    """Who pinned a note, and who made it say what it says."""
    return f"{note.by} ✎ {note.changed_by}" if note.changed_by else note.by


def quality_of(tag: Tag, frame: Frame) -> Quality:
    """Quality of a tag in an evaluated frame; UNKNOWN before it is evaluated."""
    return Quality.UNKNOWN if frame.tags.quality is None else Quality(int(frame.tags.quality[tag.index]))


def age_of(tag: Tag, frame: Frame) -> float:
    """Age of a tag's newest sample in seconds, inf where nothing ever came."""
    return math.inf if frame.tags.age_s is None else float(frame.tags.age_s[tag.index])


def age_text(tag: Tag, frame: Frame) -> str:
    """Age of a tag's newest sample as it is written; "–" where nothing ever came."""
    seconds = age_of(tag, frame)
    return age(seconds) if seconds < 1e9 else "–"
