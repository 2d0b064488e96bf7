"""Tables of whole and of cut-off lives: reads them, checks them, and says in a sentence what is wrong."""

import csv
import lzma
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twinviewer.model.errors import DataError

LEAST_UNITS = 5
SAME_START = 0.05  # share of a median life within which units are taken to have begun at the same age
TOO_LARGE = 1e100  # beyond any quantity, and still squared without overflow
_CSV = "It must be a CSV with a header."
NUMBERS = 0.5  # share of a column's entries that must be numbers for it to be a signal


@dataclass(frozen=True)
class Lives:
    """Rows of several units, each unit's rows together and in the order of time.

    `time` float64 (n,), `values` float64 (n, k) (NaN: missing), `columns` the k names, `start` the
    first row of each unit followed by n, `names` the units in the order of the file, `notes` what was left out or
    put together on the way.
    """

    time: np.ndarray
    values: np.ndarray
    columns: tuple[str, ...]
    start: np.ndarray
    names: tuple[object, ...]
    notes: tuple[str, ...] = ()

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

    @property
    def origin(self) -> float | None:
        """When all units began, None where they began at different times (their clock is then no age)."""
        first = self.time[self.start[:-1]]
        spread = float(np.ptp(first)) if len(first) else 0.0
        return float(first.min()) if spread <= SAME_START * float(np.median(self.time[self.last] - first)) else None

    def aged(self, origin: float | None) -> "Lives":
        """The same with ages for times: since `origin`, or since each unit's own first row (None)."""
        first = self.time[self.start[:-1]][self.owner] if origin is None else origin
        return replace(self, time=self.time - first)

    def only(self, columns: tuple[str, ...]) -> "Lives":
        """The same with some of its signals, in this order."""
        at = [self.columns.index(c) for c in columns]
        return replace(self, values=self.values[:, at], columns=columns)


def read_table(path: Path, *text: str) -> pd.DataFrame:
    """A CSV with a header (also compressed, also with ";" or tabs). Columns named in `text` are kept as they are
    written, so that 007 stays 007. Raises DataError."""
    frame = pd.DataFrame()
    try:
        kinds: Any = dict.fromkeys(text, str)
        frame = pd.read_csv(path, sep=_separator(path), skipinitialspace=True, dtype=kinds, low_memory=False)
    except FileNotFoundError as error:
        raise DataError("the file does not exist", str(path), "Check the path.") from error
    except pd.errors.EmptyDataError:
        pass
    except pd.errors.ParserError as error:
        found = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error))
        if found is None:
            raise DataError(f"the table cannot be read ({error})", str(path), _CSV) from error
        wanted, line, given = found.groups()
        said = f"{given} entries stand in this line, and {wanted} in those before it"
        raise DataError(said, f"{path}:{line}", "Give each row as many as the header has.") from error
    except UnicodeDecodeError as error:
        raise DataError("the table is no text in UTF-8", str(path), f"Save it anew. {_CSV}") from error
    except (OSError, EOFError, ValueError, ImportError, zlib.error, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise DataError(f"the table cannot be read ({error})", str(path), _CSV) from error
    if frame.empty:
        raise DataError("the table has no rows", str(path), "Give a header, and one row per unit and time.")
    return frame.rename(columns=lambda name: str(name).strip())


def _separator(path: Path) -> str:
    """What stands most often in the header: a comma, a semicolon, or a tab; for white space between, a pattern."""
    header = "".join(pd.read_csv(path, sep="\0", header=None, nrows=1, dtype=str, quoting=csv.QUOTE_NONE).iloc[0])
    header = re.sub('"[^"]*"', "", header)
    best = max(",;\t", key=header.count)
    return best if best in header or " " not in header.strip() else r"\s+"


def lives_of(frame: pd.DataFrame, unit: str, time: str, where: str, columns: tuple[str, ...] | None = None) -> Lives:
    """Check a table and sort it. `columns` asks for these signals in this order; else all numeric ones are taken."""
    for wanted in (unit, time):
        if wanted not in frame.columns:
            known = ", ".join(map(str, frame.columns[:12]))
            raise DataError(f'there is no column "{wanted}"', where, f"The columns are: {known}.")
    stamps = _numbers(pd.Series(frame[time]))
    if np.isnan(stamps).any():
        row = int(np.argmax(np.isnan(stamps))) + 2
        raise DataError(f'"{time}" is not a number', f"{where}:{row}", "Give the time as a number (cycles, hours).")
    owner, found = pd.factorize(np.asarray(frame[unit], object))
    if (owner < 0).any():
        row = int(np.argmax(owner < 0)) + 2
        raise DataError(f'"{unit}" is empty', f"{where}:{row}", "Name the unit of every row.")
    names = tuple(found)
    table, notes = _signals(frame.drop(columns=list({unit, time})), where, columns)
    order = np.lexsort((stamps, owner))
    owner, stamps, values = owner[order], stamps[order], table.to_numpy(np.float64)[order]
    first = np.concatenate([[True], (np.diff(owner) != 0) | (np.diff(stamps) != 0)])
    if not first.all():
        notes.append(f"{len(first) - int(first.sum())} rows share unit and time with another one; their mean is used")
        values = _means(values, np.flatnonzero(first))
        owner, stamps = owner[first], stamps[first]
    start = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=len(names)))])
    return Lives(stamps, values, tuple(map(str, table.columns)), start, names, tuple(notes))


