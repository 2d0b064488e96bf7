"""Scenarios of the what-if panel: chosen, saved, shared as files, compared, written as CSV and as report."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.panels._whatif_compare import csv_of
from twinviewer.panels._whatif_files import file_name
from twinviewer.panels._whatif_found import Answer
from twinviewer.panels._whatif_model import SETTLED, Kept
from twinviewer.panels._whatif_report import About, html_of, write_report
from twinviewer.panels._whatif_states import States


class Scenarios(States):
    """What a person keeps of what they tried."""

    @property
    def unsaved(self) -> bool:
        """Whether there is something that the scenario's file does not hold."""
        return self.differs and (self.place < 0 or dict(self.scenario.levers) != dict(self.base.levers))

    def reset(self) -> None:
        """All levers as they are in the plant."""
        self.base = replace(self.base, levers={}, patches={}, events=())
        self.levers.put({})
        self.ask(SETTLED)

    def choose(self, place: int) -> None:
        """Show a saved scenario, or a new one (-1)."""
        self.asking.hide()
        self.place = place
        self.base = self.kept[place] if place >= 0 else Kept("")
        self.scenarios.box.setCurrentIndex(place + 1)
        self.show_kept()

    def show_kept(self) -> None:
        """The levers as the scenario has them, and its answer."""
        self.levers.put(self.base.levers)
        self.fit_levers()
        self.ask(SETTLED)

    def take_over(self, kept: Kept) -> None:
        """Put a suggestion or a proposal into the levers, as a new scenario."""
        self.place = -1
        self.base = replace(kept, path="")
        self.scenarios.box.setCurrentIndex(0)
        self.turn_to("try")
        self.show_kept()

    def save(self) -> None:
        """Save under the name it has, or ask for one."""
        if self.place >= 0:
            self.link.send("save", self.scenario)
        else:
            self.asking.ask_name(self.base.name, self._save_as)

    def _save_as(self, name: str) -> None:
        same = next((k for k in self.kept if k.name == name), None)
        kept = replace(self.scenario, name=name, path=same.path if same else "")
        if same is not None:
            self.asking.ask(f'Replace "{name}"?', "Replace", lambda _t: self.link.send("save", kept))
            return
        self.link.send("save", kept)

    def save_as(self) -> None:
        """Keep what the levers say as another scenario."""
        self.asking.ask_name(f"{self.base.name} copy" if self.base.name else "", self._save_as)

    def delete(self) -> None:
        """Delete the scenario that is shown, after a question."""
        if self.place >= 0:
            kept = self.kept[self.place]
            self.asking.ask(f'Delete "{kept.name}"?', "Delete", lambda _t: self.link.send("delete", kept.path))

    def hear_more(self, kind: str, current: bool, value: Any) -> None:
        """Lists of scenarios, and comparisons."""
        if kind == "kept":
            self._listed(*value)
        elif kind == "written":
            self._say(f"The scenario was written to {Path(value).name}.", value)
        elif kind == "compared" and current:
            self._compared(value)
        else:
            super().hear_more(kind, current, value)

    def _listed(self, kept: tuple[Kept, ...], path: str) -> None:
        self.kept = kept
        before = self.base
        self.place = next((k for k, s in enumerate(kept) if s.path == path), -1)
        self.base = kept[self.place] if self.place >= 0 else replace(self.base, name="", path="")
        self.scenarios.put(kept, self.place)
        if self.place >= 0 and dict(self.base.levers) != {**dict(before.levers), **self.levers.settings}:
            self.show_kept()  # one that was opened from elsewhere
        self.offer_comparison()

    # Files that are shared --------------------------------------------------------------------------------------

    def open_file(self) -> None:
        """Take in a scenario that somebody shared."""
        path, _kind = QFileDialog.getOpenFileName(self, "Open a scenario", "", "Scenarios (*.toml)")
        if path:
            self.load_file(Path(path))

    def load_file(self, path: Path) -> None:
        """Take in this file: it is kept beside the scene."""
        self.link.send("load", str(path))

    def share(self) -> None:
        """Write the scenario where a person wants it, as `twinviewer simulate --scenario` reads it."""
        name = f"{file_name(self.scenario.name)}.toml"
        path, _kind = QFileDialog.getSaveFileName(self, "Share the scenario as a file", name, "Scenarios (*.toml)")
        if path:
            self.write_file(Path(path))

    def write_file(self, path: Path) -> None:
        """Write the scenario into this file."""
        self.link.send("write", str(path), self.scenario)

    # Comparing ------------------------------------------------------------------------------------------------------

    def offer_comparison(self) -> None:
        """The saved scenarios, and what the levers say where it is not saved."""
        now = replace(self.scenario, name=f"{self.base.name or 'Levers as they stand'} *", path="")
        self.compare.offer(self.kept, now if self.unsaved else None)

    def compare_all(self) -> None:
        """Show the comparison, and begin it where something is ticked."""
        self.turn_to("compare")
        self.offer_comparison()
        if self.compare.chosen:
            self.ask_comparison()

    def ask_comparison(self) -> None:
        """Compare all that are ticked on the same random numbers."""
        chosen = self.compare.chosen
        if not chosen:
            self.compare.hint.setText("Tick the scenarios to compare.")
            return
        self.compare.hint.setText("Comparing…")
        self.ask_more("compare", chosen, self.question(SETTLED))

    def _compared(self, answers: tuple[Answer, ...]) -> None:
        self.compare.put(answers)
        done = not answers or answers[0].final
        if done:
            self.idle()
        n = answers[0].replications if answers else 0
        self.compare.hint.setText(f"{n} replications{'' if done else ' · refining…'}")

    # Written out ----------------------------------------------------------------------------------------------------

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What would be written: the comparison where it is in view, else the answer."""
        if self.turned_to == "compare" and self.compare.answers:
            return self.compare.answers
        return (self.results.answer,) if self.results.answer is not None else ()

    def export_csv(self) -> None:
        """Write the table as CSV."""
        path, _kind = QFileDialog.getSaveFileName(self, "Export as CSV", "what-if.csv", "CSV (*.csv)")
        if path:
            self.write_csv(Path(path))

    def export_report(self) -> None:
        """Write a report, as PDF or HTML."""
        path, kind = QFileDialog.getSaveFileName(self, "Save the report", "what-if.pdf", "PDF (*.pdf);;HTML (*.html)")
        if path:
            chosen = Path(path)
            self.write_report(chosen if chosen.suffix else chosen.with_suffix(".html" if "html" in kind else ".pdf"))

    def write_csv(self, path: Path) -> None:
        """Write the table into a file, and say so."""
        if not self.answers:
            return
        try:
            path.write_text(csv_of(self.answers, self.results.currency), encoding="utf-8")
        except OSError as error:
            text = f"The comparison was not written ({error.strerror})."
            self.session.notice.emit(Notice("error", text, "Choose another folder.", str(path)))
            return
        self._say(f"The comparison was written to {path.name}.", str(path))

    def write_report(self, path: Path) -> None:
        """Write the report into a file, and say so."""
        answers, model = self.answers, self.model
        if not answers or model is None:
            return
        by_name = {k.name: k for k in (*self.compare.chosen, *self.kept, self.scenario)}
        scenarios = [by_name.get(a.name, Kept(a.name or "baseline")) for a in answers]
        about = About(
            model.name, model.currency, self.start_text, self.start.horizon_s, self.trust.trust,
            {c.id: c for c in model.controls},
        )  # fmt: skip
        try:
            write_report(path, html_of(about, scenarios, answers))
        except TwinError as error:
            self.session.notice.emit(Notice("error", error.text, error.remedy, error.where))
            return
        self._say(f"The report was written to {path.name}.", str(path))

    def _say(self, text: str, where: str) -> None:
        self.session.notice.emit(Notice("info", text, where=where))
