"""The words for a connection: what the pill, the strip and the status bar say about it."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from twinviewer.feeds.source import ANOTHER_CERTIFICATE
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Frame
from twinviewer.model.quality import Quality
from twinviewer.states.explain import duration

NS = 1_000_000_000
NOT_SECURE = "not secure"
CONNECTING_IS_LATE_NS = 4 * NS
CONNECTING_FAILS_NS = 3 * NS // 2  # with a reason why it does not come


@dataclass(frozen=True, slots=True)
class PillText:
    """`frame` is a surface token for a dashed outline, "#RRGGBB" for a solid one, "" for none."""

    glyph: str
    strong: str
    quiet: str
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A strip about the connection: `buttons` are action ids."""

    level: str
    text: str
    remedy: str = ""
    buttons: tuple[str, ...] = ()


def newest_age_s(frame: Frame) -> float:
    """Seconds since anything arrived; inf when nothing ever did."""
    received = frame.tags.received_ns
    newest = int(received.max()) if len(received) else 0
    return max(0.0, (frame.now_ns - newest) / NS) if newest else float("inf")


def oldest_good_s(frame: Frame) -> float:
    """Age in seconds of the oldest value that still counts as good; NaN without one."""
    quality, age = frame.tags.quality, frame.tags.age_s
    if quality is None or age is None:
        return float("nan")
    good = (quality == Quality.GOOD) & np.isfinite(age)
    return float(age[good].max()) if good.any() else float("nan")


def security_text(connection: Connection) -> str:
    """ "secure, signed + encrypted", "secure, signed", "NOT SECURE" or ""."""
    text = connection.security
    if not text:
        return ""
    if text.lower().startswith("none"):
        return NOT_SECURE
    if "signandencrypt" in text.replace(" ", "").lower():
        return "secure, signed + encrypted"
    return "secure, signed" if "sign" in text.lower() else text


def waits_for_trust(connection: Connection) -> bool:
    """Whether the server showed a certificate that a person may trust: the reason then tells its fingerprint."""
    return connection.link is Link.REFUSED and "fingerprint" in connection.why


def pill_text(frame: Frame, clock: str, alarm: str = "") -> PillText:
    """What the pill in the tool bar says; `alarm` is the colour of the outline when the connection is gone."""
    if frame.source not in ("live", "none"):
        return PillText("clock" if frame.source == "replay" else "flask", frame.source.upper(), clock, "not_live")
    link, connection = frame.connection.link, frame.connection
    since = duration((frame.now_ns - connection.since_ns) / NS) if connection.since_ns else ""
    if link in (Link.CONNECTED, Link.DEGRADED):
        age = newest_age_s(frame)
        data = f"data {duration(age)} old" if np.isfinite(age) else "no data yet"
        glyph, word = ("play", "LIVE") if link is Link.CONNECTED else ("warning", "LIVE, DEGRADED")
        return PillText(glyph, word, f"{data} · {clock}")
    if link is Link.CONNECTING:
        return PillText("connect", "CONNECTING", f"{since} · {clock}" if since else clock)
    if link is Link.NONE:
        return PillText("connect", "NOT CONNECTED", clock)
    word = {Link.LOST: "CONNECTION LOST", Link.REFUSED: "REFUSED", Link.COLLECTOR_LOST: "COLLECTOR LOST"}[link]
    return PillText("error", word, f"{since} ago · {clock}" if since else clock, alarm)


def clock_pill(frame: Frame, alarm: str = "", can_go_live: bool = False) -> PillText:
    """The pill with the time of day: the wall clock while live, the moment shown otherwise."""
    now = datetime.now()
    if frame.source in ("live", "none"):
        return pill_text(frame, now.strftime("%H:%M:%S"), alarm)
    shown = datetime.fromtimestamp(frame.now_ns / NS)
    clock = shown.strftime("%H:%M:%S")
    if shown.date() != now.date():
        clock = f"{shown.day} {shown.strftime('%b')} {clock}"
    return pill_text(frame, f"{clock} · back to live" if can_go_live else clock, alarm)


def trouble_of(frame: Frame) -> Trouble | None:
    """What the strip above the picture says, None while all is well."""
    connection = frame.connection
    if frame.source not in ("live", "none"):
        return None
    why = f": {connection.why.rstrip('.')}" if connection.why else ""
    since = f" for {duration((frame.now_ns - connection.since_ns) / NS)}" if connection.since_ns else ""
    link = connection.link
    if link is Link.NONE:
        text = "No live source is connected: this is the geometry alone, every state is unknown."
        return Trouble("info", text, buttons=("file.connect",))
    if link is Link.CONNECTING:
        patience_ns = CONNECTING_FAILS_NS if connection.why else CONNECTING_IS_LATE_NS
        if frame.now_ns - connection.since_ns < patience_ns:
            return None
        return Trouble("warning", f"Connecting to {connection.url}{since}{why}.", "Nothing on screen is live yet.")
    if link is Link.DEGRADED:
        return Trouble("warning", f"The connection works only in part{why}.", "What is missing is shown as unknown.")
    if link is Link.LOST:
        remedy = "Every value is the last one known and drawn as a ghost. twinviewer keeps trying by itself."
        return Trouble("error", f"Connection lost{since}{why}.", remedy, ("file.connect",))
    if link is Link.REFUSED and waits_for_trust(connection):
        text = "Not connected: the certificate of this server is not known here."
        remedy = "Compare its fingerprint with the one that the server's administrator gives you, then trust it."
        if ANOTHER_CERTIFICATE in connection.why:
            text = f"Not connected: this server shows {ANOTHER_CERTIFICATE}."
            remedy = "Ask its administrator whether it was renewed: if not, somebody stands between."
        return Trouble("error", text, remedy, ("file.trust", "file.connect"))
    if link is Link.REFUSED:
        remedy = "A person must act before trying again makes sense."
        return Trouble("error", f"Not connected{why}.", remedy, ("file.connect",))
    if link is Link.COLLECTOR_LOST:
        remedy = "Nothing is being received or recorded. twinviewer is starting it again."
        return Trouble("error", f"The collector process does not answer{since}.", remedy)
    return None
