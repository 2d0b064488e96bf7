"""The page with the 3D picture: what the frame says becomes colours, patches, legend and strips."""

import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from twinviewer import colours
from twinviewer.gui import curtain
from twinviewer.gui.annotations import Annotations
from twinviewer.gui.curtain import Curtain
from twinviewer.gui.first_look import FirstLook
from twinviewer.gui.link_texts import PillText
from twinviewer.gui.marks import patches
from twinviewer.gui.pointer import Pointer
from twinviewer.gui.surroundings import Surroundings
from twinviewer.model.frame import Frame
from twinviewer.panels._kit import style
from twinviewer.panels._kit.actions import Actions
from twinviewer.scene.scene import Scene
from twinviewer.session import Session
from twinviewer.view.first_picture import Look

if TYPE_CHECKING:
    from twinviewer.view.camera import Pose
    from twinviewer.view.layout import Layout
    from twinviewer.view.qt_widget import StageWidget
    from twinviewer.view.stage import Stage

SETTLING_S = 1.5
LEGEND_EVERY_NS = 500_000_000


class Picture(Surroundings):
    """The stage between strips and panels.

    The stage (VTK) is made with the first scene, so that a window without one opens at once. `moved` comes with the
    pose of the camera whenever it changed.
    """

    moved = Signal(object)

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(actions, parent)
        self._session = session
        self.theme = style.theme()
        self._widget: StageWidget | None = None
        self._first = FirstLook(self.place)
        self.annotations = Annotations(session, self)
        self.annotations.pill.clicked.connect(lambda _on=False: self._actions.run("time.live"))
        self._legend_ns = 0
        self._rgba: np.ndarray | None = None
        self._refined = True
        self._renders: deque[tuple[float, int]] = deque(maxlen=8)
        self._settles_until = 0.0
        self.prepared: tuple[Scene, Layout | None] | None = None  # worked out beside the window's thread
        self._curtain: Curtain | None = None
        self._waiting = False  # a scene is to be drawn as soon as its kept first picture shows
        session.selection_changed.connect(self._on_selection)
        session.fly_requested.connect(self._on_fly)

    # -- the stage ----------------------------------------------------------------------------------------------

    @property
    def has_stage(self) -> bool:
        """Whether there is a picture."""
        return self._widget is not None

    @property
    def stage_widget(self) -> "StageWidget | None":
        """What shows the picture, once there is one."""
        return self._widget

    @property
    def drawn(self) -> bool:
        """Whether a scene was drawn at least once, or cannot be."""
        return self._widget is not None and bool(self._widget.failure or self.stage.render_count)

    @property
    def stage(self) -> "Stage":
        """The 3D picture; there is one as soon as a scene was open."""
        self.draw_waiting()
        assert self._widget is not None
        return self._widget.stage

    @property
    def arranged(self) -> "Layout | None":
        """What was worked out for the scene that is shown, for another window on it."""
        return self._first.layout

    def show_scene(self, scene: Scene) -> None:
        """Draw another scene, from what `prepared` holds where it is of this scene; where its kept first picture may be
        shown meanwhile, soon after `show_first`."""
        of, layout = self.prepared or (None, None)
        self.prepared = None
        self._rgba = None
        self._first.set_scene(scene, layout if of is scene else None)
        if self._widget is None and self._first.may_show:
            self._waiting = True
            QTimer.singleShot(0, self, self.show_first)
        else:
            self._draw_scene()

    def show_first(self) -> None:
        """Show the kept first picture of the scene that waits to be drawn, and draw it when that is on the screen; at
        once where none is kept."""
        frame = self._session.frame
        shows = self.place.shows_picture
        if not shows and self._waiting and frame is not None:
            shows = self._first.show(self._look(frame), self.draw_waiting)
        if not shows:
            self.draw_waiting()

    def draw_waiting(self) -> None:
        """Draw the scene that waits, if one does."""
        if self._waiting:
            self._waiting = False
            self._draw_scene()
            self._first.finish(self.stage)
            if self._session.frame is not None:
                self.on_frame(self._session.frame)
            self._actions.refresh()

    def _draw_scene(self) -> None:
        if self._widget is None:
            self._widget = self._make_stage()
        self.annotations.show_scene(self._session.scene)
        self.apply_motion()
        self.stage.show(self._session.scene, self.theme, self._first.layout)
        self._settles_until = time.monotonic() + SETTLING_S

    def _look(self, frame: Frame) -> Look:
        """What decides the first picture of this scene."""
        scene, mode, place = self._session.scene, self._session.mode, self.place
        rgba = colours.table(mode, frame, scene, self.theme)
        size = place.width(), place.height(), place.devicePixelRatioF()
        return Look(rgba, patches(frame, mode, rgba), self.theme, size, frame.tags)

    @staticmethod
    def warm_up() -> None:
        """Load the drawing library while another thread reads a scene."""
        import twinviewer.gui.label_layer
        import twinviewer.view.qt_widget  # noqa: F401

    def _make_stage(self) -> "StageWidget":
        from twinviewer.view.qt_widget import StageWidget

        self._curtain = curtain.before(self.window())
        widget = StageWidget(self.place)
        widget.canvas.frameSwapped.connect(self._draw_curtain)
        widget.setGeometry(self.place.rect())
        self._stage_box.addWidget(widget)
        self.annotations.attach(widget)
        self.pointer = Pointer(self._session, self._actions, widget, self.annotations.hit)
        widget.resized.connect(self._settle)
        widget.camera_changed.connect(self._on_moved)
        return widget

    def _draw_curtain(self) -> None:
        drawn, self._curtain = self._curtain, None
        if drawn is not None:
            drawn.close()

    def _settle(self) -> None:
        """While docks and strips still find their places, the first view follows the size of the picture."""
        if time.monotonic() >= self._settles_until:
            return
        if self._widget is not None and not self.stage.history.past:
            self.stage.home(animate=False)
            self.stage.history.past.clear()

    def _on_moved(self) -> None:
        self.moved.emit(self.stage.pose)

    def look_from(self, pose: "Pose") -> None:
        """Be where another picture is, at once; nothing where this one is closed or there already."""
        if self._widget is not None and self.isVisible() and self.stage.pose is not pose:
            self.stage.look_from(pose)

    @property
    def measuring(self) -> bool:
        """Whether clicks set the ends of a distance."""
        return self._widget is not None and self._widget.measuring

    @measuring.setter
    def measuring(self, value: bool) -> None:
        if self._widget is not None:
            self._widget.measuring = value

    def close_stage(self) -> None:
        """Give the graphics memory back, before the window goes."""
        self._waiting = False
        self.place.forget()
        self._draw_curtain()
        if self._widget is not None:
            self.annotations.close()
            self._widget.close_stage()

    def renderer_name(self) -> str:
        """What draws, "" without a picture."""
        return self._widget.renderer_name() if self._widget is not None else ""

    def render_refined(self) -> None:
        """Draw the picture now as fine as it gets, also where that takes long: for a picture of the window."""
        if self._widget is not None and not self._widget.failure:
            self._widget.render_refined()

    def image(self) -> QImage:
        """The page as it stands, the picture in it drawn as fine as it gets, labels and legend over it."""
        self.render_refined()
        image = self.grab().toImage()
        if self._widget is not None:
            self._widget.rest()
        return image

    def set_theme(self, theme: str) -> None:
        """Draw everything in another theme."""
        self.theme = theme
        self._rgba = None
        self._legend_ns = 0
        if self._widget is not None:
            self.stage.set_theme(theme)
            if self._session.frame is not None:
                self.on_frame(self._session.frame)

    def set_scale(self, scale: float) -> None:
        """Larger letters for a wall screen."""
        super().set_scale(scale)
        self.annotations.set_scale(scale)

    def set_options(self, refined: bool) -> None:
        """Whether the picture is refined at rest, where the graphics card can do that."""
        self._refined = refined
        if self._widget is not None:
            self._widget.refined = refined

    def apply_motion(self) -> None:
        """Fly and blink, or not."""
        if self._widget is not None:
            self.stage.reduced_motion = style.reduced_motion()
            self._widget.refined = self._refined

    # -- one frame ----------------------------------------------------------------------------------------------

    def on_frame(self, frame: Frame) -> None:
        """Colours only when the table changed."""
        if self._widget is None:
            return
        scene, mode, stage = self._session.scene, self._session.mode, self.stage
        rgba = colours.table(mode, frame, scene, self.theme)
        if self._rgba is None or not np.array_equal(rgba, self._rgba):
            self._rgba = rgba
            stage.set_colours(rgba)
        stage.set_patches(patches(frame, mode, rgba))
        stage.follow(frame.tags)
        self.annotations.on_frame(frame, mode)
        now_ns = time.monotonic_ns()
        if now_ns - self._legend_ns >= LEGEND_EVERY_NS:
            self._legend_ns = now_ns
            self.annotations.show_legend(colours.legend(mode, frame, scene, self.theme))
        if self.place.shows_picture and self.drawn:
            self.place.forget()
        if self._first.is_wanted and self.drawn:
            self._first.consider(self._widget, rgba, lambda: self._look(frame))

    @property
    def labels_on(self) -> bool:
        """Whether abnormal assets are labelled."""
        return self.annotations.labels_on

    def show_labels(self, on: bool) -> None:
        """Show or hide the labels."""
        self.annotations.labels_on = on
        if self._session.frame is not None:
            self.on_frame(self._session.frame)

    def show_link(self, frame: Frame, words: PillText) -> None:
        """The strip about the connection; in wall mode also the pill, which has no tool bar there."""
        self.annotations.show_link(words)
        self.show_trouble(frame)

    def speed_text(self) -> str:
        """Frames drawn in the last second; a picture that does not change is not drawn."""
        if self._widget is None:
            return ""
        if self._widget.failure:
            return "no 3D picture"
        self._renders.append((time.monotonic(), self.stage.render_count))
        (begun, first), (now, last) = self._renders[0], self._renders[-1]
        speed = (last - first) / (now - begun) if now > begun else 0.0
        return f"{speed:.0f} fps" if speed >= 0.5 else "at rest"

    # -- selection ----------------------------------------------------------------------------------------------

    def _on_selection(self, asset_id: str | None) -> None:
        if self._widget is None:
            return
        row = self._session.scene.asset(asset_id).index if asset_id is not None else None
        self.stage.select(row)
        if self._session.frame is not None:
            self.on_frame(self._session.frame)

    def _on_fly(self, asset_id: str) -> None:
        if self._widget is not None:
            self.stage.fly_to(self._session.scene.asset(asset_id).index)
