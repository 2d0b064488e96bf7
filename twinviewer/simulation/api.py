"""What panels and commands use of the simulation; everything here is stable for them."""

from twinviewer.simulation.levers import Lever, levers
from twinviewer.simulation.line import Line
from twinviewer.simulation.line_file import file_beside, line_text, save_line
from twinviewer.simulation.plant_now import PlantNow, from_states
from twinviewer.simulation.playback import Playback, play
from twinviewer.simulation.proposal_outcomes import outcome_of
from twinviewer.simulation.proposals import (
    Happened,
    Outcome,
    Proposal,
    ProposalRegister,
    ProposalState,
    proposal_of,
)
from twinviewer.simulation.reading import load_line
from twinviewer.simulation.results import Bottleneck, Difference, Estimate, Result, Variant, as_json
from twinviewer.simulation.runs import Experiment, run
from twinviewer.simulation.scenario import Event, Scenario, load_scenario, scenario_text
from twinviewer.simulation.search import Choice, Effect, Suggestion, choice_of, sensitivity, strongest, suggest
from twinviewer.simulation.seen import Seen, beyond, seen_range
from twinviewer.simulation.sketch import sketch
from twinviewer.simulation.starting import StartFrom, at_time

__all__ = [
    "Bottleneck",
    "Choice",
    "Difference",
    "Effect",
    "Estimate",
    "Event",
    "Experiment",
    "Happened",
    "Lever",
    "Line",
    "Outcome",
    "PlantNow",
    "Playback",
    "Proposal",
    "ProposalRegister",
    "ProposalState",
    "Result",
    "Scenario",
    "Seen",
    "StartFrom",
    "Suggestion",
    "Variant",
    "as_json",
    "at_time",
    "beyond",
    "choice_of",
    "file_beside",
    "from_states",
    "levers",
    "line_text",
    "load_line",
    "load_scenario",
    "outcome_of",
    "play",
    "proposal_of",
    "run",
    "save_line",
    "scenario_text",
    "seen_range",
    "sensitivity",
    "sketch",
    "strongest",
    "suggest",
]
