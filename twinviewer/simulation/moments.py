"""Moments of a recording as starting points."""

from datetime import UTC, datetime

from twinviewer.history.recording import Recording
from twinviewer.history.times import parse_time
from twinviewer.model.errors import LineError
from twinviewer.scene.scene import Scene
from twinviewer.simulation.line import Line
from twinviewer.simulation.plant_now import NS, PlantNow, from_states
from twinviewer.states.evaluator import Evaluator


def moment_of(text: str | None, recording: Recording) -> int:
    """UTC nanoseconds of a moment: ISO 8601 (local time where it names no zone) or a span back from the end of the
    recording, which it is without one. Raises DataError, LineError."""
    first, last = recording.span()
    if text is None:
        return last
    moment = parse_time(text, last)
    if not first <= moment <= last:
        raise LineError(f"{text} lies outside the recording", "--at", f"It runs from {_text(first)} to {_text(last)}.")
    return moment


def _text(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / NS, UTC).isoformat(timespec="seconds")


def at_moment(line: Line, scene: Scene, recording: Recording, time_ns: int) -> PlantNow:
    """The plant as it was recorded at `time_ns`."""
    snapshot, states = Evaluator(scene).evaluate(recording.at(time_ns), time_ns, recording.connection_at(time_ns))
    return from_states(line, scene, snapshot, states, time_ns)
