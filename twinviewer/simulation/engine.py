"""The compiled discrete-event engine: one replication of a flow model between two moments.

Blocking after service: a finished part waits on its machine until the next buffer has room. Calendars interrupt and
resume. Each machine has one pending event, each calendar, transport, supply and the script one; a tournament tree over
them names the next. Lists are linked through the records, so nothing is allocated while running. Parts that wait and
machines that could start are matched in `move`, a fixpoint over the stations touched by an event.
"""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
import numpy as np

from twinviewer.simulation.random_numbers import (
    FAILURE,
    PROCESS,
    QUALITY,
    REPAIR,
    ROUTE,
    SETUP,
    SUPPLY,
    compiled,
    draw,
    inlined,
    uniform,
)
from twinviewer.simulation.records import (
    ARRIVALS,
    BLOCKED,
    DOWN,
    FAILS,
    FAILS_CALENDAR,
    FAILS_OPERATING,
    MADE,
    MAINTAINED,
    N_STATES,
    NO_EVENT,
    OFF,
    OPERATION_ENDS,
    PACE,
    PART_POOL_EXHAUSTED,
    REPAIRED,
    RUNNING,
    SATURATED,
    SCRAP,
    SETTING_UP,
    STARVED,
    TIME_STANDS_STILL,
    WAITING_CREW,
    WAITING_MATERIAL,
    WAITING_OPERATOR,
)

INFINITY = np.inf
MOST_AT_ONCE = 1_000_000  # events at one moment: more mean a loop that takes no time
VISIT_SHIFT = 40  # a part's random index is its serial number and, above this bit, how often it came round


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


@inlined
def note(trace, g, stations, machines, i, now):
    """Write one line of the trace, where one is kept."""
    if trace.size > 0 and g[0].traced < trace.size:
        line = trace[g[0].traced]
        line.t = now
        line.machine = i
        line.state = machines[i].state
        line.part = machines[i].part
        line.queued = stations[machines[i].station].queued
        g[0].traced += 1


@inlined
def spend(energy, g, kw, start, end):
    """Add kW over [start, end) to the bins of the energy profile, in kW s."""
    if energy.size > 0 and kw > 0.0 and end > start:
        width = g[0].bin_s
        k = int(start / width)
        while start < end and k < energy.size:
            stop = min(end, (k + 1) * width)
            energy[k] += kw * (stop - start)
            start = stop
            k += 1


@inlined
def settle(machines, energy, g, i, now):
    """Account the time since the machine's last change to its state."""
    m = machines[i]
    dt = now - m.last
    if dt > 0.0:
        state = m.state
        m.time[state] += dt
        spend(energy, g, m.kw[state], m.last, now)
        if m.on == 0:
            if state == MAINTAINED:
                m.maintained_off += dt
            elif state in (DOWN, WAITING_CREW):
                m.down_off += dt
        working = state in (RUNNING, SETTING_UP)
        if working:
            m.remaining -= dt
        if m.failure == FAILS_OPERATING:
            if working:
                m.to_failure -= dt
        elif m.failure == FAILS_CALENDAR and (
            working or state in (STARVED, BLOCKED, WAITING_OPERATOR, WAITING_MATERIAL)
        ):
            m.to_failure -= dt
    m.last = now


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
def touch(stations, g, s):
    """Put a station on the list of those whose parts may move."""
    if stations[s].listed == 0:
        stations[s].listed = 1
        stations[s].listed_next = g[0].listed
        g[0].listed = s


@inlined
def account_queue(stations, s, now):
    """Keep the area under the number of parts that wait in front of a station."""
    st = stations[s]
    st.queue_area += st.queued * (now - st.queue_at)
    st.queue_at = now


@inlined
def enqueue(stations, parts, s, p, now):
    """Put a part at the end of a station's queue."""
    st = stations[s]
    account_queue(stations, s, now)
    parts[p].next = -1
    if st.queued == 0:
        st.head = p
    else:
        parts[st.tail].next = p
    st.tail = p
    st.queued += 1


