"""What live values cost, against the usual ways to take them, and what a window sees of a busy plant.

The server of the last group stands for a machine elsewhere in the plant: it runs at the lowest priority, so that it
does not take from the window what it would not have there. How many changes it made is told beside.

Run as `python -m benchmarks.feed`. Servers and clients run in processes of their own; the server is node-opcua (needs
Node.js), the other client open62541 through its Python wheel, in an environment of its own that is made when it is
missing. What cannot be had is said and left out.
"""

import json
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import exit_code, figure
from tests.feeds import servers
from tests.feeds.servers import CACHE, ROOT, URI, ServerProcess, Unavailable, node_server, unused_port

TAGS = 10_000
ROUNDS = 3
SECONDS = 4.0
LATE_S = 0.050
WHEEL = "o6==2.2.0"


def main() -> int:
    """All figures that can be had here."""
    try:
        modules = servers.node_modules()
    except Unavailable as error:
        skipped("feed", str(error))
        return 0
    with node_server(modules, unused_port(), load=TAGS, rate=5_000) as server:
        sides = compare(server, {"ours": our_client, "asyncua": usual_client})
        ratio("asyncua's usual handler ÷ ours, 10,000 tags, 5,000 changes/s", sides, "asyncua", ">= 8")
    with node_server(modules, unused_port(), load=TAGS, rate=30_000) as server:
        try:
            python = wheel()
        except Unavailable as error:
            skipped("open62541 wheel's client ÷ ours", str(error))
        else:
            sides = compare(server, {"ours": our_client, "open62541": lambda url: wheel_client(python, url)})
            ratio("open62541 wheel's client ÷ ours, 10,000 tags, 30,000 changes/s", sides, "open62541", ">= 2")
    with node_server(modules, unused_port(), load=TAGS, rate=20_000, elsewhere=True) as server:
        window(server)
    return exit_code()


def window(server: ServerProcess) -> None:
    """The third group: 20,000 changes a second for 10 s with a window drawing at 30 Hz."""
    from benchmarks._feed_window import watch

    seen = watch(server, TAGS, 10.0)
    sides: dict[str, Any] = {
        "frames": len(seen.intervals_s) + 1,
        "late_per_1000_without_changes": 1000 * float((seen.idle_intervals_s > LATE_S).mean()),
        "late_per_1000": 1000 * float((seen.intervals_s > LATE_S).mean()),
        "interval_p99_ms": 1000 * float(np.percentile(seen.intervals_s, 99)),
        "interval_worst_ms": 1000 * float(seen.intervals_s.max()),
        "frame_median_ms": 1000 * float(np.median(seen.costs_s)),
        "changes_per_s": seen.changes / 10.0,
        "size": f"{seen.size[0]}x{seen.size[1]}",
        "renderer": seen.renderer,
    }
    late = int((seen.intervals_s > LATE_S).sum())
    figure("frames over 50 ms while 20,000 tags change every second", late, "frames", sides, "== 0")
    lost = abs(seen.changes - seen.received) + seen.lost + seen.dropped
    counts = {"changes": seen.changes, "received": seen.received, "lost": seen.lost, "dropped": seen.dropped}
    figure("changes lost", lost, "changes", counts, "== 0")
    delays = {f"p{p}_ms": 1000 * float(np.percentile(seen.delays_s, p)) for p in (50, 95, 99)}
    figure("source change to colour, p95", delays["p95_ms"], "ms", delays, "<= 250")


Client = Callable[[str], list[str]]


def our_client(url: str) -> list[str]:
    """The command that runs our feed."""
    return [sys.executable, "-m", "benchmarks._feed_clients", "ours", url, str(TAGS), str(SECONDS), URI]


def usual_client(url: str) -> list[str]:
    """The command that runs asyncua's usual handler."""
    return [sys.executable, "-m", "benchmarks._feed_clients", "asyncua", url, str(TAGS), str(SECONDS), URI]


def wheel_client(python: Path, url: str) -> list[str]:
    """The command that runs the wheel's client."""
    return [str(python), str(Path(__file__).with_name("_feed_o6.py")), url, str(TAGS), str(SECONDS), URI]


def compare(server: ServerProcess, clients: dict[str, Client]) -> dict[str, list[dict[str, float]]]:
    """Measure the clients in turns, each `ROUNDS` times, the order reversed from round to round."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in clients}
    for turn in range(ROUNDS):
        for name in clients if turn % 2 == 0 else reversed(clients):
            found[name].append(measure(server, clients[name](server.url)))
    return found


def measure(server: ServerProcess, command: list[str]) -> dict[str, float]:
    """Run one client: it subscribes while nothing changes, then the load goes on and is counted."""
    server.command("pause")
    client = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert client.stdin is not None
    assert client.stdout is not None
    with client:
        for line in client.stdout:
            if line.strip() == "SUBSCRIBED":
                break
        server.command("resume")
        client.stdin.write("\n")
        client.stdin.flush()
        said = json.loads(client.stdout.read().strip().splitlines()[-1])
    per_s = said["notifications"] / SECONDS
    return {"ms": 1e6 * said["cpu_s"] / max(said["notifications"], 1), "per_s": per_s}


def ratio(name: str, sides: dict[str, list[dict[str, float]]], other: str, bound: str) -> None:
    """CPU per 1,000 notifications, the other's over ours, medians of the rounds."""
    ms = {side: statistics.median(one["ms"] for one in rounds) for side, rounds in sides.items()}
    rates = {f"{side}_per_s": statistics.median(one["per_s"] for one in rounds) for side, rounds in sides.items()}
    shown = {f"{side}_cpu_ms_per_1000": value for side, value in ms.items()} | rates
    figure(f"CPU per 1,000 notifications: {name}", ms[other] / ms["ours"], "x", shown, bound)


def wheel() -> Path:
    """A Python with open62541's wheel, made once in the cache. Raises Unavailable."""
    folder = CACHE / WHEEL.replace("==", "-")
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    test = [str(python), "-c", "import o6"]
    if python.exists() and subprocess.run(test, check=False, capture_output=True).returncode == 0:
        return python
    try:
        venv.create(folder, clear=True, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", WHEEL]
        subprocess.run(install, check=True, capture_output=True, timeout=300)
        subprocess.run(test, check=True, capture_output=True, timeout=60)
    except (subprocess.SubprocessError, OSError) as error:
        raise Unavailable(f"the wheel {WHEEL} cannot be installed: {error}") from error
    return python


def skipped(name: str, why: str) -> None:
    """A figure that cannot be had here."""
    print(json.dumps({"name": name, "skipped": why}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    sys.exit(main())
