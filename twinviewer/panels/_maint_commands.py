"""The commands of the maintenance panel, and which of them have a button on which page."""

from typing import TYPE_CHECKING

from twinviewer.panels._kit.actions import Action, Actions
from twinviewer.panels._maint_desk import GROUP
from twinviewer.panels._whatif_play import PLAY

if TYPE_CHECKING:
    from twinviewer.panels.maintenance import Panel

# Command, what its button says, how it looks, its icon, and the pages on which it has a button.
BUTTONS = (
    ("maintenance.plan", "Plan", "primary", "wrench", ("evidence", "plan")),
    ("maintenance.afresh", "Plan afresh", "", "wrench", ("plan",)),
    ("maintenance.schedule", "Schedule plan…", "", "check", ("plan",)),
    ("maintenance.play", "Play as what-if", "", "play", ("plan",)),
    ("maintenance.undo", "Undo", "", "undo", ("plan",)),
    ("maintenance.redo", "Redo", "", "redo", ("plan",)),
    ("maintenance.ics", "Export plan…", "", "export", ("plan",)),
    ("maintenance.new", "New work order", "", "plus", ("evidence", "plan", "orders")),
    ("maintenance.csv", "CSV…", "", "export", ("orders",)),
    ("maintenance.import", "Import…", "", "folder", ("orders",)),
    ("maintenance.cards", "Job cards…", "", "report", ("orders",)),
)
_NO_RECORD = "Evidence comes from a recording: record the plant, or open one. Or it is being worked out just now."
_NO_SETTINGS = "A plan needs a maintenance.toml beside the scene. Or it is being made just now."
_NO_WORK = "Select an asset that has planned work."


def register(actions: Actions, panel: "Panel") -> None:
    """Add the panel's commands; each says itself when it can be done."""
    planning, ordering, evidence, desk = panel.planning, panel.ordering, panel.evidence, panel.desk

    def new_title() -> str:
        return f"New work order for {desk.asset_id}…" if desk.asset_id else "New work order…"

    def has_plan() -> bool:
        return planning.plan is not None

    def has_orders() -> bool:
        return bool(ordering.orders)

    no_plan, no_orders = "Nothing was planned yet.", "There are no work orders yet."
    actions.add(
        Action("maintenance.evidence", "Evidence for all assets", GROUP, panel.make_evidence,
               enabled=lambda: evidence.can_make, icon="vibration", keywords="prognosis remaining life rul risk",
               why=_NO_RECORD),
        Action("maintenance.plan", "Plan the jobs of the coming weeks", GROUP, panel.make_plan,
               enabled=lambda: planning.can_make, icon="wrench", keywords="gantt optimise", why=_NO_SETTINGS),
        Action("maintenance.afresh", "Plan afresh, without your moves", GROUP, lambda: panel.make_plan(afresh=True),
               enabled=lambda: planning.can_make and bool(planning.moves), icon="wrench", keywords="gantt reset",
               why="No job was moved."),
        Action("maintenance.stop", "Stop planning, keep the best plan", GROUP, planning.stop,
               enabled=lambda: planning.running, icon="close", why="Nothing is being planned."),
        Action("maintenance.schedule", "Schedule the whole plan…", GROUP, ordering.schedule_plan,
               enabled=lambda: has_plan() and not planning.running, icon="check", keywords="approve work orders",
               why=no_plan),
        Action("maintenance.undo", "Undo the move of a job", GROUP, planning.undo,
               enabled=lambda: planning.edits.can_undo, icon="undo", why="No job was moved."),
        Action("maintenance.redo", "Redo the move of a job", GROUP, planning.redo,
               enabled=lambda: planning.edits.can_redo, icon="redo", why="No move was undone."),
        Action("maintenance.job", "Planned work of the asset", "Asset", panel.show_work,
               enabled=lambda: desk.asset_id in desk.session.work, icon="wrench", keywords="job gantt", why=_NO_WORK),
        Action("maintenance.play", "Play the plan as a what-if", GROUP, panel.play,
               enabled=lambda: has_plan() and PLAY in actions, icon="play", keywords="simulate compare", why=no_plan),
        Action("maintenance.new", new_title, GROUP, ordering.new,
               enabled=lambda: bool(desk.asset_id), icon="plus", keywords="job repair wo",
               why="Select the asset it is for."),
        Action("maintenance.ics", "Export the plan as iCalendar or CSV…", GROUP, ordering.files.ask_plan_file,
               enabled=has_plan, icon="export", keywords="ics calendar outlook csv table", why=no_plan),
        Action("maintenance.csv", "Export the work orders as CSV…", GROUP, ordering.files.ask_csv_file,
               enabled=has_orders, icon="export", keywords="cmms table", why=no_orders),
        Action("maintenance.import", "Import work orders from CSV…", GROUP, ordering.files.ask_table,
               enabled=lambda: bool(desk.session.scene.assets), icon="folder", keywords="cmms table",
               why="The scene has no assets."),
        Action("maintenance.cards", "Job cards of the open work orders as PDF…", GROUP, ordering.files.ask_card_file,
               enabled=has_orders, icon="report", keywords="print crew", why=no_orders),
    )  # fmt: skip
