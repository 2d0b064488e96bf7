"""`twinviewer prognose`: remaining useful life, from plain tables of lives."""

import argparse
import sys
from pathlib import Path

HELP = "predict remaining useful life with an interval"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument(
        "--table",
        nargs=2,
        type=Path,
        required=True,
        metavar=("TRAIN.csv", "TEST.csv"),
        help="whole lives (the last row of a unit is its failure), and lives that are cut off",
    )
    parser.add_argument("--unit", required=True, metavar="COL", help="column that names the unit")
    parser.add_argument("--time", required=True, metavar="COL", help="column with its age (cycles, hours)")
    parser.add_argument("--cap", type=float, default=125.0, help="longest remaining life that is predicted (125)")
    parser.add_argument("--out", type=Path, metavar="PRED.csv", help="where to write unit,rul,lo,hi (else printed)")


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    import pandas as pd

    from twinviewer.maintenance.lives import lives_of, read_table
    from twinviewer.maintenance.remaining_life import fit

    train_path, test_path = args.table
    train = lives_of(read_table(train_path), args.unit, args.time, str(train_path))
    test = lives_of(read_table(test_path), args.unit, args.time, str(test_path), train.columns)
    model = fit(train, args.cap, lambda fraction, text: print(f"{100 * fraction:3.0f} % {text}", file=sys.stderr))
    prediction = model.predict(test)
    table = pd.DataFrame(
        {"unit": prediction.names, "rul": prediction.rul, "lo": prediction.low, "hi": prediction.high}
    ).round(3)
    if args.out is None:
        print(table.to_csv(index=False), end="")
    else:
        table.to_csv(args.out, index=False)
        print(f"{len(table)} units written to {args.out}")
    return 0
