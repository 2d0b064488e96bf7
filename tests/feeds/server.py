"""A small OPC UA server on asyncua for the tests, run as a process of its own; prints READY when it serves.

Nodes s=<name> in namespace urn:twinviewer:test, named as tests/factory.py names tags. Commands come as lines on
standard input: `set NAME VALUE`, `status NAME CODE`, `text NAME TEXT`, `burst NAME N` (1 to N at once),
`overflow NAME VALUE`, `delete NAME`, `add NAME BESIDE`, `array NAME VALUE VALUE ...`, `skip` (lose one notification).
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta

from asyncua import Server, ua

URI = "urn:twinviewer:test"
NUMBERS = ("Vibration", "Power")
WHOLE = ("State", "GoodCount")
TEXTS = ("Product",)
ARRAYS = ("Acceleration",)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--machines", type=int, default=2)
    parser.add_argument("--shift", action="store_true", help="another namespace first, as after a changed project")
    parser.add_argument("--count-every", type=float, default=0.0, help="seconds between changes of s=counter")
    parser.add_argument("--skew", type=float, default=0.0, help="seconds that the clock of the server is ahead")
    return parser.parse_args()


class TestServer:
    """The server with its nodes by name."""

    __test__ = False

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.server = Server()
        self.nodes: dict[str, object] = {}

    async def start(self) -> None:
        """Build the nodes and serve."""
        args, server = self.args, self.server
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{args.port}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        if args.shift:
            wrong = await server.register_namespace("urn:other")
            await self._nodes(wrong, -1)
        index = await server.register_namespace(URI)
        await self._nodes(index, 1)
        await server.start()

    async def _nodes(self, index: int, value: int) -> None:
        objects = self.server.nodes.objects
        machines = await objects.add_folder(ua.NodeId("Machines", index), ua.QualifiedName("Machines", index))
        await self._add(objects, index, "counter", ua.Variant(0, ua.VariantType.Int64))
        for k in range(self.args.machines):
            name = f"M-{k}"
            folder = await machines.add_object(ua.NodeId(name, index), ua.QualifiedName(name, index))
            for key in (*NUMBERS, *WHOLE, *TEXTS):
                kind = ua.VariantType.Double if key in NUMBERS else ua.VariantType.Int32
                first = ua.Variant("A" if value > 0 else "wrong") if key in TEXTS else ua.Variant(value, kind)
                await self._add(folder, index, f"{name}.{key}", first)
            for key in ARRAYS:
                await self._add(folder, index, f"{name}.{key}", ua.Variant([0.0], ua.VariantType.Float))

    async def _add(self, parent: object, index: int, name: str, value: ua.Variant) -> None:
        browse = ua.QualifiedName(name.rpartition(".")[2], index)
        node = await parent.add_variable(ua.NodeId(name, index), browse, value)  # type: ignore[attr-defined]
        await node.set_writable()
        self.nodes[name] = node

    async def write(self, name: str, value: ua.Variant, status: int = 0) -> None:
        """Set a value now, by the server's clock."""
        now = datetime.now(UTC) + timedelta(seconds=self.args.skew)
        data = ua.DataValue(value, ua.StatusCode(status), SourceTimestamp=now, ServerTimestamp=now)
        await self.nodes[name].write_value(data)  # type: ignore[attr-defined]

    async def command(self, words: list[str]) -> None:
        """One line of standard input."""
        what, name, rest = words[0], words[1] if len(words) > 1 else "", " ".join(words[2:])
        if what == "skip":
            for sub in self.server.iserver.subscription_service.subscriptions.values():
                sub._notification_seq += 1
        elif what == "burst":
            for number in range(1, int(rest) + 1):
                await self.write(name, ua.Variant(number, ua.VariantType.Int32))
        elif what == "delete":  # of which this server tells nobody
            await self.nodes[name].delete()  # type: ignore[attr-defined]
        elif what == "add":
            parent = self.nodes[rest].get_parent()  # type: ignore[attr-defined]
            await self._add(await parent, self.nodes[rest].nodeid.NamespaceIndex, name, ua.Variant(7.0))  # type: ignore[attr-defined]
        elif what == "text":
            await self.write(name, ua.Variant(rest))
        elif what == "status":
            await self.write(name, ua.Variant(None), int(rest, 0))
        elif what == "overflow":  # as a server marks the value behind those that it dropped
            await self.write(name, ua.Variant(int(rest), ua.VariantType.Int32), 0x480)
        elif what == "array":
            values = [float(word) for word in words[2:]]
            await self.write(name, ua.Variant(values, ua.VariantType.Float, is_array=True))
        elif what == "set":
            kind = ua.VariantType.Double if name.rpartition(".")[2] in NUMBERS else ua.VariantType.Int32
            await self.write(name, ua.Variant(float(rest) if kind == ua.VariantType.Double else int(rest), kind))


async def main() -> None:
    args = arguments()
    if args.skew:
        import asyncua.ua.uaprotocol_auto as generated

        class Shifted(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + timedelta(seconds=args.skew)

        generated.datetime = Shifted  # type: ignore[attr-defined]
    server = TestServer(args)
    await server.start()
    print("READY", flush=True)
    asyncio.create_task(count(server, args.count_every))  # noqa: RUF006
    while line := await asyncio.to_thread(sys.stdin.readline):
        await server.command(line.split())
        print("DONE", flush=True)


async def count(server: TestServer, every_s: float) -> None:
    """Change s=counter for ever."""
    number = 0
    while every_s:
        await asyncio.sleep(every_s)
        number += 1
        await server.write("counter", ua.Variant(number, ua.VariantType.Int64))


if __name__ == "__main__":
    import logging

    logging.disable(logging.ERROR)
    asyncio.run(main())
