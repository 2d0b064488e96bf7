"""The camera's arithmetic: what fits, what stays under the pointer, and which way is up."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.view.scenes import FakeScene, row_of_boxes
from twinviewer.model.camera import CameraView
from twinviewer.view import camera as cameras
from twinviewer.view.camera import Flight, Pose
from twinviewer.view.rig import Rig
from twinviewer.view.stage import Stage

coordinate = st.floats(-50, 50)
place = arrays.arrays(np.float64, 3, elements=coordinate)


@st.composite
def poses(draw: st.DrawFn) -> Pose:
    target = draw(place)
    azimuth, elevation = draw(st.floats(-3.1, 3.1)), draw(st.floats(-1.2, 1.5))
    return cameras.from_angles(target, azimuth, elevation, draw(st.floats(1, 200)))


@given(poses(), st.floats(-6, 6), st.floats(-3, 3), place)
def test_an_orbit_keeps_the_pivot_where_it_is_far_and_the_horizon_level(
    pose: Pose, turn: float, tilt: float, pivot: np.ndarray
) -> None:
    turned = cameras.orbit(pose, pivot, turn, tilt)
    assert np.linalg.norm(turned.position - pivot) == pytest.approx(np.linalg.norm(pose.position - pivot))
    assert turned.distance == pytest.approx(pose.distance)
    right, up, _ = turned.axes()
    assert right[2] == pytest.approx(0, abs=1e-9)
    assert up[2] >= -1e-9


@given(poses(), arrays.arrays(np.float64, (6, 3), elements=coordinate), st.floats(0.4, 3))
def test_a_fit_shows_all_points_and_touches_the_edge(pose: Pose, points: np.ndarray, aspect: float) -> None:
    assume(np.ptp(points, axis=0).min() > 1)
    fitted = cameras.fit(pose, points, aspect, margin=0.0)
    seen = cameras.project(fitted, points, round(1000 * aspect), 1000)
    assert (seen[:, 2] > 0).all()
    across, down = seen[:, 0] / (1000 * aspect), seen[:, 1] / 1000
    slack = 2e-3
    for share in (across, down):
        assert share.min() > -slack
        assert share.max() < 1 + slack
    assert np.allclose(fitted.axes(), pose.axes(), atol=1e-6)


@given(poses(), place, st.floats(0.3, 3))
def test_a_zoom_keeps_its_point_in_the_picture(pose: Pose, point: np.ndarray, factor: float) -> None:
    before = cameras.project(pose, point[None], 800, 600)[0]
    assume(0.5 < before[2] < 500)
    after = cameras.project(cameras.zoom(pose, point, factor, 1e-6, 1e9), point[None], 800, 600)[0]
    assert after[:2] == pytest.approx(before[:2], abs=1e-3)


@given(poses(), st.floats(0, 800), st.floats(0, 600), st.floats(0.5, 300))
def test_a_ray_runs_through_its_pixel(pose: Pose, x: float, y: float, along: float) -> None:
    origin, direction = cameras.ray(pose, x, y, 800, 600)
    assert np.linalg.norm(direction) == pytest.approx(1)
    seen = cameras.project(pose, (origin + along * direction)[None], 800, 600)[0]
    assert seen[:2] == pytest.approx((x, y), abs=1e-4)


@given(poses(), poses())
def test_a_flight_begins_and_ends_where_it_should_and_never_passes_far_away(start: Pose, end: Pose) -> None:
    flight = Flight(start, end, 10.0, 0.5)
    assert flight.at(10.0)[0].position == pytest.approx(start.position, abs=1e-6)
    pose, over = flight.at(10.5)
    assert over
    assert pose is end
    for now in (10.1, 10.25, 10.4):
        pose, over = flight.at(now)
        assert not over
        least, most = sorted((start.distance, end.distance))
        assert least - 1e-6 <= pose.distance <= most + 1e-6


@given(poses(), st.floats(-40, 40), st.floats(-3, 3))
def test_a_hand_never_brings_the_camera_below_the_floor(pose: Pose, across: float, down: float) -> None:
    floor, pivot = -2.0, np.array([1.0, 2.0, -2.0])
    lowest = min(float(pose.position[2]), floor) - 1e-9
    for moved in (
        cameras.orbit(pose, pivot, across, down, floor),
        cameras.pan(pose, across, 40 * down, floor),
    ):
        assert moved.position[2] >= lowest
        assert moved.distance == pytest.approx(pose.distance)
    high = cameras.from_angles(pivot, 1.0, 0.8, 30.0)
    assert cameras.orbit(high, pivot, 0.0, -2.0, floor).position[2] == pytest.approx(floor, abs=1e-3)


def test_panning_keeps_the_grabbed_point_under_the_pointer() -> None:
    rig = Rig()
    rig.size = (800, 600)
    grabbed = np.array([3.0, 2.0, 1.0])
    before = rig.project(grabbed[None])[0]
    rig.pan(37, -21, grabbed)
    assert rig.project(grabbed[None])[0][:2] == pytest.approx(before[:2] + np.array([37, -21]))


def test_the_stage_projects_where_vtk_draws(stage: Stage) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.orbit(80, 30, np.zeros(3))
    stage.render()
    for point in ([1.0, 1, 2], [7, 0, 0], [3, 2, 1]):
        stage.renderer.SetWorldPoint(*point, 1.0)
        stage.renderer.WorldToDisplay()
        x, y, _ = stage.renderer.GetDisplayPoint()
        assert stage.project(np.array([point]))[0][:2] == pytest.approx((x, 300 - y), abs=0.01)


def test_home_is_the_scenes_own_view_where_it_has_one(stage: Stage) -> None:
    scene = row_of_boxes()
    home = CameraView("Home", (1.0, -20.0, 9.0), (1.0, 0.0, 1.0))
    stage.show(FakeScene(scene.geometry, scene.asset_of_node, scene.assets, views=(home,)), "dark")
    assert stage.camera().position == home.position
    stage.fit([2], animate=False)
    stage.home(animate=False)
    assert stage.camera().position == home.position


def test_a_framed_picture_stays_framed_when_its_shape_changes(stage: Stage) -> None:
    stage.show(row_of_boxes(8), "dark")
    stage.home(animate=False)
    stage.window.SetSize(250, 400)
    stage.touch()
    seen = stage.project(np.array([[0.0, 0, 0], [23, 0, 0], [23, 2, 2], [0, 2, 2]]))
    assert seen[:, 0].min() >= 0
    assert seen[:, 0].max() <= 250
    stage.orbit(5, 0, np.zeros(3))
    moved = stage.camera()
    stage.window.SetSize(400, 250)
    stage.touch()
    assert stage.camera() == moved


def test_bookmarks_keep_the_section_and_the_mode(stage: Stage) -> None:
    stage.show(row_of_boxes(), "dark")
    stage.reduced_motion = True
    stage.section((0, 4, 0, 2, 0, 1))
    bookmark = stage.camera("Half", "vibration")
    assert bookmark.mode == "vibration"
    stage.section(None)
    stage.home()
    stage.fly_to(bookmark)
    assert stage.section_box == (0, 4, 0, 2, 0, 1)
    assert stage.camera("Half", "vibration") == bookmark


def test_flights_take_time_unless_motion_is_unwanted(stage: Stage) -> None:
    stage.show(row_of_boxes(), "dark")
    start = stage.camera()
    stage.fly_to(2)
    assert stage.flying
    assert stage.camera() == start
    while stage.advance(1e12):
        pass
    assert not stage.flying
    assert stage.camera() != start
    stage.reduced_motion = True
    stage.home()
    assert not stage.flying
