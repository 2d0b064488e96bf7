"""The tags that are worked out of a waveform, as rows beside those that the server has."""

from collections.abc import Mapping
from dataclasses import replace

from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.scene.manifest import TagEntry
from twinviewer.scene.tag_rows import facts_of, make_tag
from twinviewer.waveforms.tags import PLAIN, keys_of


def derived_keys(entries: Mapping[str, TagEntry], with_bearing: bool) -> dict[str, tuple[str, str]]:
    """(key of the waveform, role) by the key of each tag that is worked out; an entry that names a node is read from
    the server instead."""
    found: dict[str, tuple[str, str]] = {}
    for key, entry in entries.items():
        if entry.role == "waveform":
            keys = keys_of(key, with_bearing)
            found |= {name: (key, role) for role, name in keys.items() if not _is_read(entries.get(name))}
    return found


def derived_tag(index: int, waveform: Tag, key: str, role: str, entry: TagEntry | None) -> Tag:
    """One of them. `entry` gives its band and limits, where the scene has any; unit and age are the waveform's."""
    entry = (entry or TagEntry.model_validate({})).model_copy(
        update={"role": role, "unit": "" if role in PLAIN else waveform.unit, "text": False, "states": {}}
    )
    made = make_tag(index, waveform.asset_id, key, entry, facts_of(entry), NodeAddress())
    stale_after_s = entry.stale_after_s or waveform.stale_after_s
    return replace(made, stale_after_s=stale_after_s, settable=None, derived_from=waveform.index)


def _is_read(entry: TagEntry | None) -> bool:
    return entry is not None and (entry.node is not None or entry.path is not None)
