"""A QOpenGLWidget in which VTK draws: one VTK render per paint, and only when something changed."""

import ctypes
import math
import time
import weakref
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QOpenGLContext, QResizeEvent, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from vtkmodules.vtkCommonCore import vtkCommand
from vtkmodules.vtkRenderingOpenGL2 import vtkGenericOpenGLRenderWindow

from twinviewer.view.camera import Pose
from twinviewer.view.stage import Stage
from twinviewer.view.window import is_software

_DRAW_FRAMEBUFFER, _COLOUR_ATTACHMENT, _COLOUR_BIT = 0x8CA9, 0x8CE0, 0x4000
_NEAREST, _LINEAR, _LESS_OR_EQUAL, _DEPTH_TEST = 0x2600, 0x2601, 0x0203, 0x0B71
_SLOW_FRAME_S = 0.035  # a moving picture that takes longer is drawn smaller
# PySide's own wrappers of these two do nothing in some contexts.
_BIND = ctypes.CFUNCTYPE(None, ctypes.c_uint, ctypes.c_uint)
_DRAW_BUFFERS = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_void_p)
_PAUSE = 1.5
_PROC_LOADER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)


def surface_format() -> QSurfaceFormat:
    """OpenGL 3.2 core without samples: VTK smooths edges itself."""
    wanted = QSurfaceFormat()
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CoreProfile)
    wanted.setVersion(3, 2)
    wanted.setDepthBufferSize(24)
    wanted.setAlphaBufferSize(8)
    wanted.setSamples(0)
    wanted.setSwapInterval(0)
    return wanted


