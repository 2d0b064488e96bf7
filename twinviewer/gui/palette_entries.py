"""What the command palette offers: what is abnormal, or assets that fit and their commands, then every command."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twinviewer.gui.abnormal import labelled
from twinviewer.gui.command_palette import Entry
from twinviewer.gui.fuzzy import rank
from twinviewer.model.asset import Asset
from twinviewer.model.quality import Quality
from twinviewer.model.state import State
from twinviewer.panels._kit.actions import Action
from twinviewer.panels._kit.icons import icon
from twinviewer.panels._kit.style import theme
from twinviewer.panels._kit.symbols import state_icon

if TYPE_CHECKING:
    from twinviewer.gui.main_window import MainWindow

MOST_ASSETS = 20
MOST_ABNORMAL = 4
_ABOUT_ASSET = (
    ("Fly to", "view.fit_selection"),
    ("Isolate", "view.isolate"),
    ("Ghost all but", "view.ghost"),
    ("Hide", "view.hide"),
)


class PaletteEntries:
    """Called with what was typed; gives the lines to search in."""

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._words: tuple[object, list[str]] = (None, [])

    def __call__(self, query: str) -> Sequence[Entry]:
        w = self._window
        entries = self._abnormal() if not query and w.has_scene else []
        if query and w.has_scene:
            found = self._assets(query)
            entries += [self._asset_entry(a) for a in found]
            if found and len(query) >= 2:
                entries += self._about(found[0])
        said = {entry.text for entry in entries}
        commands = [a for a in w.registry if a.id != "edit.palette" and a.text not in said]
        entries += [self._command(a) for a in commands if a.is_enabled]
        entries += [self._waiting(a) for a in commands if a.why and not a.is_enabled]
        return entries

    def _command(self, action: Action) -> Entry:
        note, registry = action.group.replace("/", ": "), self._window.registry
        picture = icon(action.icon, "text2") if action.icon else None
        return Entry(action.text, lambda: registry.run(action.id), note, action.shortcut, action.keywords, picture)

    def _waiting(self, action: Action) -> Entry:
        """A command that cannot be run now, after all that can; choosing it says why."""
        w = self._window
        picture = icon("info", "text2")
        return Entry(action.text, lambda: w.say_why_not(action), action.why, "", action.keywords, picture, -2.0)

    def _assets(self, query: str) -> list[Asset]:
        scene = self._window.session.scene
        if self._words[0] is not scene:
            self._words = (scene, [f"{a.asset_id} {a.name} {a.type_label} {' '.join(a.path)}" for a in scene.assets])
        words = self._words[1]
        return rank(query, scene.assets, lambda a: words[a.index], MOST_ASSETS)

    def _abnormal(self) -> list[Entry]:
        """Before anything is typed: what wants a person, the worst first, in the words of its label."""
        session = self._window.session
        if session.frame is None:
            return []
        found = labelled(session.frame, session.scene, session.mode, None)[:MOST_ABNORMAL]
        return [self._asset_entry(session.scene.assets[label.asset], label.detail) for label in found]

    def _asset_entry(self, asset: Asset, note: str = "") -> Entry:
        w = self._window
        label = asset.name if asset.name != asset.asset_id else asset.type_label or asset.type
        place = asset.path[-1] if asset.path else ""
        note = note or ", ".join(filter(None, (label, place)))
        return Entry(
            asset.asset_id,
            lambda: w.session.fly_to(asset.asset_id),
            note,
            "Enter",
            f"{asset.type_label} {' '.join(asset.path)} go to fly",
            state_icon(self._state(asset), theme()),
            4.0,
        )

    def _state(self, asset: Asset) -> State:
        frame = self._window.session.frame
        if frame is None or frame.assets.quality[asset.index] >= Quality.STALE:
            return State.UNKNOWN
        return State(int(frame.assets.state[asset.index]))

    def _about(self, asset: Asset) -> list[Entry]:
        """Commands on the best asset, without having to select it first."""
        w = self._window

        def run(name: str) -> None:
            w.session.select(asset.asset_id)
            w.registry.run(name)

        words = f"{asset.name} {asset.type_label}"
        return [
            Entry(
                f"{verb} {asset.asset_id}",
                lambda n=name: run(n),
                "",
                w.registry[name].shortcut,
                words,
                None,
                2 - 0.5 * i,
            )
            for i, (verb, name) in enumerate(_ABOUT_ASSET)
            if name in w.registry
        ]
