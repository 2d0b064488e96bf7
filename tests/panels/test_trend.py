"""A trend in the window: the recording before this session, zoom and drag with the mouse, and its export."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from tests.history.made import batch, record
from tests.panels import fake
from twinviewer.__main__ import main
from twinviewer.history.times import iso
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, Quality
from twinviewer.panels import inspector
from twinviewer.panels._kit import style
from twinviewer.panels._text import clock, local
from twinviewer.panels._trend_glass import doubtful
from twinviewer.panels._trend_plot import time_ticks
from twinviewer.session import Series

NS = fake.NS
SCENE = fake.make_scene()
CURRENT = SCENE.tag("CNC-102.Current")
HOURS = 4


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four hours before now at 20 s: the current rises from 5 A by 1 A an hour; for ten minutes it is bad."""
    first = fake.NOW - HOURS * 3600 * NS
    bad = range(360, 390)
    folder = tmp_path_factory.mktemp("trend") / "rec"
    record(
        folder,
        SCENE,
        [
            batch(first + k * 20 * NS, [CURRENT.index], [5 + k / 180], STATUS_BAD_SENSOR_FAILURE if k in bad else 0)
            for k in range(HOURS * 180)
        ],
    )
    return folder


@pytest.fixture
def trend(bench: Callable[..., Any], recorded: Path, qtbot: QtBot) -> Any:
    session = fake.make_session(SCENE, past_s=0)
    session.source.recording = recorded
    session._find_archive()
    b = bench(inspector.Panel, session, size=(460, 900))
    session.select("CNC-102")
    made = b.panel.asset_page.trend
    made.show_tag(CURRENT)
    made.bench = b
    read(qtbot, made)
    yield made
    session.close()


def read(qtbot: QtBot, trend: Any) -> None:
    """Wait until everything that was asked of the recording is drawn."""
    trend.refresh()
    qtbot.waitUntil(lambda: not trend._line.pending and not trend._look.isActive(), timeout=20_000)


def line(trend: Any) -> tuple[np.ndarray, np.ndarray]:
    return trend.plot._curve.getData()


def shown(trend: Any) -> tuple[float, float]:
    low, high = trend.plot._plot.getPlotItem().viewRange()[0]
    return low, high


