"""The page of quality and energy: control charts, what goes with scrap, and energy that drifts from its baseline."""

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from twinviewer.panels import _maint_quality_paint as paint
from twinviewer.panels import _maint_work as work
from twinviewer.panels._kit.jobs import Job
from twinviewer.panels._kit.widgets import Canvas, Combo, Paint, button, label, row
from twinviewer.panels._maint_desk import Desk
from twinviewer.panels._text import clock

if TYPE_CHECKING:
    from twinviewer.maintenance.quality.recorded import ControlChart, QualityView

RULES = {
    1: "one value beyond 3 σ",
    2: "two of three beyond 2 σ on one side",
    3: "four of five beyond 1 σ on one side",
    4: "eight in a row on one side",
}
NO_ASSET = "Select an asset to see its control charts, what goes with its scrap, and its energy."
NO_RECORDING = "Quality and energy need a past, and this window has none. Record the plant, or open a recording."


def rules_said(chart: "ControlChart") -> str:
    """Which Western Electric rules are broken how often."""
    count = Counter(chart.broken.tolist())
    lines = [f"{rule}  {text}: {count[rule]} ×" for rule, text in RULES.items() if count[rule]]
    if not lines:
        return "No Western Electric rule is broken: only the usual scatter."
    return "Broken Western Electric rules (number at the mark):\n" + "\n".join(lines)


def association_said(view: "QualityView") -> str:
    """How far all parameters together tell scrap from good, and the warning."""
    found = view.association
    if found is None:
        return view.association_note
    better = found.precision > 1.3 * found.chance
    told = "tell scrap better than chance" if better else "tell scrap hardly better than chance"
    return (
        f"Together they {told} on stretches left out (average precision {found.precision:.2f}, "
        f"chance {found.chance:.2f})."
    )


def energy_said(view: "QualityView") -> str:
    """Whether energy drifts, and what that costs."""
    drift = view.energy
    if drift is None:
        return view.energy_note
    more = "more" if drift.excess_kw > 0 else "less"
    span = f"80 %: {drift.low_kw:+.2f} to {drift.high_kw:+.2f}".replace("-", "−")
    text = f"At the same load it now draws {abs(drift.excess_kw):.2f} kW {more} than its baseline ({span}), "
    text += f"{100 * abs(drift.share):.1f} %"
    if not drift.significant:
        return f"{text}: within what its baseline leaves open, so no sign of wear."
    return (
        f"{text}: {drift.kwh_a_year:,.0f} kWh a year, {drift.eur_a_year:,.0f} EUR "
        f"({view.tariff_eur_per_kwh:g} EUR/kWh) and {drift.kg_co2_a_year / 1000:,.1f} t CO₂ "
        f"({view.carbon_kg_per_kwh:g} kg/kWh)."
    )


