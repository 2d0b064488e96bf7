"""The what-if panel: move a lever, and see what it would do to output, delivery, energy and cost."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QShowEvent

from twinviewer.model.frame import Frame
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._life import until_gone
from twinviewer.panels._whatif_commands import register
from twinviewer.panels._whatif_work import Work
from twinviewer.scene.scene import Scene
from twinviewer.session import Session

TITLE = "What-if"
AREA = "right"
ORDER = 20


class Panel(Work):
    """Banner, trust, scenario, levers and answer; or how to get a flow model, where the scene has none."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session, actions)
        self._connect()
        self._register(actions)
        until_gone(
            self,
            session.selection_changed.connect(self._select),
            session.scene_changed.connect(self._another_scene),
            session.source_changed.connect(lambda _source: self._another_source()),
            self.link.abandon,
        )
        self.scene_changed()

    def _connect(self) -> None:
        self.levers.moved.connect(self.lever_moved)
        self.levers.arranged.connect(self.fit_levers)
        self.scenarios.chosen.connect(self.choose)
        self.start.changed.connect(self.start_chosen)
        self.compare.asked.connect(self.ask_comparison)
        self.drivers.asked.connect(self.ask_drivers)
        self.drivers.chosen.connect(self.show_lever)
        self.suggest.asked.connect(self.ask_suggestions)
        self.suggest.tried.connect(lambda found: self.take_over(found.kept))
        self.suggest.played.connect(lambda found: self.play(found.kept))
        self.suggest.accepted.connect(lambda found, why: self.accept(found.kept, why))
        self.proposals.decided.connect(self.decide)
        self.proposals.compared.connect(self.compare_with_record)
        self.proposals.opened.connect(lambda filed: self.take_over(filed.kept))
        self.trust_page.another.connect(self.choose_record)
        self.trust_page.cancelled.connect(self.cancel_record)
        self.calibration.tried.connect(self.take_over)
        self.calibration.written.connect(self.write_calibration)
        self.play_bar.left.connect(self.leave_run)
        self.pages.chosen.connect(lambda _key: self._turned())
        for view in (self.flow, self.stations):
            view.chosen.connect(self._show_station)
        self.empty.draw.clicked.connect(lambda _on=False: self.ask_sketch())
        self.empty.sketch.changed.connect(self.check_sketch)
        self.empty.sketch.saved.connect(self.save_sketch)
        self.reload_button.clicked.connect(lambda _on=False: self.load_again())
        for item, name in (
            (self.run_button, "run"), (self.stop_button, "stop"), (self.end_button, "stop"),
            (self.reset_button, "reset"),
            (self.play_button, "picture"), (self.beside_button, "beside"), (self.accept_button, "accept"),
            (self.scenarios.save, "save"), (self.start.again, "now"), (self.trust.run, "backtest"),
            (self.trust_page.test, "backtest"), (self.calibration.go, "calibrate"),
        ):  # fmt: skip
            item.clicked.connect(lambda _on=False, n=f"whatif.{name}": self.commands.run(n))

    def _register(self, actions: Actions) -> None:
        register(self, actions)
        for name in ("open", "share", "save_as", "delete", "state", "write_state"):
            self.scenarios.menu.addAction(actions.qt(f"whatif.{name}"))
        for name in ("export", "report"):
            self.export_menu.addAction(actions.qt(f"whatif.{name}"))

    # What changes around it -----------------------------------------------------------------------------------------

    def _another_scene(self, _scene: Scene) -> None:
        self.forget_record()
        self.play_bar.put(None)
        self.scene_changed()

    def _another_source(self) -> None:
        self.show_source()
        self.refresh()

    def _select(self, asset: str | None) -> None:
        self.levers.select(asset)
        self.flow.select(asset)

    def _show_station(self, name: str) -> None:
        """Select the first asset of a station that the scene has."""
        station = next((s for s in self.model.flow.stations if s.name == name), None) if self.model else None
        known = {a.asset_id for a in self.session.scene.assets}
        asset = next((a for a in station.assets if a in known), None) if station is not None else None
        if asset is not None:
            self.session.fly_to(asset)

    def _turned(self) -> None:
        if self.turned_to == "compare":
            self.offer_comparison()
        self.refresh()

    def on_frame(self, frame: Frame) -> None:
        """Take the first frame that says something as the baseline; later ones only on demand."""
        self.show_moment(frame)
        if self.model is not None and not self.taken_ns and self.can_take and self.start.wants_now:
            self.take_now()
        if self.model is not None and not self._looked_at:
            self.look_at_record()

    def on_theme(self, theme: str) -> None:
        """Draw in the other theme."""
        for item in (self.banner, self.results, self.stations, self.flow, self.drivers):
            item.update()

    def refresh(self) -> None:
        """What cannot be done now has no button, and no command."""
        super().refresh()
        open_ = self.model is not None
        self.scenarios.save.setVisible(open_ and self.unsaved)
        self.export_button.setVisible(bool(self.answers))
        self.accept_button.setVisible(open_ and self.differs)
        playing = self.play_bar.source is not None
        self.play_button.setVisible(open_ and not playing)
        self.beside_button.setVisible(open_ and self.session.beside_requested.heard)
        self.commands.refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self.window().installEventFilter(self)
        self.open()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        """The worker goes with the window; should the window stay, the next question starts it anew."""
        if event.type() == QEvent.Type.Close and watched is self.window():
            self.link.close()
            self.busy = False
        return super().eventFilter(watched, event)
