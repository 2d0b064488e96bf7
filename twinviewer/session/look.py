"""A source and what a session remembers of it, brought up to date by one call."""

from twinviewer.kpi.live import KpiTracker
from twinviewer.model.alarm import Alarm
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive
from twinviewer.session.journal import Journal
from twinviewer.session.shift import ShiftReader
from twinviewer.session.sources import Source
from twinviewer.session.trends import TrendBuffer, Trends
from twinviewer.states.evaluator import Evaluator
from twinviewer.states.same_cause import joined

TREND_PERIOD_NS = 1_000_000_000


class Look:
    """Zones and times of states, trends, indicators and the journal, all of one source and of nothing else."""

    def __init__(self, scene: Scene, source: Source) -> None:
        self.source = source
        self.evaluator = Evaluator(scene)
        own = getattr(source, "trends", None)  # a source that knows its past better than we can see it
        self.trends: Trends = own if own is not None else TrendBuffer(len(scene.tags))
        self.kpis = KpiTracker(scene, replaying=source.name == "replay")
        self._shift = ShiftReader(scene, self.kpis)
        self.journal = Journal(scene.assets)
        self.frame: Frame | None = None
        self._trend_ns = 0
        self._alarms: tuple[tuple[Alarm, ...], tuple[Alarm, ...]] = ((), ())  # as the source has them, as we show them

    def tick(self, now_ns: int, archive: Archive | None = None) -> list[Notice]:
        """Read the source once and make its `frame`; `now_ns` is the wall clock. Returns what it has to say.

        `archive` is the recording behind the source: it knows the shift before this session.
        """
        polled = self.source.poll(now_ns)
        if polled.jumped:
            self.evaluator.reset()
            self.journal.clear()  # nobody saw what lies between
        tags, assets = self.evaluator.evaluate(polled.snapshot, polled.now_ns, polled.connection, polled.alarms)
        self._shift.look(archive)
        kpis = self.kpis.update(tags, assets, polled.now_ns, polled.alarms_10_min)
        self.frame = Frame(
            polled.now_ns,
            self.source.name,
            polled.connection,
            tags,
            assets,
            self._one_per_cause(polled.alarms),
            kpis,
            polled.flood,
            polled.alarms_10_min,
            polled.remarks,
        )
        if polled.now_ns - self._trend_ns >= TREND_PERIOD_NS or polled.now_ns < self._trend_ns:
            self._trend_ns = polled.now_ns
            self.trends.add(polled.now_ns, tags)
        self.journal.add(self.frame)
        return polled.notices

    def _one_per_cause(self, alarms: tuple[Alarm, ...]) -> tuple[Alarm, ...]:
        """One line for one cause; the very same tuple as long as the source gives the same."""
        if alarms is not self._alarms[0]:
            self._alarms = alarms, joined(alarms)
        return self._alarms[1]
