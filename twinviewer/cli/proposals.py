"""`twinviewer proposals`: what was decided about simulated scenarios, and what came of it."""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import DataError
from twinviewer.settings import person

if TYPE_CHECKING:
    from twinviewer.simulation.proposals import Proposal, ProposalRegister

HELP = "show and decide proposals of the simulation, and compare them with what a recording shows happened"
NS = 1_000_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder; the register lies beside it")
    parser.add_argument("--register", type=Path, metavar="FILE", help="another register (SQLite)")
    parts = parser.add_subparsers(dest="what", required=True, metavar="WHAT", help="what to do with them")
    listed = parts.add_parser("list", help="list them")
    shown = parts.add_parser("show", help="one with its expected effect, its record and what came of it")
    shown.add_argument("number", help='the proposal, for example "P-0001"')
    for name, text in (
        ("accept", "accept one that was turned down or taken back"),
        ("reject", "turn one down"),
        ("start", "say that the plant runs by it"),
        ("withdraw", "take one back"),
    ):
        part = parts.add_parser(name, help=text)
        part.add_argument("number", help="the proposal")
        part.add_argument("--why", required=True, metavar="TEXT", help="the reason, kept in the record")
        part.add_argument("--by", default="", metavar="NAME", help="who decides")
        if name == "start":
            part.add_argument("--since", metavar="TIME", help="since when (ISO 8601 or a span back such as 2h; now)")
    compare = parts.add_parser("compare", help="compare with what a recording shows before and after")
    compare.add_argument("number", help="the proposal")
    compare.add_argument("--recording", required=True, metavar="DIR", help="the recording")
    compare.add_argument("--line", type=Path, metavar="FILE", help="another flow model")
    compare.add_argument("--settle", default="0 s", metavar="SPAN", help="left out after the change (0 s)")
    for part in (listed, shown, compare):
        part.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    from twinviewer.simulation.line_file import file_beside
    from twinviewer.simulation.proposals import FILE, ProposalRegister

    if args.register is None and not args.scene.exists():
        raise DataError("there is no such scene", str(args.scene), "Check the name of the folder.")
    file = args.register or file_beside(args.scene, FILE)
    if not file.exists():  # and nothing is made where nothing was decided
        if args.what != "list":
            raise DataError("nothing was proposed yet", str(file), "`twinviewer simulate … --accept REASON` keeps one.")
        _list((), args.json)
        return 0
    with ProposalRegister(file) as register:
        if args.what == "list":
            _list(register.proposals(), args.json)
        elif args.what == "show":
            _show(register, register.proposal(args.number), args.json)
        elif args.what == "compare":
            _compare(register, args)
        else:
            _decide(register, args)
    return 0


def _list(found: "Sequence[Proposal]", as_json: bool) -> None:
    if as_json:
        print(json.dumps({"proposals": [_plain(p) for p in found]}, ensure_ascii=False))
        return
    if not found:
        print("no proposals: `twinviewer simulate … --scenario FILE --accept REASON` keeps one")
    for p in found:
        print(f"{p.number:8} {p.state.replace('_', ' '):10} {_time(p.at_ns)} {p.by:12} {p.name:32} {p.reason}")


def _show(register: "ProposalRegister", p: "Proposal", as_json: bool) -> None:
    record = register.decisions(p.number)
    if as_json:
        from dataclasses import asdict

        print(json.dumps({**_plain(p), "decisions": [asdict(d) for d in record]}, ensure_ascii=False))
        return
    print(f"{p.number} {p.name}: {p.state.replace('_', ' ')}")
    settings = {**p.scenario.levers, **p.scenario.patches}
    for key, value in settings.items():
        print(f"  {key} = {value}")
    print(f"expected over {p.horizon_s / 3600:g} h, from {p.start}, {p.replications} replications, seed {p.seed}")
    for kpi, d in p.expected.items():
        sure = "" if d.significant else "  not significant"
        print(f"  {kpi:24}{d.mean:+12.4g}  [{d.low:+.4g}, {d.high:+.4g}]{sure}")
    for d in record:
        print(f"{_time(d.at_ns)} {d.by:12} {d.before or '–'} -> {d.after}: {d.reason}")
    _print_outcome(p)


def _print_outcome(p: "Proposal") -> None:
    if p.outcome is None:
        return
    o = p.outcome
    print(f"what happened, {o.before_s / 3600:.3g} h before and {o.after_s / 3600:.3g} h after ({o.recording})")
    for f in o.figures:
        d = f.difference
        print(
            f"  {f.kpi:24}{d.mean:+12.4g}  [{d.low:+.4g}, {d.high:+.4g}]  expected {f.expected.mean:+.4g}: {f.verdict}"
        )
    for note in o.notes:
        print(f"  note: {note}")


def _decide(register: "ProposalRegister", args: argparse.Namespace) -> None:
    from twinviewer.history.times import parse_time
    from twinviewer.simulation.proposals import ProposalState

    states = {
        "accept": ProposalState.ACCEPTED,
        "reject": ProposalState.REJECTED,
        "start": ProposalState.IN_FORCE,
        "withdraw": ProposalState.WITHDRAWN,
    }
    now = time.time_ns()
    since = parse_time(args.since, now) if args.what == "start" and args.since else None
    p = register.become(args.number, states[args.what], args.by or person(), args.why, now, since)
    print(f"{p.number} is {p.state.replace('_', ' ')}")


def _compare(register: "ProposalRegister", args: argparse.Namespace) -> None:
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene
    from twinviewer.simulation.proposal_outcomes import outcome_of
    from twinviewer.simulation.quantities import seconds
    from twinviewer.simulation.reading import load_line

    p = register.proposal(args.number)
    line, scene = load_line(args.line or args.scene), load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        outcome = outcome_of(p, line, scene, recording, time.time_ns(), seconds(args.settle, "--settle"))
    finally:
        recording.close()
    if not outcome.figures:
        raise DataError("the recording shows none of the figures", p.number, "Record counters of parts and energy.")
    p = register.keep_outcome(p.number, outcome)
    if args.json:
        print(json.dumps(_plain(p), ensure_ascii=False))
    else:
        _print_outcome(p)


def _plain(p: "Proposal") -> dict[str, object]:
    from dataclasses import asdict

    from twinviewer.simulation.results import finite

    return finite({**asdict(p), "name": p.name})


def _time(time_ns: int) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(time_ns / NS).isoformat(sep=" ", timespec="minutes")
