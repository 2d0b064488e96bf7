"""Where a step from alarm to alarm leads."""

from twinviewer.panels._text import NS
from twinviewer.session import Past, Reads


def next_alarm(past: Past, now_ns: int, sign: int) -> int | None:
    """When the alarm before (`sign` -1) or after (1) this moment was raised, the end of what is known where there is
    none; None while a recording is searched: ask again. UTC ns. Raises TwinError where it cannot be read."""
    first, last = past.seen()
    if isinstance(past, Reads):
        found = past.next_mark(now_ns, sign)
        if found is None:
            return None
        time_ns = found[0]
    elif sign < 0:
        time_ns = max((m.time_ns for m in past.marks(first, now_ns - NS)), default=None)
    else:
        time_ns = min((m.time_ns for m in past.marks(now_ns + NS, last)), default=None)
    if time_ns is not None:
        return time_ns
    return first if sign < 0 else last
