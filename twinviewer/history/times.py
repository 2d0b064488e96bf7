"""Moments as people type them: ISO 8601, `now`, or a span back from now."""

import re
from datetime import UTC, datetime, timedelta

from twinviewer.model.errors import DataError

NS = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIT_S = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)")
_SPAN = re.compile(rf"^\s*(?:{_PART.pattern}\s*)+$")
_NUMBER = re.compile(r"^\d{1,12}(?:\.\d*)?$")
_REMEDY = "Write ISO 8601 such as 2026-11-21T04:30:00Z (without a zone: this computer's), `now`, or a span back: 1h."


def parse_span_s(text: str) -> float:
    """Seconds of a span such as "90s", "1h30m", "14d" or a bare number of seconds. Raises DataError."""
    text = text.strip().lower()
    if not (_SPAN.match(text) or _NUMBER.match(text)):
        raise DataError(f"{text!r} is not a span of time", remedy="Write a number with s, min, h, d or w: 90s, 1h30m.")
    if _NUMBER.match(text):
        return float(text)
    return sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(text))


def parse_time(text: str, now_ns: int) -> int:
    """UTC nanoseconds of a moment; `now_ns` is what `now` and spans count from. Raises DataError."""
    word = text.strip()
    if word.lower() == "now":
        return now_ns
    if _SPAN.match(word.lower()):
        return _in_range(now_ns - round(parse_span_s(word) * NS), text)
    try:
        moment = datetime.fromisoformat(word)
        moment = moment if moment.tzinfo else moment.astimezone()
        moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise DataError(f"{text!r} is not a moment", remedy=_REMEDY) from None
    since = moment - _EPOCH
    return _in_range((since // timedelta(microseconds=1)) * 1000, text)


def _in_range(time_ns: int, text: str) -> int:
    if not 0 <= time_ns < 2**63:
        raise DataError(f"{text!r} is out of range", remedy="Moments from 1970 to 2262 can be named.")
    return time_ns


def parse_range(from_text: str, to_text: str, now_ns: int) -> tuple[int, int]:
    """Both ends of a stretch of time, in order. Raises DataError where it ends before it begins."""
    from_ns, to_ns = parse_time(from_text, now_ns), parse_time(to_text, now_ns)
    if from_ns >= to_ns:
        raise DataError(
            f"the time from {iso(from_ns)} to {iso(to_ns)} is empty", remedy="Give an end after the beginning."
        )
    return from_ns, to_ns


def iso(time_ns: int) -> str:
    """ISO 8601 in UTC with milliseconds."""
    moment = _EPOCH + timedelta(microseconds=time_ns // 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
