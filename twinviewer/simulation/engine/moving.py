"""Parts and machines that wait for each other are matched: a fixpoint over the stations touched by an event."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.engine.accounts import account_queue, account_wip, change_crew, crew_with, settle
from twinviewer.simulation.engine.machines import begin_operation, lacks, lacks_setter, reschedule, unload
from twinviewer.simulation.engine.parts import admit, take_source, touch, use_up
from twinviewer.simulation.records import SATURATED


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
                operator = crew_with(crews, machines[i].operator_crew, machines[i].operators, -1, 0)
                change_crew(crews, operator, -machines[i].operators, now)
                machines[i].has_operator = operator + 1
            begin_operation(machines, stations, parts, g, crews, setups, dist, tables, energy, tree, trace, i, p, now)
            if u >= 0:
                settle(machines, energy, g, u, now)
                unload(machines, parts, u, p)
                touch(stations, g, machines[u].station)
        for j in range(st.first, st.first + st.n):
            if machines[j].dirty == 1:
                settle(machines, energy, g, j, now)
                reschedule(machines, stations, tree, trace, g, j, now)
