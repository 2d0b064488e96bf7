"""The client of open62541's Python wheel, as a peer to measure against; runs in an environment of its own.

usage: _feed_o6.py URL TAGS SECONDS NAMESPACE, and then as _feed_clients.py.
"""

import json
import logging
import os
import sys
import time

import o6

SETTLE_S = 1.0


def client(url: str, tags: int, seconds: float, uri: str) -> None:
    """The wheel's client with a callback that keeps the newest value."""
    connection = o6.Client(url)
    connection.connect(createDefaultSubscription=False)
    index = [str(name) for name in connection.read("i=2255")].index(uri)
    values = {}
    count = 0

    def changed(item: object, value: object) -> None:
        nonlocal count
        count += 1
        values[id(item)] = value

    subscription = connection.createSubscription(100.0, maxKeepaliveCount=10, maxNotificationsPerPublish=20_000)
    for first in range(0, tags, 1000):
        nodes = [f"ns={index};i={i + 1}" for i in range(first, min(first + 1000, tags))]
        connection.monitor(nodes, changed, 0.0, subscription=subscription, queueSize=1)
    print("SUBSCRIBED", flush=True)
    sys.stdin.readline()
    time.sleep(SETTLE_S)
    before, cpu = count, time.process_time()
    time.sleep(seconds)
    print(json.dumps({"notifications": count - before, "cpu_s": time.process_time() - cpu}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    client(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4])
