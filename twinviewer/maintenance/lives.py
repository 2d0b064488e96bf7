"""Tables of whole and of cut-off lives: reads them, checks them, and says in a sentence what is wrong."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from twinviewer.model.errors import DataError

LEAST_UNITS = 5


@dataclass(frozen=True)
class Lives:
    """Rows of several units, each unit's rows together and in the order of time.

    `time` float64 (n,), `values` float64 (n, k) (NaN: missing), `columns` the k names, `start` the
    first row of each unit followed by n, `names` the units in the order of the file.
    """

    time: np.ndarray
    values: np.ndarray
    columns: tuple[str, ...]
    start: np.ndarray
    names: tuple[object, ...]

    @property
    def last(self) -> np.ndarray:
        """int64 (units,): the last row of each unit."""
        return self.start[1:] - 1

    @property
    def owner(self) -> np.ndarray:
        """int64 (n,): the number of the unit that each row belongs to."""
        return np.repeat(np.arange(len(self.names)), np.diff(self.start))

    @property
    def end_time(self) -> np.ndarray:
        """float64 (n,): the time of the last row of each row's unit."""
        return self.time[self.last][self.owner]


def read_table(path: Path) -> pd.DataFrame:
    """A CSV with a header (also compressed, also with ";" or tabs). Raises DataError."""
    try:
        frame = pd.read_csv(path, sep=None, engine="python") if path.suffix == ".txt" else pd.read_csv(path)
        if frame.shape[1] == 1:
            frame = pd.read_csv(path, sep=None, engine="python")
    except FileNotFoundError as error:
        raise DataError("the file does not exist", str(path), "Check the path.") from error
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise DataError(f"the table cannot be read ({error})", str(path), "It must be a CSV with a header.") from error
    if frame.empty:
        raise DataError("the table has no rows", str(path), "Give one row per unit and time.")
    return frame


def lives_of(frame: pd.DataFrame, unit: str, time: str, where: str, columns: tuple[str, ...] | None = None) -> Lives:
    """Check a table and sort it. `columns` asks for these signals in this order; else all numeric ones are taken."""
    for wanted in (unit, time):
        if wanted not in frame.columns:
            known = ", ".join(map(str, frame.columns[:12]))
            raise DataError(f'there is no column "{wanted}"', where, f"The columns are: {known}.")
    stamps = np.asarray(pd.to_numeric(frame[time], errors="coerce"), np.float64)
    if np.isnan(stamps).any():
        row = int(np.argmax(np.isnan(stamps))) + 2
        raise DataError(f'"{time}" is not a number', f"{where}:{row}", "Give the time as a number (cycles, hours).")
    owner, found = pd.factorize(np.asarray(frame[unit], object))
    if (owner < 0).any():
        row = int(np.argmax(owner < 0)) + 2
        raise DataError(f'"{unit}" is empty', f"{where}:{row}", "Name the unit of every row.")
    names = tuple(found)
    order = np.lexsort((stamps, owner))
    same = (np.diff(owner[order]) == 0) & (np.diff(stamps[order]) == 0)
    if same.any():
        row = int(order[1:][same].min()) + 2
        raise DataError("a unit has two rows of the same time", f"{where}:{row}", "Keep one of them.")
    signals = _signals(frame, unit, time, where, columns)
    values = frame[list(signals)].to_numpy(np.float64) if signals else np.zeros((len(frame), 0))
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(names)))])
    return Lives(stamps[order], values[order], signals, start, names)


def _signals(frame: pd.DataFrame, unit: str, time: str, where: str, columns: tuple[str, ...] | None) -> tuple[str, ...]:
    if columns is None:
        numeric = frame.drop(columns=[unit, time]).select_dtypes(["number", "bool"])
        return tuple(str(c) for c in numeric.columns)
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise DataError(f'there is no column "{missing[0]}"', where, "Both tables need the same signals.")
    text = [c for c in columns if not pd.api.types.is_numeric_dtype(frame[c])]
    if text:
        raise DataError(f'"{text[0]}" is not a number in every row', where, "It is a number in the other table.")
    return columns
