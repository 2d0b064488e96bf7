"""What one machine does next, and what it needs before it can start."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
import numpy as np

from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.engine.accounts import change_crew, note, settle
from twinviewer.simulation.engine.timers import INFINITY, set_timer
from twinviewer.simulation.random_numbers import PROCESS, SETUP, draw, draw_apart
from twinviewer.simulation.records import (
    BLOCKED,
    FAILS,
    FAILS_CALENDAR,
    FAILS_OPERATING,
    NO_EVENT,
    OFF,
    OPERATION_ENDS,
    RUNNING,
    SETTING_UP,
    STARVED,
    VISIT_SHIFT,
)


@inlined
def reschedule(machines, stations, tree, trace, g, i, now):
    """Choose the machine's state and its next event from what it holds; it is up."""
    m = machines[i]
    m.dirty = 0
    if m.up == 0:
        return
    if m.on == 0:
        state = OFF
    elif m.part < 0:
        state = m.lack if m.lack > 0 else STARVED
    elif m.finished == 1:
        state = BLOCKED
    elif m.after_setup > 0.0:
        state = SETTING_UP
    else:
        state = RUNNING
    if state != m.state:
        m.state = state
        note(trace, g, stations, machines, i, now)
    t, event = INFINITY, NO_EVENT
    working = state in (RUNNING, SETTING_UP)
    if working:
        t, event = now + m.remaining, OPERATION_ENDS
    if (m.failure == FAILS_OPERATING and working) or (m.failure == FAILS_CALENDAR and state != OFF):
        fails = now + m.to_failure
        if fails < t:
            t, event = fails, FAILS
    m.event = event
    if t != m.event_at:
        m.event_at = t
        set_timer(tree, i, t)


@inlined
def block(machines, at, i):
    """Machine `i` waits with a finished part for room `at` a station or a material (its record), behind all others."""
    machines[i].finished = 1
    machines[i].blocked_next = -1
    if at.blocked == 0:
        at.blocked_head = i
    else:
        machines[at.blocked_tail].blocked_next = i
    at.blocked_tail = i
    at.blocked += 1


@inlined
def unblock(machines, at):
    """The machine that waits longest for room `at` a station or a material: it waits no more."""
    u = at.blocked_head
    at.blocked_head = machines[u].blocked_next
    at.blocked -= 1
    return u


@inlined
def unload(machines, parts, i, p):
    """Part `p` has left machine `i`, which turns to the next one of its batch, where there is one: finished too."""
    m = machines[i]
    m.part = parts[p].mate
    parts[p].mate = -1
    m.finished = 0
    m.dirty = 1


@inlined
def stock_lacks(stations, materials, needs, s):
    """Whether a material is short for a start at station `s`."""
    st = stations[s]
    short = False
    for j in range(st.need_first, st.need_first + st.needs):
        short |= materials[needs[j].material].stock < needs[j].n
    return short


@inlined
def needs_setter(machines, stations, parts, sources, sequence, setups, i):
    """Whether machine `i` would have to be set up for the next part."""
    m = machines[i]
    st = stations[m.station]
    if st.setup_group < 0 or m.last_product < 0:
        return False
    if st.queued > 0:
        product = parts[st.head].product
    elif st.capacity == 0 and st.blocked > 0:
        product = parts[machines[st.blocked_head].part].product
    else:
        source = sources[st.source]
        product = np.int32(sequence[source.offset + source.count % source.n, 0])
    return product != m.last_product and setups[st.setup_group, m.last_product, product] >= 0


@inlined
def foresee(stations, parts, g, dist, tables, s):
    """Draw the processing time of the part at the head of a queue: the event that loads it need not wait for that."""
    st = stations[s]
    if st.queued > 0:
        part = parts[st.head]
        if part.time < 0.0:
            index = part.serial + (part.visits << VISIT_SHIFT)
            seed, replication = g[0].seed, g[0].replication
            part.time = draw(dist, tables, st.process + part.product, seed, replication, st.stream, PROCESS, index)


@inlined
def begin_operation(machines, stations, parts, g, crews, setups, dist, tables, energy, tree, trace, i, p, now):
    """Load a part: a setup first where the product changes, then the processing time; who does it is known already."""
    settle(machines, energy, g, i, now)
    m = machines[i]
    s = stations[m.station]
    part = parts[p]
    seed, replication = g[0].seed, g[0].replication
    index = part.serial + (part.visits << VISIT_SHIFT)
    time = part.time
    if time < 0.0:
        time = draw_apart(dist, tables, s.process + part.product, seed, replication, s.stream, PROCESS, index)
    part.time = -1.0
    time /= m.speed
    m.part = p
    m.finished = 0
    m.lack = 0
    m.remaining = time
    m.after_setup = 0.0
    if s.setup_group >= 0 and m.last_product >= 0 and m.last_product != part.product:
        row = setups[s.setup_group, m.last_product, part.product]
        if row >= 0:
            m.remaining = draw_apart(dist, tables, row, seed, replication, s.stream, SETUP, index)
            m.after_setup = time if time > 0.0 else 1e-9
            if m.has_setter > 0:
                change_crew(crews, m.has_setter - 1, -1, now)
    m.last_product = part.product
    m.state = -1  # so that every start of an operation is noted, also back to back
    reschedule(machines, stations, tree, trace, g, i, now)
