"""The stage in a real window: pixels, clicks, drags, and frames only when something changed."""

import gc
import time
import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.view.scenes import FakeScene, row_of_boxes

if TYPE_CHECKING:
    from PySide6.QtCore import QPointF
    from pytestqt.qtbot import QtBot

    from twinviewer.view.qt_widget import StageWidget

RED, GREEN, BLUE = (240, 58, 48), (126, 154, 132), (74, 124, 203)
COLOURS = np.array([(*RED, 255), (*GREEN, 255), (*BLUE, 255)], np.uint8)


@pytest.fixture
def widget(qtbot: "QtBot") -> Iterator["StageWidget"]:
    """A window of 600 by 400 with three boxes, finished and at rest."""
    from twinviewer.view.qt_widget import StageWidget

    widget = StageWidget()
    widget.resize(600, 400)
    widget.stage.show(row_of_boxes(), "dark")  # type: ignore[arg-type]
    widget.stage.set_colours(COLOURS)
    widget.stage.reduced_motion = True
    widget.show()
    qtbot.waitUntil(lambda: widget.stage.render_count > 0 and widget.stage.finished, timeout=20_000)
    settle(qtbot, widget)
    yield widget
    widget.close_stage()
    widget.close()
    widget.deleteLater()


def settle(qtbot: "QtBot", widget: "StageWidget") -> None:
    qtbot.wait(300)
    qtbot.waitUntil(lambda: not widget.stage.dirty, timeout=10_000)


def place(widget: "StageWidget", point: tuple[float, float, float]) -> "QPointF":
    from PySide6.QtCore import QPointF

    x, y, _ = widget.stage.project(np.array([point]))[0] / widget.ratio
    return QPointF(x, y)


def top(asset: int) -> tuple[float, float, float]:
    return 3.0 * asset + 1.0, 1.0, 2.0


def seen(widget: "StageWidget", point: tuple[float, float, float]) -> np.ndarray:
    where = place(widget, point).toPoint()
    colour = widget.grab().toImage().pixelColor(where)
    return np.array([colour.red(), colour.green(), colour.blue()])


def drag(widget: "StageWidget", button: object, start: "QPointF", steps: int, by: tuple[float, float]) -> None:
    """A real drag, one mouse move per step."""
    from PySide6.QtCore import QEvent, QPointF, Qt
    from PySide6.QtGui import QMouseEvent
    from PySide6.QtWidgets import QApplication

    def send(kind: QEvent.Type, at: QPointF, which: object, held: object) -> None:
        event = QMouseEvent(kind, at, widget.mapToGlobal(at), which, held, Qt.KeyboardModifier.NoModifier)  # type: ignore[call-overload]
        QApplication.sendEvent(widget, event)

    send(QEvent.Type.MouseButtonPress, start, button, button)
    for step in range(1, steps + 1):
        at = start + QPointF(*by) * step
        send(QEvent.Type.MouseMove, at, Qt.MouseButton.NoButton, button)
        QApplication.processEvents()
    send(QEvent.Type.MouseButtonRelease, start + QPointF(*by) * steps, button, Qt.MouseButton.NoButton)


def test_the_window_shows_the_states(widget: "StageWidget") -> None:
    for asset, colour in enumerate((RED, GREEN, BLUE)):
        assert np.abs(seen(widget, top(asset)) - colour).max() <= 2


def test_nothing_is_rendered_while_nothing_changes(widget: "StageWidget", qtbot: "QtBot") -> None:
    before = widget.stage.render_count
    qtbot.wait(400)
    widget.update()
    widget.repaint()
    widget.stage.set_colours(COLOURS)
    qtbot.wait(200)
    assert widget.stage.render_count == before


def test_a_burst_of_changes_is_one_render(widget: "StageWidget", qtbot: "QtBot") -> None:
    before = widget.stage.render_count
    for step in range(20):
        colours = COLOURS.copy()
        colours[0, 0] = step
        widget.stage.set_colours(colours)
    settle(qtbot, widget)
    assert widget.stage.render_count == before + 1


