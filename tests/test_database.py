"""The file of a register: several programs at once, whole changes, and words for all that can be wrong with it."""

import sqlite3
from pathlib import Path

import pytest

from twinviewer.database import Database
from twinviewer.maintenance.orders.store import OrderStore
from twinviewer.model.errors import DataError
from twinviewer.simulation.proposals import ProposalRegister

SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY)"


def opened(path: Path) -> Database:
    return Database(path, "things", SCHEMA, 1, patience_s=0.05)


def test_a_file_that_another_program_writes_to_can_be_read_and_is_not_called_foreign(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "things"
    one = opened(path)
    with one.writing():
        one.execute("INSERT INTO things VALUES ('a')")
        other = opened(path)
        assert other.execute("SELECT name FROM things") == []
        with pytest.raises(DataError, match="database is locked") as told:
            _put(other, "b")
        assert "move this one away" not in str(told.value)
    assert [row["name"] for row in other.execute("SELECT name FROM things")] == ["a"]
    one.close()
    other.close()


def _put(db: Database, *names: str) -> None:
    with db.writing():
        for name in names:
            db.execute("INSERT INTO things VALUES (?)", (name,))


def test_a_change_is_whole_or_not_at_all(tmp_path: Path) -> None:
    db = opened(tmp_path / "things")
    with pytest.raises(sqlite3.IntegrityError):
        _put(db, "a", "a")
    assert db.execute("SELECT * FROM things") == []
    _put(db, "b")  # the next one can begin
    assert len(db.execute("SELECT * FROM things")) == 1
    db.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="the things cannot be opened"):
        opened(tmp_path / "file" / "things")


def test_the_files_of_others_are_left_as_they_are(tmp_path: Path) -> None:
    orders, foreign = tmp_path / "orders", tmp_path / "foreign"
    OrderStore(orders).close()
    db = sqlite3.connect(foreign)
    db.execute("CREATE TABLE theirs (a)")
    db.close()
    for path in (orders, foreign):
        before = path.read_bytes()
        with pytest.raises(DataError, match="holds no proposals"):
            ProposalRegister(path)
        assert path.read_bytes() == before
