"""What is wrong or missing about waveforms and bearings in a scene."""

import math
from collections.abc import Iterable

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.notice import Notice
from twinviewer.model.units import factor
from twinviewer.scene.draft import Draft


def waveform_findings(draft: Draft) -> Iterable[Notice]:
    """Once per template: waveforms that cannot be worked out, and what their assets lack for it."""
    told: set[tuple[str, str]] = set()
    for asset in draft.scene.assets:
        waveforms = [draft.scene.tags[row] for row in asset.tags if draft.scene.tags[row].role == "waveform"]
        for tag in waveforms:
            where = draft.resolved.where.get(tag.name, tag.name)
            for level, text, remedy in (*_sampled(tag), *_bearing(draft, asset, tag)):
                if (where, text) not in told:
                    told.add((where, text))
                    yield Notice(level, text, remedy, where, "waveform")
        if asset.bearing is not None and not waveforms and ("bearing", asset.type) not in told:
            told.add(("bearing", asset.type))
            text = f"'{asset.type or asset.asset_id}' has a bearing, but no waveform in which it could be looked for."
            where = draft.lines.where("type", asset.type, "bearing") if asset.type else asset.asset_id
            yield Notice("info", text, "Add a tag of the role waveform.", where, "waveform")


def _sampled(tag: Tag) -> Iterable[tuple[str, str, str]]:
    if tag.sampling_hz <= 0:
        text = f"the waveform '{tag.key}' has no sampling rate, so nothing can be worked out of it."
        yield "error", text, "Write sampling_hz, as the sensor's manual says."
    elif tag.band_hz is not None and not tag.band_hz[0] < tag.band_hz[1] <= tag.sampling_hz / 2:
        low, high = tag.band_hz
        text = f"the band of {low:g} to {high:g} Hz of '{tag.key}' does not fit {tag.sampling_hz:g} values a second."
        yield "error", text, "The upper edge is at most half of sampling_hz."


def _bearing(draft: Draft, asset: Asset, tag: Tag) -> Iterable[tuple[str, str, str]]:
    if asset.bearing is None:
        text = f"the waveform '{tag.key}' is of no known bearing: which part wears cannot be told."
        yield "warning", text, "Add 'bearing' to the type, or columns such as bearing_elements to the table."
        return
    speeds = [draft.scene.tags[row] for row in asset.tags if draft.scene.tags[row].role == "speed"]
    in_turns = any(not math.isnan(factor(speed.unit, "rpm")) and speed.unit for speed in speeds)
    if not in_turns and asset.bearing.rpm is None:
        text = f"nobody knows how fast the bearing of '{tag.key}' turns, so its frequencies cannot be found."
        yield "warning", text, "Add a tag of the role speed in rpm, or 'rpm' to the bearing."
