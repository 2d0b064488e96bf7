"""Remaining life from tables: regimes are found, intervals cover, and bad tables end in a sentence."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twinviewer.__main__ import main
from twinviewer.maintenance import features, regimes, remaining_life
from twinviewer.maintenance.lives import Lives, lives_of, read_table, shared
from twinviewer.maintenance.release import first_release, release_limit
from twinviewer.maintenance.remaining_life import fit
from twinviewer.model.errors import DataError

CMAPSS = Path(__file__).parents[2].parent / "shared" / "data" / "maintenance" / "cmapss"


def fleet(units: int, seed: int, settings: int = 1, cut: bool = False) -> tuple[pd.DataFrame, np.ndarray]:
    """Units whose wear grows exponentially to 1; returns the table and each unit's true remaining life."""
    rng = np.random.default_rng(seed)
    parts, left = [], []
    for u in range(units):
        life = int(rng.integers(80, 140))
        t = np.arange(1, life + 1)
        wear = np.exp(6 * (t / life - 1))
        regime = rng.integers(0, settings, life)
        table = pd.DataFrame(
            {
                "unit": u,
                "cycle": t,
                "height": regime * 10.0 + rng.normal(0, 0.01, life),
                "heat": 50.0 * regime + wear + rng.normal(0, 0.05, life),
                "hum": rng.normal(0, 1, life),
                "fixed": 3.0,
            }
        )
        end = int(rng.integers(20, life - 2)) if cut else life
        parts.append(table.iloc[:end])
        left.append(life - end)
    return pd.concat(parts, ignore_index=True), np.array(left)


def test_regimes_are_found_and_taken_out() -> None:
    table, _ = fleet(12, 1, settings=4)
    lives = lives_of(table, "unit", "cycle", "test")
    found = regimes.find(lives)
    assert len(found.codes) == 4
    z = found.normalise(lives.values)[:, lives.columns.index("heat")]
    early, late = (lives.end_time - lives.time > 60), (lives.end_time - lives.time < 5)
    assert z[late].mean() - z[early].mean() > 1.5
    assert not found.normalise(lives.values)[:, lives.columns.index("fixed")].any()


def test_a_wear_counter_in_whole_steps_is_a_signal_and_no_setting() -> None:
    table, _ = fleet(12, 2)
    table["steps"] = np.floor(table.cycle / 30) * 5
    lives = lives_of(table, "unit", "cycle", "test")
    assert lives.columns.index("steps") not in regimes.find(lives).columns


def test_predictions_are_near_and_the_interval_holds_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining_life, "MEMBERS", 1)
    train, _ = fleet(40, 3)
    test, left = fleet(60, 4, cut=True)
    model = fit(lives_of(train, "unit", "cycle", "train"), cap=60)
    prediction = model.predict(lives_of(test, "unit", "cycle", "test", model.columns))
    truth = np.minimum(left, 60)
    guess = np.sqrt(np.mean((truth.mean() - truth) ** 2))
    assert np.sqrt(np.mean((prediction.rul - truth) ** 2)) < 0.6 * guess
    inside = (truth >= prediction.low) & (truth <= prediction.high)
    assert 0.65 <= inside.mean() <= 0.97
    assert (prediction.low <= prediction.rul).all()
    assert (prediction.rul <= prediction.high).all()


def test_features_know_nothing_of_the_future() -> None:
    rng = np.random.default_rng(5)
    z, t = rng.normal(size=(90, 3)), np.arange(90.0)
    for stretch in (1, 3):
        assert features.of_life(z, t, stretch)[:50] == pytest.approx(features.of_life(z[:50], t[:50], stretch))


def test_a_missing_value_is_the_one_before_it_in_its_unit() -> None:
    z = np.array([0.0, 2, 3, 9, 5, 6])[:, None]  # 0: what normalising makes of the missing first one
    missing = np.array([True, False, True, True, True, False])[:, None]
    assert features.held(z, missing, np.array([0, 3, 6])).ravel().tolist() == [0, 2, 2, 9, 9, 6]


