"""What the what-if panel consists of, and how it is laid out; nothing here decides anything."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from twinviewer.panels._kit.widgets import Segmented, button, column, label, row
from twinviewer.panels._scrolling import scrolling
from twinviewer.panels._whatif_bar import Asking, Banner, ScenarioBar, StartBar
from twinviewer.panels._whatif_compare import Compare
from twinviewer.panels._whatif_drivers import Drivers
from twinviewer.panels._whatif_empty import EmptyPage
from twinviewer.panels._whatif_flow import FlowView
from twinviewer.panels._whatif_levers import Levers
from twinviewer.panels._whatif_proposals import Proposals
from twinviewer.panels._whatif_results import Results
from twinviewer.panels._whatif_stations import Stations
from twinviewer.panels._whatif_suggest import Suggest
from twinviewer.panels._whatif_transport import PlayBar
from twinviewer.panels._whatif_trustbar import TrustBar
from twinviewer.panels._whatif_trustpage import TrustPage
from twinviewer.panels._wrap import WrapLayout

PAGES = (("try", "Try", ""), ("flow", "Flow", ""), ("compare", "Compare", ""), ("drivers", "Drivers", ""),
         ("suggest", "Suggest", ""), ("trust", "Trust", ""))  # fmt: skip
_LEVER_SHARE = 0.46  # of the page, that levers may take at most before a person moves the handle


class View(QWidget):
    """Banner, trust, scenario, start; the pages; the transport of a run; what can be done with all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.banner, self.trust, self.asking, self.start = Banner(), TrustBar(), Asking(), StartBar()
        self.scenarios = ScenarioBar()
        self.levers, self.results, self.stations, self.flow = Levers(), Results(), Stations(), FlowView()
        self.compare, self.drivers, self.suggest, self.proposals = Compare(), Drivers(), Suggest(), Proposals()
        self.play_bar, self.empty, self.trust_page = PlayBar(), EmptyPage(), TrustPage()
        self.calibration = self.trust_page.calibration
        self.pages = Segmented(PAGES, "What to do")
        self.pages.setStyleSheet("QToolButton { padding: 3px 2px; }")  # all of them fit a narrow panel
        self.pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pages.choose("try")
        self.stack = QStackedWidget()
        self.status = label("", "quiet", wrap=True)
        self.trouble = label("", "", wrap=True)
        self.waiting = label("Loading the flow model and the engine…", "quiet", wrap=True)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._make_buttons()
        self._make_pages()
        self._lay_out()
        self.pages.chosen.connect(self.turn_to)

    def _make_buttons(self) -> None:
        self.run_button = button("Run  (Ctrl+Enter)", "primary")
        self.stop_button = button("Stop", "")
        self.end_button = button("Stop", "", None, "pause")  # of what runs on another page
        self.end_button.setToolTip("End what is running; what is known stays")
        self.reset_button = button("Reset", "")
        self.reload_button = button("Load again", "", None, "refresh")
        self.play_button = button("Play in 3D", "", None, "play")
        self.play_button.setToolTip("Play one run of this scenario in the picture, in the violet frame")
        self.beside_button = button("", "", None, "window")
        self.beside_button.setToolTip("Play one run in a second window, beside the one that shows the plant")
        self.accept_button = button("Accept…", "", None, "check")
        self.accept_button.setToolTip("Keep this scenario as a proposal with its expected effect and your reason")
        self.export_button = button("", "", None, "export")
        self.beside_button.setAccessibleName("Play in a second window")
        self.export_button.setAccessibleName("Export")
        self.export_button.setToolTip("Write the table as CSV, or a report as PDF or HTML")
        self.export_menu = QMenu(self.export_button)
        self.export_button.setMenu(self.export_menu)

    def _make_pages(self) -> None:
        self.lever_area = scrolling(column(self.levers, None, margins=(0, 2, 6, 2)))
        answer = column(self.results, self.stations, None, margins=(0, 2, 6, 4), spacing=10)
        self.result_area = scrolling(answer)
        runs = row(self.run_button, self.stop_button, self.reset_button, None, margins=(0, 2, 0, 0))
        below = column(runs, self.status, self.result_area, spacing=4)
        below.layout().setStretchFactor(self.result_area, 1)  # type: ignore[union-attr]
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.setChildrenCollapsible(False)
        self.parts.setHandleWidth(7)
        self.parts.addWidget(self.lever_area)
        self.parts.addWidget(below)
        self._by_hand = False
        self.parts.splitterMoved.connect(self._moved_by_hand)
        suggest = column(self.suggest, self.proposals, None, margins=(0, 0, 0, 0), spacing=8)
        whole = {
            "try": self.parts,
            "flow": scrolling(column(self.flow, None, margins=(0, 4, 6, 4))),
            "compare": self.compare,
            "drivers": scrolling(self.drivers),
            "suggest": scrolling(suggest),
            "trust": scrolling(self.trust_page),
        }
        self._places = {key: self.stack.addWidget(whole[key]) for key, _, _ in PAGES}

    def _lay_out(self) -> None:
        self.page = column(
            self.trust, self.scenarios, self.asking, self.start, self.pages, self.stack,
            margins=(0, 0, 0, 0), spacing=5,
        )  # fmt: skip
        self.page.layout().setStretchFactor(self.stack, 1)  # type: ignore[union-attr]
        self.bar = QWidget(self)
        bar = WrapLayout(self.bar)
        bar.setContentsMargins(0, 0, 0, 0)
        for item in (self.end_button, self.play_button, self.beside_button, self.accept_button, self.export_button):
            bar.addWidget(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 6)
        layout.setSpacing(5)
        trouble = self.trouble_row = row(self.trouble, self.reload_button)
        trouble.layout().setStretch(0, 1)  # type: ignore[union-attr]
        self.trouble.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        for item in (self.banner, trouble, self.page, self.waiting, self.play_bar, self.bar, self.empty):
            layout.addWidget(item, 1 if item in (self.page, self.waiting, self.empty) else 0)

    # what is in view -----------------------------------------------------------------------------------------------

    def turn_to(self, key: str) -> None:
        """Show a page."""
        self.pages.choose(key)
        self.stack.setCurrentIndex(self._places[key])

    @property
    def turned_to(self) -> str:
        """The page that is shown."""
        return self.pages.current

    def fit_levers(self) -> None:
        """As much room for levers as they need, and all the rest for the answer, until a person moves the handle."""
        if self._by_hand:
            return
        layout = self.levers.layout()
        assert layout is not None
        layout.activate()
        room = self.parts.height() - self.parts.handleWidth()
        wanted = layout.sizeHint().height() + 10
        top = max(70, min(wanted, round(room * _LEVER_SHARE)))
        self.parts.setSizes([top, max(1, room - top)])

    def _moved_by_hand(self, _position: int, _index: int) -> None:
        self._by_hand = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self.fit_levers()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(330, 200)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 700)
