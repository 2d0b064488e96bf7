"""Machines that lack people stand in one list, in the order in which they began to, and are served in that order.

Who stands further back may not take people whom somebody ahead could have once enough are free: so a machine that
needs two is not passed over for ever by those that need one. As in a first-come, first-served resource of SimPy. Of
those that begin at one moment, the station to which a finished part goes comes before the one it leaves.
"""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import compiled, inlined
from twinviewer.simulation.engine.accounts import crew_with
from twinviewer.simulation.engine.machines import needs_setter, stock_lacks
from twinviewer.simulation.engine.parts import touch
from twinviewer.simulation.records import WAITING_OPERATOR


@inlined
def ready(stations, sources, s, k):
    """Whether station `s` has parts for one more start after `k` others."""
    st = stations[s]
    begun = k * st.batch
    if st.queued - begun >= st.least or (st.capacity == 0 and st.blocked > 0 and st.queued + st.blocked > begun):
        return True
    if st.entry == 0:
        return False
    source = sources[st.source]
    return source.repeat == 1 or source.n - source.count + (st.queued if k > 0 else 0) > begun


@inlined
def ask(stations, g, s):
    """Note that station `s` could start if it had people; the rest is done away from what every line runs."""
    if stations[s].asks == 0:
        stations[s].asks = 1
        stations[s].asks_next = -1
        if g[0].asks_head < 0:
            g[0].asks_head = s
        else:
            stations[g[0].asks_tail].asks_next = s
        g[0].asks_tail = s
        g[0].people = 1


@inlined
def await_people(machines, stations, sources, g, s):
    """Put the idle machines of station `s` that have parts to start with at the end of the list."""
    st = stations[s]
    k = 0
    for j in range(st.first, st.first + st.n):
        m = machines[j]
        if m.awaits == 1 and m.up == 1 and m.on == 1:
            k += 1
    for j in range(st.first, st.first + st.n):
        m = machines[j]
        if m.awaits == 0 and m.part < 0 and m.up == 1 and m.on == 1:
            if not ready(stations, sources, s, k):
                return
            k += 1
            m.awaits = 1
            m.await_next = -1
            if g[0].await_head < 0:
                g[0].await_head = j
            else:
                machines[g[0].await_tail].await_next = j
            g[0].await_tail = j


@inlined
def await_no_more(machines, g, i):
    """Take machine `i` off the list, where it stands on it."""
    if machines[i].awaits == 0:
        return
    before = -1
    j = g[0].await_head
    while j != i:
        before = j
        j = machines[j].await_next
    after = machines[i].await_next
    if before < 0:
        g[0].await_head = after
    else:
        machines[before].await_next = after
    if after < 0:
        g[0].await_tail = before
    machines[i].awaits = 0


@inlined
def crew_in_time(crews, c, n, other, taken):
    """The crew for row `c` that has `n` members in all, and of several the one with most of them free; -1 for none."""
    mask = crews[c].mask
    best = -1
    for k in range(crews.size):
        asked = k == c if mask == 0 else ((mask >> k) & 1) == 1
        enough = asked and crews[k].size - (taken if k == other else 0) >= n
        if enough and (best < 0 or crews[k].free > crews[best].free):
            best = k
    return best


@inlined
def hold_for(crews, m, setter):
    """Keep people for a machine `m` that cannot start yet; nobody where there are not enough of them at present."""
    operators = setters = -1
    if m.operator_crew >= 0:
        operators = crew_with(crews, m.operator_crew, m.operators, -1, 0)
        if operators < 0:
            operators = crew_in_time(crews, m.operator_crew, m.operators, -1, 0)
        if operators < 0:
            return
    if setter:
        setters = crew_in_time(crews, m.setup_crew, 1, operators, m.operators)
        if setters < 0:
            return
        crews[setters].free -= 1
        crews[setters].held += 1
    if operators >= 0:
        crews[operators].free -= m.operators
        crews[operators].held += m.operators


@compiled
def serve_first(machines, stations, parts, g, crews, materials, needs, sources, sequence, setups):
    """Give its turn to the first machine on the list for which people are free, and say who they are.

    Those before it are seen to lack people. Returns whether there is a station to be looked at.
    """
    while g[0].asks_head >= 0:
        s = g[0].asks_head
        g[0].asks_head = stations[s].asks_next
        stations[s].asks = 0
        await_people(machines, stations, sources, g, s)
    g[0].served_at = -1
    i = g[0].await_head
    while i >= 0 and g[0].served_at < 0:
        m = machines[i]
        s = m.station
        able = m.up == 1 and m.on == 1 and ready(stations, sources, s, 0)
        if able and not stock_lacks(stations, materials, needs, s):
            setter = m.setup_crew >= 0 and needs_setter(machines, stations, parts, sources, sequence, setups, i)
            operator = crew_with(crews, m.operator_crew, m.operators, -1, 0) if m.operator_crew >= 0 else -1
            other = crew_with(crews, m.setup_crew, 1, operator, m.operators) if setter else -1
            if (m.operator_crew < 0 or operator >= 0) and (not setter or other >= 0):
                g[0].served = i
                g[0].served_at = s
                m.has_operator = operator + 1
                m.has_setter = other + 1
                touch(stations, g, s)
            else:
                hold_for(crews, m, setter)
                if m.lack != WAITING_OPERATOR:
                    m.lack = WAITING_OPERATOR
                    m.dirty = 1
                    touch(stations, g, s)
        following = m.await_next
        if m.up == 0:  # another machine of its station may take its turn
            await_no_more(machines, g, i)
            m.lack = 0
            touch(stations, g, s)
        i = following
    if g[0].served_at >= 0:
        await_no_more(machines, g, g[0].served)
    for c in range(crews.size):
        crews[c].free += crews[c].held
        crews[c].held = 0
    g[0].people = 1 if g[0].await_head >= 0 else 0
    return g[0].listed >= 0
