"""What is open: scene, source, selection, colour mode; one tick makes one frame."""

from twinviewer.kpi.live import KpiTracker
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive, address_of
from twinviewer.session.events import Event
from twinviewer.session.journal import Journal
from twinviewer.session.sources import NoSource, Source
from twinviewer.session.trends import TrendBuffer, Trends
from twinviewer.states.evaluator import Evaluator

TREND_PERIOD_NS = 1_000_000_000


class Session:
    """One open scene and what a person looks at in it. Everything happens on the caller's thread."""

    def __init__(self, scene: Scene, source: Source | None = None, mode: str = "status") -> None:
        self.scene = scene
        self.source: Source = source or NoSource(len(scene.tags))
        self.mode = mode
        self.selection: str | None = None
        self.frame: Frame | None = None
        self.user = "operator"
        self.scene_changed: Event[Scene] = Event()
        self.source_changed: Event[Source] = Event()
        self.selection_changed: Event[str | None] = Event()
        self.fly_requested: Event[str] = Event()
        self.mode_changed: Event[str] = Event()
        self.notice: Event[Notice] = Event()
        self.archive: Archive | None = None
        self._start()

    def _start(self) -> None:
        self._find_archive()
        self.evaluator = Evaluator(self.scene)
        own = getattr(self.source, "trends", None)  # a source that knows its past better than we can see it
        self.trends: Trends = own if own is not None else TrendBuffer(len(self.scene.tags))
        self.kpis = KpiTracker(self.scene)
        self.journal = Journal(self.scene.assets)
        self._last_trend_ns = 0

    def tick(self, now_ns: int) -> Frame:
        """Read the source once and say what it means; `now_ns` is the wall clock in UTC nanoseconds."""
        polled = self.source.poll(now_ns)
        self._find_archive()
        if polled.jumped:
            self.evaluator.reset()
        tags, assets = self.evaluator.evaluate(polled.snapshot, polled.now_ns, polled.connection, polled.alarms)
        kpis = self.kpis.update(tags, assets, polled.now_ns, polled.alarms_10_min)
        self.frame = Frame(
            polled.now_ns,
            self.source.name,
            polled.connection,
            tags,
            assets,
            polled.alarms,
            kpis,
            polled.flood,
            polled.alarms_10_min,
        )
        if polled.now_ns - self._last_trend_ns >= TREND_PERIOD_NS or polled.now_ns < self._last_trend_ns:
            self._last_trend_ns = polled.now_ns
            self.trends.add(polled.now_ns, tags)
        self.journal.add(self.frame)
        for notice in polled.notices:
            self.notice.emit(notice)
        return self.frame

    def _find_archive(self) -> None:
        """The recording behind the source: that of a replay from the start, a collector's when it tells of one."""
        address = address_of(self.source)
        old = self.archive
        if old is not None and (old.address != address or old.scene is not self.scene):
            old.close()
            self.archive = None
        if self.archive is None and address is not None:
            self.archive = Archive(address, self.scene)

    def select(self, asset_id: str | None) -> None:
        """Select one asset, or nothing."""
        if asset_id != self.selection:
            self.selection = asset_id
            self.selection_changed.emit(asset_id)

    def fly_to(self, asset_id: str) -> None:
        """Select an asset and ask the view to show it."""
        self.select(asset_id)
        self.fly_requested.emit(asset_id)

    def set_mode(self, mode: str) -> None:
        """Choose the colouring mode by its name in `twinviewer.colours`."""
        if mode != self.mode:
            self.mode = mode
            self.mode_changed.emit(mode)

    def set_source(self, source: Source) -> None:
        """Look at another source; the old one is closed and nothing of it is shown as the new one's."""
        old, self.source = self.source, source
        old.close()
        self._start()
        self.source_changed.emit(source)

    def set_scene(self, scene: Scene, source: Source | None = None) -> None:
        """Open another scene."""
        old = self.source
        self.scene, self.source = scene, source or NoSource(len(scene.tags))
        old.close()
        self.selection = None
        self.frame = None
        self._start()
        self.scene_changed.emit(scene)
        self.source_changed.emit(self.source)

    def close(self) -> None:
        """Let go of the source."""
        if self.archive is not None:
            self.archive.close()
            self.archive = None
        self.source.close()
