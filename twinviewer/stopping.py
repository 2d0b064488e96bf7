"""How a process of ours with an event loop is told to end: by SIGTERM or SIGINT."""

import asyncio
import signal
import sys


def set_on_signals(stop: asyncio.Event) -> None:
    """Set `stop`, in the running loop, when this process is told to end. Only in the main thread."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":  # event loops take no signals there; Ctrl+C comes as SIGINT
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
        else:
            loop.add_signal_handler(number, stop.set)