@inlined
def admit(machines, stations, parts, g, tree, trace, n_calendars, s, p, now):
    """A part enters a station's input: at once, or after the transport."""
    st = stations[s]
    st.occupied += 1
    if st.transit_s <= 0.0:
        enqueue(stations, parts, s, p, now)
        note(trace, g, stations, machines, st.first, now)
        return
    parts[p].next = -1
    parts[p].arrives = now + st.transit_s
    if st.transit_head < 0:
        st.transit_head = p
        set_timer(tree, machines.size + n_calendars + st.transit_timer, parts[p].arrives)
    else:
        parts[st.transit_tail].next = p
    st.transit_tail = p


@inlined
def change_crew(crews, c, delta, now):
    """Take (delta < 0) or give back members, keeping account of busy time."""
    crew = crews[c]
    crew.busy_s += (crew.size - crew.free) * (now - crew.last)
    crew.paid_s += crew.size * (now - crew.last)
    crew.last = now
    crew.free += delta


@inlined
def account_wip(g, delta, now):
    """Keep the area under the number of parts in the system."""
    x = g[0]
    x.area += x.wip * (now - x.area_at)
    x.area_at = now
    x.wip += delta


@inlined
def unload(machines, parts, i, p):
    """Part `p` has left machine `i`, which turns to the next one of its batch, where there is one: finished too."""
    m = machines[i]
    m.part = parts[p].mate
    parts[p].mate = -1
    m.finished = 0
    m.dirty = 1


@inlined
def touch_users(stations, g, needs, k):
    """Look again at the stations that use material `k`."""
    for s in range(stations.size):
        for j in range(stations[s].need_first, stations[s].need_first + stations[s].needs):
            if needs[j].material == k:
                touch(stations, g, s)


@inlined
def absorb(machines, stations, parts, g, materials, needs, i, p, k, now):
    """The finished part `p` of machine `i` becomes a piece of material `k`."""
    account_wip(g, -1, now)
    g[0].absorbed += 1
    materials[k].stock += 1.0
    unload(machines, parts, i, p)
    parts[p].next = g[0].free
    g[0].free = p
    touch(stations, g, machines[i].station)
    touch_users(stations, g, needs, k)


@inlined
def use_up(machines, stations, parts, g, materials, needs, energy, s, now):
    """A station takes what it needs for one start; machines that waited for room put their parts there."""
    for j in range(stations[s].need_first, stations[s].need_first + stations[s].needs):
        k = needs[j].material
        material = materials[k]
        material.stock -= needs[j].n
        while material.blocked > 0 and material.stock + 1.0 <= material.capacity:
            u = material.blocked_head
            material.blocked_head = machines[u].blocked_next
            material.blocked -= 1
            settle(machines, energy, g, u, now)
            absorb(machines, stations, parts, g, materials, needs, u, machines[u].part, k, now)


@inlined
def begin_operation(machines, stations, parts, g, crews, setups, dist, tables, energy, tree, trace, i, p, now):
    """Load a part: a setup first where the product changes, then the processing time."""
    settle(machines, energy, g, i, now)
    m = machines[i]
    s = stations[m.station]
    part = parts[p]
    seed, replication = g[0].seed, g[0].replication
    index = part.serial + (part.visits << VISIT_SHIFT)
    time = draw(dist, tables, s.process + part.product, seed, replication, s.stream, PROCESS, index) / m.speed
    m.part = p
    m.finished = 0
    m.lack = 0
    m.remaining = time
    m.after_setup = 0.0
    if s.setup_group >= 0 and m.last_product >= 0 and m.last_product != part.product:
        row = setups[s.setup_group, m.last_product, part.product]
        if row >= 0:
            m.remaining = draw(dist, tables, row, seed, replication, s.stream, SETUP, index)
            m.after_setup = time if time > 0.0 else 1e-9
            if m.setup_crew >= 0:
                change_crew(crews, m.setup_crew, -1, now)
                m.has_setter = 1
    m.last_product = part.product
    m.state = -1  # so that every start of an operation is noted, also back to back
    reschedule(machines, stations, tree, trace, g, i, now)


