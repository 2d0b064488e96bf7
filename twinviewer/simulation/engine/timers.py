"""The tournament tree of pending events: a timer for each machine, calendar, transport, supply, and for the script."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
import numpy as np

from twinviewer.simulation.compiling import compiled, inlined

INFINITY = np.inf


@inlined
def set_timer(tree, i, t):
    """Let timer `i` go off at `t` (infinity: never) and replay its path to the root."""
    j = (tree.size >> 1) + i
    tree[j].t = t
    while j > 1:  # without branches: which side wins cannot be foreseen
        other = tree[j ^ 1]
        less = (other.t < t) | ((other.t == t) & ((j & 1) == 1))
        t = other.t if less else t
        i = other.i if less else i
        j >>= 1
        tree[j].t = t
        tree[j].i = i


@inlined
def count_transits(stations):
    """How many stations have a transport before them, and so a timer."""
    n = 0
    for s in range(stations.size):
        if stations[s].transit_s > 0.0:
            n += 1
    return n


@compiled
def appoint(tree, i, t):
    """Let timer `i` go off at `t`."""
    set_timer(tree, i, t)
