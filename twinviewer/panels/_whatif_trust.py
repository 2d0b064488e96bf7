"""How far the flow model can be believed: the last back-test, what was ever seen of each lever, how old inputs are."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.panels._whatif_model import Trust
from twinviewer.panels._whatif_words import signed

if TYPE_CHECKING:
    from twinviewer.simulation.api import Seen

BACKTEST = "backtest.json"
OLD_DAYS = 30  # a back-test says less about a plant the longer ago it was
_NAMES = {"good": "good parts", "wip_end": "WIP", "energy_kwh": "energy"}
_RUN = 'Run one on a recording ("Back-test…" here, or twinviewer backtest).'


def trust(folder: Path, now: datetime) -> Trust:
    """What the last back-test says, from `backtest.json` of the scene."""
    from twinviewer.simulation.line_file import file_beside

    file = file_beside(folder, BACKTEST)
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        made_s = int(data["made_ns"]) / 1e9 if "made_ns" in data else file.stat().st_mtime
        when = datetime.fromtimestamp(made_s, UTC)
        errors = {k: float(v) for k, v in data["error"].items() if v is not None}
        held = {k: float(v) for k, v in data.get("coverage", {}).items() if v is not None}
        valid, moments = bool(data["valid"]), int(data["moments"])
        warnings = [str(w) for w in data["warnings"]]
    except FileNotFoundError:
        return Trust("none", "Not back-tested: a first estimate only", (_RUN,))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Trust("none", f"{file.name} cannot be read: run the back-test again.", (_RUN,))
    said = [f"{_NAMES[k]} {signed(errors[k] * 100, 1)} %" for k in _NAMES if k in errors]
    head = f"Back-test {when:%d %b}: {', '.join(said) or 'nothing compared'} · {moments} moments"
    details = [
        f"{_NAMES[k]}: {v:.0%} of the 95 % intervals held what happened." for k, v in held.items() if k in _NAMES
    ]
    against = warnings if not valid else []
    if _newer(folder / "line.toml", file):
        against.append("The model was changed since the back-test.")
    if (now - when).days > OLD_DAYS:
        against.append(f"The back-test is {(now - when).days} days old.")
    return Trust("warning" if against else "good", head, (*against, *details))


def seen_before(folder: Path) -> "dict[str, Seen] | None":
    """What the last back-test's recording has ever shown of each lever; None where nothing says."""
    from twinviewer.simulation.api import Seen
    from twinviewer.simulation.line_file import file_beside

    try:
        data = json.loads(file_beside(folder, BACKTEST).read_text(encoding="utf-8"))["seen"]
        return {
            k: Seen(k, float(s["low"]), float(s["high"]), int(s["n"]), str(s["what"]))
            for k, s in data.items()
            if s["low"] is not None and s["high"] is not None
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save_backtest(folder: Path, data: Mapping[str, object]) -> Path:
    """Keep a back-test as the last one of a scene. Raises OSError."""
    from twinviewer.settings import write_atomic
    from twinviewer.simulation.line_file import file_beside

    file = file_beside(folder, BACKTEST)
    write_atomic(file, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    return file


def _newer(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_mtime > other.stat().st_mtime
    except OSError:
        return False