def test_a_click_names_the_asset_and_the_floor_is_none(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import Qt

    clicks: list[tuple[float, float, int]] = []
    widget.clicked.connect(lambda *found: clicks.append(found))
    for asset in range(3):
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place(widget, top(asset)).toPoint())
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place(widget, (4.0, -1.2, 0.0)).toPoint())
    assert [row for *_, row in clicks] == [0, 1, 2, -1]


def test_hidden_assets_cannot_be_clicked(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import Qt

    widget.stage.hide([1])
    settle(qtbot, widget)
    with qtbot.waitSignal(widget.clicked) as caught:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place(widget, top(1)).toPoint())
    assert caught.args is not None
    assert caught.args[2] != 1


def test_hovering_tells_what_is_under_the_pointer(widget: "StageWidget", qtbot: "QtBot") -> None:
    with qtbot.waitSignal(widget.hovered, timeout=3000) as caught:
        qtbot.mouseMove(widget, place(widget, top(2)).toPoint())
    assert caught.args == [2]


def test_a_left_drag_turns_and_a_right_drag_shifts(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import Qt

    start = widget.stage.pose
    drag(widget, Qt.MouseButton.LeftButton, place(widget, top(1)), 5, (12, 0))
    turned = widget.stage.pose
    assert turned.distance == pytest.approx(start.distance)
    assert turned.angles()[0] != pytest.approx(start.angles()[0])
    grabbed = place(widget, top(1))
    drag(widget, Qt.MouseButton.RightButton, grabbed, 5, (10, 4))
    assert widget.stage.pose.angles() == pytest.approx(turned.angles())
    now = place(widget, top(1))
    moved = (now - grabbed).x(), (now - grabbed).y()
    assert moved == pytest.approx((50, 20), abs=8)
    assert widget.stage.undo()
    assert widget.stage.undo()
    assert widget.stage.pose.position == pytest.approx(start.position)


def test_a_drag_is_no_click(widget: "StageWidget") -> None:
    from PySide6.QtCore import Qt

    clicks: list[object] = []
    widget.clicked.connect(lambda *found: clicks.append(found))
    drag(widget, Qt.MouseButton.LeftButton, place(widget, top(1)), 4, (10, 0))
    assert not clicks


def test_the_wheel_zooms_to_the_pointer(widget: "StageWidget") -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QNativeGestureEvent, QPointingDevice, QWheelEvent
    from PySide6.QtWidgets import QApplication

    at, distance = place(widget, top(2)), widget.stage.pose.distance
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    assert widget.stage.pose.distance < 0.8 * distance
    assert (place(widget, top(2)) - at).manhattanLength() < 1
    assert isinstance(at, QPointF)
    distance = widget.stage.pose.distance
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture, QPointingDevice.primaryPointingDevice(), 2,
        at, at, widget.mapToGlobal(at), 0.25, QPointF(),
    )  # fmt: skip
    QApplication.sendEvent(widget, pinch)
    assert widget.stage.pose.distance == pytest.approx(0.8 * distance, rel=0.01)
    assert (place(widget, top(2)) - at).manhattanLength() < 1