@inlined
def take_source(stations, parts, g, sources, sequence, s, now):
    """A new part from a station's own source, -1 where it is exhausted or the pool is."""
    source = sources[stations[s].source]
    if source.repeat == 0 and source.count >= source.n:
        return -1
    p = g[0].free
    if p < 0:
        g[0].error = PART_POOL_EXHAUSTED
        return -1
    g[0].free = parts[p].next
    entry = sequence[source.offset + source.count % source.n]
    part = parts[p]
    part.serial = source.count * sources.size + stations[s].source
    part.visits = 0
    part.rework = 0
    part.mate = -1
    part.product = entry[0]
    part.order = entry[1]
    part.entered = now
    source.count += 1
    return p


@inlined
def lacks(machines, stations, crews, materials, needs, i):
    """What keeps machine `i` from starting: 0 nothing, else the state in which it waits."""
    m = machines[i]
    st = stations[m.station]
    for j in range(st.need_first, st.need_first + st.needs):
        if materials[needs[j].material].stock < needs[j].n:
            return WAITING_MATERIAL
    if m.operator_crew >= 0 and crews[m.operator_crew].free < m.operators:
        return WAITING_OPERATOR
    return 0


@inlined
def lacks_setter(machines, stations, parts, crews, sources, sequence, setups, i, direct):
    """Whether machine `i` would have to be set up for the next part, and nobody is there to do it."""
    m = machines[i]
    st = stations[m.station]
    if st.setup_group < 0 or m.last_product < 0:
        return 0
    if st.queued > 0:
        product = parts[st.head].product
    elif direct:
        product = parts[machines[st.blocked_head].part].product
    else:
        source = sources[st.source]
        product = np.int32(sequence[source.offset + source.count % source.n, 0])
    if product == m.last_product or setups[st.setup_group, m.last_product, product] < 0:
        return 0
    return WAITING_OPERATOR if crews[m.setup_crew].free < 1 else 0


@inlined
def move(
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
    n_calendars,
    now,
):
    """Move parts until nothing moves: buffers fill from blocked machines, machines load from buffers."""
    while g[0].listed >= 0:
        s = g[0].listed
        st = stations[s]
        g[0].listed = st.listed_next
        st.listed = 0
        while True:
            if st.blocked > 0 and st.occupied < st.capacity:
                u = st.blocked_head
                st.blocked_head = machines[u].blocked_next
                st.blocked -= 1
                settle(machines, energy, g, u, now)
                p = machines[u].part
                admit(machines, stations, parts, g, tree, trace, n_calendars, s, p, now)
                unload(machines, parts, u, p)
                touch(stations, g, machines[u].station)
                continue
            i = -1
            for j in range(st.first, st.first + st.n):
                if machines[j].part < 0 and machines[j].up == 1 and machines[j].on == 1:
                    i = j
                    break
            if i < 0:
                break
            direct = st.capacity == 0 and st.blocked > 0
            supply = st.entry != 0 and (
                sources[st.source].repeat == 1 or sources[st.source].count < sources[st.source].n
            )
            if not (st.queued >= st.least or direct or supply):
                if machines[i].lack != 0:
                    settle(machines, energy, g, i, now)
                    machines[i].lack = 0
                    machines[i].dirty = 1
                break
            lack = lacks(machines, stations, crews, materials, needs, i)
            if lack == 0 and machines[i].setup_crew >= 0:
                lack = lacks_setter(machines, stations, parts, crews, sources, sequence, setups, i, direct)
            if lack != 0:
                if machines[i].lack != lack:
                    settle(machines, energy, g, i, now)
                    machines[i].lack = lack
                    machines[i].dirty = 1
                break
            u = -1
            if st.queued > 0:
                p = st.head
                account_queue(stations, s, now)
                st.head = parts[p].next
                st.queued -= 1
                st.occupied -= 1
            elif direct:
                u = st.blocked_head
                st.blocked_head = machines[u].blocked_next
                st.blocked -= 1
                p = machines[u].part
            else:
                p = take_source(stations, parts, g, sources, sequence, s, now)
                if p < 0:
                    break
                if st.entry == SATURATED:
                    account_wip(g, 1, now)
            if st.batch > 1:
                last = p
                for _ in range(st.batch - 1):
                    if st.queued > 0:
                        q = st.head
                        account_queue(stations, s, now)
                        st.head = parts[q].next
                        st.queued -= 1
                        st.occupied -= 1
                    elif supply:
                        q = take_source(stations, parts, g, sources, sequence, s, now)
                        if q >= 0 and st.entry == SATURATED:
                            account_wip(g, 1, now)
                    else:
                        q = -1
                    if q < 0:
                        break
                    parts[last].mate = q
                    last = q
            if st.needs > 0:
                use_up(machines, stations, parts, g, materials, needs, energy, s, now)
            if machines[i].operator_crew >= 0:
                change_crew(crews, machines[i].operator_crew, -machines[i].operators, now)
                machines[i].has_operator = 1
            begin_operation(machines, stations, parts, g, crews, setups, dist, tables, energy, tree, trace, i, p, now)
            if u >= 0:
                settle(machines, energy, g, u, now)
                unload(machines, parts, u, p)
                touch(stations, g, machines[u].station)
        for j in range(st.first, st.first + st.n):
            if machines[j].dirty == 1:
                settle(machines, energy, g, j, now)
                reschedule(machines, stations, tree, trace, g, j, now)


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
        t = now + draw(dist, tables, m.ttr, g[0].seed, g[0].replication, m.stream, REPAIR, m.repairs)
        m.repairs += 1
    m.event = REPAIRED
    m.event_at = t
    set_timer(tree, i, t)


