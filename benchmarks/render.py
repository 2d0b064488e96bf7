"""How near drawing with states comes to drawing without any, and what it costs to change or to leave alone.

Run as `python -m benchmarks.render`. Without a screen VTK takes OpenGL from EGL. Times are CPU times of the process
on a software renderer, which draws in it, and wall times on a graphics card, which draws elsewhere.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor
from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLPolyDataMapper

from benchmarks.factory import Factory, colour_tables, factory, small_box
from benchmarks.harness import best, exit_code, figure
from twinviewer.view.arrays import polydata
from twinviewer.view.lights import matt
from twinviewer.view.stage import Stage
from twinviewer.view.window import renderer_name

SIZES = ((64, 64), (1280, 800))
ROUNDS = 9


class Side:
    """One way to draw the same assets: its actors, shown while it is its turn, and how it takes new colours."""

    def __init__(self, actors: list[vtkActor], recolour: Callable[[np.ndarray], None]) -> None:
        self.actors = actors
        self.recolour = recolour

    def show(self, visible: bool) -> None:
        """Draw this side or not."""
        for actor in self.actors:
            actor.SetVisibility(visible)


def plain_actor(points: np.ndarray, normals: np.ndarray, triangles: np.ndarray) -> vtkActor:
    """An actor as VTK makes it, lit like the stage's own."""
    mapper = vtkOpenGLPolyDataMapper()
    mapper.SetInputDataObject(polydata(points, triangles, normals=normals))
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    matt(actor.GetProperty())
    actor.GetProperty().SetInterpolationToGouraud()
    return actor


def uncoloured(stage: Stage, scene: Factory) -> Side:
    """All triangles in one actor without any state: the limit."""
    geometry = scene.geometry
    actor = plain_actor(geometry.points, geometry.normals, geometry.triangles)
    stage.renderer.AddActor(actor)
    return Side([actor], lambda _: None)


def actor_per_asset(stage: Stage, scene: Factory) -> Side:
    """The usual idiom: an actor for each asset, recoloured through its property."""
    geometry = scene.geometry
    points_each = len(small_box()[0])
    triangles_each = len(small_box()[2])
    actors = []
    for asset in range(len(scene.assets)):
        some = slice(asset * points_each, (asset + 1) * points_each)
        index = geometry.triangles[asset * triangles_each : (asset + 1) * triangles_each] - asset * points_each
        actor = plain_actor(geometry.points[some], geometry.normals[some], index)
        stage.renderer.AddActor(actor)
        actors.append(actor)

    def recolour(rgba: np.ndarray) -> None:
        for actor, (red, green, blue) in zip(actors, (rgba[:, :3] / 255).tolist(), strict=True):
            actor.GetProperty().SetColor(red, green, blue)

    return Side(actors, recolour)


def ours(stage: Stage) -> Side:
    """The stage's own tiles. Floor and outlines go: neither side shall be judged by them."""
    assert stage.drawing is not None
    assets, rest = [], [*stage.drawing.outlines.actors()]
    for tile in stage.drawing.tiles:
        (assets if len(tile.part.assets) else rest).extend(tile.full)
    for actor in rest:
        stage.renderer.RemoveActor(actor)
    return Side(assets, stage.set_colours)


def frame(stage: Stage, side: Side, rgba: np.ndarray, clock: Callable[[], float]) -> float:
    """Seconds to recolour everything, move the camera and draw."""
    pivot = stage.pose.target
    start = clock()
    side.recolour(rgba)
    stage.orbit(2.0, 0.0, pivot)
    stage.render()
    stage.window.WaitForCompletion()
    return clock() - start


def compare(stage: Stage, one: Side, other: Side, tables: list[np.ndarray], rounds: int) -> tuple[float, float]:
    """Median seconds of a frame of each side, measured in turns."""
    clock = time.process_time if stage.software() else time.perf_counter
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        for k in (0, 1) if turn % 2 else (1, 0):
            side, rest = ((one, other), (other, one))[k]
            rest.show(False)
            side.show(True)
            frame(stage, side, tables[turn % len(tables)], clock)  # buffers are built when a side is first drawn
            times[k].append(frame(stage, side, tables[(turn + 1) % len(tables)], clock))
    return statistics.median(times[0][1:]), statistics.median(times[1][1:])