class Canvas(QOpenGLWidget):
    """Owns the render window and the OpenGL side of a stage.

    `scale` is rendered pixels per screen pixel: below 1 while a slow picture moves, 2 for a refined one at rest.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.setUpdateBehavior(QOpenGLWidget.UpdateBehavior.NoPartialUpdate)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._window = vtkGenericOpenGLRenderWindow()
        self._window.SetReadyForRendering(False)
        self._window.SetFrameBlitModeToNoBlit()
        self._window.SetMultiSamples(0)
        self._window.SetOwnContext(0)
        self._context: QOpenGLContext | None = None
        self._functions: tuple[Callable[..., None], Callable[..., None]] | None = None
        self._loader = _PROC_LOADER(_address)
        self._observers = self._observe()
        self.stage = Stage(self._window)
        self.clock = time.perf_counter
        self.on_drawn: Callable[[], None] = lambda: None
        self._resizing = False
        self.renderer = ""
        self.failure = ""
        self.scale = 1.0
        self.frame_s = 0.0  # the last render at full size
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.update)
        self._last_s = self._cost_s = 0.0
        self._last_pose: Pose | None = None

    def _observe(self) -> list[int]:
        """VTK asks for its context through events; the observers must not keep this widget alive."""
        canvas = weakref.ref(self)

        def make_current(*_: object) -> None:
            # Not the widget's own makeCurrent: it would bind Qt's framebuffer behind VTK's back.
            mine = canvas()
            if mine is not None and mine._context is not None:
                mine._context.makeCurrent(mine._context.surface())

        def is_current(*_: object) -> None:
            mine = canvas()
            if mine is not None:
                current = QOpenGLContext.currentContext()
                mine._window.SetIsCurrent(mine._context is not None and current is mine._context)

        return [
            self._window.AddObserver(vtkCommand.WindowMakeCurrentEvent, make_current),
            self._window.AddObserver(vtkCommand.WindowIsCurrentEvent, is_current),
        ]

    # -- what Qt calls

    def initializeGL(self) -> None:  # noqa: N802
        """Give VTK the functions of Qt's context; called again after the widget moved to another window."""
        context = self.context()
        version = context.format().version()
        if tuple(version) < (3, 2):
            self.failure = f"OpenGL 3.2 is needed, this display offers {version[0]}.{version[1]}."
            return
        self._context = context
        self._functions = _BIND(_address(b"glBindFramebuffer")), _DRAW_BUFFERS(_address(b"glDrawBuffers"))
        context.aboutToBeDestroyed.connect(self._release)
        window = self._window
        window.SetOpenGLSymbolLoader2(ctypes.cast(self._loader, ctypes.c_void_p).value or 0, 0)
        window.OpenGLInitContext()
        window.OpenGLInit()
        window.SetForceMaximumHardwareLineWidth(1)  # a core profile draws no wide lines; VTK makes them from triangles
        state = window.GetState()
        state.Reset()
        state.vtkglDepthFunc(_LESS_OR_EQUAL)
        state.vtkglEnable(_DEPTH_TEST)
        window.SetReadyForRendering(True)
        self.renderer = self._renderer_string()
        self.stage.renderer.SetUseFXAA(not self.software and self.scale == 1.0)
        self.stage.dirty = True

    def _renderer_string(self) -> str:
        assert self._context is not None
        text = self._context.functions().glGetString(0x1F01)
        return text if isinstance(text, str) else ""

    @property
    def software(self) -> bool:
        """Whether no graphics card draws."""
        return is_software(self.renderer)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Keep the render window as large as the widget.

        Qt paints within a resize, and again with everything else: while strips and docks find their places, each of
        several resizes in a row would cost a render that nobody sees.
        """
        self.fit_window()
        self._resizing = True
        super().resizeEvent(event)
        self._resizing = False
        self.update()

    def pixel_ratio(self) -> float:
        """Rendered pixels per logical pixel at scale 1: the screen's, but never more than a card can fill."""
        return min(self.devicePixelRatioF(), 1.0 if self.software else 2.0)

    def fit_window(self) -> None:
        """Give the render window its size at the present scale."""
        ratio = self.pixel_ratio() * self.scale
        size = max(8, round(self.width() * ratio)), max(8, round(self.height() * ratio))
        if tuple(self._window.GetSize()) != size:
            self._window.SetSize(*size)
            self.stage.renderer.SetUseFXAA(not self.software and self.scale == 1.0)
            self.stage.set_scale(self.scale)
            self._last_pose = None
            self.stage.touch()

    def paintGL(self) -> None:  # noqa: N802
        """Render when something changed, and put what VTK drew onto the widget."""
        if self._resizing or self._context is None or not self._window.GetReadyForRendering():
            return
        state = self._window.GetState()
        state.Reset()
        state.Push()
        state.vtkglDepthFunc(_LESS_OR_EQUAL)
        state.vtkglEnable(_DEPTH_TEST)
        if self.stage.dirty:
            wait_s = self._wait_s()
            if wait_s <= 0:
                self._render()
            else:
                self._later.start(math.ceil(wait_s * 1000))
        self._blit()
        state.Pop()
        self.on_drawn()

    def _render(self) -> None:
        assert self._context is not None
        start = self.clock()
        self.stage.render()
        self.makeCurrent()
        if self.software:
            self._context.functions().glFinish()
        self._last_s = self.clock()
        self._cost_s = self._last_s - start
        if self.stage.drawn_whole and self.scale == 1.0 and not self.stage.economy:
            self.frame_s = self._cost_s
        self._last_pose = self.stage.pose

    def request(self) -> None:
        """See to it that the stage's change is drawn: soon, and once for all changes until then."""
        if not self._later.isActive() or self._wait_s() <= 0:
            self.update()

    def _wait_s(self) -> float:
        """Seconds until the next render may begin: at once where the camera moved; where only states or moving
        assets did, a software renderer leaves more than half of the time to the rest of the window."""
        if self.stage.pose is not self._last_pose or not self.software:
            return 0.0
        return self._last_s + _PAUSE * self._cost_s - self.clock()

    def _blit(self) -> None:
        assert self._functions is not None
        bind, draw_buffers = self._functions
        bind(_DRAW_FRAMEBUFFER, self.defaultFramebufferObject())
        draw_buffers(1, ctypes.byref(ctypes.c_uint(_COLOUR_ATTACHMENT)))
        width, height = self._window.GetSize()
        ratio = self.devicePixelRatioF()
        wide, tall = round(self.width() * ratio), round(self.height() * ratio)
        smooth = _NEAREST if (wide, tall) == (width, height) else _LINEAR
        self._window.BlitDisplayFramebuffer(0, 0, 0, width, height, 0, 0, wide, tall, _COLOUR_BIT, smooth)

    # -- sizes and the end

    @property
    def slow(self) -> bool:
        """Whether a full frame takes so long that motion would stutter."""
        return self.software and self.frame_s > _SLOW_FRAME_S

    def moving_scale(self) -> float:
        """The scale at which a moving picture stays fluent on this machine."""
        return 0.5 if self.slow else 1.0

    def _release(self) -> None:
        """Qt is about to destroy the context: VTK must let its objects go, and makes new ones for the next."""
        if self._context is None:
            return
        self.makeCurrent()
        self._window.Finalize()
        self._window.SetReadyForRendering(False)
        self._context = self._functions = None

    def close_stage(self) -> None:
        """Give graphics memory and VTK objects back."""
        self._later.stop()
        if self._context is not None:
            self._context.aboutToBeDestroyed.disconnect(self._release)
            self.makeCurrent()
        self.stage.close()
        self._window.SetReadyForRendering(False)
        for observer in self._observers:
            self._window.RemoveObserver(observer)
        self._observers = []
        self._context = self._functions = None
        self.doneCurrent()


def _address(name: bytes) -> int:
    """Where the current context has an OpenGL function, 0 where it has none."""
    context = QOpenGLContext.currentContext()
    return int(context.getProcAddress(name) or 0) if context is not None else 0  # type: ignore[arg-type]