@inlined
def stop(machines, stations, g, crews, dist, tables, energy, tree, trace, i, c, now):
    """A machine goes down: crew `c` (-1: none) comes at once where it is free, else the machine waits for it."""
    settle(machines, energy, g, i, now)
    m = machines[i]
    m.up = 0
    m.crew_now = c
    if c < 0 or crews[c].free > 0:
        if c >= 0:
            change_crew(crews, c, -1, now)
        begin_repair(machines, stations, g, dist, tables, energy, tree, trace, i, now)
        return
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
    """Free members take the next machines that wait, then the stations that wait for operators are looked at."""
    while crews[c].waiting > 0 and crews[c].free > 0:
        i = crews[c].head
        crews[c].head = machines[i].crew_next
        crews[c].waiting -= 1
        change_crew(crews, c, -1, now)
        begin_repair(machines, stations, g, dist, tables, energy, tree, trace, i, now)
    if crews[c].free > 0:
        for j in range(machines.size):
            if (machines[j].operator_crew == c or machines[j].setup_crew == c) and machines[j].part < 0:
                touch(stations, g, machines[j].station)


@inlined
def route_of(stations, parts, g, dist, first_route, route_to, route_share, n_products, s, p):
    """Where a finished part goes: a station, SINK or SCRAP. Quality is decided before the route."""
    st = stations[s]
    part = parts[p]
    seed, replication = g[0].seed, g[0].replication
    index = part.serial + (part.visits << VISIT_SHIFT)
    planned = dist[st.process + part.product].mean * st.per_part
    st.planned += planned
    if st.yield_share < 1.0:
        u = uniform(seed, replication, st.stream, QUALITY, index)
        if u > st.yield_share:
            st.scrap += 1
            again = (u - st.yield_share) / (1.0 - st.yield_share) < st.rework_share
            if again and part.rework < st.max_rework:
                part.rework += 1
                part.visits += 1
                return st.rework_to
            return SCRAP
    st.good += 1
    st.planned_good += planned
    k = first_route[s * n_products + part.product]
    last = first_route[s * n_products + part.product + 1] - 1
    if k < last:
        u = uniform(seed, replication, st.stream, ROUTE, index)
        while k < last and u > route_share[k]:
            k += 1
        part.visits += 1
    return route_to[k]


