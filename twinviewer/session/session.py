"""What is open: scene, source, selection, colour mode; one tick makes one frame."""

import logging
from collections.abc import Mapping, Sequence

from twinviewer.kpi.live import KpiTracker
from twinviewer.model.errors import TwinError
from twinviewer.model.frame import Frame
from twinviewer.model.note import Note
from twinviewer.model.notice import Notice
from twinviewer.scene.scene import Scene
from twinviewer.session.archive import Archive, address_of
from twinviewer.session.between import Between
from twinviewer.session.events import Event
from twinviewer.session.journal import Change, Journal, Noted, Past
from twinviewer.session.live_past import LivePast
from twinviewer.session.look import Look
from twinviewer.session.opening_past import OpeningPast
from twinviewer.session.replay_past import ReplayPast, Spanned
from twinviewer.session.sources import NoSource, Source
from twinviewer.session.trends import Trends
from twinviewer.states.evaluator import Evaluator

_log = logging.getLogger(__name__)
_BACK = "look back"
CHANGES_NS = 8 * 3600 * 1_000_000_000  # how far back changes are of interest
ASIDE_NS = 500_000_000  # how often the plant is read while its past is shown


class Session:
    """One open scene and what a person looks at in it. Everything happens on the caller's thread.

    While somebody looks back at a live plant's past, `source` is the past and the live source waits aside: it is read
    on, so that nothing of it is missing afterwards, and `live_frame` says how it stands.
    """

    def __init__(self, scene: Scene, source: Source | None = None, mode: str = "status") -> None:
        self.scene = scene
        self.mode = mode
        self.selection: str | None = None
        self.frame: Frame | None = None
        self.user = "operator"
        self.scene_changed: Event[Scene] = Event()
        self.source_changed: Event[Source] = Event()
        self.selection_changed: Event[str | None] = Event()
        self.fly_requested: Event[str] = Event()
        self.work: Mapping[str, str] = {}
        self.work_changed: Event[Mapping[str, str]] = Event()
        self.beside_requested: Event[Source] = Event()  # show this source in a second window, beside this one
        self.mode_changed: Event[str] = Event()
        self.notice: Event[Notice] = Event()
        self.between = Between()
        self.archive: Archive | None = None
        self._aside: Look | None = None
        self._aside_ns = 0
        self._live_past: LivePast | None = None
        self._replay_past: ReplayPast | None = None
        self._opening: OpeningPast | None = None
        self._begin(source or NoSource(len(scene.tags)))

    def _begin(self, source: Source) -> None:
        self._look = Look(self.scene, source)
        self._replay_past = None
        self._find_archive()

    @property
    def source(self) -> Source:
        """Where the samples come from."""
        return self._look.source

    @property
    def evaluator(self) -> Evaluator:
        """What turns samples into states, with its memory of this source."""
        return self._look.evaluator

    @property
    def trends(self) -> Trends:
        """Trends of this source."""
        return self._look.trends

    @property
    def kpis(self) -> KpiTracker:
        """Indicators of this source."""
        return self._look.kpis

    @property
    def journal(self) -> Journal:
        """What changed while this session looked at this source."""
        return self._look.journal

    @property
    def past(self) -> Past:
        """Who knows what was: the source itself, the recording behind it, or what this session saw."""
        if self._replay_past is not None:
            return self._replay_past
        if isinstance(self.source, Past):
            return self.source
        return self._live_past if self._live_past is not None else self.journal

    def tick(self, now_ns: int) -> Frame:
        """Read the source once and say what it means; `now_ns` is the wall clock in UTC nanoseconds."""
        notices: list[Notice] = []
        try:
            self._take_past()
        except TwinError as error:
            notices.append(Notice("error", error.text, error.remedy, error.where, key=_BACK))
        look = self._look
        notices += look.tick(now_ns, self.archive)
        if self._aside is not None and now_ns - self._aside_ns >= ASIDE_NS:
            self._aside_ns = now_ns
            notices = [*notices, *self._aside.tick(now_ns, self.archive)]
        self._find_archive()
        assert look.frame is not None
        self.frame = look.frame
        for notice in notices:
            self.notice.emit(notice)
        return look.frame

    def _find_archive(self) -> None:
        """The recording behind the source: that of a replay from the start, a collector's when it tells of one."""
        address = address_of(self.source)
        old = self.archive
        if old is not None and (old.address != address or old.scene is not self.scene):
            old.close()
            self.archive = self._live_past = self._replay_past = None
        if self.archive is None and address is not None:
            self.archive = Archive(address, self.scene)
            self._live_past = None
        source = self.source
        if self._replay_past is None and self.archive is not None and source.name == "replay":
            self._replay_past = ReplayPast(self.scene, self.archive, source) if isinstance(source, Spanned) else None
        if self._live_past is None and self.archive is not None and self._aside is None and self.source.name == "live":
            self._live_past = LivePast(self.scene, self.archive, self.journal)

    def changes(self, asset_ids: Sequence[str], until_ns: int, limit: int = 20) -> list[Change]:
        """The newest changes and notes of these assets until a moment, oldest first."""
        known = self._replay_past or self.journal
        found = known.changes(asset_ids, until_ns, limit)
        past = self.past
        notes = past.notes(until_ns - CHANGES_NS, until_ns) if isinstance(past, Noted) else ()
        notes = [n for n in notes if n.asset_id in asset_ids and not n.withdrawn]
        found += [Change(n.time_ns, n.asset_id, n.text, noted=True) for n in notes]
        return sorted(found, key=lambda c: (c.time_ns, c.asset_id))[-limit:]

    def changes_known(self, until_ns: int) -> bool:
        """Whether `changes` before a moment are all there, not still being read."""
        return self._replay_past is None or self._replay_past.changes_known(until_ns)

    # looking back ------------------------------------------------------------------------------------------------

    @property
    def can_look_back(self) -> bool:
        """Whether this is a live plant with a recording of its past."""
        return self.source.name == "live" and self.archive is not None

    @property
    def plant(self) -> Source | None:
        """The live plant, also while its past is shown; None where there is none."""
        keeper = self._aside.source if self._aside is not None else self.source
        return keeper if keeper.name == "live" else None

    @property
    def can_go_live(self) -> bool:
        """Whether the plant waits while its past is shown, or that past is still being read."""
        return self._aside is not None or self._opening is not None

    @property
    def live_frame(self) -> Frame | None:
        """How the plant stands while its past is shown, None otherwise."""
        return self._aside.frame if self._aside is not None else None

    def look_back(self, time_ns: int) -> None:
        """Show the plant as it was at a moment, as soon as that is read: at once, or at a later tick, until when the
        plant shows. Raises RecordingError where nothing can be read; a later tick says it as a notice."""
        if not self.can_look_back or self.archive is None:
            raise TwinError("Nothing is recorded of this plant.", "", "Start a recording, or open one.")
        if self._opening is None:
            self._opening = OpeningPast(self.archive.address, self.scene)
        self._opening.ask(time_ns)
        self._take_past()

    @property
    def reading(self) -> bool:
        """Whether the moment that a person wants to see is still being read."""
        return self._opening is not None or bool(getattr(self.source, "reading", False))

    def _take_past(self) -> None:
        """Show the past that was asked for, where it was read by now. Raises TwinError."""
        if self._opening is None:
            return
        try:
            past = self._opening.take()
        except TwinError:
            self._opening = None
            raise
        if past is None:
            return
        self._opening = None
        if self.can_look_back:
            self.look_at(past)
        else:
            past.close()

    def look_at(self, source: Source) -> None:
        """Show another source, a past or a simulated run, while the one that is shown now waits aside."""
        if self._aside is None:
            self._aside = self._look
        else:
            self._look.source.close()
        self._begin(source)
        self.source_changed.emit(source)

    def go_live(self) -> None:
        """Back to the plant as it is now, also from a past that is still being read; else nothing happens."""
        self._forget_opening()
        if self._aside is None:
            return
        past, self._look, self._aside = self._look, self._aside, None
        self._replay_past = None
        past.source.close()
        self._find_archive()
        self.frame = self._look.frame
        self.source_changed.emit(self.source)

    def pin_note(self, text: str, asset_id: str, time_ns: int) -> None:
        """Keep a remark on a moment, and on an asset where it is about one, with the recording. Raises TwinError."""
        self._keep_note(text=text, asset=asset_id, time_ns=time_ns)

    def correct_note(self, note: Note, text: str, asset_id: str) -> None:
        """Have a note say something else, or be about something else; what it said is kept too. Raises TwinError."""
        self._keep_note(text=text, asset=asset_id, time_ns=note.time_ns, corrects=note.key, withdrawn=False)

    def withdraw_note(self, note: Note, reason: str) -> None:
        """Have a note count no more; it is kept, with the reason. Raises TwinError."""
        self._keep_note(text=reason, asset=note.asset_id, time_ns=note.time_ns, corrects=note.key, withdrawn=True)

    def _keep_note(self, **said: object) -> None:
        if self.archive is None:
            raise TwinError("Nothing is recorded, so a note would be lost.", "", "Start a recording, or open one.")
        keeper = self._aside.source if self._aside is not None else self.source
        keeper.command("note", by=self.user, **said)
        for past in (self._live_past, self._replay_past):
            if past is not None:
                past.look_again()

    def keep_on_record(self, subject: str, reason: str, by: str = "") -> None:
        """Have the live plant's record say what a person decided in a panel (a scenario, a plan, a work order).

        The panel's own book keeps the decision; without a live plant, or while its collector is lost, that is all.
        """
        keeper = self._aside.source if self._aside is not None else self.source
        who = by.strip() or self.user
        if keeper.name != "live" or not who:
            return
        try:
            keeper.command("accept", subject=subject, by=who, reason=reason)
        except TwinError as error:
            _log.warning("%s by %s is not in the record: %s", subject, who, error)

    # what a person chooses ---------------------------------------------------------------------------------------

    def select(self, asset_id: str | None) -> None:
        """Select one asset, or nothing. One that the scene does not have, as old alarms and notes may name, is said."""
        if asset_id is not None and not self._has(asset_id):
            remedy = "It was when this was recorded, or has another name now."
            self.notice.emit(Notice("info", f"{asset_id} is not in this scene.", remedy, key="select"))
        elif asset_id != self.selection:
            self.selection = asset_id
            self.selection_changed.emit(asset_id)

    def fly_to(self, asset_id: str) -> None:
        """Select an asset and ask the view to show it."""
        self.select(asset_id)
        if self.selection == asset_id:
            self.fly_requested.emit(asset_id)

    def _has(self, asset_id: str) -> bool:
        try:
            self.scene.asset(asset_id)
        except KeyError:
            return False
        return True

    def set_work(self, work: Mapping[str, str]) -> None:
        """Say for which assets work is planned, and what in a few words."""
        if work != self.work:
            self.work = work
            self.work_changed.emit(work)

    def set_mode(self, name: str) -> None:
        """Choose the colouring mode by its name in `twinviewer.colours`."""
        if name != self.mode:
            self.mode = name
            self.mode_changed.emit(name)

    def set_source(self, source: Source) -> None:
        """Look at another source; the old one is closed and nothing of it is shown as the new one's."""
        self._close_sources()
        self._begin(source)
        self.source_changed.emit(source)

    def set_scene(self, scene: Scene, source: Source | None = None) -> None:
        """Open another scene."""
        self._close_sources()
        self.scene = scene
        self.selection = None
        self.frame = None
        self.between.clear()
        self._begin(source or NoSource(len(scene.tags)))
        self.scene_changed.emit(scene)
        self.source_changed.emit(self.source)

    def _forget_opening(self) -> None:
        if self._opening is not None:
            self._opening.close()
            self._opening = None

    def _close_sources(self) -> None:
        self._forget_opening()
        self._look.source.close()
        if self._aside is not None:
            self._aside.source.close()
            self._aside = None
        self._live_past = self._replay_past = None

    def close(self) -> None:
        """Let go of the source."""
        if self.archive is not None:
            self.archive.close()
            self.archive = None
        self._close_sources()
