"""Keeps the evidence cards of the open scene: has them made, shows the chosen one, keeps what a person decides."""

from collections.abc import Callable
from pathlib import Path

from twinviewer.maintenance.orders.model import Decision
from twinviewer.maintenance.results import Card
from twinviewer.panels import _maint_book as book
from twinviewer.panels import _maint_work as work
from twinviewer.panels._kit.jobs import Job
from twinviewer.panels._maint_card import CardPage
from twinviewer.panels._maint_desk import Desk
from twinviewer.panels._maint_dialogs import ReasonDialog

NO_SCENE = "Open a scene to see how its assets are."
NO_RECORDING = (
    "Evidence needs a past to compare with, and this window has none: it looks at values as they come. Let the plant "
    "be recorded (twinviewer record, or the collector's recording), or open a recording; then the evidence is here."
)
NO_SENSORS = "{asset} has no sensors from which something could be learnt, so there is no evidence about it."


class Evidence:
    """Cards by asset. `accepted(work order)` is called when a card became a work order."""

    def __init__(self, desk: Desk, page: CardPage, accepted: Callable[[str], object]) -> None:
        self._desk, self._accepted = desk, accepted
        self.page = page
        self.cards: dict[str, Card] = {}
        self.decisions: tuple[Decision, ...] = ()
        self._of: Path | None = None  # the recording that the cards are of
        self._job: Job | None = None
        page.asked.connect(self.make)
        page.stopped.connect(self.stop)
        page.answered.connect(self.answer)
        page.risks.chosen.connect(desk.select)

    @property
    def can_make(self) -> bool:
        """Whether there is something to learn from and nothing is being learnt."""
        return self._job is None and bool(self._desk.session.scene.assets) and self._desk.recording is not None

    def clear(self) -> None:
        """Another scene or source: nothing of the old one is shown."""
        self.let_go()
        self.cards, self._of = {}, None
        self.page.set_running(False)
        self.page.show_cards((), "", 0)
        self.show()

    def let_go(self) -> None:
        """End what runs."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def open(self) -> None:
        """The page is looked at: have the cards made, where they can be and are not."""
        if self._of != self._desk.recording and self.cards:
            self.clear()
        if not self.cards and self.can_make:
            self.make()
        else:
            self.show()

    def show(self) -> None:
        """Show the card of the selected asset, or why there is none."""
        asset, page = self._desk.asset_id, self.page
        page.risks.select(asset)
        card = self.cards.get(asset)
        if card is not page.card or card is None:
            page.show_card(card, [d for d in self.decisions if d.asset_id == asset])
        if not self._desk.session.scene.assets:
            page.say(NO_SCENE)
        elif self._desk.recording is None:
            page.say(NO_RECORDING)
        elif self._job is not None:
            page.say("" if self.cards else "Reading the recording …")
        elif not self.cards:
            page.say("What the recording says about each asset is not worked out yet.", can_ask=True)
        elif not asset:
            page.say("Select an asset to see what speaks for work on it.")
        else:
            page.say("" if card is not None else NO_SENSORS.format(asset=asset))

    def make(self) -> None:
        """Work out the cards of all assets, from the recording up to the moment shown."""
        recording = self._desk.recording
        if recording is None or not self.can_make:
            return
        scene = self._desk.session.scene.path
        self._of = recording
        self._job = self._desk.run(
            "Evidence", work.make_cards, scene, recording, self._desk.file, self._desk.now_ns,
            done=self._take, failed=self._not_made, cancelled=self._stopped,
        )  # fmt: skip
        self._job.moved.connect(lambda told: self._moved_on(*told))
        self.page.set_running(True)
        self.show()

    def _moved_on(self, fraction: float, text: str) -> None:
        self.page.set_running(True, fraction)
        if not self.cards:
            self.page.say(f"Reading the recording: {text} …")

    def stop(self) -> None:
        """End it; what was shown before stays."""
        if self._job is not None:
            self._job.cancel()

    def _stopped(self) -> None:
        self._job = None
        self.page.set_running(False)
        self.show()

    def _take(self, found: tuple[Card, ...]) -> None:
        self._job = None
        self.page.set_running(False)
        self.cards = {card.asset_id: card for card in found}
        self.page.show_cards(found, self._desk.asset_id, max((c.time_ns for c in found), default=0))
        self.page.card = None
        self._desk.run("Read the decisions", book.decisions, self._desk.file, done=self._take_decisions)

    def _take_decisions(self, found: tuple[Decision, ...]) -> None:
        self.decisions = found
        self.page.card = None
        self.show()

    def _not_made(self, error: Exception) -> None:
        self._stopped()
        self.page.say(str(error), can_ask=True)
        self._desk.failed(error)

    # Deciding --------------------------------------------------------------------------------------------------------

    def answer(self, what: str) -> None:
        """Ask why, then keep what a person decided; an accepted card becomes a work order."""
        card, desk = self.page.card, self._desk
        if card is None:
            return
        word = {"accepted": "Accept", "deferred": "Defer", "rejected": "Reject"}[what]
        usual = "Evidence seen, worth doing" if what == "accepted" else ""
        dialog = ReasonDialog(word, f"{card.asset_id}: {card.headline}", word, desk.session.user, usual, self.page)
        if dialog.exec():
            arguments = (desk.session.scene.path, desk.file, card, what, dialog.who, dialog.why, desk.now_ns)
            self.page.set_deciding(True)
            desk.session.keep_on_record(f"evidence on {card.asset_id}: {what}", dialog.why, dialog.who)
            desk.run("Keep the decision", work.answer_card, *arguments, done=self._answered, failed=self._not_kept)

    def _not_kept(self, error: Exception) -> None:
        self.page.set_deciding(False)
        self._desk.failed(error)

    def _answered(self, number: str) -> None:
        desk = self._desk
        self.page.set_deciding(False)
        desk.say(f"Work order {number} proposed." if number else "Your reason is kept with the evidence.")
        desk.run("Read the decisions", book.decisions, desk.file, done=self._take_decisions)
        if number:
            self._accepted(number)