@inlined
def leave(machines, stations, parts, g, done, scrapped, order_left, order_done, i, p, scrap, now):
    """A part leaves the system, good or scrapped."""
    account_wip(g, -1, now)
    part = parts[p]
    x = g[0]
    if scrap:
        scrapped[part.product] += 1
        x.scrapped += 1
    else:
        done[part.product] += 1
        x.completed += 1
        lead = now - part.entered
        x.lead += lead
        x.lead2 += lead * lead
    if part.order >= 0:
        order_left[part.order] -= 1
        if order_left[part.order] == 0:
            order_done[part.order] = now
    part.next = x.free
    x.free = p
    unload(machines, parts, i, p)


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
    first_route,
    route_to,
    route_share,
    n_products,
    n_calendars,
    done,
    scrapped,
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
        if m.has_setter == 1:
            m.has_setter = 0
            change_crew(crews, m.setup_crew, 1, now)
            serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, m.setup_crew, now)
        return
    p, s = m.part, m.station
    m.remaining = 0.0
    if m.has_operator == 1:
        m.has_operator = 0
        change_crew(crews, m.operator_crew, m.operators, now)
        serve_crew(machines, stations, g, crews, dist, tables, energy, tree, trace, m.operator_crew, now)
    if stations[s].entry == ARRIVALS:
        parts[p].entered = now
        account_wip(g, 1, now)
    tries = parts[p].rework
    to = route_of(stations, parts, g, dist, first_route, route_to, route_share, n_products, s, p)
    if to <= MADE:
        k = MADE - to
        if materials[k].blocked == 0 and materials[k].stock + 1.0 <= materials[k].capacity:
            absorb(machines, stations, parts, g, materials, needs, i, p, k, now)
        else:
            m.finished = 1
            m.blocked_next = -1
            if materials[k].blocked == 0:
                materials[k].blocked_head = i
            else:
                machines[materials[k].blocked_tail].blocked_next = i
            materials[k].blocked_tail = i
            materials[k].blocked += 1
            reschedule(machines, stations, tree, trace, g, i, now)
    elif to < 0:
        leave(machines, stations, parts, g, done, scrapped, order_left, order_done, i, p, to == SCRAP, now)
        touch(stations, g, s)
    elif parts[p].rework > tries or (stations[to].occupied < stations[to].capacity and stations[to].blocked == 0):
        admit(machines, stations, parts, g, tree, trace, n_calendars, to, p, now)
        unload(machines, parts, i, p)
        touch(stations, g, s)
        touch(stations, g, to)
    else:
        m.finished = 1
        m.blocked_next = -1
        if stations[to].blocked == 0:
            stations[to].blocked_head = i
        else:
            machines[stations[to].blocked_tail].blocked_next = i
        stations[to].blocked_tail = i
        stations[to].blocked += 1
        touch(stations, g, to)
        reschedule(machines, stations, tree, trace, g, i, now)


@inlined
def repaired(machines, stations, g, crews, dist, tables, energy, tree, trace, i, now):
    """A machine is up again; its crew goes to the next one."""
    m = machines[i]
    m.up = 1
    m.event_at = INFINITY
    if m.failure > 0 and m.to_failure <= 0.0:
        m.to_failure = draw(dist, tables, m.ttf, g[0].seed, g[0].replication, m.stream, FAILURE, m.breaks)
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
    delay = draw(dist, tables, m.delay_row, g[0].seed, g[0].replication, k, SUPPLY, m.supplies)
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
    elif m.planned_s < line.duration:  # it waits for its crew
        m.planned_s = line.duration


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
    first_route,
    route_to,
    route_share,
    n_products,
    energy,
    tree,
    trace,
    done,
    scrapped,
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
            n_calendars,
            now,
        )
        if g[0].error != 0:
            return
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
                    first_route,
                    route_to,
                    route_share,
                    n_products,
                    n_calendars,
                    done,
                    scrapped,
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
def forget(machines, stations, g, crews, done, scrapped):
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
    done[:] = 0
    scrapped[:] = 0
    g[0].area = 0.0
    g[0].lead = 0.0
    g[0].lead2 = 0.0
    g[0].completed = 0
    g[0].scrapped = 0
    g[0].absorbed = 0
    g[0].events = 0
    g[0].since = g[0].now


@compiled
def prepare(machines, stations, calendars, calendar_t, materials, script, dist, tables, tree, seed, replication, g):
    """Draw the first failures and set every timer at the beginning."""
    n_machines, n_calendars, n_stations = machines.size, calendars.size, stations.size
    for i in range(n_machines):
        m = machines[i]
        if m.failure > 0:
            m.to_failure = draw(dist, tables, m.ttf, seed, replication, m.stream, FAILURE, 0)
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
            delay = draw(dist, tables, m.delay_row, seed, replication, k, SUPPLY, 0)
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


@compiled
def appoint(tree, i, t):
    """Let timer `i` go off at `t`."""
    set_timer(tree, i, t)
