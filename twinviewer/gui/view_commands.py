"""The commands of the View menu: colours, camera, visibility, theme, wall mode, layouts."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from twinviewer import colours
from twinviewer.gui import focus_ring
from twinviewer.model.quality import Quality
from twinviewer.model.state import ABNORMAL_STATES
from twinviewer.panels._kit.actions import NO_ASSET, NO_PICTURE, Action

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow


def view_commands(w: "MainWindow") -> list[Action]:
    """All of them."""

    def there() -> bool:
        return w.picture.has_stage

    def chosen() -> bool:
        return w.picture.has_stage and w.session.selection is not None

    def about(verb: str) -> Callable[[], str]:
        return lambda: f"{verb} {w.session.selection}" if w.session.selection else f"{verb} selection"

    modes = [
        Action(
            f"mode.{m.NAME}",
            f"Colour by {m.TITLE.lower()}",
            "View",
            lambda n=m.NAME: w.session.set_mode(n),
            m.KEY,
            checked=lambda n=m.NAME: w.session.mode == n,
            icon=m.NAME,
            keywords="mode colour",
        )
        for m in colours.modes().values()
    ]
    return [
        *modes,
        Action(
            "view.fit",
            "Fit all",
            "View",
            w.tools.fit,
            "F",
            there,
            icon="fit",
            keywords="zoom everything",
            why=NO_PICTURE,
        ),
        Action(
            "view.fit_selection",
            about("Fly to"),
            "View",
            w.tools.fly_to_selection,
            "Shift+F",
            chosen,
            icon="focus",
            keywords="zoom go",
            why=NO_ASSET,
        ),
        Action("view.home", "Home view", "View", w.tools.home, "H", there, icon="home", why=NO_PICTURE),
        Action(
            "view.isolate",
            about("Isolate"),
            "View",
            w.tools.toggle_isolate,
            "I",
            chosen,
            lambda: w.tools.isolated,
            "only others away",
            "isolate",
            why=NO_ASSET,
        ),
        Action(
            "view.ghost",
            about("Ghost all but"),
            "View",
            w.tools.toggle_ghost,
            "G",
            chosen,
            lambda: w.tools.ghosting,
            "transparent see through",
            "ghost",
            why=NO_ASSET,
        ),
        Action(
            "view.hide", about("Hide"), "View", w.tools.hide_selection, "Shift+H", chosen, icon="hide", why=NO_ASSET
        ),
        Action(
            "view.show_all",
            "Show everything",
            "View",
            w.tools.show_everything,
            "Shift+I",
            there,
            icon="eye",
            keywords="unhide reset visibility",
            why=NO_PICTURE,
        ),
        Action(
            "view.section",
            "Section box",
            "View",
            w.tools.toggle_section,
            "X",
            there,
            lambda: w.tools.sectioned,
            "cut clip",
            "section",
            why=NO_PICTURE,
        ),
        Action(
            "view.measure",
            "Measure a distance",
            "View",
            w.tools.toggle_measure,
            "M",
            there,
            lambda: w.tools.measuring,
            "ruler distance length",
            "measure",
            why=NO_PICTURE,
        ),
        Action(
            "view.clear_measures",
            "Clear measurements",
            "View",
            w.tools.clear_measurements,
            "Shift+M",
            lambda: w.tools.measured,
            why="Nothing was measured.",
        ),
        Action(
            "view.labels",
            "Labels",
            "View",
            w.tools.toggle_labels,
            "L",
            there,
            lambda: w.tools.labels_on,
            why=NO_PICTURE,
        ),
        Action(
            "view.next_abnormal", "Next abnormal asset", "View", lambda: step_abnormal(w, 1), "N", there, why=NO_PICTURE
        ),
        Action(
            "view.previous_abnormal",
            "Previous abnormal asset",
            "View",
            lambda: step_abnormal(w, -1),
            "Shift+N",
            there,
            why=NO_PICTURE,
        ),
        Action(
            "view.theme", "Switch theme", "View/Theme", w.switch_theme, "Ctrl+T", icon="theme", keywords="dark light"
        ),
        *_themes(w),
        Action(
            "view.wall",
            "Wall mode",
            "View",
            w.wall.toggle,
            "F11",
            there,
            lambda: w.wall.on,
            "large screen kiosk",
            "fullscreen",
            why=NO_PICTURE,
        ),
        Action(
            "view.next_part",
            "Next part of the window",
            "View",
            lambda: focus_ring.step(w, 1),
            "F6",
            keywords="focus keyboard panel pane",
        ),
        Action(
            "view.previous_part",
            "Previous part of the window",
            "View",
            lambda: focus_ring.step(w, -1),
            "Shift+F6",
            keywords="focus keyboard panel pane",
        ),
        Action("view.full_screen", "Full screen", "View", w.toggle_full_screen, "Shift+F11", None, w.isFullScreen),
        Action("view.layout_save", "Save layout as…", "View/Layouts", w.asking.ask_layout_name, icon="layout"),
        Action(
            "view.layout_reset",
            "Reset layout",
            "View/Layouts",
            w.layouts.reset,
            "Ctrl+0",
            keywords="default docks panels",
        ),
    ]


def _themes(w: "MainWindow") -> list[Action]:
    names = (("system", "Theme as the system"), ("dark", "Dark theme"), ("light", "Light theme"))
    return [
        Action(
            f"view.theme.{key}",
            title,
            "View/Theme",
            lambda k=key: w.host.set_theme(k),
            checked=lambda k=key: w.host.settings.value.theme == k,
        )
        for key, title in names
    ]


def step_abnormal(w: "MainWindow", step: int) -> None:
    """Fly to the next asset that is abnormal, in the order of the scene."""
    frame, scene = w.session.frame, w.session.scene
    if frame is None:
        return
    states = frame.assets
    tagged = np.fromiter((bool(a.tags) for a in scene.assets), bool, len(scene.assets))
    odd = np.isin(states.state, [int(s) for s in ABNORMAL_STATES]) | (states.quality >= Quality.STALE)
    rows = np.nonzero(tagged & (odd | (states.priority > 0)))[0]
    if not len(rows):
        w.say("info", "Nothing is abnormal.", key="view.abnormal")
        return
    selection = w.session.selection
    now = scene.asset(selection).index if selection is not None else -1
    behind = rows[rows > now] if step > 0 else rows[rows < now][::-1]
    row = behind[0] if len(behind) else (rows[0] if step > 0 else rows[-1])
    w.session.fly_to(scene.assets[int(row)].asset_id)
