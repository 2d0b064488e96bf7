"""What a person changes about indicators and targets: new versions in the scene's book, at work at once."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from twinviewer.kpi import book as books
from twinviewer.kpi.book import INDICATOR, SHIFTS, TARGET, Book, Version
from twinviewer.kpi.formula import parse
from twinviewer.kpi.own import Names
from twinviewer.model.errors import DataError
from twinviewer.model.frame import Kpi
from twinviewer.panels._text import clock
from twinviewer.session import Session

NS = 1_000_000_000
_NOT_KEYS = "[]*"


def iso_now() -> str:
    """Now, as versions carry it."""
    return datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def keep(session: Session, version: Version) -> None:
    """Add a version and let it hold. Raises SceneError, DataError."""
    session.kpis.set_book(session.kpis.book.with_version(version))


def set_target(session: Session, key: str, target: float | None) -> None:
    """Another target of a built-in indicator, in its own unit; None for none. Raises SceneError."""
    keep(session, Version(TARGET, key, session.user, iso_now(), target=target))


def set_shifts(session: Session, text: str) -> None:
    """When shifts begin: "06:00, 14:00, 22:00". Raises DataError, SceneError."""
    starts = tuple(part.strip() for part in text.replace(";", ",").split(",") if part.strip())
    keep(session, Version(SHIFTS, "", session.user, iso_now(), starts=starts))


def set_indicator(session: Session, version: Version) -> None:
    """A new or changed indicator of the scene's own, if its formula can be worked out. Raises DataError, SceneError."""
    check_formula(session, version.formula, version.key)
    if any(c in version.key for c in _NOT_KEYS):
        raise DataError("a name cannot have brackets or stars", version.key, "Choose another name.")
    keep(session, version)


def remove(session: Session, key: str) -> None:
    """End one of the scene's own indicators; its history stays. Raises SceneError."""
    old = session.kpis.book.now(INDICATOR, key)
    if old is not None:
        keep(session, Version(INDICATOR, key, session.user, iso_now(), removed=True, label=old.label))


def use_again(session: Session, version: Version) -> None:
    """Go back to an earlier version. Raises DataError, SceneError."""
    keep(session, books.again(version, session.user, iso_now()))


def previous(book: Book, kind: str, key: str) -> Version | None:
    """The version before the one that holds; None where there is none."""
    history = book.history(kind, key)
    return history[-2] if len(history) > 1 else None


def names_for(session: Session, own_key: str) -> Names:
    """What a formula may name: tags, built-in indicators, and the scene's own that were made before this one."""
    own = [v.key for v in session.kpis.book.indicators]
    before = own[: own.index(own_key)] if own_key in own else own
    built_in = [k.key for k in session.kpis.all() if k.key not in own]
    return Names.of(session.scene, [*built_in, *before])


def check_formula(session: Session, text: str, own_key: str) -> None:
    """Raises DataError where the formula cannot be worked out in this scene."""
    names_for(session, own_key).check(parse(text))


def groups_of(session: Session) -> list[tuple[str, list[Kpi]]]:
    """All indicators under headings: tiles, each line's of ISO 22400-2, the plant's, the scene's own."""
    own = {v.key for v in session.kpis.book.indicators}
    found: dict[str, list[Kpi]] = {"On the tiles": []}
    tiles = {k.key for k in session.frame.kpis} if session.frame is not None else set()
    mine: list[Kpi] = []
    for kpi in session.kpis.all():
        if kpi.key in own:
            mine.append(kpi)
        elif kpi.key in tiles:
            found["On the tiles"].append(kpi)
        elif "." in kpi.key:
            found.setdefault(f"{kpi.key.split('.', 1)[1]} · ISO 22400-2", []).append(kpi)
        else:
            found.setdefault("Plant · ISO 22400-2", []).append(kpi)
    return [*found.items(), ("The scene's own", mine)]


def said_of(version: Version, now_ns: int) -> str:
    """One version as a line of its history: when, who, what."""
    try:
        moment = datetime.fromisoformat(version.since)
        when = clock(int(moment.timestamp()) * NS, now_ns, seconds=False)
    except ValueError:
        when = version.since or "at some time"
    return f"{when}, {version.by or 'nobody named'}: {_what(version)}"


def _what(version: Version) -> str:
    if version.removed:
        return "removed"
    if version.kind == SHIFTS:
        return f"shifts begin at {', '.join(version.starts)}" if version.starts else "the usual shifts"
    target = f"target {version.target:g}" if version.target is not None else "no target"
    return target if version.kind == TARGET else f"{version.formula}, {version.unit or 'no unit'}, {target}"


def changes(history: Sequence[Version], now_ns: int) -> list[str]:
    """A history as lines, the newest first."""
    return [said_of(v, now_ns) for v in reversed(history)]