def test_rows_in_any_order_give_the_same_lives() -> None:
    table, _ = fleet(6, 6)
    mixed = table.sample(frac=1, random_state=0)
    a, b = (lives_of(f, "unit", "cycle", "test") for f in (table, mixed))
    order = [b.names.index(n) for n in a.names]
    again = np.concatenate([b.values[b.start[k] : b.start[k + 1]] for k in order])
    assert again == pytest.approx(a.values)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda t: t.rename(columns={"unit": "engine"}), 'no column "unit"'),
        (lambda t: t.assign(cycle=t.cycle.astype(object).where(t.index != 3, "soon")), "is not a number"),
        (lambda t: t.assign(unit=t.unit.astype(object).where(t.index != 3, None)), "is empty"),
    ],
)
def test_a_bad_table_is_named(change, sentence: str) -> None:
    table, _ = fleet(6, 7)
    with pytest.raises(DataError, match=sentence):
        lives_of(change(table), "unit", "cycle", "lives.csv")


def test_rows_of_the_same_time_are_put_together_and_odd_entries_are_said() -> None:
    table, _ = fleet(6, 7)
    twice = pd.concat([table, table.assign(heat=table.heat + 2)])
    lives = lives_of(twice.assign(mode="run", heat=twice.heat.astype(object)), "unit", "cycle", "lives.csv")
    alone = lives_of(table, "unit", "cycle", "lives.csv")
    heat = lives.columns.index("heat")
    assert lives.values[:, heat] == pytest.approx(alone.values[:, heat] + 1)
    assert "mode" not in lives.columns
    assert any("mode" in n for n in lives.notes)
    assert any("share unit and time" in n for n in lives.notes)
    odd = table.assign(heat=table.heat.astype(object).where(table.index != 3, "err"))
    odd.loc[5, "heat"] = np.inf
    lives = lives_of(odd, "unit", "cycle", "lives.csv")
    assert np.isnan(lives.values[:, lives.columns.index("heat")]).sum() == 2
    assert any("2 entries" in n for n in lives.notes)


def test_the_zero_and_the_unit_of_time_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaining_life, "MEMBERS", 1)
    monkeypatch.setattr(remaining_life, "FOLDS", 2)
    train, test = fleet(6, 11)[0], fleet(4, 12, cut=True)[0]
    told = []
    for table_of in (lambda t: t, lambda t: t.assign(cycle=t.cycle - 500), lambda t: t.assign(cycle=t.cycle * 1e4)):
        model = fit(lives_of(table_of(train), "unit", "cycle", "train"), cap=None)
        told.append((model.cap, model.predict(lives_of(table_of(test), "unit", "cycle", "test")).rul))
    assert told[0][0] == told[1][0] <= 125
    assert told[1][1] == pytest.approx(told[0][1])
    assert 40e4 < told[2][0] < 90e4
    assert np.corrcoef(told[2][1], told[0][1])[0, 1] > 0.95


def test_signals_that_one_table_lacks_are_left_out() -> None:
    train, test = fleet(8, 13)[0], fleet(4, 14, cut=True)[0]
    train["RUL"] = 1.0
    known, other = shared(
        lives_of(train, "unit", "cycle", "a"), lives_of(test[test.columns[::-1]], "unit", "cycle", "b"), "b"
    )
    assert known.columns == other.columns == ("height", "heat", "hum", "fixed")
    assert any("RUL" in n for n in known.notes)
    with pytest.raises(DataError, match="no signal in common"):
        shared(known, lives_of(test[["unit", "cycle"]], "unit", "cycle", "b"), "b")


def test_lives_of_one_row_are_said() -> None:
    table = fleet(6, 15)[0].groupby("unit").head(1)
    with pytest.raises(DataError, match="one row each"):
        fit(lives_of(table, "unit", "cycle", "train"))


def test_too_few_lives_are_said() -> None:
    table, _ = fleet(3, 8)
    with pytest.raises(DataError, match="too few"):
        fit(lives_of(table, "unit", "cycle", "train"))


