"""`twinviewer compare`: what differs between two moments of a recording."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinviewer.history.compare import Difference, ValueChange
    from twinviewer.model.alarm import Alarm
    from twinviewer.model.asset import Tag

HELP = "tell which states, values and alarms differ between two moments of a recording"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder, geometry file or capsule")
    parser.add_argument("--recording", metavar="DIR", help="folder of the recording")
    parser.add_argument("--at", required=True, metavar="TIME", help="the first moment: ISO 8601 or a span back (1h)")
    parser.add_argument("--with", dest="other", default="now", metavar="TIME", help="the second moment (now)")


def run(args: argparse.Namespace) -> int:
    """Exit code 0 where nothing differs, 1 where something does."""
    import time

    from twinviewer.cli._source import Chosen, check_moment
    from twinviewer.history.compare import compare
    from twinviewer.history.times import iso, parse_time
    from twinviewer.model.errors import RecordingError
    from twinviewer.scene.scene import load_scene

    choice = Chosen(args.scene, args.recording, None)
    try:
        if not choice.recording or choice.scene is None:
            raise RecordingError("nothing to compare", remedy="Give --recording DIR, or a capsule.")
        scene = load_scene(choice.scene, geometry=False)
        source = choice.source(scene)
        now_ns = time.time_ns()
        moments = [parse_time(args.at, now_ns), parse_time(args.other, now_ns)]
        for moment_ns in moments:
            check_moment(source.recording, moment_ns, gaps=False)
        seen = [(source.recording.at(t), source.recording.alarms_at(t)) for t in moments]
        source.close()
    finally:
        choice.close()
    found = compare(scene.tags, seen[0][0], seen[1][0], seen[0][1], seen[1][1])
    print(f"{iso(moments[0])} → {iso(moments[1])}")
    print("\n".join(lines_of(found)) or "nothing differs")
    return 1 if lines_of(found) else 0


def lines_of(found: "Difference") -> list[str]:
    """One line for each thing that differs."""
    lines = [_line(c) for c in (*found.states, *found.values)]
    lines += [f"alarm begun    {a.asset_id}: {a.message} (priority {a.priority})" for a in found.begun]
    lines += [f"alarm over     {a.asset_id}: {a.message}" for a in found.ended]
    lines += [f"alarm changed  {b.asset_id}: {b.message}, {_word(a)} → {_word(b)}" for a, b in found.altered]
    return lines


def _word(alarm: "Alarm") -> str:
    return alarm.state.name.lower().replace("_", " ")


def _line(change: "ValueChange") -> str:
    before = after = ""
    for digits in (5, 9, 15):  # a counter differs in its last digits only
        before, after = (_text(change.tag, v, digits) for v in (change.before, change.after))
        if before != after:
            break
    worse = (
        ""
        if change.quality_before == change.quality_after
        else (f" ({change.quality_before.name.lower()} → {change.quality_after.name.lower()})")
    )
    kind = "state" if change.tag.role == "state" else "value"
    return f"{kind:<14} {change.tag.name}: {before} → {after}{worse}"


def _text(tag: "Tag", value: float | str | None, digits: int) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value or "“”"
    state = tag.states.get(f"{value:g}")
    return state.label if state is not None else f"{value:.{digits}g} {tag.unit}".strip()
