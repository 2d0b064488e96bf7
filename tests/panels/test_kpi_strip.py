"""The indicator tiles: their figures, what stands behind them, and that old ones are marked."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.panels import fake
from twinviewer.model.connection import Connection, Link
from twinviewer.model.frame import Kpi
from twinviewer.model.palette import ALARM
from twinviewer.panels import _kpi_tiles, _text, kpi_strip
from twinviewer.panels._kit import style


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (71.44, "%", "71.4"),
        (6.0, "", "6"),
        (6.0, "bar", "6.0"),
        (6.5, "", "6.5"),
        (412.0, "parts/h", "412"),
        (float("nan"), "%", "–"),
        (0.52, "mm/s", "0.52"),
    ],
)
def test_figures_have_the_digits_they_deserve(value: float, unit: str, text: str) -> None:
    assert _text.value_of(Kpi("k", "K", value, unit)) == text


def test_each_indicator_has_a_tile_that_says_itself(bench: Callable[..., Any]) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    names = [t.accessibleName() for t in b.panel.tiles]
    assert names[0] == "OEE, shift, 71.4 %, target 78.0, alarm priority 3"
    assert len(names) == 6
    assert "how OEE, shift is made" in b.panel.tiles[0].toolTip()


def test_a_click_shows_formula_inputs_and_target(bench: Callable[..., Any], qtbot: QtBot) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    qtbot.mouseClick(b.panel.tiles[2], Qt.MouseButton.LeftButton)
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, _kpi_tiles.Explanation)
    words = [w.text() for w in popup.findChildren(QLabel)]
    assert words == [
        "Line B rate: 188 parts/h", "how Line B rate is made", "Target 245 parts/h", "Made of", "part", "1.5",
    ]  # fmt: skip
    qtbot.keyClick(popup, Qt.Key.Key_Escape)
    assert QApplication.activePopupWidget() is None


def test_a_limit_is_called_one_and_counts_have_no_decimal(qapp: QApplication, qtbot: QtBot) -> None:
    counted = {"WLD-209 GQ": 12.0, "WLD-209 APT_s": 23.7, "energy of the shift, kWh": 7.0}
    kpi = Kpi("alarms", "Alarms", 4.0, "", inputs=counted, target=10.0)
    parent = QWidget()
    qtbot.addWidget(parent)
    popup = _kpi_tiles.Explanation(kpi, parent)
    words = [w.text() for w in popup.findChildren(QLabel) if w.text()]
    assert words == [
        "Alarms: 4", "Limit 10", "Made of", "WLD-209 good parts (GQ)", "12",
        "WLD-209 production time (APT), s", "23.7", "energy of the shift, kWh", "7.0",
    ]  # fmt: skip


def test_figures_are_marked_old_when_the_plant_is_not_heard(bench: Callable[..., Any]) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    tile = b.panel.tiles[3]
    b.give(replace(b.frame, connection=Connection(Link.LOST)))
    assert tile.accessibleName().endswith("not up to date")
    picture = tile.grab().toImage()
    text = style.colour("text").name()
    figure = [picture.pixelColor(x, y).name() for x in range(12, 60) for y in range(24, 50)]
    assert text not in figure


def test_tiles_are_kept_from_frame_to_frame(bench: Callable[..., Any]) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    before = list(b.panel.tiles)
    b.show()
    assert b.panel.tiles == before
    b.give(replace(b.frame, kpis=b.frame.kpis[:2]))
    assert len(b.panel.tiles) == 2


@pytest.mark.parametrize(("width", "tiles"), [(1190, 6), (626, 6), (420, 3)])
def test_no_tile_is_too_narrow_to_read(bench: Callable[..., Any], qtbot: QtBot, width: int, tiles: int) -> None:
    b = bench(kpi_strip.Panel, size=(width, 70))
    qtbot.wait(20)
    seen = [t for t in b.panel.tiles if t.isVisible()]
    assert len(seen) == tiles
    assert all(t.width() >= 95 and b.panel.rect().contains(t.geometry()) for t in seen)
    assert b.panel.more.isVisible() == (tiles < 6)
    if tiles < 6:
        assert b.panel.more.accessibleName() == f"{6 - tiles} more indicators"
        assert b.panel.rect().contains(b.panel.more.geometry())
        qtbot.mouseClick(b.panel.more, Qt.MouseButton.LeftButton)
        assert b.panel._dialog.isVisible()
        b.panel._dialog.close()


def test_alarm_and_sparkline_are_on_screen(bench: Callable[..., Any], both_themes: str) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    style.install(QApplication.instance(), both_themes)  # type: ignore[arg-type]
    picture = b.panel.tiles[2].grab().toImage()
    width = picture.width()
    badge = {picture.pixelColor(x, y).name().upper() for x in range(width - 22, width - 2) for y in range(4, 24)}
    assert ALARM[both_themes][1].upper() in badge
    ground = style.colour("raised").name()
    line = [picture.pixelColor(x, y).name() for x in range(width - 80, width - 14) for y in range(28, 48)]
    assert sum(c != ground for c in line) > 60


def test_a_narrow_tile_has_its_sparkline_below_the_figure(bench: Callable[..., Any]) -> None:
    b = bench(kpi_strip.Panel, size=(745, 70))
    tile = next(t for t in b.panel.tiles if t.kpi.key.startswith("rate."))
    picture, ground = tile.grab().toImage(), style.colour("raised").name()
    assert picture.width() < 130
    strip = [
        picture.pixelColor(x, y).name()
        for x in range(12, picture.width() - 12)
        for y in range(47, picture.height() - 3)
    ]
    assert sum(c != ground for c in strip) > 60


def test_another_scene_has_its_own_tiles(bench: Callable[..., Any]) -> None:
    b = bench(kpi_strip.Panel, size=(1190, 70))
    b.session.set_scene(fake.make_scene(copies=3), fake.FakeSource())
    assert b.panel.tiles == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("CNC-103 APT_s", "CNC-103 production time (APT), s"), ("PQ", "parts produced (PQ)"), ("Line A", "Line A")],
)
def test_inputs_are_named_in_words(name: str, words: str) -> None:
    assert _text.input_name(name) == words


def test_a_name_that_does_not_fit_keeps_what_matters(qapp: QApplication) -> None:
    metrics = QFontMetricsF(QFont())
    for name, short in (("Worst vibration · CMP-321", "CMP-321"), ("Alarms in 10 min (limit 10)", "Alarms in 10 min")):
        assert _kpi_tiles.fitting(name, metrics, metrics.horizontalAdvance(name)) == name
        assert _kpi_tiles.fitting(name, metrics, metrics.horizontalAdvance(short)) == short
        assert _kpi_tiles.fitting(name, metrics, 40).endswith("…")
