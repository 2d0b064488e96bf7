"""What panels and commands use of the simulation; everything here is stable for them."""

from twinviewer.simulation.levers import Lever, levers
from twinviewer.simulation.line import Line, load_line
from twinviewer.simulation.plant_now import PlantNow, from_states
from twinviewer.simulation.playback import Playback, play
from twinviewer.simulation.results import Bottleneck, Difference, Estimate, Result, Variant, as_json
from twinviewer.simulation.runs import Experiment, run
from twinviewer.simulation.scenario import Event, Scenario, load_scenario, scenario_text
from twinviewer.simulation.search import Choice, Effect, Suggestion, choice_of, sensitivity, strongest, suggest
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
    "Lever",
    "Line",
    "PlantNow",
    "Playback",
    "Result",
    "Scenario",
    "StartFrom",
    "Suggestion",
    "Variant",
    "as_json",
    "at_time",
    "choice_of",
    "from_states",
    "levers",
    "load_line",
    "load_scenario",
    "play",
    "run",
    "scenario_text",
    "sensitivity",
    "sketch",
    "strongest",
    "suggest",
]
