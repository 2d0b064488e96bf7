"""Time, energy, queues, crews and parts in the line, accounted up to the moment at which one of them changes."""

# pyright: reportIndexIssue=false, reportAttributeAccessIssue=false, reportOptionalSubscript=false
from twinviewer.simulation.compiling import inlined
from twinviewer.simulation.records import (
    BLOCKED,
    DOWN,
    FAILS_CALENDAR,
    FAILS_OPERATING,
    MAINTAINED,
    RUNNING,
    SETTING_UP,
    STARVED,
    WAITING_CREW,
    WAITING_MATERIAL,
    WAITING_OPERATOR,
)


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
def account_queue(stations, s, now):
    """Keep the area under the number of parts that wait in front of a station."""
    st = stations[s]
    st.queue_area += st.queued * (now - st.queue_at)
    st.queue_at = now


@inlined
def crew_with(crews, c, n, other, taken):
    """The crew that has `n` members free for row `c`: that very crew, or the first one with the skill; -1 for none.

    `taken` members of crew `other` are not free any more.
    """
    mask = crews[c].mask
    if mask == 0:
        return c if crews[c].free - (taken if c == other else 0) >= n else -1
    k = 0
    while mask > 0:
        if (mask & 1) == 1 and crews[k].free - (taken if k == other else 0) >= n:
            return k
        mask >>= 1
        k += 1
    return -1


@inlined
def serves(crews, c, row):
    """Whether members of crew `c` may do what needs row `row` (-1: nobody)."""
    return row >= 0 and (row == c or (crews[row].mask != 0 and ((crews[row].mask >> c) & 1) == 1))


@inlined
def account_wip(g, delta, now):
    """Keep the area under the number of parts in the system."""
    x = g[0]
    x.area += x.wip * (now - x.area_at)
    x.area_at = now
    x.wip += delta


@inlined
def change_crew(crews, c, delta, now):
    """Take (delta < 0) or give back members, keeping account of busy time."""
    crew = crews[c]
    crew.busy_s += (crew.size - crew.free) * (now - crew.last)
    crew.paid_s += crew.size * (now - crew.last)
    crew.last = now
    crew.free += delta
