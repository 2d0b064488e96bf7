"""The compiled discrete-event engine: one replication of a flow model between two moments.

Blocking after service: a finished part waits on its machine until the next buffer has room. Calendars interrupt and
resume. Each machine has one pending event, each calendar, transport, supply and the script one; a tournament tree over
them names the next. Lists are linked through the records, so nothing is allocated while running. Parts that wait and
machines that could start are matched in `move`, a fixpoint over the stations touched by an event; where nothing moves
any more, `serve_first` gives free people to the machine that has lacked them longest. Nearly everything is inlined into
`run`, so that there is one function to compile and to read from the cache.
"""

from twinviewer.simulation.engine.accounts import crew_with
from twinviewer.simulation.engine.running import forget, prepare, resume, run
from twinviewer.simulation.engine.timers import appoint

__all__ = ["appoint", "crew_with", "forget", "prepare", "resume", "run"]