class QualityPage(QWidget):
    """Sends `asked` when it is to be worked out again, `stopped` when that is to end."""

    asked = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: QualityView | None = None
        self.title = label("", "title", wrap=True)
        self.as_of = label("", "quiet")
        self.again = button("Again", "link", self.asked.emit)
        self.again.setAccessibleName("Work out quality and energy again")
        self.top = row(self.as_of, None, self.again)
        self.hint = label("", "quiet", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName("Quality is being worked out")
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.running = row(self.bar, button("Stop", "", self.stopped.emit), spacing=8)
        self.choice = Combo()
        self.choice.setAccessibleName("Signal of the control chart")
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.choice.activated.connect(self.show_chart)
        self.chart = self._canvas("Control chart", paint.CHART_HEIGHT)
        self.rules = label("", "", wrap=True)
        self.effects = self._canvas("What goes with scrap", 24)
        self.told, self.warning = label("", "", wrap=True), label("", "quiet", wrap=True)
        self.use_head = label("Energy", "heading", wrap=True)
        self.use = self._canvas("Energy against its baseline", paint.USE_HEIGHT)
        self.energy = label("", "", wrap=True)
        self.body = QWidget()
        self._lay_out()
        self.show_view(None)
        self.say("")
        self.set_running(False)

    def _lay_out(self) -> None:
        inner = QVBoxLayout(self.body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        charts = (label("Control chart", "heading"), self.choice, self.chart, self.rules)
        scrap = (label("What goes with scrap (effect in percentage points, 80 % interval)", "heading", wrap=True),)
        for part in (*charts, *scrap, self.effects, self.told, self.warning, self.use_head, self.use, self.energy):
            inner.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (self.title, self.top, self.hint, self.running, self.body):
            layout.addWidget(part)
        layout.addStretch(1)

    @staticmethod
    def _canvas(name: str, height: int) -> Canvas:
        canvas = Canvas(lambda painter, width, height: None, height)
        canvas.setAccessibleName(name)
        return canvas

    def say(self, hint: str) -> None:
        """Why there is nothing."""
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def set_running(self, on: bool) -> None:
        """Whether it is being worked out."""
        self.running.setVisible(on)
        self.again.setVisible(not on)

    def show_view(self, view: "QualityView | None", asset_id: str = "") -> None:
        """Show what was found; None for nothing."""
        self.view = view
        self.title.setText(asset_id)
        self.title.setVisible(bool(asset_id))
        for part in (self.body, self.top):
            part.setVisible(view is not None)
        if view is None:
            return
        self.as_of.setText(f"as of {clock(view.time_ns, 0, seconds=False)}")
        self.choice.clear()
        self.choice.addItems(
            [
                f"{c.label}{f' ({c.unit})' if c.unit else ''}: {int((c.broken > 0).sum())} of {len(c.value)} marked"
                for c in view.charts
            ]
        )
        self.choice.setVisible(bool(view.charts))
        self.show_chart(0)
        self._show_scrap(view)
        known = view.energy is not None and len(view.use) > 1
        self.use_head.setText("Energy per part, kWh" if view.per_part else "Power while running, kW")
        self.use_head.setText(self.use_head.text() + " (dashed: baseline at the same load)" if known else "Energy")
        self._put(self.use, partial(paint.paint_use, view=view) if known else None, energy_said(view))
        self.energy.setText(energy_said(view))

    def show_chart(self, place: int) -> None:
        """Show the control chart of one signal."""
        view = self.view
        chart = view.charts[place] if view is not None and view.charts else None
        said = rules_said(chart) if chart is not None else view.chart_note if view is not None else ""
        self._put(self.chart, partial(paint.paint_chart, chart=chart) if chart is not None else None, said)
        self.rules.setText(said)

    def _show_scrap(self, view: "QualityView") -> None:
        found = view.association
        effects = found.effects if found is not None else ()
        said = "; ".join(f"{e.parameter}: {100 * e.effect:+.1f} points" for e in effects)
        if effects:
            self.effects.setFixedHeight(paint.EFFECT_ROW * len(effects) + 2)
        self._put(self.effects, partial(paint.paint_effects, effects=effects) if effects else None, said)
        self.told.setText(association_said(view))
        self.warning.setText(f"⚠ {found.warning}" if found is not None else "")
        self.warning.setVisible(found is not None)

    @staticmethod
    def _put(canvas: Canvas, picture: Paint | None, said: str) -> None:
        canvas.setVisible(picture is not None)
        canvas.setAccessibleDescription(said)
        if picture is not None:
            canvas.set_paint(picture)


class QualityKeeper:
    """Has quality and energy of the selected asset worked out while its page is looked at."""

    def __init__(self, desk: Desk, page: QualityPage) -> None:
        self._desk, self.page = desk, page
        self._found: dict[str, QualityView] = {}
        self._job: Job | None = None
        self._asset = ""
        page.asked.connect(self.again)
        page.stopped.connect(self.stop)

    def clear(self) -> None:
        """Another scene or source."""
        self.let_go()
        self._found = {}
        self.page.set_running(False)
        self.page.show_view(None)

    def let_go(self) -> None:
        """End what runs."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def stop(self) -> None:
        """End it at the person's wish."""
        self.let_go()
        self.page.set_running(False)
        self.page.say("Stopped. Press Again to work it out.")
        self.page.top.show()

    def again(self) -> None:
        """Work it out anew."""
        self._found.pop(self._desk.asset_id, None)
        self.open()

    def open(self) -> None:
        """Show the selected asset; work it out where that is not done yet."""
        desk, page = self._desk, self.page
        asset = desk.asset_id
        view = self._found.get(asset)
        if not asset or desk.recording is None or view is not None:
            self.let_go()
            page.set_running(False)
            page.show_view(view, asset)
            page.say("" if view is not None else NO_ASSET if not asset else NO_RECORDING)
            return
        if self._job is not None and self._asset == asset:
            return
        self.let_go()
        self._asset = asset
        page.show_view(None, asset)
        page.say("Reading the recording …")
        page.set_running(True)
        arguments = (desk.session.scene.path, desk.recording, asset, desk.now_ns)
        self._job = desk.run("Quality", work.see_quality, *arguments, done=self._take, failed=self._failed)

    def _take(self, view: "QualityView") -> None:
        self._job = None
        self._found[view.asset_id] = view
        self.open()

    def _failed(self, error: Exception) -> None:
        self._job = None
        self.page.set_running(False)
        self.page.say(str(error))
        self._desk.failed(error)
