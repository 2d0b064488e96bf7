"""The commands of the Simulation menu: each opens the what-if panel where it must, or says why it cannot be run."""

from collections.abc import Callable
from dataclasses import dataclass

from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._whatif_play import PLAY
from twinviewer.panels._whatif_work import Work

GROUP = "Simulation"
_NO_LINE = "This scene has no flow model (line.toml) yet: the what-if panel sketches one."
Condition = tuple[Callable[[], bool], str]


@dataclass(frozen=True)
class _Needs:
    """What commands wait for: whether it is there, and the sentence that says that it is not."""

    line: Condition
    plant: Condition
    changes: Condition
    unsaved: Condition
    saved: Condition
    answers: Condition
    busy: Condition
    playing: Condition
    room: Condition
    state: Condition


def _needs(panel: Work) -> _Needs:
    changed = "No lever is moved: the scenario is the baseline."

    def line() -> bool:
        return panel.model is not None or panel.has_line

    return _Needs(
        line=(line, _NO_LINE),
        plant=(lambda: line() and panel.can_take, "There is no plant data to start from: connect first."),
        changes=(lambda: panel.model is not None and panel.differs, changed),
        unsaved=(lambda: panel.model is not None and panel.unsaved, "There is nothing that its file does not hold."),
        saved=(lambda: panel.model is not None and panel.place >= 0, "Choose a scenario that was saved."),
        answers=(lambda: bool(panel.answers), "Nothing was run yet."),
        busy=(lambda: panel.busy, "Nothing is running."),
        playing=(lambda: panel.play_bar.source is not None, "The picture shows the plant: no run is played."),
        room=(lambda: line() and panel.session.beside_requested.heard, _NO_LINE),
        state=(lambda: panel.model is not None and panel.from_now, "Runs start from an empty line: there is no state."),
    )


def register(panel: Work, actions: Actions) -> None:
    """Put all of them into the registry."""
    n = _needs(panel)

    def add(name: str, title: str, run: Callable[[], object], needs: Condition | None, icon: str = "",
            words: str = "", keys: str = "", opens: bool = True) -> None:  # fmt: skip
        call = (lambda: panel.when_open(run)) if opens else run
        there, why = needs if needs is not None else (None, "")
        found = f"what-if simulation {words}"
        actions.add(Action(f"whatif.{name}", title, GROUP, call, keys, there, None, found, icon, why))

    add("show", "Show the what-if panel", panel.show_panel, None, "flask", "open levers", opens=False)
    add("run", "Run the scenario", panel.run, n.line, "play", "simulate", "Ctrl+Return | Ctrl+Enter")
    add("stop", "Stop the run", panel.stop, n.busy, "pause", opens=False)
    add("reset", "Put all levers back", panel.reset, n.changes, "undo", "baseline")
    add("now", "Take the plant's state as the baseline", panel.take_now, n.plant, "refresh", "start from now")
    add("state", "Start from a written state…", panel.choose_state, n.line, "folder", "file json baseline")
    add(
        "write_state",
        "Write the state that runs start from…",
        panel.save_state,
        n.state,
        "export",
        "file json baseline",
    )
    add("picture", "Play a run of the scenario in the picture", panel.play, n.line, "play", "3D states queues")
    beside, title = lambda: panel.play(beside=True), "Play a run in a second window, beside the plant"
    add("beside", title, beside, n.room, "window", "3D states queues")
    add("leave", "Leave the run, back to the plant", panel.leave_run, n.playing, opens=False)
    add("new", "New scenario", lambda: panel.choose(-1), n.line, "plus")
    add("save", "Save the scenario", panel.save, n.unsaved, words="file")
    add("save_as", "Save the scenario as…", panel.save_as, n.changes, words="file name")
    add("open", "Open a scenario's file…", panel.open_file, n.line, "folder", "load share")
    add("share", "Share the scenario as a file…", panel.share, n.changes, "export")
    add("delete", "Delete the scenario…", panel.delete, n.saved, "trash")
    add("compare", "Compare scenarios", panel.compare_all, n.line, words="table")
    add("sensitivity", "What moves most?", panel.ask_drivers, n.line, words="sensitivity lever drivers")
    add("suggest", "Suggest settings", lambda: panel.turn_to("suggest"), n.line, words="search optimise proposal")
    add("accept", "Accept the scenario as a proposal…", panel.accept_levers, n.changes, "check", "decide register")
    add("flow", "Show the flow of the line", lambda: panel.turn_to("flow"), n.line, "flow", "bottleneck")
    add("export", "Export as CSV…", panel.export_csv, n.answers, "export", "table", opens=False)
    add("report", "Save the report (PDF, HTML)…", panel.export_report, n.answers, "report", "print", opens=False)
    add("backtest", "Back-test the model on a recording…", panel.run_back_test, n.line, words="trust validity")
    fit = "trust fit cycle times failures yields power accept"
    add("calibrate", "Calibrate the model from a recording…", panel.run_calibration, n.line, words=fit)
    add("trust", "How far the model can be trusted", lambda: panel.turn_to("trust"), n.line, words="validity back-test")
    handed = Action(PLAY, "Play the maintenance plan", "", panel.take_plan, "", lambda: PLAY in actions.handed)
    actions.add(handed)
