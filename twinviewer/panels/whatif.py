"""The what-if panel: move a lever, and see what it would do to output, delivery, energy and cost."""

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea, QSplitter, QVBoxLayout, QWidget

from twinviewer.model.connection import Link
from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._kit.widgets import button, column, label, row
from twinviewer.panels._life import until_gone
from twinviewer.panels._whatif_bar import Asking, Banner, ScenarioBar, StartBar
from twinviewer.panels._whatif_empty import EmptyPage
from twinviewer.panels._whatif_levers import Levers
from twinviewer.panels._whatif_link import WhatIfLink
from twinviewer.panels._whatif_model import FIRST, MOST, SETTLED, Answer, Kept, Model, Question, span
from twinviewer.panels._whatif_play import PLAY, Handed, scenario_of
from twinviewer.panels._whatif_results import Results, csv_of
from twinviewer.panels._wrap import WrapLayout
from twinviewer.session import Session

TITLE = "What-if"
AREA = "right"
ORDER = 20
GROUP = "Simulation"

_FOLLOW_MS = 30  # changes of a slider that come closer together become one question
_NS = 1_000_000_000
_PASSIVE = ("time", "batch", "failure", "supplier", "maintenance")  # not means of getting more out of the plant


def _scrolling(content: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setObjectName("panel")
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setMinimumHeight(90)
    area.setWidget(content)
    return area


class Panel(QWidget):
    """Banner, scenario, levers and answer; or how to get a flow model, where the scene has none."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._actions = session, actions
        self.model: Model | None = None
        self.kept: tuple[Kept, ...] = ()
        self.place = -1  # of the scenario in `kept`
        self._handed: Handed | None = None  # a plan that waits for the model
        self._base = Kept("")  # what the levers are put upon
        self._asked = self._wanted_now = 0
        self._settle = False
        self._taken_ns = 0
        self.busy = False
        self.link = WhatIfLink(self._hear, self)
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(_FOLLOW_MS)
        self._follow.timeout.connect(self._ask_following)
        self._build()
        self._register(actions)
        until_gone(
            self,
            session.selection_changed.connect(self.levers.select),
            session.scene_changed.connect(lambda _scene: self._scene_changed()),
            session.source_changed.connect(lambda _source: self._source_changed()),
            self.link.abandon,
        )
        self._scene_changed()

    def _build(self) -> None:
        self.banner, self.asking, self.start = Banner(), Asking(), StartBar()
        self.scenarios = ScenarioBar(self.save, self.delete)
        self.levers, self.results, self.empty = Levers(), Results(), EmptyPage()
        self.run_button = button("Run  (Ctrl+Enter)", "primary", lambda: self._actions.run("whatif.run"))
        self.stop_button = button("Stop", "", lambda: self._actions.run("whatif.stop"))
        self.reset_button = button("Reset", "", lambda: self._actions.run("whatif.reset"))
        self.reload_button = button("Load again", "", self._load_again, "refresh")
        self.status = label("", "quiet", wrap=True)
        self.trust = label("", "quiet", wrap=True)
        self.trouble = label("", "", wrap=True)
        self.waiting = label("Loading the flow model and the engine…", "quiet", wrap=True)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.export_button = button("Export CSV…", "", lambda: self._actions.run("whatif.export"), "export")
        self.moves_button = button("What moves most?", "", lambda: self._actions.run("whatif.sensitivity"))
        upper = column(self.levers, None, margins=(0, 2, 6, 4))
        lower = column(self.results, None, margins=(0, 2, 6, 4), spacing=8)
        self.lever_area, self.result_area = _scrolling(upper), _scrolling(lower)
        runs = row(self.run_button, self.stop_button, self.reset_button, None, margins=(0, 4, 0, 0))
        below = column(runs, self.status, self.trouble, row(self.reload_button, None), self.result_area, self.trust)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setChildrenCollapsible(False)
        self.parts.setHandleWidth(7)
        self.parts.addWidget(self.lever_area)
        self.parts.addWidget(below)
        self.parts.setSizes([400, 500])
        self.page = column(self.scenarios, self.asking, self.start, self.parts, margins=(0, 2, 6, 0), spacing=8)
        self.page.layout().setStretchFactor(self.parts, 1)  # type: ignore[union-attr]
        self.bar = QWidget(self)
        bar = WrapLayout(self.bar)
        bar.setContentsMargins(0, 0, 0, 0)
        for item in (self.moves_button, self.export_button):
            bar.addWidget(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 6, 8)
        for item in (self.banner, self.page, self.waiting, self.bar, self.empty):
            layout.addWidget(item, 1 if item in (self.page, self.waiting, self.empty) else 0)
        self.levers.moved.connect(self._lever_moved)
        self.scenarios.chosen.connect(self.choose)
        self.start.changed.connect(lambda: self._ask(SETTLED))
        self.start.retake.connect(lambda: self._actions.run("whatif.now"))

    def _register(self, actions: Actions) -> None:
        def open_() -> bool:
            return self.model is not None

        actions.add(
            Action("whatif.run", "Run the scenario", GROUP, self.run, "Ctrl+Return | Ctrl+Enter", open_,
                   keywords="what-if simulate", icon="play"),
            Action("whatif.stop", "Stop the run", GROUP, self.stop, "", lambda: self.busy, icon="pause"),
            Action("whatif.reset", "Put all levers back", GROUP, self.reset, "", lambda: open_() and self.differs,
                   keywords="what-if baseline", icon="undo"),
            Action("whatif.now", "Take the plant's state as the baseline", GROUP, self.take_now, "",
                   lambda: open_() and self._can_take, keywords="what-if start from now", icon="refresh"),
            Action("whatif.new", "New scenario", GROUP, lambda: self.choose(-1), "", open_, icon="plus"),
            Action("whatif.save", "Save the scenario", GROUP, self.save, "", lambda: open_() and self.unsaved,
                   keywords="what-if file"),
            Action("whatif.delete", "Delete the scenario…", GROUP, self.delete, "",
                   lambda: open_() and self.place >= 0, icon="trash"),
            Action("whatif.sensitivity", "What moves throughput most?", GROUP, self.ask_sensitivity, "", open_,
                   keywords="what-if sensitivity lever"),
            Action(PLAY, "Play the maintenance plan", "", self.play, "", lambda: PLAY in actions.handed, icon="play"),
            Action("whatif.export", "Export the comparison as CSV…", GROUP, self.export, "",
                   lambda: self.results.answer is not None, keywords="what-if table", icon="export"),
        )  # fmt: skip

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(350, 200)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 700)

    # What is open ---------------------------------------------------------------------------------------------------

    def _scene_changed(self) -> None:
        self.link.close()
        self.model, self.kept, self.place, self._base = None, (), -1, Kept("")
        self._taken_ns, self.busy = 0, False
        self.results.clear()
        self.trouble.setText("")
        self.asking.hide()
        self.levers.show_controls(())
        there = self._has_line
        for item in (self.banner, self.waiting, self.bar):
            item.setVisible(there)
        self.page.setVisible(False)
        self.empty.setVisible(not there)
        self.empty.tell(self._session.scene)
        self._refresh()
        if self.isVisible():
            self._open()

    def _source_changed(self) -> None:
        self._taken_ns = 0

    @property
    def _has_line(self) -> bool:
        scene = self._session.scene
        return bool(scene.name) and scene.path.is_dir() and (scene.path / "line.toml").is_file()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self.window().installEventFilter(self)
        self._open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """The worker goes with the window; should the window stay, the next question starts it anew."""
        if event.type() == QEvent.Type.Close and watched is self.window():
            self.link.close()
            self.busy = False
        return super().eventFilter(watched, event)

    def _open(self) -> None:
        """Start the worker when the panel is first looked at: until then it costs nothing."""
        if self.link.running:
            return
        if not self._has_line:
            return
        if self.empty.isVisibleTo(self):
            self._scene_changed()
            return
        self.link.start(self._session.scene)
        self.link.send("open")

    def on_frame(self, frame: Frame) -> None:
        """Take the first frame that says something as the baseline; later ones only on demand."""
        if self.model is not None and not self._taken_ns and self._can_take and self.start.wants_now:
            self.take_now()

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        self.banner.update()
        self.results.update()

    @property
    def _can_take(self) -> bool:
        frame = self._session.frame
        if frame is None or len(frame.assets.state) != len(self._session.scene.assets):
            return False
        return frame.source != "live" or frame.connection.link in (Link.CONNECTED, Link.DEGRADED)

    # Questions ------------------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Kept:
        """What the levers say now."""
        others = {k: v for k, v in self._base.levers.items() if self.levers_know(k) is False}
        name = self._base.name or "scenario"
        return replace(self._base, name=name, levers={**others, **self.levers.settings})

    def levers_know(self, name: str) -> bool:
        """Whether the model has a lever of that name."""
        return self.model is not None and any(c.id == name for c in self.model.controls)

    @property
    def differs(self) -> bool:
        """Whether the scenario differs from the baseline."""
        return self.scenario.changes

    @property
    def unsaved(self) -> bool:
        """Whether there is something that the scenario's file does not hold."""
        return self.differs and (self.place < 0 or dict(self.scenario.levers) != dict(self._base.levers))

    def _lever_moved(self, dragging: bool) -> None:
        self._settle = not dragging
        if not self._follow.isActive():
            self._follow.start()
        self._refresh()

    def _ask_following(self) -> None:
        self._ask(SETTLED if self._settle else FIRST)

    def _ask(self, replications: int, narrow: bool = False) -> None:
        if self.model is None:
            return
        if not self.link.running:
            self._open()
            return
        from_now = self.start.wants_now and self._taken_ns > 0
        self.trouble.setText("")
        self.busy = True
        question = Question(self.scenario, self.start.horizon_s, from_now, replications, narrow)
        self._asked = self.link.send("ask", question)
        self._show_baseline()
        self._refresh()

    def _load_again(self) -> None:
        self.trouble.setText("")
        self._open()
        self._refresh()

    def run(self) -> None:
        """Run until the interval is narrow, or to the limit."""
        self._ask(MOST, narrow=True)

    def stop(self) -> None:
        """End the run; what is known stays."""
        self._follow.stop()
        self._asked = self.link.send("stop")
        self.busy = False
        self._tell_answer("stopped")
        self._refresh()

    def reset(self) -> None:
        """All levers as they are in the plant."""
        self._base = replace(self._base, levers={}, patches={}, events=())
        self.levers.put({})
        self._ask(SETTLED)

    def take_now(self) -> None:
        """The plant as this frame shows it becomes the baseline."""
        frame = self._session.frame
        if frame is None or not self._can_take:
            return
        self._taken_ns = frame.now_ns
        self._wanted_now = self.link.send("now", frame.tags, frame.assets, frame.now_ns)
        self._ask(SETTLED)

    def ask_sensitivity(self) -> None:
        """Try one step of each slider of the plant."""
        if self.model is None or not self.link.running:
            return
        ids = tuple(c.id for c in self.model.controls if c.kind == "slider" and c.id.partition(".")[0] not in _PASSIVE)
        question = Question(Kept(""), self.start.horizon_s, self.start.wants_now and self._taken_ns > 0, FIRST)
        self.busy = True
        self._asked = self.link.send("sensitivity", question, ids)
        self._tell(f"Trying one step of {len(ids)} levers…")
        self._refresh()

    # Answers --------------------------------------------------------------------------------------------------------

    def _hear(self, kind: str, number: int, value: Any) -> None:
        if kind == "model":
            self._opened(value)
        elif kind == "kept":
            self._listed(*value)
        elif kind == "now" and number == self._wanted_now:
            self._noted(value[1])
        elif kind in ("failed", "lost"):
            self._failed(*value)
        elif number == self._asked:
            self._answered(kind, value)
        self._refresh()

    def _opened(self, model: Model) -> None:
        settings = dict(self.levers.settings)  # kept where the worker had to start anew
        self.model, self.kept = model, model.kept
        self.place = next((k for k, s in enumerate(self.kept) if s.path and s.path == self._base.path), -1)
        self.results.currency = model.currency
        self.levers.show_controls(model.controls)
        self.levers.select(self._session.selection)
        self.levers.put(settings)
        self.start.put(model.horizon_s)
        self.scenarios.put(self.kept, self.place)
        self.trust.setText(("" if model.trusted else "⚠ ") + model.trust)
        self.waiting.hide()
        self.page.setVisible(True)
        for note in model.notes:
            self._session.notice.emit(Notice("warning", note, "Mend the scenario's file.", key="whatif"))
        if self._can_take and self.start.wants_now:
            self.take_now()
        else:
            self._ask(SETTLED)
        self._play()

    def _noted(self, notes: tuple[str, ...]) -> None:
        more = f" — {len(notes)} inputs not sure" if notes else ""
        self._show_baseline(more, "\n".join(notes[:12]))

    def _show_baseline(self, more: str = "", tip: str = "") -> None:
        if self.start.wants_now and self._taken_ns:
            when = datetime.fromtimestamp(self._taken_ns / _NS)
            day = "today" if when.date() == datetime.now().date() else f"{when:%d %b}"
            self.banner.tell(f"baseline {when:%H:%M} {day}{more}")
        elif self.start.wants_now:
            self.banner.tell("baseline: empty line (no plant data)")
        else:
            self.banner.tell("baseline: empty line")
        if tip:
            self.banner.setToolTip(tip)

    def _answered(self, kind: str, value: Any) -> None:
        if kind == "answer":
            self.results.put(value)
            self.busy = not value.final
            self._tell_answer("refining…" if self.busy else "")
        elif kind == "sensitivity":
            self.results.show_moves(value)
            self.busy = False
            self._tell_answer("" if value else "no lever moves throughput")
        elif kind == "progress":
            self._tell(f"Trying one step of each lever: {value:.0%}")

    def _tell_answer(self, more: str) -> None:
        answer: Answer | None = self.results.answer
        if answer is None:
            self._tell(more)
            return
        wide = f" · throughput ± {answer.half_width:.1%}" if answer.half_width == answer.half_width else ""
        text = f"{answer.replications} replications{wide} · {answer.wall_s:.1f} s · {span(self.start.horizon_s)} ahead"
        self._tell(f"{text} · {more}" if more else text)

    def _tell(self, text: str) -> None:
        self.status.setText(text)

    def _failed(self, text: str, where: str, remedy: str) -> None:
        self.busy = False
        self.waiting.hide()
        self.page.setVisible(True)
        if self.model is None:
            self.link.close()  # a file that is mended is read anew
        place = f" ({Path(where).name})" if where else ""
        self.trouble.setText(f"✕ {text[:1].upper()}{text[1:]}{place}. {remedy}")
        self._tell("")

    def _refresh(self) -> None:
        """What cannot be done now has no button."""
        open_ = self.model is not None
        self.scenarios.mark(open_ and self.unsaved, open_ and self.place >= 0)
        for item in (self.scenarios, self.start, self.levers, self.trust):
            item.setVisible(open_)
        self.run_button.setVisible(open_)
        self.reload_button.setVisible(bool(self.trouble.text()) and not self.link.running)
        self.stop_button.setVisible(self.busy)
        self.reset_button.setVisible(open_ and self.differs)
        self.start.again.setVisible(self.start.wants_now and self._can_take)
        self.export_button.setVisible(self.results.answer is not None)
        self.moves_button.setVisible(open_)
        self.trouble.setVisible(bool(self.trouble.text()))
        self._actions.refresh()

    # Scenarios ------------------------------------------------------------------------------------------------------

    def choose(self, place: int) -> None:
        """Show a saved scenario, or a new one (-1)."""
        self.asking.hide()
        self.place = place
        self._base = self.kept[place] if place >= 0 else Kept("")
        self.scenarios.box.setCurrentIndex(place + 1)
        self.levers.put(self._base.levers)
        self._ask(SETTLED)

    def play(self) -> None:
        """Show what the stops of a maintenance plan do, which were handed over."""
        handed = self._actions.handed.pop(PLAY, None)
        if isinstance(handed, Handed):
            self._handed = handed
            if "panel.show.whatif" in self._actions:
                self._actions.run("panel.show.whatif")
            self._play()

    def _play(self) -> None:
        handed = self._handed
        if handed is None or self.model is None:
            return
        self._handed = None
        now_ns = self._session.frame.now_ns if self._session.frame is not None else time.time_ns()
        start_ns = self._taken_ns if self.start.wants_now and self._taken_ns else now_ns
        kept = scenario_of(handed, self.model.controls, start_ns)
        if not kept.events:
            text = "No job of this plan stops a station of the flow model, so nothing would change."
            self._session.notice.emit(Notice("info", text))
            return
        self.place, self._base = -1, kept
        self.scenarios.put(self.kept, -1)
        self.levers.put({})
        self.start.reach(max(at_s + down_s for at_s, _, down_s, *_ in kept.events))
        self._ask(SETTLED)

    def save(self) -> None:
        """Save under the name it has, or ask for one."""
        if self.place >= 0:
            self.link.send("save", self.scenario)
        else:
            self.asking.ask_name("", self._save_as)

    def _save_as(self, name: str) -> None:
        same = next((k for k in self.kept if k.name == name), None)
        kept = replace(self.scenario, name=name, path=same.path if same else "")
        if same is not None:
            self.asking.ask(f'Replace "{name}"?', "Replace", lambda _t: self.link.send("save", kept))
            return
        self.link.send("save", kept)

    def delete(self) -> None:
        """Delete the scenario that is shown, after a question."""
        if self.place >= 0:
            kept = self.kept[self.place]
            self.asking.ask(f'Delete "{kept.name}"?', "Delete", lambda _t: self.link.send("delete", kept.path))

    def _listed(self, kept: tuple[Kept, ...], current: str) -> None:
        self.kept = kept
        self.place = next((k for k, s in enumerate(kept) if s.path == current), -1)
        self._base = kept[self.place] if self.place >= 0 else replace(self._base, name="", path="")
        self.scenarios.put(kept, self.place)

    def export(self) -> None:
        """Write the table as CSV."""
        if self.results.answer is None or self.model is None:
            return
        path, _kind = QFileDialog.getSaveFileName(self, "Export comparison", "what-if.csv", "CSV (*.csv)")
        if path:
            self.write_csv(Path(path))

    def write_csv(self, path: Path) -> None:
        """Write the table into a file, and say so."""
        if self.results.answer is None:
            return
        try:
            path.write_text(csv_of(self.results.answer, self.results.currency), encoding="utf-8")
        except OSError as error:
            text = f"The comparison was not written ({error.strerror})."
            self._session.notice.emit(Notice("error", text, "Choose another folder.", str(path)))
            return
        self._session.notice.emit(Notice("info", f"The comparison was written to {path.name}.", where=str(path)))