def wheel(trend: Any, x: float, notches: int, move: bool = True) -> bool:
    """Turn the wheel over the plot, after moving the pointer there; whether the plot took it."""
    glass = trend.plot.glass
    if move:
        QTest.mouseMove(glass, QPoint(round(x) - 5, 40))
        QTest.mouseMove(glass, QPoint(round(x), 41))
    at = QPointF(x, glass.height() / 2)
    event = QWheelEvent(
        at, QPointF(glass.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(glass, event)
    return event.isAccepted()


def test_the_time_before_this_session_is_drawn(trend: Any, qtbot: QtBot) -> None:
    qtbot.mouseClick(trend.span.button("28800"), Qt.MouseButton.LeftButton)
    read(qtbot, trend)
    x, y = line(trend)
    known = np.isfinite(y)
    assert x[known][0] == pytest.approx(fake.NOW / NS - HOURS * 3600, abs=60)
    assert np.abs(y[known] - (5 + (x[known] - fake.NOW / NS + HOURS * 3600) / 3600)).max() < 0.03
    assert shown(trend)[1] - shown(trend)[0] == pytest.approx(28800)
    assert trend.note.text().startswith("since ")


def test_bad_values_are_a_gap_and_marked_on_screen(trend: Any, qtbot: QtBot) -> None:
    qtbot.mouseClick(trend.span.button("28800"), Qt.MouseButton.LeftButton)
    read(qtbot, trend)
    glass = trend.plot.glass
    middle = fake.NOW - HOURS * 3600 * NS + 375 * 20 * NS
    x = float(glass._extent.x_of(np.array([middle]))[0])
    assert glass.reading(x).endswith("bad")
    assert "A" in glass.reading(x + 60)
    picture = trend.plot.grab().toImage()
    y = int(glass._extent.box.bottom()) - 2
    assert picture.pixelColor(round(x), y).name() == style.colour("text2").name()
    assert picture.pixelColor(round(x + 60), y).name() != style.colour("text2").name()


def test_the_wheel_zooms_at_the_pointer_and_reads_finer_steps(trend: Any, qtbot: QtBot) -> None:
    qtbot.mouseClick(trend.span.button("28800"), Qt.MouseButton.LeftButton)
    read(qtbot, trend)
    glass = trend.plot.glass
    x = glass._extent.box.right() - 40
    at = glass._extent.time_at(x)
    for _ in range(12):
        wheel(trend, x, 1)
    read(qtbot, trend)
    low, high = shown(trend)
    assert high - low == pytest.approx(28800 / 1.25**12, rel=1e-6)
    assert abs(glass._extent.time_at(x) - at) < 3 * NS
    assert np.isfinite(line(trend)[1]).any()
    assert trend.home.isVisible()
    qtbot.mouseClick(trend.home, Qt.MouseButton.LeftButton)
    assert shown(trend)[1] == pytest.approx(fake.NOW / NS)
    assert not trend.home.isVisible()


def test_a_plot_that_a_page_scrolls_under_the_pointer_leaves_the_wheel_to_the_page(trend: Any) -> None:
    before = shown(trend)
    glass = trend.plot.glass
    QApplication.sendEvent(glass, QEvent(QEvent.Type.Leave))
    assert not wheel(trend, 150, 1, move=False)
    assert shown(trend) == pytest.approx(before)
    assert wheel(trend, 150, 1)
    assert shown(trend)[1] - shown(trend)[0] < before[1] - before[0]


def test_dragging_moves_the_time_and_a_double_click_comes_back(trend: Any, qtbot: QtBot) -> None:
    glass = trend.plot.glass
    before = shown(trend)
    start, end = QPoint(150, 60), QPoint(300, 60)
    QTest.mousePress(glass, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(glass, end)
    QTest.mouseRelease(glass, Qt.MouseButton.LeftButton, pos=end)
    moved = (before[1] - before[0]) * 150 / glass._extent.box.width()
    assert shown(trend)[0] == pytest.approx(before[0] - moved, rel=1e-9)
    trend.on_second(fake.NOW + 5 * NS)
    assert shown(trend)[0] == pytest.approx(before[0] - moved, rel=1e-9)  # a new second does not pull it away
    QTest.mouseDClick(glass, Qt.MouseButton.LeftButton, pos=end)
    assert shown(trend) == pytest.approx(before)


def test_keys_do_the_same(trend: Any, qtbot: QtBot) -> None:
    glass = trend.plot.glass
    before = shown(trend)
    qtbot.keyClick(glass, Qt.Key.Key_Plus)
    assert shown(trend)[1] - shown(trend)[0] == pytest.approx((before[1] - before[0]) / 1.25)
    qtbot.keyClick(glass, Qt.Key.Key_Left)
    assert trend.home.isVisible()
    qtbot.keyClick(glass, Qt.Key.Key_Home)
    assert shown(trend) == pytest.approx(before)


def test_the_export_is_what_query_writes(
    trend: Any, qtbot: QtBot, recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    trend.bench.session.notice.connect(said.append)
    from_ns, to_ns, _ = trend._shown
    for suffix, kind in ((".csv", "CSV (*.csv)"), (".parquet", "Parquet (*.parquet)")):
        ours, theirs = tmp_path / f"ours{suffix}", tmp_path / f"theirs{suffix}"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_a, f=ours, k=kind: (str(f.with_suffix("")), k))
        trend.bench.actions.run("asset.export")
        qtbot.waitUntil(ours.exists, timeout=20_000)
        span = ("--from", iso(from_ns), "--to", iso(to_ns))
        assert main(["query", str(recorded), "--tags", CURRENT.name, *span, "-o", str(theirs)]) == 0
        assert ours.read_bytes() == theirs.read_bytes()
    qtbot.waitUntil(lambda: len(said) == 2, timeout=20_000)
    assert said[0].text.startswith("180 rows written to ")
    with (tmp_path / "ours.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["time", "tag", "value", "quality"]
    assert len(rows) == 181


def test_without_a_recording_what_was_seen_is_exported(bench: Callable[..., Any], qtbot: QtBot, tmp_path: Path) -> None:
    b = bench(inspector.Panel, past_s=600)
    b.session.select("CNC-102")
    b.panel.asset_page.trend.show_tag(CURRENT)
    b.panel.asset_page.trend.export_to(tmp_path / "seen.csv")
    qtbot.waitUntil((tmp_path / "seen.csv").exists, timeout=20_000)
    with (tmp_path / "seen.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["time", "tag", "value", "quality"]
    assert len(rows) == 61
    assert {row[3] for row in rows[1:]} == {"good"}
    qtbot.waitUntil(lambda: not b.actions.jobs.running)


def test_an_export_that_cannot_be_written_says_so(trend: Any, qtbot: QtBot, tmp_path: Path) -> None:
    said: list[Any] = []
    trend.bench.session.notice.connect(said.append)
    trend.export_to(tmp_path / "none" / "x.csv")
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert said[0].level == "error"
    assert "no such folder" in said[0].text
    assert said[0].remedy


def test_the_menu_offers_the_export(trend: Any, qtbot: QtBot) -> None:
    trend.plot.glass.menu_wanted.emit(QPointF(10, 10))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [a.text() for a in menu.actions()] == ["Export this trend…", "Back to now"]
    menu.close()


@pytest.mark.parametrize("span_s", [3, 60, 280, 3600, 28_800, 86_400, 30 * 86_400])
@pytest.mark.parametrize("pixels", [300, 900])
def test_times_below_are_round_and_have_room(span_s: int, pixels: int) -> None:
    from_ns = fake.NOW - span_s * NS
    ticks = time_ticks(from_ns, fake.NOW, pixels)
    places = np.array([at for at, _ in ticks])
    assert len(ticks) >= 2 or span_s == 3
    assert (np.diff(places) / span_s * pixels >= 62).all()
    assert (places >= from_ns / NS).all()
    assert (places <= fake.NOW / NS).all()
    for at, text in ticks:
        moment = local(int(at) * NS)
        midnight = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        assert text == (moment.strftime("%-d %b") if midnight else clock(int(at) * NS, seconds=len(text) > 5))


def test_a_window_of_its_own_follows_the_theme(trend: Any, qtbot: QtBot, qapp: QApplication) -> None:
    window = trend.bench.panel.asset_page.open_trend()
    qtbot.addWidget(window)
    style.install(qapp, "light")
    try:
        window.trend.refresh()
        picture = window.trend.plot.grab().toImage()
        assert picture.pixelColor(picture.width() - 2, 2).name() == style.colour("raised").name()
    finally:
        style.install(qapp, "dark")


def test_stretches_of_doubt_are_found() -> None:
    time = np.arange(6) * NS
    ones = np.ones(6)
    quality = np.array([0, 3, 3, 0, 1, 4], np.uint8)
    assert doubtful(Series(time, ones, ones, quality)) == [
        (NS, 3 * NS, Quality.BAD), (4 * NS, 5 * NS, Quality.UNCERTAIN),
    ]  # fmt: skip
