"""Work orders and plans as files: CSV for other systems, iCalendar for crews, job cards as PDF."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from twinviewer.maintenance.orders.model import OPEN, Order
from twinviewer.panels import _maint_book as book

if TYPE_CHECKING:
    from twinviewer.panels._maint_ordering import Ordering


class Exchange:
    """Asks for files, and has them written and read beside the window."""

    def __init__(self, ordering: "Ordering") -> None:
        self._ordering = ordering

    def ask_csv_file(self) -> None:
        """Ask for a file and write the work orders into it."""
        name, _ = QFileDialog.getSaveFileName(
            self._ordering.page, "Export the work orders", "work_orders.csv", "CSV (*.csv)"
        )
        if name:
            self.write_csv(Path(name))

    def write_csv(self, path: Path) -> None:
        """Write the work orders as CSV."""
        self._ordering.desk.run("Export work orders", book.write_csv, path, self._ordering.orders, done=self._written)

    def ask_table(self) -> None:
        """Ask for a CSV file and take in its work orders."""
        name, _ = QFileDialog.getOpenFileName(self._ordering.page, "Import work orders", "", "CSV (*.csv)")
        if name:
            self.read_csv(Path(name))

    def read_csv(self, path: Path) -> None:
        """Take in the work orders of a CSV file."""

        def done(found: tuple[tuple[Order, ...], str]) -> None:
            self._ordering.take(found[0])
            self._ordering.wanted()
            self._ordering.desk.say(f"{found[1]}.")

        desk = self._ordering.desk
        desk.run("Import work orders", book.read_csv, desk.file, path, desk.session.user, done=done)

    def ask_plan_file(self) -> None:
        """Ask for a file and write the plan into it, as a calendar or as a table."""
        kinds = "iCalendar (*.ics);;CSV (*.csv)"
        name, kind = QFileDialog.getSaveFileName(self._ordering.page, "Export the plan", "plan.ics", kinds)
        if name:
            path = Path(name)
            self.write_plan(path.with_suffix(".csv") if "csv" in kind and path.suffix == ".ics" else path)

    def write_plan(self, path: Path) -> None:
        """Write the plan: as CSV where the file is named so, else as iCalendar."""
        ordering = self._ordering
        if ordering.planning is not None and ordering.planning.plan is not None:
            jobs, now_ns = ordering.planning.plan.jobs, ordering.desk.now_ns
            ordering.desk.run("Export the plan", book.write_plan, jobs, now_ns, path, done=self._written)

    def ask_card_file(self, numbers: tuple[str, ...] = ()) -> None:
        """Ask for a file and write job cards into it; of all open work orders where none is named."""
        first = f"{numbers[0]}.pdf" if len(numbers) == 1 else "job_cards.pdf"
        name, _ = QFileDialog.getSaveFileName(self._ordering.page, "Job cards", first, "PDF (*.pdf)")
        if name:
            self.write_cards(Path(name), numbers)

    def write_cards(self, path: Path, numbers: tuple[str, ...] = ()) -> None:
        """Write job cards as PDF, in the order in which the work is planned."""
        chosen = [o for o in self._ordering.orders if (o.number in numbers if numbers else o.state in OPEN)]
        chosen.sort(key=lambda o: (o.start_ns or 2**62, o.number))
        assets = self._ordering.desk.session.scene.assets
        places = {a.asset_id: " › ".join((*a.path, a.name)) for a in assets}
        self._ordering.desk.run(
            "Job cards", book.write_cards, path, tuple(chosen), places, self._ordering.desk.now_ns, done=self._written
        )

    def _written(self, path: Path) -> None:
        self._ordering.desk.say(f"Written: {path}")
