"""Where parts are: queues and transports, materials made and used up, sources, routes, and the way out."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.engine.accounts import account_queue, account_wip, note, settle
from twinviewer.simulation.engine.machines import unblock, unload
from twinviewer.simulation.engine.timers import set_timer
from twinviewer.simulation.random_numbers import QUALITY, ROUTE, uniform
from twinviewer.simulation.records import ABSORBED, GOOD, PART_POOL_EXHAUSTED, SCRAP, VISIT_SHIFT


@inlined
def touch(stations, g, s):
    """Put a station on the list of those whose parts may move."""
    if stations[s].listed == 0:
        stations[s].listed = 1
        stations[s].listed_next = g[0].listed
        g[0].listed = s


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
def dequeue(stations, parts, s, now):
    """Take the first part out of a station's queue."""
    st = stations[s]
    p = st.head
    account_queue(stations, s, now)
    st.head = parts[p].next
    st.queued -= 1
    st.occupied -= 1
    return p


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
def touch_users(stations, g, needs, k):
    """Look again at the stations that use material `k`."""
    for s in range(stations.size):
        for j in range(stations[s].need_first, stations[s].need_first + stations[s].needs):
            if needs[j].material == k:
                touch(stations, g, s)


@inlined
def leave(machines, parts, g, left, order_left, order_done, i, p, how, now):
    """The finished part `p` of machine `i` leaves the line: GOOD, SCRAPPED, or ABSORBED as a material."""
    account_wip(g, -1, now)
    part = parts[p]
    x = g[0]
    left[how, part.product] += 1
    if how == GOOD:
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
def absorb(machines, stations, parts, g, materials, needs, left, order_left, order_done, i, p, k, now):
    """The finished part `p` of machine `i` becomes a piece of material `k`."""
    materials[k].stock += 1.0
    leave(machines, parts, g, left, order_left, order_done, i, p, ABSORBED, now)
    touch(stations, g, machines[i].station)
    touch_users(stations, g, needs, k)


@inlined
def use_up(machines, stations, parts, g, materials, needs, energy, left, order_left, order_done, s, now):
    """A station takes what it needs for one start; machines that waited for room put their parts there."""
    for j in range(stations[s].need_first, stations[s].need_first + stations[s].needs):
        k = needs[j].material
        material = materials[k]
        material.stock -= needs[j].n
        while material.blocked > 0 and material.stock + 1.0 <= material.capacity:
            u = unblock(machines, material)
            settle(machines, energy, g, u, now)
            p = machines[u].part
            absorb(machines, stations, parts, g, materials, needs, left, order_left, order_done, u, p, k, now)


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
def route_of(stations, parts, g, dist, routes, ways, n_laps, s, p):
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
                part.product = routes[s * n_laps + part.product].rework
                return st.rework_to
            return SCRAP
    st.good += 1
    st.planned_good += planned
    route = s * n_laps + part.product
    k = routes[route].first
    last = routes[route + 1].first - 1
    if k < last:
        u = uniform(seed, replication, st.stream, ROUTE, index)
        while k < last and u > ways[k].share:
            k += 1
        part.visits += 1
    if ways[k].lap != part.product:  # it comes to a station again
        part.product = ways[k].lap
        part.visits += 1
    return ways[k].to
