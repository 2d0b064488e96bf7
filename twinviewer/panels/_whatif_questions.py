"""The what-if panel's conversation with its worker: opens the model, asks while levers move, shows what comes back."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer

from twinviewer.model.connection import Link
from twinviewer.model.notice import Notice
from twinviewer.panels._whatif_found import Answer
from twinviewer.panels._whatif_link import WhatIfLink
from twinviewer.panels._whatif_model import FIRST, MOST, SETTLED, Kept, Model, Question
from twinviewer.panels._whatif_view import View
from twinviewer.panels._whatif_words import span
from twinviewer.session import Session

_NS = 1_000_000_000
_MONDAY = datetime(2026, 1, 5)  # on which a line without a start begins
_LEAST = 0.0005  # a narrower interval would read as nought


class Questions(View):
    """One question is on its way at a time: while a slider moves, the newest waits for the answer to the one before."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.model: Model | None = None
        self.kept: tuple[Kept, ...] = ()
        self.place = -1  # of the scenario in `kept`
        self.base = Kept("")  # what the levers are put upon
        self.busy = False
        self.taken_ns = 0
        self._asked = self._wanted_now = 0
        self._answered_once = True
        self._next: tuple[int, bool] | None = None
        self.link = WhatIfLink(self.hear, self)

    # What is open ---------------------------------------------------------------------------------------------------

    @property
    def has_line(self) -> bool:
        """Whether a flow model lies beside the scene."""
        scene = self.session.scene
        return bool(scene.name) and scene.path.is_dir() and (scene.path / "line.toml").is_file()

    def scene_changed(self) -> None:
        """Begin anew with the scene that is open now."""
        self.link.close()
        self.model, self.kept, self.place, self.base = None, (), -1, Kept("")
        self.taken_ns, self.busy, self._next, self._answered_once = 0, False, None, True
        self.results.clear()
        self.trouble.setText("")
        self.asking.hide()
        self.levers.show_controls(())
        there = self.has_line
        for item in (self.banner, self.waiting):
            item.setVisible(there)
        self.bar.setVisible(False)
        self.page.setVisible(False)
        self.empty.setVisible(not there)
        self.empty.tell(self.session.scene)
        self.refresh()
        if self.isVisible():
            self.open()

    def open(self) -> None:
        """Start the worker when the panel is first looked at: until then it costs nothing."""
        if self.link.running or not self.has_line:
            return
        if self.empty.isVisibleTo(self):
            self.scene_changed()
            return
        self.link.start(self.session.scene)
        self.link.send("open")

    def load_again(self) -> None:
        """After trouble: the model as its file says now."""
        self.trouble.setText("")
        self.open()
        self.refresh()

    @property
    def can_take(self) -> bool:
        """Whether the plant can be taken as the baseline: it, not a simulation of it, must be what is seen."""
        frame = self.session.frame
        if frame is None or len(frame.assets.state) != len(self.session.scene.assets):
            return False
        if frame.source in ("simulation", "none") or self.session.source.name == "simulation":
            return False
        return frame.source != "live" or frame.connection.link in (Link.CONNECTED, Link.DEGRADED)

    def take_now(self) -> None:
        """The plant as this frame shows it becomes the baseline."""
        frame = self.session.frame
        if frame is None or not self.can_take:
            return
        self.taken_ns = frame.now_ns
        self._wanted_now = self.link.send("now", frame.tags, frame.assets, frame.now_ns)
        self.ask(SETTLED)

    # Questions ------------------------------------------------------------------------------------------------------

    @property
    def scenario(self) -> Kept:
        """What the levers say now."""
        known = {c.id for c in self.model.controls} if self.model is not None else set()
        others = {k: v for k, v in self.base.levers.items() if k not in known}
        name = self.base.name or "scenario"
        return replace(self.base, name=name, levers={**others, **self.levers.settings})

    @property
    def differs(self) -> bool:
        """Whether the scenario differs from the baseline."""
        return self.scenario.changes

    @property
    def from_now(self) -> bool:
        """Whether runs start from the plant as it was taken."""
        return self.start.wants_now and self.taken_ns > 0

    def question(self, replications: int, narrow: bool = False, scenario: Kept | None = None) -> Question:
        """A question about a scenario, the one of the levers without one."""
        asked = self.scenario if scenario is None else scenario
        return Question(asked, self.start.horizon_s, self.from_now, replications, narrow)

    def lever_moved(self, dragging: bool) -> None:
        """Follow: at once where nothing is asked, else as soon as the worker is free."""
        wanted = FIRST if dragging else SETTLED
        if self.busy and not self._answered_once:
            self._next = (wanted, False)
        else:
            self.ask(wanted)
        self.fit_levers()
        self.refresh()

    def ask(self, replications: int, narrow: bool = False) -> None:
        """Ask for this many replications, or until the interval is narrow."""
        if self.model is None:
            return
        if not self.link.running:
            self.open()
            return
        self.trouble.setText("")
        self.busy, self._answered_once, self._next = True, False, None
        self._asked = self.link.send("ask", self.question(replications, narrow))
        self.show_baseline()
        self.refresh()

    def ask_more(self, kind: str, *arguments: object) -> int:
        """Ask for something else than what the levers say."""
        self.trouble.setText("")
        self.busy, self._answered_once, self._next = True, True, None
        self._asked = self.link.send(kind, *arguments)
        self.refresh()
        return self._asked

    def run(self) -> None:
        """Run until the interval is narrow, or to the limit."""
        self.turn_to("try")
        self.ask(MOST, narrow=True)

    def stop(self) -> None:
        """End the run; what is known stays."""
        self._next = None
        self._asked = self.link.send("stop")
        self.idle()
        self.tell_answer("stopped")
        self.refresh()

    def idle(self) -> None:
        """Nothing is asked any more."""
        self.busy, self._answered_once = False, True
        self.drivers.progress(None)
        self.suggest.progress(None)
        self.compare.rest()
        self.link.rest()

    # Answers --------------------------------------------------------------------------------------------------------

    def hear(self, kind: str, number: int, value: Any) -> None:
        """Something came from the worker."""
        if kind == "model":
            self._opened(value)
        elif kind == "now" and number == self._wanted_now:
            self.trust.inputs(value[1])
        elif kind == "trust":
            self.trust.put(value)
        elif kind in ("failed", "lost"):
            self.failed(*value)
        elif kind == "answer" and number == self._asked:
            self._answered(value)
        elif kind not in ("answer", "stopped", "now", "seen"):
            self.hear_more(kind, number == self._asked, value)
        self.refresh()

    def hear_more(self, kind: str, current: bool, value: Any) -> None:
        """Anything but answers to questions about the levers; `current` where it was asked last."""

    def opened(self, model: Model) -> None:
        """A model was opened, and all of it is shown."""

    def _opened(self, model: Model) -> None:
        settings = dict(self.levers.settings)  # kept where the worker had to start anew
        self.model, self.kept = model, model.kept
        self.place = next((k for k, s in enumerate(self.kept) if s.path and s.path == self.base.path), -1)
        for item in (self.results, self.compare):
            item.currency = model.currency
        self.levers.show_controls(model.controls)
        self.levers.select(self.session.selection)
        self.levers.put(settings)
        self.suggest.show_controls(model.controls, model.currency)
        self.flow.show_flow(model.flow)
        self.flow.select(self.session.selection)
        self.start.put(model.horizon_s)
        self.scenarios.put(self.kept, self.place)
        self.trust.put(model.trust)
        self.waiting.hide()
        self.page.setVisible(True)
        self.bar.setVisible(True)
        for note in model.notes:
            self.session.notice.emit(Notice("warning", note, "Mend the scenario's file.", key="whatif"))
        QTimer.singleShot(0, self, self.fit_levers)  # when the page has its size
        self.begin_anew()
        self.opened(model)

    def begin_anew(self) -> None:
        """The first answer of a model: from the plant where it can be seen."""
        if self.can_take and self.start.wants_now:
            self.take_now()
        else:
            self.ask(SETTLED)

    @property
    def baseline_text(self) -> str:
        """From when the baseline is."""
        if not self.from_now:
            return f"baseline: empty line{' (no plant data)' if self.start.wants_now else ''}"
        when = datetime.fromtimestamp(self.taken_ns / _NS)
        return f"baseline {when:%H:%M} {'today' if when.date() == datetime.now().date() else f'{when:%d %b}'}"

    def show_baseline(self) -> None:
        """Say from when the baseline is."""
        self.banner.tell(self.baseline_text)
        if not self.from_now:
            self.trust.inputs(())
        own = self.model.start if self.model is not None else None
        start = datetime.fromtimestamp(self.taken_ns / _NS) if self.from_now else own
        self.levers.begin(start or _MONDAY, start is not None)

    @property
    def start_text(self) -> str:
        """Where runs start, in words."""
        if not self.from_now:
            return "empty line"
        return f"the plant at {datetime.fromtimestamp(self.taken_ns / _NS):%d %b %Y %H:%M:%S}"

    def _answered(self, answer: Answer) -> None:
        self._answered_once = True
        self.results.put(answer)
        self.stations.put(answer)
        self.flow.put(answer)
        if self._next is not None:
            self.ask(*self._next)
            return
        if answer.final:
            self.idle()
        self.tell_answer("" if answer.final else "refining…")

    def tell_answer(self, more: str) -> None:
        """How good the answer is, and what else is to be said."""
        answer = self.results.answer
        if answer is None:
            self.status.setText(more)
            return
        half = answer.half_width
        wide = f" · throughput ± {half:.1%}" if half >= _LEAST else " · throughput ± < 0.1%" if half == half else ""
        text = f"{answer.replications} replications{wide} · {answer.wall_s:.1f} s · {span(self.start.horizon_s)} ahead"
        self.status.setText(f"{text} · {more}" if more else text)

    def failed(self, text: str, where: str, remedy: str) -> None:
        """Something went wrong, in words."""
        self.idle()
        place = f" ({Path(where).name})" if where else ""
        said = f"{text[:1].upper()}{text[1:]}{place}. {remedy}"
        if not self.has_line:
            self.empty.refuse(said)
            return
        self.waiting.hide()
        self.page.setVisible(True)
        if self.model is None:
            self.link.close()  # a file that is mended is read anew
        self.trouble.setText(f"✕ {said}")
        self.status.setText("")

    def refresh(self) -> None:
        """What cannot be done now has no button."""
        open_ = self.model is not None
        for item in (self.trust, self.scenarios, self.start, self.pages, self.stack, self.bar):
            item.setVisible(open_)
        self.run_button.setVisible(open_)
        self.reload_button.setVisible(bool(self.trouble.text()) and not self.link.running)
        self.stop_button.setVisible(self.busy)
        self.end_button.setVisible(self.busy and self.turned_to != "try")
        self.reset_button.setVisible(open_ and self.differs)
        self.start.again.setVisible(self.start.wants_now and self.can_take)
        self.trouble_row.setVisible(bool(self.trouble.text()))
