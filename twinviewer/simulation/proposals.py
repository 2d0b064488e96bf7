"""The register of proposals: what a simulation suggested, who decided what and why, and what came of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from twinviewer.database import Database, Register
from twinviewer.model.errors import DataError
from twinviewer.simulation.results import Difference, Estimate, Result, Variant
from twinviewer.simulation.scenario import Scenario, scenario_of, scenario_text

FORMAT = 1
FILE = "proposals.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS proposals (number TEXT PRIMARY KEY, state TEXT NOT NULL, scenario TEXT NOT NULL,
    figures TEXT NOT NULL, in_force_ns INTEGER, outcome TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (id INTEGER PRIMARY KEY, number TEXT NOT NULL REFERENCES proposals (number),
    at_ns INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS decisions_number ON decisions (number);
"""


class ProposalState(StrEnum):
    """Accepted by a person, turned down, put into force in the plant, or taken back."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


NEXT_STATES = {
    ProposalState.ACCEPTED: (ProposalState.IN_FORCE, ProposalState.WITHDRAWN, ProposalState.REJECTED),
    ProposalState.REJECTED: (ProposalState.ACCEPTED,),
    ProposalState.IN_FORCE: (ProposalState.WITHDRAWN,),
    ProposalState.WITHDRAWN: (ProposalState.ACCEPTED,),
}


@dataclass(frozen=True, slots=True)
class Happened:
    """One KPI in the record: means with 95 % intervals before and after, their difference, and what that says.

    `verdict` is "as expected" (the intervals of the expected and the seen difference meet, and the seen one leaves out
    zero), "too early to tell" (it holds zero), "less than expected", "more than expected" or "the other way".
    """

    kpi: str
    before: Estimate
    after: Estimate
    difference: Difference
    expected: Difference
    verdict: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a recording shows of a proposal: compared at `at_ns`, over so many seconds before and after."""

    at_ns: int
    recording: str
    before_s: float
    after_s: float
    figures: tuple[Happened, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A scenario with its expected effect (scenario less baseline over `horizon_s`), and what was decided about it.

    `number`, `state`, `by`, `reason` and `at_ns` are of its last decision; `start` is "now", "empty" or a file's name.
    """

    scenario: Scenario
    expected: Mapping[str, Difference]
    baseline: Mapping[str, Estimate]
    horizon_s: float
    replications: int
    seed: int
    start: str = "empty"
    number: str = ""
    state: ProposalState = ProposalState.ACCEPTED
    by: str = ""
    reason: str = ""
    at_ns: int = 0
    in_force_ns: int | None = None
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.name


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of a proposal's record: who made it what, when and why."""

    number: str
    at_ns: int
    by: str
    reason: str
    before: str
    after: str


def proposal_of(result: Result, variant: Variant, scenario: Scenario, start: str = "empty") -> Proposal:
    """A proposal, not decided yet, from a variant's result. Only the line's own KPIs are kept, not each station's."""
    kept = {k: d for k, d in variant.difference.items() if "." not in k}
    baseline = {k: e for k, e in result.baseline.kpis.items() if k in kept}
    return Proposal(scenario, kept, baseline, result.horizon_s, result.replications, result.seed, start)


class ProposalRegister(Register):
    """Proposals in one SQLite file; several programs may have it open. Every decision names who, when and why."""

    def __init__(self, path: Path) -> None:
        """Open or create the file. Raises DataError where it is no such file or from a newer version."""
        super().__init__(Database(path, "proposals", _SCHEMA, FORMAT))

    # -- reading ------------------------------------------------------------------------------------------------

    def proposals(self, states: Sequence[ProposalState] = ()) -> tuple[Proposal, ...]:
        """All proposals by number, or those in some states."""
        rows = self._db.execute("SELECT number FROM proposals ORDER BY number")
        found = [self.proposal(row[0]) for row in rows]
        return tuple(p for p in found if not states or p.state in states)

    def proposal(self, number: str) -> Proposal:
        """One proposal. Raises DataError where there is none of this number."""
        rows = self._db.execute(
            "SELECT state, scenario, figures, in_force_ns, outcome FROM proposals WHERE number = ?", (number,)
        )
        if not rows:
            raise DataError("there is no such proposal", number, "`twinviewer proposals SCENE list` shows them all.")
        row, last = rows[0], self.decisions(number)[-1]
        figures = json.loads(row[2])
        return Proposal(
            scenario_of(row[1], number),
            {k: Difference(**d) for k, d in figures["expected"].items()},
            {k: Estimate(**e) for k, e in figures["baseline"].items()},
            figures["horizon_s"],
            figures["replications"],
            figures["seed"],
            figures["start"],
            number,
            ProposalState(row[0]),
            last.by,
            last.reason,
            last.at_ns,
            row[3],
            _outcome(json.loads(row[4])) if row[4] else None,
        )

    def decisions(self, number: str = "") -> tuple[Decision, ...]:
        """The record of one proposal, or of all, oldest first."""
        where, values = ("WHERE number = ?", (number,)) if number else ("", ())
        rows = self._db.execute(
            f"SELECT number, at_ns, by, reason, before, after FROM decisions {where} ORDER BY id", values
        )
        return tuple(Decision(*row) for row in rows)

    # -- deciding -----------------------------------------------------------------------------------------------

    def accept(self, proposal: Proposal, by: str, reason: str, at_ns: int) -> Proposal:
        """Keep a proposal as accepted, under a new number. Raises DataError without a name and a reason."""
        return self._add(proposal, ProposalState.ACCEPTED, by, reason, at_ns)

    def reject(self, proposal: Proposal, by: str, reason: str, at_ns: int) -> Proposal:
        """Keep a proposal as turned down, under a new number. Raises DataError without a name and a reason."""
        return self._add(proposal, ProposalState.REJECTED, by, reason, at_ns)

    def become(
        self,
        number: str,
        state: ProposalState,
        by: str,
        reason: str,
        at_ns: int,
        in_force_ns: int | None = None,
    ) -> Proposal:
        """Another state for a proposal that is kept; `in_force_ns` (`at_ns` without one) says since when the plant
        runs by it. Raises DataError where the state cannot follow."""
        _told(by, reason, number)
        with self._db.writing():
            was = self.proposal(number).state
            if state not in NEXT_STATES[was]:
                ways = ", ".join(NEXT_STATES[was])
                text = f"a proposal that is {_words(was)} cannot become {_words(state)}"
                raise DataError(text, number, f"It can become: {ways}.")
            if state is ProposalState.IN_FORCE:
                since = at_ns if in_force_ns is None else in_force_ns
                self._db.execute("UPDATE proposals SET in_force_ns = ? WHERE number = ?", (since, number))
            self._db.execute("UPDATE proposals SET state = ? WHERE number = ?", (state, number))
            self._decided(Decision(number, at_ns, by, reason, was, state))
        return self.proposal(number)

    def keep_outcome(self, number: str, outcome: Outcome) -> Proposal:
        """Keep what a recording shows of a proposal, in place of an earlier comparison."""
        self.proposal(number)
        with self._db.writing():
            self._db.execute("UPDATE proposals SET outcome = ? WHERE number = ?", (_json(asdict(outcome)), number))
        return self.proposal(number)

    def _add(self, p: Proposal, state: ProposalState, by: str, reason: str, at_ns: int) -> Proposal:
        _told(by, reason, p.name)
        figures = {
            "expected": {k: asdict(d) for k, d in p.expected.items()},
            "baseline": {k: asdict(e) for k, e in p.baseline.items()},
            "horizon_s": p.horizon_s,
            "replications": p.replications,
            "seed": p.seed,
            "start": p.start,
        }
        with self._db.writing():
            ((last,),) = self._db.execute("SELECT MAX(CAST(SUBSTR(number, 3) AS INTEGER)) FROM proposals")
            number = f"P-{(last or 0) + 1:04d}"
            values = (number, state, scenario_text(p.scenario), _json(figures))
            self._db.execute("INSERT INTO proposals (number, state, scenario, figures) VALUES (?, ?, ?, ?)", values)
            self._decided(Decision(number, at_ns, by, reason, "", state))
        return replace(p, number=number, state=state, by=by, reason=reason, at_ns=at_ns, outcome=None)

    def _decided(self, d: Decision) -> None:
        self._db.execute(
            "INSERT INTO decisions (number, at_ns, by, reason, before, after) VALUES (?, ?, ?, ?, ?, ?)",
            (d.number, d.at_ns, d.by.strip(), d.reason.strip(), d.before, d.after),
        )


def _told(by: str, reason: str, where: str) -> None:
    for value, what in ((by, "who decides"), (reason, "a reason")):
        if not value.strip():
            raise DataError(f"a decision needs {what}", where, "It is kept in the record.")


def _words(state: str) -> str:
    return state.replace("_", " ")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def _outcome(data: dict[str, Any]) -> Outcome:
    figures = tuple(
        Happened(
            f["kpi"],
            Estimate(**f["before"]),
            Estimate(**f["after"]),
            Difference(**f["difference"]),
            Difference(**f["expected"]),
            f["verdict"],
        )
        for f in data["figures"]
    )
    return Outcome(data["at_ns"], data["recording"], data["before_s"], data["after_s"], figures, tuple(data["notes"]))
