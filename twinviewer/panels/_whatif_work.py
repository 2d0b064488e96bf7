"""What else the what-if panel does: drivers, suggestions, proposals, runs in the picture, sketches."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twinviewer.model.frame import Frame
from twinviewer.model.notice import Notice
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._whatif_found import Found
from twinviewer.panels._whatif_model import FIRST, TIMES, Kept, Model, Search
from twinviewer.panels._whatif_play import PLAY, Handed, scenario_of
from twinviewer.panels._whatif_record import Record
from twinviewer.session import Session
from twinviewer.session.run_source import Run, RunSource

_SHOW = "panel.show.whatif"
_PASSIVE = ("time", "batch", "failure", "supplier", "maintenance", "demand_spike", *TIMES)
_CARE = "⚠ Nothing shows yet how well this model forecasts, or something speaks against it: take advice with care."


class Work(Record):
    """Everything that takes longer than a slider's step."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session, actions)
        self._beside = False
        self._waiting: Callable[[], object] | None = None  # what a person asked for before the model was open

    def show_panel(self) -> None:
        """Bring this panel to the front."""
        if not self.isVisible() and _SHOW in self.commands:
            self.commands.run(_SHOW)
        self.setFocus()

    def when_open(self, run: Callable[[], object]) -> None:
        """Show the panel and do this: now, or as soon as the model is open. The newest wish counts."""
        self.show_panel()
        self._waiting = run
        if self.model is not None:
            self._do_waiting()
        else:
            self.load_again()

    def _do_waiting(self) -> None:
        run, self._waiting = self._waiting, None
        if run is not None:
            run()

    def opened(self, model: Model) -> None:
        """Proposals are shown at once; what was ever seen is read when there is a recording."""
        self.link.send("proposals")
        self.offer_comparison()
        self._do_waiting()
        self.look_at_record()

    def scene_changed(self) -> None:
        """What was wished for was wished for the other scene."""
        self._waiting = None
        super().scene_changed()

    def failed(self, text: str, where: str, remedy: str) -> None:
        """What waited for a model that cannot be opened is given up."""
        self._waiting = None
        super().failed(text, where, remedy)

    def hear_more(self, kind: str, current: bool, value: Any) -> None:
        """What comes of longer work."""
        if kind == "progress" and current:
            what, fraction = value
            (self.drivers if what == "sensitivity" else self.suggest).progress(fraction)
        elif kind == "sensitivity" and current:
            self.idle()
            if value is not None:
                self.drivers.put(value)
        elif kind == "suggested" and current:
            self._suggested(value)
        elif kind == "proposals":
            if current:
                self.idle()
            self.proposals.put(value, bool(self.recording))
        elif kind == "run" and current:
            self.idle()
            self.show_run(value)
        elif kind == "sketch":
            self.empty.show_sketch()
            self.empty.sketch.put(*value)
        elif kind == "sketched":
            self.link.close()
            self.scene_changed()
        else:
            super().hear_more(kind, current, value)

    # Drivers and suggestions -----------------------------------------------------------------------------------------

    def ask_drivers(self, kpi: str = "") -> None:
        """Try one step of each slider of the plant."""
        if self.model is None or not self.link.running:
            return
        self.turn_to("drivers")
        wanted = kpi or self.drivers.kpi.key
        ids = tuple(c.id for c in self.model.controls if c.kind == "slider" and c.id.partition(".")[0] not in _PASSIVE)
        self.drivers.progress(0.0)
        self.ask_more("sensitivity", self.question(FIRST, scenario=Kept("")), ids, wanted)

    def show_lever(self, lever: str) -> None:
        """Turn to one lever."""
        control = next((c for c in self.model.controls if c.id == lever), None) if self.model is not None else None
        if control is not None:
            self.turn_to("try")
            self.levers.look_for(control.label)
            self.fit_levers()

    def ask_suggestions(self) -> None:
        """Look for the best settings of the levers that are ticked."""
        page = self.suggest
        if self.model is None or not page.tries:
            return
        search = Search(page.tries, page.goal.key, page.goal.good > 0, page.budget, self.start.horizon_s, self.from_now)
        page.put((), {})
        page.progress(0.0)
        page.hint.setText(_CARE if self.trust.warns else "Searching…")
        self.ask_more("suggest", search)

    def _suggested(self, found: tuple[Found, ...] | None) -> None:
        self.idle()
        if found:
            self.suggest.put(found, {c.id: c for c in self.model.controls} if self.model is not None else {})
            if self.trust.warns:
                self.suggest.hint.setText(f"{_CARE} {self.suggest.hint.text()}")
        elif found is not None:
            self.suggest.none_found()

    # Proposals ------------------------------------------------------------------------------------------------------

    def accept_levers(self) -> None:
        """Accept what the levers say, with a reason."""
        self.asking.ask_name("", lambda why: self.accept(self.scenario, why), "Reason", "Accept")

    def accept(self, kept: Kept, reason: str) -> None:
        """Keep a scenario as an accepted proposal with its expected effect."""
        if kept.name in ("", "scenario"):
            kept = self._named(kept)
        self.turn_to("suggest")
        self.session.keep_on_record(f"what-if proposal: {kept.name}", reason)
        self.ask_more("accept", self.question(FIRST, scenario=kept), self.session.user, reason)

    def _named(self, kept: Kept) -> Kept:
        """A name out of what is changed, for a scenario that has none."""
        known = {c.id: c for c in self.model.controls} if self.model is not None else {}
        words = []
        for name, value in [(k, v) for k, v in kept.levers.items() if k not in TIMES][:3]:
            control = known.get(name)
            if control is None or control.kind != "slider":
                words.append(f"{control.label if control is not None else name} changed")
            else:
                words.append(f"{control.label} {value:g} {control.unit}".strip())
        return replace(kept, name=", ".join(words) or kept.name, path="")

    def decide(self, number: str, state: str, reason: str) -> None:
        """Give a proposal another state."""
        self.session.keep_on_record(f"what-if proposal {number}: {state}", reason)
        self.link.send("decide", number, state, self.session.user, reason)

    # A maintenance plan ---------------------------------------------------------------------------------------------

    def take_plan(self) -> None:
        """Show what the stops of a maintenance plan do, which were handed over."""
        handed = self.commands.handed.pop(PLAY, None)
        if isinstance(handed, Handed):
            self.when_open(lambda: self._show_plan(handed))

    def _show_plan(self, plan: Handed) -> None:
        if self.model is None:
            return
        now_ns = self.session.frame.now_ns if self.session.frame is not None else time.time_ns()
        kept = scenario_of(plan, self.model.controls, self.taken_ns if self.from_now else now_ns)
        if not kept.events:
            text = "No job of this plan stops a station of the flow model, so nothing would change."
            self.session.notice.emit(Notice("info", text))
            return
        self.start.reach(max(at_s + down_s for at_s, _, down_s, *_ in kept.events))
        self.take_over(kept)

    # A run in the picture -------------------------------------------------------------------------------------------

    def play(self, kept: Kept | None = None, beside: bool = False) -> None:
        """Play one run of a scenario in the picture, or in a second window beside the plant's."""
        if self.model is None or not self.link.running:
            return
        self._beside = beside
        start_ns = self.taken_ns if self.from_now else time.time_ns()
        shown = self.scenario if kept is None else kept
        shown = self._named(shown) if shown.name == "scenario" else shown
        self.ask_more("play", self.question(FIRST, scenario=shown), start_ns)
        self.status.setText("Making a run to be played…")

    def show_run(self, run: Run) -> None:
        """Show a run; the plant waits aside and is read on."""
        self.tell_answer("")
        source = RunSource(run, self.session.scene)
        if self._beside:
            source.play(float(self.play_bar.speed.currentData()))
            self.session.beside_requested.emit(source)
            return
        self.session.look_at(source)
        self.play_bar.begin()

    def leave_run(self) -> None:
        """Back to the plant."""
        self.session.go_live()

    def show_source(self) -> None:
        """The transport is there while a run is played."""
        source = self.session.source
        self.play_bar.put(source if isinstance(source, RunSource) else None)
        if source.name != "simulation" and not self.session.can_go_live and self.state is None:
            self.taken_ns = self.taken_ns if source.name == "live" and self.taken_ns else 0
        self.look_at_record()

    def show_moment(self, frame: Frame) -> None:
        """Once per frame while a run is played."""
        if self.play_bar.source is not None:
            self.play_bar.show_moment(self.session.live_frame)

    # A sketch -------------------------------------------------------------------------------------------------------

    def ask_sketch(self) -> None:
        """Have a line sketched from the scene."""
        self.link.start(self.session.scene)
        self.link.send("sketch")

    def check_sketch(self) -> None:
        """What a person corrected."""
        self.link.send("check_sketch", self.empty.sketch.rows)

    def save_sketch(self) -> None:
        """Write it beside the scene."""
        self.link.send("save_sketch", self.empty.sketch.rows)
