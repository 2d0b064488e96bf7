"""Long work of the what-if panel on a recording, in processes of its own with progress and cancel."""

import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinviewer.model.errors import LineError

if TYPE_CHECKING:
    from twinviewer.panels._whatif_fits import Fitted
    from twinviewer.scene.scene import Scene

Progress = Callable[[float, str], None]
_HORIZON_S = 7200.0
_SHORTEST_S = 600.0


def back_test(folder: str, address: str, *, progress: Progress) -> str:
    """Back-test the scene's model on a recording and keep it as the scene's last one; returns the file.

    Runs look two hours ahead, or a quarter of a shorter recording. Raises TwinError.
    """
    from twinviewer.history.recording import Recording
    from twinviewer.panels._whatif_trust import save_backtest
    from twinviewer.simulation.api import load_line, seen_range
    from twinviewer.simulation.backtesting import backtest, moments
    from twinviewer.simulation.results import finite

    scene = _scene(folder)
    line = load_line(Path(folder))
    recording = Recording.open(address, scene)
    try:
        first, last = recording.span()
        horizon_s = min(_HORIZON_S, max(_SHORTEST_S, (last - first) / 1e9 / 4))
        times = moments(recording, horizon_s)
        found = backtest(line, scene, recording, times, horizon_s, progress=progress)
        ranges = {k: _without_name(asdict(s)) for k, s in seen_range(line, scene, recording).items()}
    finally:
        recording.close()
    made = {"valid": found.valid, "made_ns": time.time_ns(), "recording": address, "seen": ranges}
    try:
        return str(save_backtest(Path(folder), finite({**asdict(found), **made})))
    except OSError as error:
        text = f"the back-test cannot be kept ({error.strerror})"
        raise LineError(text, folder, "Copy the scene to a folder that is yours.") from error


def calibrate(folder: str, address: str, *, progress: Progress) -> "tuple[tuple[Fitted, ...], str]":
    """Fit the scene's model to a whole recording; every figure as a person decides on it, and from when the recording
    is. Raises TwinError."""
    from twinviewer.history.recording import Recording
    from twinviewer.panels._whatif_fits import fitted
    from twinviewer.simulation.api import load_line
    from twinviewer.simulation.calibration import calibrate as fits_of

    scene = _scene(folder)
    line = load_line(Path(folder))
    recording = Recording.open(address, scene)
    try:
        first, last = recording.span()
        found = fitted(fits_of(line, scene, recording, first, last, progress), line)
    finally:
        recording.close()
    begin, end = (datetime.fromtimestamp(t / 1e9) for t in (first, last))
    return found, f"From {begin:%d %b %Y %H:%M} to {end:%d %b %H:%M}"


def _without_name(seen: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in seen.items() if k != "lever"}


def seen(folder: str, address: str, *, progress: Progress) -> dict[str, Any]:
    """What a recording has ever shown of each lever."""
    from twinviewer.history.recording import Recording
    from twinviewer.simulation.api import load_line, seen_range

    scene = _scene(folder)
    recording = Recording.open(address, scene)
    try:
        progress(-1.0, "")
        return seen_range(load_line(Path(folder)), scene, recording)
    finally:
        recording.close()


def compare_with_record(folder: str, address: str, number: str, *, progress: Progress) -> str:
    """Compare a proposal with what a recording shows, and keep it in the register; returns its number."""
    from twinviewer.history.recording import Recording
    from twinviewer.simulation.api import ProposalRegister, file_beside, load_line
    from twinviewer.simulation.proposal_outcomes import outcome_of
    from twinviewer.simulation.proposals import FILE

    scene = _scene(folder)
    recording = Recording.open(address, scene)
    try:
        progress(-1.0, "")
        with ProposalRegister(file_beside(Path(folder), FILE)) as register:
            proposal = register.proposal(number)
            outcome = outcome_of(proposal, load_line(Path(folder)), scene, recording, time.time_ns())
            register.keep_outcome(number, outcome)
    finally:
        recording.close()
    return number


def _scene(folder: str) -> "Scene":
    from twinviewer.scene.scene import load_scene

    return load_scene(Path(folder), geometry=False)
