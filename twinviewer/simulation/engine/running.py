"""The loop over events, and what comes before it: first failures, a state set by hand, statistics begun anew."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import compiled
from twinviewer.simulation.engine.accounts import account_queue, account_wip, change_crew, settle
from twinviewer.simulation.engine.events import (
    calendar_turns,
    operation_ends,
    script_acts,
    supply_arrives,
    transport_arrives,
)
from twinviewer.simulation.engine.machines import reschedule
from twinviewer.simulation.engine.moving import move
from twinviewer.simulation.engine.parts import touch
from twinviewer.simulation.engine.people import serve_first
from twinviewer.simulation.engine.stops import repaired, stop
from twinviewer.simulation.engine.timers import INFINITY, count_transits, set_timer
from twinviewer.simulation.random_numbers import FAILURE, SUPPLY, draw_apart
from twinviewer.simulation.records import FAILS, FAILS_CALENDAR, N_STATES, OPERATION_ENDS, TIME_STANDS_STILL

MOST_AT_ONCE = 1_000_000  # events at one moment: more mean a loop that takes no time


@compiled
def run(
    machines,
    stations,
    parts,
    g,
    crews,
    calendars,
    calendar_t,
    calendar_v,
    materials,
    needs,
    sources,
    sequence,
    setups,
    script,
    dist,
    tables,
    routes,
    ways,
    n_laps,
    energy,
    tree,
    trace,
    left,
    order_left,
    order_done,
    until,
):
    """Run from the present moment to `until` (s). Everything is left as it stands then, so that one can go on."""
    n_machines, n_calendars, n_stations = machines.size, calendars.size, stations.size
    first_transit = n_machines + n_calendars
    first_supply = first_transit + count_transits(stations)
    script_timer = first_supply + materials.size
    now = g[0].now
    while True:
        move(
            machines,
            stations,
            parts,
            g,
            crews,
            materials,
            needs,
            sources,
            sequence,
            setups,
            dist,
            tables,
            energy,
            tree,
            trace,
            left,
            order_left,
            order_done,
            n_calendars,
            now,
        )
        if g[0].error != 0:
            return
        if g[0].people == 1 and serve_first(
            machines, stations, parts, g, crews, materials, needs, sources, sequence, setups
        ):
            continue
        if tree[1].t > until:
            break
        i = tree[1].i
        now = tree[1].t
        g[0].events += 1
        if now > g[0].event_at:
            g[0].event_at = now
            g[0].same = 0
        else:
            g[0].same += 1
            if g[0].same > MOST_AT_ONCE:
                g[0].error = TIME_STANDS_STILL
                return
        if i < n_machines:
            settle(machines, energy, g, i, now)
            event = machines[i].event
            if event == OPERATION_ENDS:
                operation_ends(
                    machines,
                    stations,
                    parts,
                    g,
                    crews,
                    materials,
                    needs,
                    dist,
                    tables,
                    energy,
                    tree,
                    trace,
                    routes,
                    ways,
                    n_laps,
                    n_calendars,
                    left,
                    order_left,
                    order_done,
                    i,
                    now,
                )
            elif event == FAILS:
                machines[i].failures += 1
                machines[i].breaks += 1
                machines[i].to_failure = 0.0
                crew = machines[i].repair_crew
                stop(machines, stations, g, crews, dist, tables, energy, tree, trace, i, crew, now)
            else:
                repaired(machines, stations, g, crews, dist, tables, energy, tree, trace, i, now)
        elif i < first_transit:
            calendar_turns(
                machines,
                stations,
                g,
                crews,
                calendars,
                calendar_t,
                calendar_v,
                dist,
                tables,
                energy,
                tree,
                trace,
                i - n_machines,
                now,
            )
        elif i < first_supply:
            transport_arrives(
                machines, stations, parts, g, tree, trace, n_calendars, stations[i - first_transit].transit_station, now
            )
        elif i < script_timer:
            supply_arrives(stations, g, materials, needs, dist, tables, tree, i, i - first_supply, now)
        else:
            script_acts(machines, stations, g, crews, script, dist, tables, energy, tree, trace, script_timer, now)
    for j in range(n_machines):
        settle(machines, energy, g, j, until)
    for c in range(crews.size):
        change_crew(crews, c, 0, until)
    for s in range(n_stations):
        account_queue(stations, s, until)
    account_wip(g, 0, until)
    g[0].now = until


@compiled
def forget(machines, stations, g, crews, left):
    """Start the statistics anew, as after a warm-up; the plant stays as it is."""
    for m in machines:
        for k in range(N_STATES):
            m.time[k] = 0.0
        m.down_off = 0.0
        m.maintained_off = 0.0
    for s in stations:
        s.good = 0.0
        s.scrap = 0.0
        s.planned = 0.0
        s.planned_good = 0.0
        s.queue_area = 0.0
    for c in crews:
        c.busy_s = 0.0
        c.paid_s = 0.0
    left[:] = 0
    g[0].area = 0.0
    g[0].lead = 0.0
    g[0].lead2 = 0.0
    g[0].events = 0
    g[0].since = g[0].now


@compiled
def prepare(machines, stations, calendars, calendar_t, materials, script, dist, tables, tree, seed, replication, g):
    """Draw the first failures and set every timer at the beginning."""
    n_machines, n_calendars, n_stations = machines.size, calendars.size, stations.size
    for i in range(n_machines):
        m = machines[i]
        if m.failure > 0:
            m.to_failure = draw_apart(dist, tables, m.ttf, seed, replication, m.stream, FAILURE, 0)
        if m.failure == FAILS_CALENDAR and m.on == 1:
            m.event = FAILS
            m.event_at = m.to_failure
            set_timer(tree, i, m.to_failure)
    for k in range(n_calendars):
        c = calendars[k]
        if c.n > 0:
            set_timer(tree, n_machines + k, calendar_t[c.offset])
    first_supply = n_machines + n_calendars + count_transits(stations)
    for k in range(materials.size):
        m = materials[k]
        if m.next < INFINITY:
            delay = draw_apart(dist, tables, m.delay_row, seed, replication, m.stream, SUPPLY, 0)
            set_timer(tree, first_supply + k, m.next + delay)
    if script.size > 0:
        set_timer(tree, first_supply + materials.size, script[0].t)
    for s in range(n_stations):
        touch(stations, g, s)


@compiled
def resume(machines, stations, tree, trace, g):
    """Set the timers of machines that were put into a state by hand."""
    for i in range(machines.size):
        reschedule(machines, stations, tree, trace, g, i, 0.0)
    for s in range(stations.size):
        touch(stations, g, s)
