"""Machines go down and up again, and crews go from one to the next."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import compiled, inlined
from twinviewer.simulation.engine.accounts import change_crew, crew_with, note, serves, settle
from twinviewer.simulation.engine.machines import reschedule
from twinviewer.simulation.engine.parts import touch
from twinviewer.simulation.engine.timers import INFINITY, set_timer
from twinviewer.simulation.random_numbers import FAILURE, REPAIR, draw_apart
from twinviewer.simulation.records import DOWN, MAINTAINED, NO_EVENT, REPAIRED, WAITING_CREW


@inlined
def begin_repair(machines, stations, g, dist, tables, energy, tree, trace, i, now):
    """A crew (or nobody, where none is needed) starts on a machine that is down."""
    settle(machines, energy, g, i, now)
    m = machines[i]
    m.state = MAINTAINED if m.planned == 1 else DOWN
    note(trace, g, stations, machines, i, now)
    if m.planned_s > 0.0:
        t = now + m.planned_s
        m.planned_s = 0.0
    else:
        t = now + draw_apart(dist, tables, m.ttr, g[0].seed, g[0].replication, m.stream, REPAIR, m.repairs)
        m.repairs += 1
    m.event = REPAIRED
    m.event_at = t
    set_timer(tree, i, t)


@inlined
def stop(machines, stations, g, crews, dist, tables, energy, tree, trace, i, c, now):
    """A machine goes down: row `c` of the crews (-1: none) comes at once where it is free, else it is waited for."""
    settle(machines, energy, g, i, now)
    m = machines[i]
    m.up = 0
    k = crew_with(crews, c, 1, -1, 0) if c >= 0 else -1
    m.crew_now = k
    if c < 0 or k >= 0:
        if k >= 0:
            change_crew(crews, k, -1, now)
        begin_repair(machines, stations, g, dist, tables, energy, tree, trace, i, now)
        return
    m.waits_since = now
    m.crew_next = -1
    if crews[c].waiting == 0:
        crews[c].head = i
    else:
        machines[crews[c].tail].crew_next = i
    crews[c].tail = i
    crews[c].waiting += 1
    m.state = WAITING_CREW
    note(trace, g, stations, machines, i, now)
    m.event = NO_EVENT
    m.event_at = INFINITY
    set_timer(tree, i, INFINITY)


@compiled
def serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, c, now):
    """Free members of crew `c` repair the machines that wait longest; `people.serve_first` has the others."""
    while crews[c].free > 0:
        row = -1
        since = INFINITY
        for q in range(crews.size):
            if crews[q].waiting > 0 and serves(crews, c, q) and machines[crews[q].head].waits_since < since:
                row = q
                since = machines[crews[q].head].waits_since
        if row < 0:
            break
        i = crews[row].head
        crews[row].head = machines[i].crew_next
        crews[row].waiting -= 1
        change_crew(crews, c, -1, now)
        machines[i].crew_now = c
        begin_repair(machines, stations, g, dist, tables, energy, tree, trace, i, now)


@inlined
def repaired(machines, stations, g, crews, dist, tables, energy, tree, trace, i, now):
    """A machine is up again; its crew goes to the next one."""
    m = machines[i]
    m.up = 1
    m.event_at = INFINITY
    if m.failure > 0 and m.to_failure <= 0.0:
        m.to_failure = draw_apart(dist, tables, m.ttf, g[0].seed, g[0].replication, m.stream, FAILURE, m.breaks)
    m.planned = 0
    reschedule(machines, stations, tree, trace, g, i, now)
    if m.event_at == INFINITY:
        set_timer(tree, i, INFINITY)
    touch(stations, g, m.station)
    c = m.crew_now
    if c >= 0:
        m.crew_now = -1
        change_crew(crews, c, 1, now)
        serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, c, now)
