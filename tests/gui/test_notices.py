"""Strips: one per key, a recovery takes its failure's place and goes, a person can put them away."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from twinviewer.gui import notices
from twinviewer.gui.notices import MOST, NoticeBar, Strip
from twinviewer.model.notice import Notice


def test_a_failure_is_said_once_and_its_recovery_goes_by_itself(qtbot: QtBot, monkeypatch) -> None:
    monkeypatch.setattr(notices, "INFO_MS", 30)
    bar = NoticeBar()
    qtbot.addWidget(bar)
    for _ in range(3):
        bar.add(Notice("error", "The disk is full.", "Free some space.", key="disk"))
    assert bar.shown == ["disk"]
    bar.add(Notice("info", "There is space again.", key="disk"))
    assert bar.shown == ["disk"]
    qtbot.waitUntil(lambda: bar.shown == [], timeout=2000)
    assert bar.isHidden()


def test_the_cross_puts_a_notice_away(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    bar.add(Notice("warning", "Something.", key="a"))
    bar.show()
    cross = bar.findChild(QToolButton)
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert bar.shown == []


def test_old_notices_make_room_and_stay_in_the_history(qtbot: QtBot) -> None:
    bar = NoticeBar()
    qtbot.addWidget(bar)
    for i in range(MOST + 2):
        bar.add(Notice("warning", f"Number {i}", key=str(i)))
    assert bar.shown == [str(i) for i in range(2, MOST + 2)]
    assert len(bar.history) == MOST + 2


def test_a_strip_speaks_text_and_remedy(qtbot: QtBot) -> None:
    strip = Strip()
    qtbot.addWidget(strip)
    ran: list[int] = []
    strip.say("error", "Connection lost.", "Check the cable.", [("Connect…", lambda: ran.append(1))])
    assert strip.accessibleName() == "error: Connection lost. Check the cable."
    strip.say("error", "Connection lost.", "Check the cable.", [("Connect…", lambda: ran.append(1))])
    from PySide6.QtWidgets import QPushButton

    (button,) = strip.findChildren(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert ran == [1]
