"""`simulate --suggest`: the three best settings of levers within bounds and a budget."""

import argparse
import json
from typing import TYPE_CHECKING

from twinviewer.model.errors import LineError

if TYPE_CHECKING:
    from twinviewer.simulation.line import Line
    from twinviewer.simulation.search import Choice
    from twinviewer.simulation.starting import StartFrom


def suggest(args: argparse.Namespace, line: "Line", horizon_s: float | None, start: "StartFrom | None") -> int:
    """Print the three best settings of the levers asked for; exit code 1 where none is better than the baseline."""
    from dataclasses import asdict

    from twinviewer.simulation.results import finite
    from twinviewer.simulation.search import suggest as search

    wanted = args.goal or "throughput_per_h"
    goal, largest = wanted.removeprefix("-"), not wanted.startswith("-")
    choices = [_choice(line, text) for text in args.suggest]
    found = search(line, choices, goal, largest, args.budget, horizon_s, args.seed, start, scheduler=args.scheduler)
    if args.json:
        rows = [{**asdict(s), "kpis": {k: asdict(e) for k, e in s.result.kpis.items()}} for s in found]
        kept = [{k: v for k, v in row.items() if k != "result"} for row in rows]
        print(json.dumps(finite({"goal": wanted, "suggestions": kept})))
    for s in found if not args.json else ():
        settings = ", ".join(f"{k} = {v:g}" for k, v in s.settings.items())
        sure = "" if s.gain.significant else "  not significant"
        print(f"{settings}: {goal} {s.gain.mean:+.4g} [{s.gain.low:+.4g}, {s.gain.high:+.4g}]{sure}, costs {s.price:g}")
    if not found and not args.json:
        print("nothing within these bounds is better than the baseline")
    return 0 if found else 1


def _choice(line: "Line", text: str) -> "Choice":
    """A lever within bounds from "speed.mill=95:115" or "crew.fitters=1:4:2000"."""
    from twinviewer.simulation.levers import levers
    from twinviewer.simulation.search import Choice, choice_of

    name, _, bounds = text.partition("=")
    lever = next((x for x in levers(line) if x.id == name.strip()), None)
    if lever is None:
        known = ", ".join([x.id for x in levers(line) if x.kind == "slider"][:12])
        raise LineError(f'there is no lever "{name}"', "--suggest", f"Some are: {known}.")
    try:
        low, high, *cost = (float(x) for x in bounds.split(":"))
    except ValueError as error:
        raise LineError(f'"{text}" has no bounds', "--suggest", 'Write "speed.mill=95:115".') from error
    whole = choice_of(lever, cost[0] if cost else 0.0)
    if len(cost) > 1 or not lever.low <= low < high <= lever.high:
        remedy = f"It can be moved from {lever.low:g} to {lever.high:g}{f' {lever.unit}' if lever.unit else ''}."
        raise LineError(f'"{text}" lies outside the lever\'s way', "--suggest", remedy)
    if not 0 <= whole.cost < float("inf"):
        raise LineError(f'"{text}" has no cost', "--suggest", "One unit of change costs zero or more.")
    return Choice(whole.lever, low, high, whole.steps, whole.cost, whole.integer, whole.current)