def _means(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Mean of each stretch of rows that begins at `first`, NaN where all of it is missing."""
    if not values.shape[1]:
        return values[first]
    known = np.isfinite(values)
    count = np.add.reduceat(known, first, axis=0)
    total = np.add.reduceat(np.where(known, values, 0.0), first, axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _signals(frame: pd.DataFrame, where: str, columns: tuple[str, ...] | None) -> tuple[pd.DataFrame, list[str]]:
    """The columns that are numbers; an entry that is none, or too large to reckon with, counts as missing."""
    frame.columns = [str(c) for c in frame.columns]
    if columns is not None:
        missing = [c for c in columns if c not in frame.columns]
        if missing:
            raise DataError(f'there is no column "{missing[0]}"', where, "Both tables need the same signals.")
        frame = pd.DataFrame(frame[list(columns)])
    numbers, notes = {}, []
    for name in frame.columns:
        column = pd.Series(frame[name])
        found = _numbers(column)
        given, understood = int(column.count()), int(np.isfinite(found).sum())
        if not understood or understood < NUMBERS * given:
            if columns is None:
                notes.append(f'"{name}" is left out: it is {"not a number" if given else "empty"}')
                continue
            raise DataError(f'"{name}" is not a number', where, "It is a number in the other table.")
        if understood < given:
            notes.append(f'"{name}" has {given - understood} entries that are no numbers; they count as missing')
        numbers[name] = found
    return pd.DataFrame(numbers, index=frame.index), notes


def _numbers(column: pd.Series) -> np.ndarray:
    """float64 (n,): a column's numbers, with a comma for the point too where no entry has a point; NaN for all else."""
    if pd.api.types.is_string_dtype(column):
        words = column.astype(str)
        if words.str.contains(",").any() and not words.str.contains(".", regex=False).any():
            column = words.str.replace(",", ".")
    found = np.asarray(pd.to_numeric(column, errors="coerce"), np.float64)
    return np.where(np.abs(found) < TOO_LARGE, found, np.nan)


def shared(train: Lives, test: Lives, where: str) -> tuple[Lives, Lives]:
    """Both tables with the signals that both have, in the order of the first. Raises DataError where none is shared."""
    both = tuple(c for c in train.columns if c in test.columns)
    if train.columns and not both:
        raise DataError("the tables have no signal in common", where, "The same columns are needed in both.")
    lost = [c for c in (*train.columns, *test.columns) if c not in both]
    notes = (f"left out, because only one table has them: {', '.join(lost)}",) if lost else ()
    known = replace(train.only(both), notes=(*train.notes, *notes))
    return known, test.only(both)