def test_keys_turn_shift_and_zoom(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import Qt

    start = widget.stage.pose
    qtbot.keyClick(widget, Qt.Key.Key_Left)
    assert widget.stage.pose.angles()[0] != pytest.approx(start.angles()[0])
    qtbot.keyClick(widget, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    shifted = widget.stage.pose
    qtbot.keyClick(widget, Qt.Key.Key_Plus)
    assert widget.stage.pose.distance < shifted.distance


def test_steps_of_keys_and_wheel_are_taken_back_together_and_apart_from_what_came_between(
    widget: "StageWidget", qtbot: "QtBot"
) -> None:
    from PySide6.QtCore import Qt

    stage = widget.stage
    stage.reduced_motion = True
    places = [stage.pose.position]
    for keys in ((Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Plus), (Qt.Key.Key_Up,)):
        for key in keys:
            qtbot.keyClick(widget, key)
        places.append(stage.pose.position)
        stage.hide([0])
        stage.show_assets([0])
    for place in (*3 * [places[2]], *3 * [places[1]]):
        assert np.allclose(stage.pose.position, place)
        assert stage.undo()
    assert np.allclose(stage.pose.position, places[0])
    assert not stage.undo()
    for _ in range(6):
        assert stage.redo()
    assert np.allclose(stage.pose.position, places[2])


def test_two_clicks_measure_a_distance(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import Qt

    widget.measuring = True
    measured: list[float] = []
    widget.measured.connect(measured.append)
    for asset in (0, 2):
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place(widget, top(asset)).toPoint())
    assert measured == [pytest.approx(6.0, abs=0.1)]
    assert len(widget.stage.measurements) == 1
    widget.grab()
    (written,) = widget.written  # a label keeps off it
    assert written.contains((place(widget, top(0)) + place(widget, top(2))) / 2)
    widget.measuring = False
    widget.stage.undo()
    assert not widget.stage.measurements


def test_knobs_move_the_faces_of_the_section_box(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtCore import QPointF, Qt

    widget.stage.section((-1, 9, -1, 3, -1, 2.5))
    widget.stage.fit(animate=False)
    settle(qtbot, widget)
    knob, ahead = place(widget, (9, 1, 0.75)), place(widget, (6, 1, 0.75))
    step = (ahead - knob) / 10
    drag(widget, Qt.MouseButton.LeftButton, QPointF(knob), 10, (step.x(), step.y()))
    box = widget.stage.section_box
    assert box is not None
    assert box[1] == pytest.approx(6, abs=0.4)
    assert (box[0], *box[2:]) == (-1, -1, 3, -1, 2.5)
    assert widget.stage.undo()
    assert widget.stage.section_box == (-1, 9, -1, 3, -1, 2.5)


def test_what_is_painted_over_the_picture_costs_no_render(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtGui import QColor, QPainter

    painted: list[tuple[int, int]] = []

    def overlay(painter: QPainter, width: int, height: int) -> None:
        painted.append((width, height))
        painter.fillRect(5, 5, 20, 20, QColor(255, 0, 255))

    before = widget.stage.render_count
    widget.overlay = overlay
    widget.update()
    qtbot.waitUntil(lambda: bool(painted), timeout=3000)
    assert painted[-1] == (600, 400)
    assert widget.grab().toImage().pixelColor(10, 10).getRgb()[:3] == (255, 0, 255)
    assert widget.stage.render_count == before


def test_a_flight_draws_frames_and_then_rests(widget: "StageWidget", qtbot: "QtBot") -> None:
    widget.stage.reduced_motion = False
    before = widget.stage.render_count
    widget.stage.fly_to(2)
    qtbot.waitUntil(lambda: not widget.stage.flying, timeout=10_000)
    settle(qtbot, widget)
    assert widget.stage.render_count > before + 2
    resting = widget.stage.render_count
    qtbot.wait(300)
    assert widget.stage.render_count == resting


def test_the_picture_survives_a_move_to_another_window(widget: "StageWidget", qtbot: "QtBot") -> None:
    from PySide6.QtWidgets import QMainWindow

    window = QMainWindow()
    window.resize(500, 350)
    window.setCentralWidget(widget)
    window.show()
    qtbot.waitExposed(window)
    settle(qtbot, widget)
    assert np.abs(seen(widget, top(1)) - GREEN).max() <= 2
    colours = COLOURS.copy()
    colours[1, :3] = BLUE
    widget.stage.set_colours(colours)
    settle(qtbot, widget)
    assert np.abs(seen(widget, top(1)) - BLUE).max() <= 2
    widget.setParent(None)
    window.close()
    window.deleteLater()


def test_an_image_of_another_size_leaves_the_window_as_it_was(widget: "StageWidget", qtbot: "QtBot") -> None:
    image = widget.stage.image(300, 220)
    assert image.shape == (220, 300, 3)
    assert (np.abs(image.astype(int) - RED).max(2) <= 2).sum() > 50
    settle(qtbot, widget)
    assert np.abs(seen(widget, top(0)) - RED).max() <= 2


def test_a_slow_picture_moves_at_half_size_and_rests_at_full_size(widget: "StageWidget", qtbot: "QtBot") -> None:
    canvas = widget.canvas
    if not canvas.software:
        pytest.skip("a graphics card draws here")
    canvas.frame_s = 1.0  # as if a full frame took a second
    widget.stage.orbit(10, 0, np.zeros(3))
    assert canvas.scale == 0.5
    assert widget.stage.size == (300, 200)
    qtbot.waitUntil(lambda: canvas.scale == 1.0, timeout=5000)
    settle(qtbot, widget)
    assert widget.stage.size == (600, 400)
    assert np.abs(seen(widget, top(2)) - BLUE).max() <= 2


def test_a_slow_picture_leaves_time_to_the_window_while_only_states_change(
    widget: "StageWidget", qtbot: "QtBot"
) -> None:
    canvas = widget.canvas
    if not canvas.software:
        pytest.skip("a graphics card draws here")
    render = widget.stage.render
    now = [time.perf_counter() + 10]

    def slow_render() -> None:
        render()
        now[0] += 1.0

    canvas.clock = lambda: now[0]
    widget.stage.render = slow_render  # type: ignore[method-assign]
    widget.stage.touch()
    settle(qtbot, widget)
    before = widget.stage.render_count
    for step in range(10):
        colours = COLOURS.copy()
        colours[0, 0] = step
        widget.stage.set_colours(colours)
        qtbot.wait(10)
    assert widget.stage.render_count == before, "a slow frame was drawn just now"
    now[0] += 10
    widget.stage.set_colours(colours)
    widget.stage.touch()
    settle(qtbot, widget)
    assert widget.stage.render_count == before + 1
    assert abs(int(seen(widget, top(0))[0]) - 9) <= 2, "the last change is drawn in the end"


def test_a_graphics_card_refines_a_picture_at_rest(widget: "StageWidget", qtbot: "QtBot") -> None:
    widget.canvas.renderer = "Some graphics card"
    widget.stage.orbit(10, 0, np.zeros(3))
    assert widget.canvas.scale == 1.0
    qtbot.waitUntil(lambda: widget.canvas.scale == 2.0, timeout=5000)
    settle(qtbot, widget)
    assert widget.stage.size == (1200, 800)
    assert np.abs(seen(widget, top(1)) - GREEN).max() <= 2
    widget.stage.orbit(-10, 0, np.zeros(3))
    assert widget.canvas.scale == 1.0
    widget.refined = False
    settle(qtbot, widget)
    assert widget.stage.size == (600, 400)


def test_a_window_can_be_pictured_with_smooth_edges(widget: "StageWidget") -> None:
    widget.render_refined()
    assert widget.stage.size == (1200, 800)
    assert np.abs(seen(widget, top(1)) - GREEN).max() <= 2


def test_a_closed_widget_leaves_no_stage_behind(qtbot: "QtBot") -> None:
    from twinviewer.view.qt_widget import StageWidget

    def open_and_close() -> Callable[[], object]:
        widget = StageWidget()
        widget.resize(200, 150)
        widget.stage.show(row_of_boxes(), "light")  # type: ignore[arg-type]
        widget.show()
        qtbot.waitUntil(lambda: widget.stage.render_count > 0, timeout=10_000)
        gone = weakref.ref(widget.stage.renderer)
        widget.close_stage()
        widget.close()
        widget.deleteLater()
        return gone

    gone = open_and_close()
    end = time.monotonic() + 5
    while gone() is not None and time.monotonic() < end:
        qtbot.wait(20)
        gc.collect()
    assert gone() is None


def test_an_empty_stage_paints_nothing_and_takes_clicks(qtbot: "QtBot") -> None:
    from PySide6.QtCore import QPoint, Qt

    from twinviewer.view.qt_widget import StageWidget

    widget = StageWidget()
    widget.resize(200, 150)
    widget.show()
    qtbot.waitExposed(widget)
    with qtbot.waitSignal(widget.clicked) as caught:
        qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert caught.args is not None
    assert caught.args[2] == -1
    widget.stage.show(FakeScene(None, np.zeros(0, np.int32), ()), "light")  # type: ignore[arg-type]
    settle(qtbot, widget)
    widget.close_stage()
    widget.close()
    widget.deleteLater()
