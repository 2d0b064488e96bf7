"""The inspector: what it says of an asset is true, old and bad values are marked, and every control works."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.asset import Limits
from twinviewer.model.connection import Connection, Link
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels import _asset_facts as facts
from twinviewer.panels import _text, inspector
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Action
from twinviewer.panels._kit.style import font
from twinviewer.panels._trend import TrendWindow
from twinviewer.panels._trend_plot import line_of
from twinviewer.session import Series
from twinviewer.session.line import with_gaps

SCENE = fake.make_scene()
NS = fake.NS


def said(asset_id: str, frame: Any = None) -> str:
    return facts.why(frame or fake.make_frame(SCENE), SCENE, SCENE.asset(asset_id))


def row_of(panel: Any, key: str) -> Any:
    return next(r for r in panel.asset_page.rows if r.tag.key == key)


# Facts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asset_id", "reason"),
    [
        ("ROB-206", "servo axis 3 overcurrent, E-2207"),
        ("CV-205", "ROB-206 downstream: fault"),
        ("PKG-211", "ROB-206 upstream: fault"),
        ("PMP-314", "State: sensor failure"),
        ("CMP-321", "vibration zone D, 8.3 mm/s"),
        ("TNK-301", ""),
    ],
)
def test_why_an_asset_is_as_it_is(asset_id: str, reason: str) -> None:
    assert said(asset_id) == reason


def test_a_lost_connection_is_the_reason_for_everything() -> None:
    quality = np.full(len(SCENE.assets), Quality.STALE, np.uint8)
    frame = replace(fake.make_frame(SCENE, quality=quality), connection=Connection(Link.LOST))
    assert said("TNK-301", frame) == "connection lost"
    assert facts.shown_state(frame, SCENE.asset("TNK-301")) is State.UNKNOWN


@pytest.mark.parametrize(
    ("status", "quality", "letter", "words"),
    [
        (0x808C0000, Quality.BAD, "F", "Vibration: sensor failure"),
        (0x808D0000, Quality.BAD, "C", "out of service"),
        (0x40930000, Quality.UNCERTAIN, "S", "sensor not accurate"),
        (0, Quality.STALE, "", "1 of 6 values are not up to date"),
        (0, Quality.UNKNOWN, "", "1 of 6 values never came"),
    ],
)
def test_device_status_is_said_after_ne_107(status: int, quality: Quality, letter: str, words: str) -> None:
    frame = fake.make_frame(SCENE)
    tag = SCENE.tag("PMP-312.Vibration").index
    assert frame.tags.quality is not None
    frame.tags.status[tag], frame.tags.quality[tag] = status, quality
    device = facts.device(frame, SCENE, SCENE.asset("PMP-312"))
    assert device is not None
    assert device.status == letter
    assert words in device.text


def test_good_tags_have_no_device_line() -> None:
    assert facts.device(fake.make_frame(SCENE), SCENE, SCENE.asset("CNC-102")) is None


def test_a_bad_value_is_never_written() -> None:
    frame = fake.make_frame(SCENE)
    asset = SCENE.asset("PMP-314")
    for tag in facts.tags_of(SCENE, asset):
        reading = facts.reading(tag, frame, asset, ())
        assert np.isnan(reading.value)
        assert reading.text in ("", "?")
        assert reading.note == "bad: sensor failure"


def test_vibration_without_limits_is_judged_by_its_zones() -> None:
    asset = SCENE.asset("PMP-312")
    tag = replace(SCENE.tag("PMP-312.Vibration"), limits=Limits())
    assert facts.limits_of(tag, asset) == Limits(high=2.8, high_high=4.5)


def test_flow_is_followed_both_ways_and_stops_at_its_ends() -> None:
    assert facts.flow_around(SCENE, "ROB-206", 4) == (["PRS-204", "CV-205", "ROB-206", "OVN-207"], 0, 0)
    assert facts.flow_around(SCENE, "PKG-211", 3)[0] == ["OVN-207", "WLD-209", "PKG-211"]
    assert facts.flow_around(SCENE, "TNK-301", 4)[0] == ["TNK-301"]
    ring = replace(SCENE, flow=(("A", "B"), ("B", "A"), ("C", "A")))
    names, feeds, fed = facts.flow_around(ring, "A", 6)
    assert set(names) == {"A", "B"}
    assert (feeds, fed) == (1, 0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0.4 s"), (59, "59 s"), (600, "10 min"), (7200, "2 h"), (3 * 86400, "3 d"), (float("inf"), "never")],
)
def test_ages_are_short(seconds: float, text: str) -> None:
    assert _text.age(seconds) == text


def test_keys_read_as_words() -> None:
    def words(key: str) -> str:
        return _text.title_of(replace(SCENE.tags[0], key=key))

    assert [words(k) for k in ("GoodCount", "Vibration", "OEE", "Axis 3 current")] == [
        "Good count", "Vibration", "OEE", "Axis 3 current",
    ]  # fmt: skip
    assert [words(k) for k in ("SpindleRMS", "A-1")] == ["Spindle RMS", "A-1"]
    worked_out = replace(SCENE.tags[0], role="bpfo", derived_from=0)
    names = [_text.title_of(replace(worked_out, key=k)) for k in ("AccelerationBPFO", "DriveEndBPFO")]
    assert names == ["Outer race BPFO", "DriveEnd: outer race BPFO"]
    assert _text.title_of(replace(SCENE.tags[0], role="waveform", key="Acceleration")) == "Waveform"


# Trends ---------------------------------------------------------------------------------------------------------------


def test_a_gap_in_time_is_a_gap_in_the_line() -> None:
    seconds = np.array([0, 1, 2, 3, 60, 61], np.int64)
    ones = np.ones(6)
    x, y = line_of(with_gaps(Series(seconds * NS, ones, ones * 2, np.zeros(6, np.uint8))))
    assert np.isnan(y).sum() == 2
    hole = float(x[np.nonzero(np.isnan(y))[0][0]])
    assert 3 < hole < 60
    assert np.all(np.diff(x) >= 0)


def test_an_unusable_value_is_a_gap_in_the_line() -> None:
    low = np.array([1.0, np.nan, 3.0])
    _, y = line_of(Series(np.arange(3) * NS, low, low, np.zeros(3, np.uint8)))
    assert np.isnan(y[2:4]).all()
    assert np.isfinite(y[[0, 1, 4, 5]]).all()


def test_the_trend_shows_what_the_session_saw(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, past_s=1800)
    b.session.select("ROB-206")
    trend = b.panel.asset_page.trend
    assert trend.tag.key == "Current"  # the tag of its worst alarm
    x, y = trend.plot._curve.getData()
    assert x[0] == pytest.approx(fake.NOW / NS - 1800, abs=60)
    assert np.nanmax(y) > 17
    assert trend.note.text().startswith("since ")
    qtbot.mouseClick(row_of(b.panel, "Power").bar, Qt.MouseButton.LeftButton)
    assert trend.tag.key == "Power"
    b.session.select("CNC-102")
    assert trend.tag.name == "CNC-102.Power"  # what a person looked at stays


def test_a_trend_begins_short_and_grows(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel, past_s=600)
    b.session.select("CNC-102")
    low, high = b.panel.asset_page.trend.plot._plot.getPlotItem().viewRange()[0]
    assert high - low == pytest.approx(630, abs=35)


def test_the_reason_does_not_repeat_the_state() -> None:
    fault = replace(fake.make_alarms()[0], message="Fault: E-2207 axis 3")
    frame = fake.make_frame(SCENE, alarms=[fault])
    assert said("ROB-206", frame) == "E-2207 axis 3"


def test_the_span_changes_what_is_drawn(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, past_s=900)
    b.session.select("CNC-102")
    trend = b.panel.asset_page.trend
    qtbot.mouseClick(trend.span.button("28800"), Qt.MouseButton.LeftButton)
    low, high = trend.plot._plot.getPlotItem().viewRange()[0]
    assert high - low == pytest.approx(28800)


def test_a_trend_in_a_window_of_its_own_goes_on(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, past_s=300)
    b.session.select("CNC-102")
    window = b.panel.asset_page.open_trend()
    assert isinstance(window, TrendWindow)
    qtbot.addWidget(window)
    assert window.isVisible()
    b.session.select("PMP-311")
    assert window.trend.tag.asset_id == "CNC-102"
    b.session.set_scene(fake.make_scene(copies=5), fake.FakeSource())
    window._tick()
    assert not window.isVisible()


# The panel ------------------------------------------------------------------------------------------------------------


def test_nothing_selected_shows_the_plant(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, size=(440, 980))
    page = b.panel.overview
    assert page.isVisible()
    lines = {r.line.text: r.line.value for r in page.states.rows if r.isVisible()}
    assert lines == {
        "Fault": "1", "Blocked": "2", "Starved": "2", "Setup": "1", "Maintenance": "1", "No data": "1",
        "Running": "14", "Idle": "2",
    }  # fmt: skip
    assert page.vibrations.rows[0].line.text == "CMP-321"
    assert page.power.rows[0].line.text == "OVN-207"
    assert [r.line.text for r in page.silent.rows if r.isVisible()] == ["PMP-314"]
    qtbot.mouseClick(page.vibrations.rows[1], Qt.MouseButton.LeftButton)
    assert b.session.selection == "PMP-312"
    assert b.panel.asset_page.isVisible()


def test_a_click_on_a_state_goes_through_its_assets(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, size=(440, 980))
    row = next(r for r in b.panel.overview.states.rows if r.line.text == "Blocked")
    seen: list[str | None] = []
    for _ in range(3):
        row._choose()
        seen.append(b.session.selection)
        b.session.select(None)
    assert seen == ["CV-104", "CV-205", "CV-104"]


def test_unusable_values_are_not_ranked(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel, size=(440, 980))
    n = len(SCENE.assets)
    b.panel.overview.refresh()
    stale = np.full(n, Quality.STALE, np.uint8)
    b.show(vibration_quality=stale, power_quality=stale)
    assert not b.panel.overview.vibrations.isVisible()
    assert not b.panel.overview.power.isVisible()


def test_identity_state_and_reason(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel)
    b.session.select("ROB-206")
    head = b.panel.asset_page.head
    since = _text.clock(fake.NOW - 252 * NS, fake.NOW)
    assert head.title.text() == "ROB-206"
    assert head.kind.text() == "6-axis robot · Hall 2 › Forming › Line B"
    assert head.sentence.text() == f"Fault since {since} (04:12) — servo axis 3 overcurrent, E-2207"
    assert head.symbol.accessibleName() == "State fault"
    assert head.badges.accessibleName() == "alarm priority 1, vibration zone A"


def test_a_silent_asset_is_not_drawn_as_normal(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel)
    quality, age = b.frame.assets.quality.copy(), b.frame.assets.age_s.copy()
    row = b.session.scene.asset("CNC-102").index
    quality[row], age[row] = Quality.STALE, 75.0
    b.session.select("CNC-102")
    b.show(quality=quality, age_s=age)
    assert b.panel.asset_page.head.sentence.text().startswith("No data (75 s old, last known running)")
    assert b.panel.asset_page.head._state is State.UNKNOWN


def test_bars_say_value_quality_and_age(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel)
    b.session.select("PMP-312")
    row = row_of(b.panel, "Vibration")
    assert row.bar.reading.value == 3.9
    assert row.bar.reading.priority == 2
    assert row.age.text() == "0.4 s"
    assert row.accessibleName().startswith("Vibration, 3.9 mm/s, alarm priority 2")
    b.session.select("PMP-314")
    assert row_of(b.panel, "Vibration").bar.reading.quality is Quality.BAD
    assert b.panel.asset_page.device.isVisible()
    assert b.panel.asset_page.device.word.text() == "Failure"


@pytest.mark.parametrize("width", [354, 440])
def test_what_is_wrong_with_a_value_is_written_in_full(bench: Callable[..., Any], width: int) -> None:
    b = bench(inspector.Panel, size=(width, 900))
    b.session.select("PMP-314")
    b.show()
    bar = row_of(b.panel, "Vibration").bar
    assert bar.reading.note.startswith("bad: ")
    assert QFontMetricsF(font(10)).horizontalAdvance(bar.reading.note) <= bar.note_width()


@pytest.mark.parametrize(("width", "good_has_age"), [(440, True), (354, False)])
def test_counters_and_texts_have_an_age_where_there_is_room_or_doubt(
    bench: Callable[..., Any], width: int, good_has_age: bool
) -> None:
    b = bench(inspector.Panel, size=(width, 900))
    for asset_id, shown in (("PMP-312", good_has_age), ("PMP-314", True)):
        b.session.select(asset_id)
        b.show()
        cell = row_of(b.panel, "Product")
        assert cell.age == _text.age_text(cell.tag, b.frame)
        assert cell.shows_age() is shown


def test_no_tag_is_left_out_also_not_where_a_machine_stands(bench: Callable[..., Any]) -> None:
    asset = SCENE.asset("CNC-102")
    tags = list(SCENE.tags)
    for row, role in zip(asset.tags[-2:], ("position_x", "heading_deg"), strict=True):
        tags[row] = replace(tags[row], role=role)
    shown = facts.tags_of(replace(SCENE, tags=tuple(tags)), asset)
    assert sorted(t.index for t in shown) == sorted(asset.tags)
    assert [t.role for t in shown][-2:] == ["position_x", "heading_deg"]


def test_flow_cards_select(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, size=(440, 900))
    b.session.select("ROB-206")
    strip = b.panel.asset_page.flow
    qtbot.waitUntil(lambda: len(strip.cards) == 4, timeout=2000)
    assert [c.asset_id for c in strip.cards] == ["PRS-204", "CV-205", "ROB-206", "OVN-207"]
    assert strip.cards[1].accessibleName() == "CV-205, blocked"
    qtbot.mouseClick(strip.cards[1], Qt.MouseButton.LeftButton)
    assert b.session.selection == "CV-205"
    b.session.select("TNK-301")
    assert not strip.isVisible()


def test_what_changed_before_names_the_neighbours(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel, past_s=1500, size=(440, 980))
    b.session.select("ROB-206")
    page = b.panel.asset_page
    assert page.changes_title.text() == "What changed before this"
    lines = [r.accessibleName() for r in page.changes.rows]
    assert any("ROB-206, Running → Fault" in line for line in lines)
    other = next(r for r in page.changes.rows if "CV-205, Running → Blocked" in r.accessibleName())
    qtbot.mouseClick(other, Qt.MouseButton.LeftButton)
    assert b.session.selection == "CV-205"


def test_nothing_changed_is_said_with_since_when(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel)
    b.session.select("TNK-301")
    assert b.panel.asset_page.changes.nothing.text().startswith("Nothing since ")


def test_why_this_colour_opens_and_follows_the_mode(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel)
    b.session.select("CMP-321")
    why = b.panel.asset_page.why
    assert not why.text.isVisible()
    qtbot.mouseClick(why.button, Qt.MouseButton.LeftButton)
    assert "CMP-321.State" in why.text.text()
    b.session.set_mode("vibration")
    assert "Zone D" in why.text.text()


def test_only_buttons_that_work_are_there(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel)
    buttons = b.panel._buttons
    b.session.select("TNK-301")
    assert not buttons["asset.acknowledge"].isVisible()
    b.session.select("ROB-206")
    assert buttons["asset.acknowledge"].isVisible()
    qtbot.mouseClick(buttons["asset.acknowledge"], Qt.MouseButton.LeftButton)
    assert b.session.source.commands == [("acknowledge", {"key": "ROB-206.Current:high", "by": "operator"})]
    flown: list[str] = []
    b.session.fly_requested.connect(flown.append)
    qtbot.mouseClick(buttons["asset.fly"], Qt.MouseButton.LeftButton)
    assert flown == ["ROB-206"]
    qtbot.mouseClick(buttons["asset.copy"], Qt.MouseButton.LeftButton)
    table = QApplication.clipboard().text().splitlines()
    assert table[0] == "tag\tvalue\tunit\tquality\tsource time"
    assert any(line.startswith("ROB-206.Current\t18.9\tA\tGOOD\t") for line in table)


def test_commands_of_others_get_a_button(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel)
    ran: list[str] = []
    b.session.select("ROB-206")
    b.actions.add(Action("whatif.down", "What if it stays down?", inspector.GROUP, lambda: ran.append("down")))
    qtbot.mouseClick(b.panel._buttons["whatif.down"], Qt.MouseButton.LeftButton)
    assert ran == ["down"]
    b.actions.remove("whatif.down")
    assert "whatif.down" not in b.panel._buttons


@pytest.mark.parametrize("size", [(440, 980), (440, 560), (350, 420)])
@pytest.mark.parametrize("chosen", ["ROB-206", "PMP-314", None])
def test_it_fills_a_large_screen_and_scrolls_on_a_small_one(
    bench: Callable[..., Any], qtbot: QtBot, size: tuple[int, int], chosen: str | None
) -> None:
    b = bench(inspector.Panel, size=size)
    b.session.select(chosen)
    qtbot.wait(50)
    area, pages = b.panel.area, b.panel.pages
    assert pages.width() == area.viewport().width()  # nothing is cut off at the right
    if size[1] > 900:
        assert not area.verticalScrollBar().isVisible()
        assert pages.height() == area.viewport().height()
        if chosen:
            assert b.panel.asset_page.trend.height() > 250  # the rest of the height is used
    for item in b.panel._buttons.values():
        if item.isVisible():
            assert b.panel.bar.rect().contains(item.geometry())


def test_another_scene_leaves_nothing_of_the_old_one(bench: Callable[..., Any]) -> None:
    b = bench(inspector.Panel)
    b.session.select("ROB-206")
    b.session.set_scene(fake.make_scene(copies=4), fake.FakeSource())
    b.show(alarms=[])
    assert b.panel.asset_page.asset is None
    assert b.panel.overview.isVisible()
    assert b.panel.overview.subtitle.text() == "4 assets watched · 24 tags"


def test_the_theme_reaches_the_plot(bench: Callable[..., Any], both_themes: str) -> None:
    b = bench(inspector.Panel)
    style.install(QApplication.instance(), both_themes)  # type: ignore[arg-type]
    b.session.select("CNC-102")
    b.panel.on_theme(both_themes)
    picture = b.panel.asset_page.trend.plot.grab().toImage()
    assert picture.pixelColor(picture.width() - 2, 2).name() == style.colour("raised").name()


def test_keyboard_reaches_the_rows(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(inspector.Panel)
    b.session.select("ROB-206")
    qtbot.keyClick(row_of(b.panel, "Temperature"), Qt.Key.Key_Return)
    assert b.panel.asset_page.trend.tag.key == "Temperature"
    assert row_of(b.panel, "Product").focusPolicy() == Qt.FocusPolicy.NoFocus
