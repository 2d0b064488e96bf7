"""`twinviewer plan`: which crew does which job when, at the least expected cost."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinviewer.maintenance.plan_results import Cost, Plan
    from twinviewer.model.asset import Asset

HELP = "plan maintenance over the coming weeks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="folder of the scene")
    parser.add_argument("--recording", type=Path, required=True, metavar="DIR", help="what was recorded so far")
    parser.add_argument("--weeks", type=_weeks, default=4, help="weeks to plan from the recording's end on (4)")
    parser.add_argument("--time-limit", type=_seconds, default=10.0, metavar="S", help="seconds to search (10)")
    parser.add_argument("--orders", type=Path, metavar="FILE", help="file of the work orders (SQLite)")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="write it as a scenario that simulate can play")
    out = parser.add_mutually_exclusive_group()
    out.add_argument("--json", action="store_true", help="print the plan as JSON")
    out.add_argument("--ics", type=Path, metavar="FILE", help="write an iCalendar file")
    out.add_argument("--csv", type=Path, metavar="FILE", help="write the jobs as CSV")


def _weeks(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 26:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 26, and is {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 86_400:
        raise argparse.ArgumentTypeError(f"must be seconds from 0 to 86400, and is {text!r}")
    return value


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    from dataclasses import replace

    from twinviewer.model.errors import DataError

    if args.orders is not None and not args.orders.is_file():  # a plan without them would be another one
        raise DataError("the file of work orders does not exist", str(args.orders), "Check the path.")
    for path in filter(None, (args.ics, args.csv, args.scenario)):  # said before the search, not after it
        if path.is_dir() or not path.parent.is_dir():
            raise DataError("no file can be written there", str(path), "Name a file in a folder that exists.")
    from twinviewer.maintenance.planning.plan import bettered
    from twinviewer.maintenance.service import Request, first_plan
    from twinviewer.scene.scene import load_scene
    from twinviewer.session.lost_production import lost_production
    from twinviewer.session.order_book import production_of

    assets = load_scene(args.scene, geometry=False).assets
    lost = lost_production(args.scene, assets, progress=_told)
    request = Request(args.scene, args.recording, args.weeks, args.orders)
    production = replace(production_of(args.scene, assets), lost_per_hour=lost.per_hour)
    plan = first_plan(request, production, progress=_told)
    plan = replace(plan, notes=(*plan.notes, *lost.notes))
    if args.time_limit > 0 and plan.jobs:
        plan = bettered(plan, args.time_limit, _told)
    for note in plan.notes:
        print(note, file=sys.stderr)
    if args.scenario is not None:
        _write_scenario(plan, assets, args.scene, args.scenario)
    if args.json:
        print(json.dumps(as_json(plan), ensure_ascii=False, indent=1))
    elif args.ics is not None:
        _write_calendar(plan, args.ics)
    elif args.csv is not None:
        _write_table(plan, args.csv)
    else:
        _print(plan)
    return 0


def _told(fraction: float, text: str) -> None:
    print(f"{100 * fraction:3.0f} % {text}", file=sys.stderr)


def as_json(plan: "Plan") -> dict[str, object]:
    """The plan as plain data; times in ISO 8601, UTC. Jobs that are put off have no start and end (null)."""
    from twinviewer.maintenance.orders.plan_table import moment

    return {
        "jobs": [
            {
                "work_order": job.work_order,
                "asset": job.asset_id,
                "start": moment(job.start_ns),
                "end": moment(job.end_ns),
                "crew": job.crew,
                "reason": job.reason,
            }
            for job in plan.jobs
        ],
        "cost": _cost(plan.cost),
        "gap": round(plan.gap, 4),
        "compare": {name: _cost(cost) for name, cost in plan.compare.items()},
    }


def _cost(cost: "Cost") -> dict[str, float]:
    from dataclasses import asdict

    return {"total_eur": round(cost.total_eur, 2), **{name: round(v, 2) for name, v in asdict(cost).items()}}


def _write_calendar(plan: "Plan", path: Path) -> None:
    from twinviewer.maintenance.orders.calendar_file import icalendar

    _write(path, icalendar(plan.jobs, plan.start_ns))
    print(f"{sum(1 for j in plan.jobs if j.start_ns)} jobs written to {path}")


def _write_scenario(plan: "Plan", assets: "Sequence[Asset]", scene: Path, path: Path) -> None:
    from twinviewer.session.plan_scenario import plan_scenario
    from twinviewer.simulation.reading import load_line
    from twinviewer.simulation.scenario import scenario_text

    found = plan_scenario(plan, load_line(scene), assets)
    _write(path, scenario_text(found))
    print(f"{len(found.events)} stops written to {path}", file=sys.stderr)


def _write_table(plan: "Plan", path: Path) -> None:
    from twinviewer.maintenance.orders.plan_table import plan_table

    _write(path, plan_table(plan.jobs))
    print(f"{len(plan.jobs)} jobs written to {path}")


def _write(path: Path, text: str) -> None:
    from twinviewer.model.errors import DataError

    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise DataError(f"the file cannot be written ({error})", str(path), "Check the folder.") from error


def _print(plan: "Plan") -> None:
    from twinviewer.maintenance.orders.plan_table import moment

    for job in plan.jobs:
        when = (moment(job.start_ns) or "put off")[:16].replace("T", " ")
        print(f"{when:16}  {job.asset_id:10} {job.title:34} {job.crew:14} {job.reason}")
    print()
    for name, cost in plan.compare.items():
        print(f"{name.replace('_', ' '):16} {cost.total_eur:12,.0f} EUR  {cost.failures:6.2f} failures expected")
    print(f"proven gap {100 * plan.gap:.1f} %; estimated from the rates and lives of maintenance.toml")
    for conflict in plan.conflicts:
        print(f"conflict: {conflict.text}")
