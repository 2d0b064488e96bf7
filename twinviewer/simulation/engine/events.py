"""What an event does: an operation ends, a calendar turns, a transport or a delivery arrives, the script acts."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.engine.accounts import account_wip, change_crew, note, settle
from twinviewer.simulation.engine.machines import block, reschedule, unload
from twinviewer.simulation.engine.parts import absorb, admit, enqueue, leave, route_of, touch, touch_users
from twinviewer.simulation.engine.stops import serve_crew, stop
from twinviewer.simulation.engine.timers import INFINITY, set_timer
from twinviewer.simulation.random_numbers import REPAIR, SUPPLY, draw_apart
from twinviewer.simulation.records import ARRIVALS, GOOD, MADE, PACE, REPAIRED, SCRAP, SCRAPPED


@inlined
def operation_ends(
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
):
    """The part on machine `i` is finished, or its setup is.

    A part that goes back for rework is set aside before that station even where its buffer is full: a loop of full
    buffers would stand still for ever.
    """
    m = machines[i]
    if m.after_setup > 0.0:
        m.remaining = m.after_setup
        m.after_setup = 0.0
        reschedule(machines, stations, tree, trace, g, i, now)
        if m.has_setter > 0:
            setter = m.has_setter - 1
            m.has_setter = 0
            change_crew(crews, setter, 1, now)
            serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, setter, now)
        return
    p, s = m.part, m.station
    m.remaining = 0.0
    if m.has_operator > 0:
        operator = m.has_operator - 1
        m.has_operator = 0
        change_crew(crews, operator, m.operators, now)
        serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, operator, now)
    if stations[s].entry == ARRIVALS:
        parts[p].entered = now
        account_wip(g, 1, now)
    tries = parts[p].rework
    to = route_of(stations, parts, g, dist, routes, ways, n_laps, s, p)
    if to <= MADE:
        k = MADE - to
        if materials[k].blocked == 0 and materials[k].stock + 1.0 <= materials[k].capacity:
            absorb(machines, stations, parts, g, materials, needs, left, order_left, order_done, i, p, k, now)
        else:
            block(machines, materials[k], i)
            reschedule(machines, stations, tree, trace, g, i, now)
    elif to < 0:
        leave(machines, parts, g, left, order_left, order_done, i, p, SCRAPPED if to == SCRAP else GOOD, now)
        touch(stations, g, s)
    elif parts[p].rework > tries or (stations[to].occupied < stations[to].capacity and stations[to].blocked == 0):
        admit(machines, stations, parts, g, tree, trace, n_calendars, to, p, now)
        unload(machines, parts, i, p)
        touch(stations, g, s)
        touch(stations, g, to)
    else:
        block(machines, stations[to], i)
        touch(stations, g, to)
        reschedule(machines, stations, tree, trace, g, i, now)


@inlined
def calendar_turns(
    machines, stations, g, crews, calendars, calendar_t, calendar_v, dist, tables, energy, tree, trace, k, now
):
    """A shift begins or ends: machines freeze or go on, crews change their size."""
    c = calendars[k]
    value = calendar_v[c.offset + c.place]
    for j in range(machines.size):
        if machines[j].calendar == k:
            settle(machines, energy, g, j, now)
            machines[j].on = 1 if value > 0 else 0
            if machines[j].up == 1:
                reschedule(machines, stations, tree, trace, g, j, now)
            touch(stations, g, machines[j].station)
    for q in range(crews.size):
        if crews[q].calendar == k:
            change_crew(crews, q, value - crews[q].size, now)
            crews[q].size = value
            serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, q, now)
    c.place += 1
    t = calendar_t[c.offset + c.place] if c.place < c.n else INFINITY
    set_timer(tree, machines.size + k, t)


@inlined
def transport_arrives(machines, stations, parts, g, tree, trace, n_calendars, s, now):
    """The first part on the way to a station arrives in its queue."""
    st = stations[s]
    p = st.transit_head
    st.transit_head = parts[p].next
    enqueue(stations, parts, s, p, now)
    note(trace, g, stations, machines, st.first, now)
    t = parts[st.transit_head].arrives if st.transit_head >= 0 else INFINITY
    set_timer(tree, machines.size + n_calendars + st.transit_timer, t)
    touch(stations, g, s)


@inlined
def supply_arrives(stations, g, materials, needs, dist, tables, tree, timer, k, now):
    """A delivery comes in; the next is due one period after this one was, plus its own delay."""
    m = materials[k]
    m.stock += m.quantity
    m.supplies += 1
    m.next += m.period
    delay = draw_apart(dist, tables, m.delay_row, g[0].seed, g[0].replication, m.stream, SUPPLY, m.supplies)
    set_timer(tree, timer, max(now, m.next + delay))
    touch_users(stations, g, needs, k)


@inlined
def script_acts(machines, stations, g, crews, script, dist, tables, energy, tree, trace, timer, now):
    """A planned stop or a scripted failure begins; a machine that is down already stays so for as long at least. Or
    parts arrive more quickly or slowly from now on."""
    k = g[0].script
    line = script[k]
    g[0].script = k + 1
    set_timer(tree, timer, script[k + 1].t if k + 1 < script.size else INFINITY)
    m = machines[line.machine]
    if line.planned == PACE:
        settle(machines, energy, g, line.machine, now)
        m.remaining *= m.speed / line.duration
        m.speed = line.duration
        reschedule(machines, stations, tree, trace, g, line.machine, now)
    elif m.up == 1:
        m.planned = line.planned
        m.planned_s = line.duration
        if line.planned == 0:
            m.failures += 1
        stop(machines, stations, g, crews, dist, tables, energy, tree, trace, line.machine, line.crew, now)
    elif m.event == REPAIRED:
        if m.event_at < now + line.duration:
            m.event_at = now + line.duration
            set_timer(tree, line.machine, m.event_at)
    else:  # it waits for its crew
        if m.planned_s <= 0.0:
            m.planned_s = draw_apart(dist, tables, m.ttr, g[0].seed, g[0].replication, m.stream, REPAIR, m.repairs)
            m.repairs += 1
        m.planned_s = max(m.planned_s, line.duration)
