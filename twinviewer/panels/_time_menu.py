"""The commands of the time line, and the menu of a moment on it."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.session import Session

GROUP = "History"
STEP_S = 1
_NO_PAST = "Nothing was recorded or seen that could be gone back to."
_NOT_PAST = "The picture shows the plant now: hold this moment first (P)."
_MENU = (
    "time.here", "-", "note.pin", "note.mark", "-", "time.mark_a", "time.mark_b", "time.clear_ab", "replay.compare",
    "-", "time.loop", "file.capsule", "file.shift_report",
)  # fmt: skip
_AT_POINTER = ("time.here", "note.pin", "note.mark", "time.mark_a", "time.mark_b")


class TimeLine(Protocol):
    """What the commands act on."""

    @property
    def in_past(self) -> bool: ...
    @property
    def can_go_live(self) -> bool: ...
    @property
    def is_playing(self) -> bool: ...
    @property
    def repeats(self) -> str: ...
    @property
    def aimed_ns(self) -> int: ...
    def seek(self, time_ns: int) -> None: ...
    def go_live(self) -> None: ...
    def toggle_play(self) -> None: ...
    def toggle_loop(self) -> None: ...
    def step_back(self) -> None: ...
    def step_forward(self) -> None: ...
    def step_by(self, seconds: int) -> None: ...
    def shift_speed(self, step: int) -> None: ...


def register(line: TimeLine, session: Session, actions: Actions) -> None:
    """Put the commands into the registry."""
    between = session.between

    def in_past() -> bool:
        return line.in_past

    def has_past() -> bool:
        return line.in_past or session.can_look_back

    def looping() -> bool:
        return getattr(session.source, "loop", None) is not None

    def play_title() -> str:
        if not line.in_past:
            return "Hold this moment"
        return "Pause the replay" if line.is_playing else "Play the replay"

    def add(name: str, title: str | Callable[[], str], run: Callable[[], object], keys: str,
            enabled: Callable[[], bool] = has_past, checked: Callable[[], bool] | None = None,
            words: str = "", glyph: str = "", why: str = "") -> None:  # fmt: skip
        why = why or (_NOT_PAST if enabled is in_past else _NO_PAST)
        actions.add(Action(f"time.{name}", title, GROUP, run, keys, enabled, checked, words, glyph, why))

    add("live", "Back to live", line.go_live, "0", lambda: line.can_go_live, words="now end", glyph="play",
        why="No plant is connected, or it is shown as it is now.")  # fmt: skip
    add("play", play_title, line.toggle_play, "P", words="run stop pause hold", glyph="clock")
    add("back", "Back to the alarm before", line.step_back, ",", glyph="skip-previous")
    add("forward", "On to the next alarm", line.step_forward, ".", in_past, glyph="skip-next")
    add("step_back", "A second back", lambda: line.step_by(-STEP_S), "[", words="step")
    add("step_forward", "A second on", lambda: line.step_by(STEP_S), "]", in_past, words="step")
    add("slower", "Replay slower", lambda: line.shift_speed(-1), "<", in_past, words="speed")
    add("faster", "Replay faster", lambda: line.shift_speed(1), ">", in_past, words="speed")
    add("loop", lambda: "Stop repeating" if looping() else f"Repeat {line.repeats}", line.toggle_loop, "O", in_past,
        looping, "repeat")  # fmt: skip
    add("here", "Show this moment", lambda: line.seek(line.aimed_ns), "", lambda: bool(between.aimed_ns),
        why="Choose it in the menu of the time line.")  # fmt: skip
    add("mark_a", "Mark this moment as A", lambda: between.mark_a(line.aimed_ns), "Ctrl+Shift+A", words="compare")
    add("mark_b", "Mark this moment as B", lambda: between.mark_b(line.aimed_ns), "Ctrl+Shift+B", words="compare")
    add("clear_ab", "Clear A and B", between.clear, "", lambda: bool(between.a_ns or between.b_ns),
        why="Neither A nor B is marked.")  # fmt: skip


def run_at(session: Session, actions: Actions, name: str, time_ns: int) -> None:
    """Run a command about a moment, whichever is shown."""
    session.between.aimed_ns = time_ns
    try:
        actions.run(name)
    finally:
        session.between.aimed_ns = 0


def open_menu(owner: QWidget, session: Session, actions: Actions, time_ns: int, where: QPoint) -> None:
    """What can be done with a moment on the time line; commands about it are given that moment."""
    between = session.between
    between.aimed_ns = time_ns
    actions.refresh()
    menu = QMenu(owner)
    for name in _MENU:
        if name == "-":
            menu.addSeparator()
        elif name in _AT_POINTER and name in actions:
            item = menu.addAction(actions[name].text)
            item.setEnabled(actions[name].is_enabled)
            item.setObjectName(name)
            item.triggered.connect(lambda _on=False, n=name: run_at(session, actions, n, time_ns))
        elif name in actions:
            menu.addAction(actions.qt(name))
    between.aimed_ns = 0
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)
