"""`twinviewer prognose`: remaining life and its evidence, of a recorded plant or from plain tables of lives."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinviewer.maintenance.results import Card

HELP = "predict remaining useful life with an interval"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, nargs="?", metavar="SCENE", help="folder of the scene")
    parser.add_argument("--recording", type=Path, metavar="DIR", help="what was recorded of it")
    parser.add_argument("--asset", action="append", default=[], metavar="ID", help="only this asset (may be repeated)")
    parser.add_argument("--json", action="store_true", help="print the evidence cards as JSON")
    parser.add_argument(
        "--orders", type=Path, metavar="FILE", help="the work orders, for lives that ended (SQLite, or CSV of a CMMS)"
    )
    parser.add_argument(
        "--table",
        nargs=2,
        type=Path,
        metavar=("TRAIN.csv", "TEST.csv"),
        help="instead of a scene: whole lives (the last row of a unit is its failure), and lives that are cut off",
    )
    parser.add_argument("--unit", metavar="COL", help="column that names the unit")
    parser.add_argument("--time", metavar="COL", help="column with its age (cycles, hours)")
    parser.add_argument(
        "--cap",
        type=_cap,
        metavar="LIFE",
        help="longest remaining life that is told (125; 60 %% of the median life where that is more than 625)",
    )
    parser.add_argument("--out", type=Path, metavar="PRED.csv", help="where to write unit,rul,lo,hi (else printed)")


def _cap(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e12:
        raise argparse.ArgumentTypeError("must be more than zero")
    return value


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    from twinviewer.model.errors import DataError

    if args.table is not None:
        if not args.unit or not args.time:
            raise DataError("--table needs --unit and --time", "prognose", "Name the columns of unit and age.")
        return _tables(args)
    if args.scene is None or args.recording is None:
        raise DataError("there is nothing to look at", "prognose", "Give SCENE --recording DIR, or --table.")
    return _scene(args)


def _scene(args: argparse.Namespace) -> int:
    from twinviewer.maintenance.service import cards
    from twinviewer.model.errors import DataError

    if args.orders is not None and not args.orders.is_file():
        raise DataError("the file of work orders does not exist", str(args.orders), "Check the path.")
    found = cards(args.scene, args.recording, args.asset, orders=args.orders, progress=_told)
    if args.json:
        print(json.dumps({"assets": [as_json(card) for card in found]}, ensure_ascii=False, indent=1))
        return 0
    for card in sorted(found, key=lambda c: (c.rul_days != c.rul_days, c.asset_id)):
        print(f"{card.asset_id:10} {card.tier:12} {card.headline}")
        for cause in card.causes[:1]:
            print(f"{'':23} {cause.label} ({100 * cause.weight:.0f} %): {cause.action}")
        for life in card.similar[:2]:
            left = f"{24 * life.rul_days:.0f} h" if life.rul_days < 2 else f"{life.rul_days:.0f} d"
            until = "left" if life.failed else "until it was renewed"
            print(f"{'':23} as {life.asset_id} was, {100 * life.likeness:.0f} % alike: it had {left} {until}")
        for spoke in card.detections:
            since, newest = (_plain("since_ns", at_ns) for at_ns in (spoke.since_ns, spoke.newest_ns))
            again = f", again {newest}" if newest != since else ""
            print(f"{'':23} {spoke.label}: {spoke.detector} since {since}{again} ({spoke.record})")
        if card.bearing is not None and card.bearing.part:
            print(f"{'':23} {card.bearing.said}")
        for note in (*_risked(card), *_beyond(card), *card.notes):
            print(f"{'':23} {note}")
    return 0


def _risked(card: "Card") -> list[str]:
    """How probable a failure is, how long its sign comes before it, and what another week is expected to cost."""
    if not card.risks:
        return []
    share = [
        f"{100 * r.probability:.1f} % ({100 * r.low:.1f} to {100 * r.high:.1f} %) within {r.days:.0f} d"
        for r in card.risks
    ]
    found = [f"Failure: {', '.join(share)}"]
    if card.pf_days == card.pf_days:
        found.append(f"From its first sign to failure (P-F interval): {card.pf_days:.1f} d")
    if card.choices and card.wait_a_week_eur == card.wait_a_week_eur:
        found.append(f"One more week of waiting is expected to cost {card.wait_a_week_eur:,.0f} EUR")
    return [f"{text}." for text in found]


def _beyond(card: "Card") -> list[str]:
    """What is beyond its usual level: vibration by criterion II, and energy."""
    found, drift = list[str](), card.energy
    if card.changed_ns:
        found.append(
            f"Vibration has changed by {card.change_mm_s:+.2g} mm/s at the same load: ISO 20816-3, criterion II."
        )
    if drift is not None and drift.low_kw > 0 and (drift.significant or card.detected_ns):
        text = f"At the same load it draws {drift.excess_kw:.2g} kW more than its baseline ({drift.low_kw:.2g} to "
        text += f"{drift.high_kw:.2g} kW): {drift.kwh_a_year:,.0f} kWh a year, {drift.eur_a_year:,.0f} EUR"
        found.append(f"{text}, {drift.kg_co2_a_year:,.0f} kg of CO2.")
    return found


def _told(fraction: float, text: str) -> None:
    print(f"{100 * fraction:3.0f} % {text}", file=sys.stderr)


def as_json(card: "Card") -> dict[str, object]:
    """A card as plain data: numbers that are not known are null, times ISO 8601, series left out."""
    from dataclasses import asdict

    skipped = ("health_ns", "health_series", "fit_ns", "fit", "fit_low", "fit_high")
    return {name: _plain(name, value) for name, value in asdict(card).items() if name not in skipped}


def _plain(name: str, value: object) -> object:
    from datetime import UTC, datetime
    from enum import Enum

    if isinstance(value, dict):
        return {k.removesuffix("_ns"): _plain(k, v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain("", v) for v in value]
    if isinstance(value, Enum):
        return value.name
    if name.endswith("_ns") and isinstance(value, int):
        return datetime.fromtimestamp(value // 10**9, UTC).isoformat() if value else None
    if isinstance(value, float):
        return round(value, 5) if abs(value) < float("inf") else None
    return value


def _tables(args: argparse.Namespace) -> int:
    import pandas as pd

    from twinviewer.maintenance.lives import lives_of, read_table, shared
    from twinviewer.maintenance.remaining_life import fit
    from twinviewer.model.errors import DataError

    if args.unit == args.time:
        raise DataError("--unit and --time name the same column", "prognose", "Name two columns.")
    train_path, test_path = args.table
    train = lives_of(read_table(train_path, args.unit), args.unit, args.time, str(train_path))
    test = lives_of(read_table(test_path, args.unit), args.unit, args.time, str(test_path))
    for where, notes in ((train_path, train.notes), (test_path, test.notes)):
        for note in notes:
            print(f"{where}: {note}", file=sys.stderr)
    known = len(train.notes)
    train, test = shared(train, test, str(test_path))
    for note in train.notes[known:]:
        print(note, file=sys.stderr)
    model = fit(train, args.cap, _told)
    if args.cap is None:
        print(f"remaining lives are told up to {model.cap:g}", file=sys.stderr)
    prediction = model.predict(test)
    table = pd.DataFrame(
        {"unit": prediction.names, "rul": prediction.rul, "lo": prediction.low, "hi": prediction.high}
    ).round(3)
    if args.out is None:
        print(table.to_csv(index=False), end="")
        return 0
    try:
        table.to_csv(args.out, index=False)
    except OSError as error:
        raise DataError(f"the file cannot be written ({error})", str(args.out), "Check the folder.") from error
    print(f"{len(table)} units written to {args.out}")
    return 0