def test_the_command_writes_one_row_per_unit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remaining_life, "MEMBERS", 1)
    train, test, out = tmp_path / "train.csv", tmp_path / "test.csv", tmp_path / "pred.csv"
    fleet(10, 9)[0].to_csv(train, index=False)
    fleet(7, 10, cut=True)[0].to_csv(test, index=False, sep=";", decimal=",")
    given = ["prognose", "--table", str(train), str(test), "--unit", "unit", "--time", "cycle"]
    assert main([*given, "--out", str(out)]) == 0
    table = pd.read_csv(out)
    assert list(table.columns) == ["unit", "rul", "lo", "hi"]
    assert len(table) == 7
    assert main([*given[:-1], "age"]) == 2
    assert 'no column "age"' in capsys.readouterr().err


def test_a_missing_or_empty_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        read_table(tmp_path / "none.csv")
    for name, content, sentence in (
        ("empty.csv", b"", "no rows"),
        ("ragged.csv", b"unit,cycle\n1,2\n1,2,3\n", "3 entries stand in this line, and 2"),
        ("word.csv", "unit,cycle\n1,2\n".encode("utf-16"), "no text in UTF-8"),
        ("cut.csv.gz", gzip.compress(b"unit,cycle\n1,2\n")[:-9], "cannot be read"),
        ("other.csv.zip", b"PK", "cannot be read"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=sentence) as found:
            read_table(tmp_path / name)
        assert found.value.where == str(tmp_path / name) + (":3" if name == "ragged.csv" else "")


@pytest.mark.parametrize("between", [",", ", ", ";", "\t"])
def test_units_are_kept_as_they_are_written(tmp_path: Path, between: str) -> None:
    rows = ("unit", '"my, age"', "heat"), ("007", "1", '"2,5"'), ("007", "2", "3")
    (tmp_path / "lives.csv").write_text("\n".join(between.join(row) for row in rows))
    lives = lives_of(read_table(tmp_path / "lives.csv", "unit"), "unit", "my, age", "lives.csv")
    assert lives.names == ("007",)
    assert lives.values.ravel().tolist() == [2.5, 3.0]


def test_a_life_of_many_rows_is_told_by_longer_spans_and_learned_from_some_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remaining_life, "MEMBERS", 1)
    table, _ = fleet(6, 16)
    lives = lives_of(table, "unit", "cycle", "train")
    monkeypatch.setattr(remaining_life, "FOLDS", 2)
    monkeypatch.setattr(remaining_life, "USUAL_ROWS", 20)
    monkeypatch.setattr(remaining_life, "MOST_ROWS", len(table) // 3)
    model = fit(lives, cap=60)
    assert model.stretch >= 4
    assert len(model.row) <= len(table) // 3 + 6
    assert set(lives.last) | set(lives.start[:-1]) <= set(model.row)
    told = model.left_out()
    assert len(told) == len(table)
    assert told[model.row] == pytest.approx(model.held_out)
    again = model.row.tolist()
    row = next(k for k in range(len(table)) if k not in again)
    assert told[row] == told[row - 1]  # nothing of what came later


def test_jobs_are_released_where_acting_costs_least() -> None:
    start, age = np.arange(0, 2001, 100), np.tile(np.arange(1.0, 101.0), 20)
    lives = Lives(age, np.zeros((2000, 0)), (), start, tuple(range(20)))
    told = 100 - age  # a prognosis without error: released at the lead plus the one record that it may be late by
    limit = release_limit(lives, told, 10, 1, 5)
    ages = [first_release(told[:100], age[:100], limit, 0) + 10]
    assert 88 <= ages[0] < 100
    cheap = release_limit(lives, told, 10, 1, 1)  # a failure that costs no more than a job is waited for
    assert first_release(told[:100], age[:100], cheap, 0) + 10 > ages[0]
    assert first_release(told[:100], age[:100], limit, 95) == 95
    assert first_release(np.full(5, 50.0), np.arange(5.0), 10, 0) == np.inf


@pytest.mark.skipif(not CMAPSS.is_dir(), reason="the turbofan data lies beside the project only where it was given")
def test_real_engines_of_the_second_half_are_predicted_from_the_first() -> None:
    names = ["unit", "cycle", "os1", "os2", "os3", *(f"s{i}" for i in range(1, 22))]
    with gzip.open(CMAPSS / "train_FD002.txt.gz") as file:
        table = pd.read_csv(file, sep=r"\s+", header=None, names=names)
    lives = lives_of(table[table.unit <= 60], "unit", "cycle", "FD002")
    assert len(regimes.find(lives).codes) == 6
