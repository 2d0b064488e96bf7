"""One SQLite file that several programs may have open: opens it, writes to it as a whole or not at all."""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from twinviewer.model.errors import DataError

PATIENCE_S = 10.0  # for another program that is writing
_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")


class Database:
    """A file of one format (WAL, foreign keys kept); what SQLite refuses is a DataError, save a broken constraint."""

    def __init__(
        self, path: Path, what: str, schema: str, number: int, patience_s: float = PATIENCE_S,
        upgrades: Mapping[int, str] | None = None,
    ) -> None:  # fmt: skip
        """Open or create the file of `what` ("work orders") by the statements of `schema`, which make format `number`;
        `upgrades[k]` are the statements that make format k + 1 of an older file.

        Raises DataError where it cannot be opened, is no such file, or is from a newer version.
        """
        self.path, self.what = path, what
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=patience_s, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"the {what} cannot be opened ({error})", str(path), "Check the folder.") from error
        try:
            self._prepare(schema, number, upgrades or {})
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, schema: str, number: int, upgrades: Mapping[int, str]) -> None:
        self._db.row_factory = sqlite3.Row
        self.execute("PRAGMA foreign_keys = ON")
        if self._format(schema, number) == number:
            return  # to read it no other program must be waited for
        with self.writing():
            found = self._format(schema, number)
            for text in [upgrades.get(k, "") for k in range(found, number)] if found else [schema]:
                for statement in text.split(";"):
                    self.execute(statement)
                self.execute(f"PRAGMA user_version = {number}")
        self.execute("PRAGMA journal_mode = WAL")

    def _format(self, schema: str, number: int) -> int:
        """The file's format, 0 where it is empty. Raises DataError where it is newer, or somebody else's."""
        found = int(self.execute("PRAGMA user_version")[0][0])
        there = {row[0] for row in self.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        ours = set(_TABLE.findall(schema)) <= there
        if found > number and (ours or not there):
            text = f"the {self.what} have format {found}; this twinviewer reads format {number}"
            raise DataError(text, str(self.path), "Install a newer twinviewer.")
        if (found or there) and not ours:
            raise self._foreign("it holds other tables")
        return found

    def _foreign(self, why: object) -> DataError:
        text = f"the file holds no {self.what} ({why})"
        return DataError(text, str(self.path), "Choose another file, or move this one away.")

    def execute(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows that a statement gives. Raises DataError, and sqlite3.IntegrityError where a constraint breaks."""
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.IntegrityError:
            raise
        except sqlite3.OperationalError as error:
            text = f"the {self.what} cannot be read or written now ({error})"
            remedy = "Close other programs that hold the file, check its folder and disk, and try again."
            if "readonly" in str(error):
                text = f"the {self.what} cannot be opened: you may not write to the file or its folder"
                remedy = "Ask for the right to write to both; to read them SQLite needs it, too."
            raise DataError(text, str(self.path), remedy) from error
        except sqlite3.Error as error:
            raise self._foreign(error) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One change as a whole or not at all."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.rollback()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()


class Register:
    """What is kept in one such file, which is let go of at the end of a `with`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