def ratio_to_uncoloured(n: int) -> None:
    """Recolouring all assets and moving the camera, against the same with geometry that has no colour."""
    scene = factory(n)
    stage = Stage()
    stage.show(scene, "dark")  # type: ignore[arg-type]
    mine, limit = ours(stage), uncoloured(stage, scene)
    tables = colour_tables(n)
    for width, height in SIZES:
        stage.window.SetSize(width, height)
        stage.home(animate=False)
        coloured, plain = compare(stage, mine, limit, tables, ROUNDS)
        sides = {"ours_ms": coloured * 1e3, "uncoloured_ms": plain * 1e3, "renderer": renderer_name(stage.window)}
        figure(f"render recolour and move, {n} assets, {width}x{height}", coloured / plain, "ratio", sides, "<= 1.25")
    stage.close()


def ratio_of_actors(n: int = 10_000) -> None:
    """The usual idiom against ours, with assets so small that only their number counts."""
    scene = factory(n, small=True)
    stage = Stage()
    stage.window.SetSize(64, 64)
    stage.show(scene, "dark")  # type: ignore[arg-type]
    mine, usual = ours(stage), actor_per_asset(stage, scene)
    coloured, theirs = compare(stage, mine, usual, colour_tables(n), 5)
    sides = {"actor_per_asset_ms": theirs * 1e3, "ours_ms": coloured * 1e3}
    figure(f"render actor per asset, {n} small assets, 64x64", theirs / coloured, "ratio", sides, ">= 20")
    stage.close()


def update_cost(n: int = 10_000) -> None:
    """Writing the colours of all assets, without drawing."""
    scene = factory(n, small=True)
    stage = Stage()
    stage.show(scene, "dark")  # type: ignore[arg-type]
    tables = colour_tables(n)
    for table in tables[1::2]:
        table[::3, 3] = 97  # ghosts come and go as well
    stage.set_colours(tables[0])
    turn = iter(range(1_000_000))
    seconds = best(lambda: stage.set_colours(tables[next(turn) % len(tables)]), 50, time.process_time)
    figure(f"render colour update, {n} assets", seconds * 1e3, "ms", {"update_ms": seconds * 1e3}, "<= 0.5")
    stage.close()


def renders_in_a_window() -> None:
    """How often a real window renders while nothing changes, and for a burst of 20 changes."""
    from PySide6.QtCore import QCoreApplication, QEventLoop, Qt
    from PySide6.QtWidgets import QApplication

    from twinviewer.view.qt_widget import StageWidget

    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    application = QApplication.instance() or QApplication(sys.argv[:1])

    def run(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
            time.sleep(0.002)

    scene = factory(1000)
    widget = StageWidget()
    widget.resize(800, 600)
    stage = widget.stage
    stage.show(scene, "dark")  # type: ignore[arg-type]
    tables = colour_tables(1000, 21)
    stage.set_colours(tables[0])
    widget.show()
    run(30, lambda: stage.render_count > 0 and stage.finished and not stage.dirty)
    run(1.0)
    before = stage.render_count
    run(2.0)
    figure("render renders while nothing changes, 2 s", stage.render_count - before, "renders", {}, "== 0")
    before = stage.render_count
    for table in tables[1:]:
        stage.set_colours(table)
    run(1.0)
    figure("render renders per burst of 20 changes", stage.render_count - before, "renders", {}, "== 1")
    widget.close_stage()
    widget.close()


def main() -> int:
    """All figures; those of a window where there is a screen for one."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or not sys.platform.startswith("linux"):
        renders_in_a_window()
    else:
        print("No screen: the figures of a window are left out. Start one with xvfb-run.", file=sys.stderr)
    update_cost()
    ratio_of_actors()
    for n in (1_000, 10_000):
        ratio_to_uncoloured(n)
    return exit_code()


if __name__ == "__main__":
    sys.exit(main())
