"""The time line: what was seen is where it happened, and controls are there only when they act."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.palette import STATE
from twinviewer.model.state import State
from twinviewer.panels import timeline
from twinviewer.panels._kit import style
from twinviewer.panels._time_band import ticks
from twinviewer.session import Band, Mark, Past, Seekable

NS = fake.NS
NOW = fake.NOW


@dataclass
class Replay(fake.FakeSource):
    """A source that can seek and knows two hours of the past."""

    name: str = "replay"
    speed: float = 0.0
    loop: tuple[int, int] | None = None
    sought: list[int] = field(default_factory=list)

    def seek(self, time_ns: int) -> None:
        self.sought.append(time_ns)

    def play(self, speed: float) -> None:
        self.speed = speed

    def seen(self) -> tuple[int, int]:
        return NOW - 7200 * NS, NOW

    def bands(self, asset_id: str, from_ns: int, to_ns: int) -> list[Band]:
        return [Band(max(from_ns, NOW - 7200 * NS), min(to_ns, NOW), State.SETUP)]

    def marks(self, from_ns: int, to_ns: int) -> list[Mark]:
        every = [Mark(NOW - s * NS, "ROB-206", 2, "stop") for s in (5000, 4000, 600)]
        return [m for m in every if from_ns <= m.time_ns <= to_ns]


@given(st.integers(NOW - 10**17, NOW), st.integers(60, 40 * 86400), st.integers(2, 20))
def test_ticks_are_few_in_order_and_inside(from_ns: int, span_s: int, most: int) -> None:
    found = [t for t, _ in ticks(from_ns, from_ns + span_s * NS, most)]
    assert len(found) <= most + 2 or span_s > 604_800 * most
    assert all(from_ns <= t <= from_ns + span_s * NS for t in found)
    assert all(b > a for a, b in pairwise(found))


def pixel(b: Any, time_ns: int) -> str:
    picture = b.panel.band.grab().toImage()
    return picture.pixelColor(int(b.panel.band.x_of(time_ns)), 24).name().upper()


def test_the_band_shows_each_state_where_it_was(bench: Callable[..., Any], both_themes: str, qtbot: QtBot) -> None:
    b = bench(timeline.Panel, past_s=3600, size=(1190, 56))
    style.install(QApplication.instance(), both_themes)  # type: ignore[arg-type]
    b.session.select("ROB-206")
    for back, state in ((3000, State.RUNNING), (2300, State.SETUP), (1000, State.BLOCKED), (100, State.FAULT)):
        assert pixel(b, NOW - back * NS) == STATE[both_themes][state].upper()
    qtbot.mouseClick(b.panel.span.button("28800"), Qt.MouseButton.LeftButton)
    assert pixel(b, NOW - 6 * 3600 * NS) == style.colour("field").name().upper()  # not seen: nothing is drawn


def test_without_a_selection_all_assets_share_the_band(bench: Callable[..., Any]) -> None:
    b = bench(timeline.Panel, past_s=1800, size=(1190, 56))
    assert b.panel.what.text() == "All assets"
    picture = b.panel.band.grab().toImage()
    x = int(b.panel.band.x_of(NOW - 100 * NS))
    seen = {picture.pixelColor(x, y).name().upper() for y in range(18, 30)}
    assert STATE["dark"][State.RUNNING].upper() in seen
    assert "14 running" in b.panel.band.text_at(x, 24)


def test_marks_stand_for_alarms_and_fly_to_their_asset(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, past_s=3600, size=(1190, 56))
    band = b.panel.band
    alarm = next(a for a in b.frame.alarms if a.asset_id == "ROB-206")
    x = band.x_of(alarm.since_ns)
    assert "Servo axis 3 overcurrent" in band.text_at(x, 8)
    qtbot.mouseClick(band, Qt.MouseButton.LeftButton, pos=QPoint(int(x), 8))
    assert b.session.selection == "ROB-206"


def test_dragging_goes_back_and_live_returns(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, past_s=3600, size=(1190, 56))
    band, live = b.panel.band, b.panel.live
    assert live.isChecked()
    assert band.to_ns == NOW
    b.panel._set_span(600 * NS)
    qtbot.mousePress(band, Qt.MouseButton.LeftButton, pos=QPoint(100, 24))
    qtbot.mouseMove(band, QPoint(300, 24))
    qtbot.mouseRelease(band, Qt.MouseButton.LeftButton, pos=QPoint(300, 24))
    assert band.to_ns < NOW - 60 * NS
    assert not live.isChecked()
    held = band.to_ns
    b.give(replace(b.frame, now_ns=NOW + 5 * NS))
    assert band.to_ns == held  # it stays where a person put it
    qtbot.mouseClick(live, Qt.MouseButton.LeftButton)
    assert band.to_ns == NOW + 5 * NS
    assert live.isChecked()


def test_the_wheel_and_keys_zoom_and_move(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, past_s=3600, size=(1190, 56))
    band = b.panel.band
    at = QPointF(50, 24)
    QApplication.sendEvent(
        band,
        QWheelEvent(
            at,
            band.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        ),
    )
    assert band.to_ns - band.from_ns == 2880 * NS
    qtbot.keyClick(band, Qt.Key.Key_Minus)
    assert band.to_ns - band.from_ns == 3600 * NS
    b.panel._set_span(600 * NS)
    qtbot.keyClick(band, Qt.Key.Key_Left)
    assert band.to_ns == NOW - 60 * NS
    qtbot.keyClick(band, Qt.Key.Key_Right)
    assert band.to_ns == NOW


def test_what_has_just_begun_to_be_seen_fills_the_width(bench: Callable[..., Any]) -> None:
    b = bench(timeline.Panel, past_s=1200, size=(1190, 56))
    assert b.panel.band.to_ns - b.panel.band.from_ns == 1320 * NS
    b.panel._set_span(8 * 3600 * NS)
    assert b.panel.band.to_ns - b.panel.band.from_ns == 8 * 3600 * NS


def test_no_play_controls_while_live(bench: Callable[..., Any]) -> None:
    b = bench(timeline.Panel, size=(1190, 56))
    assert not b.panel.controls.isVisible()
    assert not b.actions["time.play"].is_enabled


def test_a_replay_can_be_played_sought_and_left(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, size=(1190, 56))
    source = Replay()
    assert isinstance(source, Seekable)
    assert isinstance(source, Past)
    b.session.set_source(source)
    b.session.select("CNC-102")
    b.give(replace(b.frame, source="replay", now_ns=NOW - 3700 * NS))
    assert b.panel.controls.isVisible()
    assert pixel(b, NOW - 4500 * NS) == STATE["dark"][State.SETUP].upper()
    b.panel.controls.speed.setCurrentText("60×")
    qtbot.mouseClick(b.panel.controls.play, Qt.MouseButton.LeftButton)
    assert source.speed == 60.0
    assert b.panel.controls.play.accessibleName() == "Pause"
    qtbot.mouseClick(b.panel.controls.play, Qt.MouseButton.LeftButton)
    assert source.speed == 0.0
    qtbot.mouseClick(b.panel.controls.forward, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(b.panel.controls.back, Qt.MouseButton.LeftButton)
    assert source.sought == [NOW - 600 * NS, NOW - 4000 * NS]
    band = b.panel.band
    qtbot.mouseClick(band, Qt.MouseButton.LeftButton, pos=QPoint(band.width() // 2, 24))
    assert source.sought[-1] == pytest.approx(band.time_at(band.width() // 2), abs=NS)
    assert not b.panel.live.isVisible()  # a recording that was opened by itself: there is no plant to go back to


def test_a_stretch_can_be_repeated_and_the_speed_follows_the_source(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, size=(1190, 56))
    source = Replay()
    b.session.set_source(source)
    source.speed = 10.0
    b.give(replace(b.frame, source="replay", now_ns=NOW - 5000 * NS))
    assert b.panel.controls.speed.currentText() == "10×"
    qtbot.mouseClick(b.panel.controls.loop, Qt.MouseButton.LeftButton)
    assert source.loop == (b.panel.band.from_ns, b.panel.band.to_ns)
    assert b.panel.controls.loop.isChecked()
    qtbot.mouseClick(b.panel.controls.loop, Qt.MouseButton.LeftButton)
    assert source.loop is None


def test_in_a_replay_time_runs_through_a_standing_picture(bench: Callable[..., Any]) -> None:
    b = bench(timeline.Panel, size=(1190, 56))
    b.session.set_source(Replay())
    edges = set()
    for minute in range(10):
        b.give(replace(b.frame, source="replay", now_ns=NOW - 7000 * NS + minute * 60 * NS))
        edges.add((b.panel.band.from_ns, b.panel.band.to_ns))
        assert b.panel.band.from_ns <= b.frame.now_ns <= b.panel.band.to_ns
    assert len(edges) == 1


def test_at_the_end_of_a_recording_what_was_recorded_is_shown(bench: Callable[..., Any]) -> None:
    b = bench(timeline.Panel, size=(1190, 56))
    b.session.set_source(Replay())
    b.give(replace(b.frame, source="replay", now_ns=NOW))  # two whole pages after the beginning
    assert NOW <= b.panel.band.to_ns <= NOW + 300 * NS
    assert b.panel.band.to_ns - b.panel.band.from_ns == 3600 * NS
    b.panel._set_span(8 * 3600 * NS)  # longer than all that was recorded
    assert b.panel.band.from_ns == NOW - 7200 * NS


def test_a_narrow_window_keeps_the_band(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(timeline.Panel, past_s=60, size=(420, 56))
    qtbot.wait(20)
    assert b.panel.band.width() > 250
    assert b.panel.live.isVisible()
    assert b.panel.rect().contains(b.panel.live.geometry())
    assert b.panel.band.accessibleName().startswith("All assets, ")
