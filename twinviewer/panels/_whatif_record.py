"""What the what-if panel does with a recording: back-tests, calibrations, what was ever seen, proposals compared."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QFileDialog

from twinviewer.model.errors import TwinError
from twinviewer.model.notice import Notice
from twinviewer.panels import _whatif_jobs as jobs
from twinviewer.panels._kit.actions import Actions
from twinviewer.panels._kit.jobs import Job
from twinviewer.panels._whatif_fits import Fitted
from twinviewer.panels._whatif_scenarios import Scenarios
from twinviewer.session import Session
from twinviewer.session.archive import address_of


class Record(Scenarios):
    """The plant's recording, or another one that a person names, against the model."""

    def __init__(self, session: Session, actions: Actions) -> None:
        super().__init__(session)
        self.commands = actions
        self._recording = ""
        self._other = ""  # a recording that a person chose instead of the plant's own
        self._shown = 0  # the job whose progress the page shows
        self._looked_at = ""  # the recording whose seen ranges the worker has

    @property
    def recording(self) -> str:
        """Where the plant's recording lies, "" where none is known."""
        own = address_of(self.session.source)
        if own:
            self._recording = own
        return self._recording

    @property
    def tested_on(self) -> str:
        """The recording that the model is tested on and fitted to, "" where none is known."""
        return self._other or self.recording

    def forget_record(self) -> None:
        """Another scene: another record."""
        self._recording = self._other = self._looked_at = ""
        self.calibration.put((), "")

    def show_record(self) -> None:
        """Say which recording the model is held against."""
        self.trust_page.tell_record(self.tested_on, bool(self._other))

    def choose_record(self) -> str:
        """Ask for another recording than the plant's own; "" where a person names none."""
        found = QFileDialog.getExistingDirectory(self, "The recording to hold the model against", self.tested_on)
        if found:
            self._other = found
            self.show_record()
        return found

    # What was ever seen ---------------------------------------------------------------------------------------------

    def look_at_record(self) -> None:
        """Have the worker know what was ever seen of each lever."""
        self.show_record()
        address = self.recording
        if self.model is None or not address or address == self._looked_at or self.trust.trust.level != "none":
            return  # a back-test says it too
        self._looked_at = address
        self._start("Reading what was ever seen", jobs.seen, address, done=self._seen, quiet=True)

    def _seen(self, found: dict[str, Any]) -> None:
        if self.link.running:
            self.link.send("seen", found)

    # Back-test ------------------------------------------------------------------------------------------------------

    def run_back_test(self) -> None:
        """Back-test the model on the plant's recording, or on one that a person names."""
        address = self.tested_on or self.choose_record()
        if address:
            self.back_test(address)

    def back_test(self, address: str) -> None:
        """Back-test on this recording; the result is kept and shown."""
        self._start_shown("Back-test", jobs.back_test, address, done=lambda _file: self.link.send("trust"))

    # Calibration ----------------------------------------------------------------------------------------------------

    def run_calibration(self) -> None:
        """Fit the model to the plant's recording, or to one that a person names, and show what comes of it."""
        self.turn_to("trust")
        address = self.tested_on or self.choose_record()
        if address:
            self._start_shown(
                "Calibration", jobs.calibrate, address, done=partial(self._calibrated, self.session.scene.path)
            )

    def _calibrated(self, scene: Path, found: tuple[tuple[Fitted, ...], str]) -> None:
        if scene == self.session.scene.path:  # else another one was opened meanwhile
            self.calibration.put(*found)

    def write_calibration(self, values: dict[str, str | float], reason: str) -> None:
        """Write what a person accepted into the model's file; the plant's record tells who, what and why."""
        record = self.tested_on
        self.ask_more("calibrated", values, record)
        refused = self.calibration.rejected
        said = f"flow model calibrated from {record}: {_paths(values)}"
        self.session.keep_on_record(f"{said}; rejected: {_paths(refused)}" if refused else said, reason)

    def hear_more(self, kind: str, current: bool, value: Any) -> None:
        """What comes of writing accepted figures."""
        if kind != "calibrated":
            super().hear_more(kind, current, value)
            return
        if current:
            self.idle()
        n = len(self.calibration.accepted)
        self.calibration.settle()
        text = f"{n} figure{'' if n == 1 else 's'} of the flow model {'was' if n == 1 else 'were'} changed."
        self.session.notice.emit(Notice("info", text, f"The file as it was is {value}.before.", str(value)))

    # Proposals ------------------------------------------------------------------------------------------------------

    def compare_with_record(self, number: str) -> None:
        """What the record shows of a proposal that is in force."""
        if self.recording:
            self._start(
                f"Comparing {number} with the record", jobs.compare_with_record, self.recording, number,
                done=lambda _n: self.link.send("proposals"),
            )  # fmt: skip

    def cancel_record(self) -> None:
        """End the back-test or the calibration that runs."""
        for job in list(self.commands.jobs.running):
            if job.number == self._shown:
                job.cancel()

    def _start_shown(self, title: str, work: Callable[..., Any], address: str, done: Callable[[Any], object]) -> None:
        """As `_start`, and the page of trust shows how far it is; one at a time."""
        if any(job.number == self._shown for job in self.commands.jobs.running):
            return
        job = self._start(title, work, address, done=done)
        self._shown = job.number
        self.trust_page.begin(title)
        job.moved.connect(lambda moved: self.trust_page.tell_progress(moved[0]))
        job.ended.connect(lambda _how: self.trust_page.rest())

    def _start(
        self, title: str, work: Callable[..., Any], *arguments: Any, done: Callable[[Any], object], quiet: bool = False
    ) -> Job:
        def failed(error: Exception) -> None:
            if quiet:
                return  # a record that is too short yet tells nothing; the panel says so by itself
            text, remedy = (error.text, error.remedy) if isinstance(error, TwinError) else (str(error), "")
            self.session.notice.emit(Notice("error", f"{title}: {text}.", remedy, key=f"whatif.{title}"))

        return self.commands.jobs.start(title, work, str(self.session.scene.path), *arguments, done=done, failed=failed)


def _paths(paths: Any) -> str:
    """Some paths as the record tells them."""
    named = [str(p).replace('"', "") for p in paths]
    more = f" and {len(named) - 12} more" if len(named) > 12 else ""
    return f"{', '.join(named[:12])}{more}"
