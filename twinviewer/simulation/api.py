"""What panels and commands use of the simulation; everything here is stable for them."""

from twinviewer.simulation.levers import Lever, levers
from twinviewer.simulation.line import Line, load_line
from twinviewer.simulation.results import Bottleneck, Difference, Estimate, Result, Variant, as_json
from twinviewer.simulation.runs import Experiment, run
from twinviewer.simulation.scenario import Event, Scenario, load_scenario, scenario_text

__all__ = [
    "Bottleneck",
    "Difference",
    "Estimate",
    "Event",
    "Experiment",
    "Lever",
    "Line",
    "Result",
    "Scenario",
    "Variant",
    "as_json",
    "levers",
    "load_line",
    "load_scenario",
    "run",
    "scenario_text",
]
