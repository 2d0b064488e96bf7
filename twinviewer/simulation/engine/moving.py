"""Parts and machines that wait for each other are matched: a fixpoint over the stations touched by an event."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.engine.accounts import account_wip, change_crew, settle
from twinviewer.simulation.engine.machines import begin_operation, foresee, reschedule, stock_lacks, unblock, unload
from twinviewer.simulation.engine.parts import admit, dequeue, take_source, touch, use_up
from twinviewer.simulation.engine.people import ask
from twinviewer.simulation.records import SATURATED, WAITING_MATERIAL


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
    left,
    order_left,
    order_done,
    n_calendars,
    now,
):
    """Move parts until nothing moves: buffers fill from blocked machines, machines load from buffers.

    Machines that need people do so in their turn only (`people.serve_first`).
    """
    while g[0].listed >= 0:
        s = g[0].listed
        st = stations[s]
        g[0].listed = st.listed_next
        st.listed = 0
        while True:
            foresee(stations, parts, g, dist, tables, s)
            if st.blocked > 0 and st.occupied < st.capacity:
                u = unblock(machines, st)
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
            if stock_lacks(stations, materials, needs, s):
                if machines[i].lack != WAITING_MATERIAL:
                    settle(machines, energy, g, i, now)
                    machines[i].lack = WAITING_MATERIAL
                    machines[i].dirty = 1
                break
            if machines[i].operator_crew >= 0 or machines[i].setup_crew >= 0:
                if g[0].served_at != s:
                    ask(stations, g, s)
                    break
                g[0].served_at = -1
                i = g[0].served
            u = -1
            if st.queued > 0:
                p = dequeue(stations, parts, s, now)
            elif direct:
                u = unblock(machines, st)
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
                        q = dequeue(stations, parts, s, now)
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
                use_up(machines, stations, parts, g, materials, needs, energy, left, order_left, order_done, s, now)
            if machines[i].operator_crew >= 0:
                change_crew(crews, machines[i].has_operator - 1, -machines[i].operators, now)
            begin_operation(machines, stations, parts, g, crews, setups, dist, tables, energy, tree, trace, i, p, now)
            if u >= 0:
                settle(machines, energy, g, u, now)
                unload(machines, parts, u, p)
                touch(stations, g, machines[u].station)
        for j in range(st.first, st.first + st.n):
            if machines[j].dirty == 1:
                settle(machines, energy, g, j, now)
                reschedule(machines, stations, tree, trace, g, j, now)
