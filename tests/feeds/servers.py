"""Servers in processes of their own, and a line that can be cut, for the tests of feeds and collector."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".pytest_cache" / "d" / "twinviewer-node"
NODE_OPCUA = "2.186.4"
URI = "urn:twinviewer:test"


class ServerProcess:
    """A server under test. `command` waits until it was carried out. `elsewhere` gives its processor to whoever wants
    it, as a server does that runs on another machine."""

    def __init__(self, command: list[str], port: int, *, elsewhere: bool = False) -> None:
        self.url = f"opc.tcp://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        if elsewhere:
            psutil.Process(self._process.pid).nice(19)
        self._await("READY")

    def _await(self, word: str) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == word:
                return
        raise RuntimeError(f"the server ended before it said {word}")

    def command(self, line: str) -> None:
        """Have the server do something."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        self._await("DONE")

    def stop(self) -> None:
        """Freeze it, as a machine that hangs."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it as a power cut does. Idempotent."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()


@contextlib.contextmanager
def python_server(port: int, *options: str) -> Iterator[ServerProcess]:
    """asyncua's server; see server.py for the options."""
    server = ServerProcess([sys.executable, "-m", "tests.feeds.server", "--port", str(port), *options], port)
    try:
        yield server
    finally:
        server.kill()


@contextlib.contextmanager
def node_server(modules: Path, port: int, *, elsewhere: bool = False, **options: Any) -> Iterator[ServerProcess]:
    """node-opcua's server; see server.js for the options."""
    about = {"modules": str(modules), "port": port, "pki": str(modules.parent / "pki"), **options}
    server = ServerProcess(
        ["node", str(Path(__file__).with_name("server.js")), json.dumps(about)], port, elsewhere=elsewhere
    )
    try:
        yield server
    finally:
        server.kill()


class Unavailable(Exception):
    """A server of another maker cannot be had here."""


def node_modules() -> Path:
    """node-opcua, installed once beside pytest's cache. Raises Unavailable without Node, npm or the package."""
    folder = CACHE / f"node-opcua-{NODE_OPCUA}"
    modules = folder / "node_modules"
    if (modules / "node-opcua").is_dir():
        return modules
    if not (shutil.which("node") and shutil.which("npm")):
        raise Unavailable("needs Node.js and npm for a server of another maker")
    part = CACHE / f"part-{os.getpid()}"
    part.mkdir(parents=True, exist_ok=True)
    (part / "package.json").write_text("{}")
    command = ["npm", "install", "--no-audit", "--no-fund", "--silent", f"node-opcua@{NODE_OPCUA}"]
    try:
        subprocess.run(command, cwd=part, check=True, timeout=110, capture_output=True, env=_npm_environment())
    except (subprocess.SubprocessError, OSError) as error:
        shutil.rmtree(part, ignore_errors=True)
        raise Unavailable(f"node-opcua {NODE_OPCUA} cannot be installed: {error}") from error
    with contextlib.suppress(OSError):  # another worker was quicker
        part.replace(folder)
    shutil.rmtree(part, ignore_errors=True)
    return modules


def _npm_environment() -> dict[str, str]:
    """The tests have a home of their own; npm's settings lie in the real one."""
    if os.name != "posix":
        return dict(os.environ)
    import pwd

    return {**os.environ, "HOME": pwd.getpwuid(os.getuid()).pw_dir}


def unused_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(holds: Callable[[], object], seconds: float = 15.0, what: str = "") -> None:
    """Wait until something holds; fails with `what` when it does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds:.0f} s: {what or holds}")
        time.sleep(0.02)


class Proxy:
    """A TCP line to a server that can be cut (connections are reset and refused) or clogged (nothing passes)."""

    def __init__(self, port: int, to: int) -> None:
        self.url = f"opc.tcp://127.0.0.1:{port}"
        self._ports = (port, to)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        import asyncio

        asyncio.run(self._serve())

    async def _serve(self) -> None:
        import asyncio

        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()
        self._clear = asyncio.Event()
        self._clear.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._is_cut = False
        server = await asyncio.start_server(self._accept, "127.0.0.1", self._ports[0])
        self._ready.set()
        await self._end.wait()
        server.close()
        self._abort()
        await asyncio.sleep(0.05)

    async def _accept(self, reader: Any, writer: Any) -> None:
        import asyncio

        if self._is_cut:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._ports[1])
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._writers -= both

    async def _pump(self, reader: Any, writer: Any) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._clear.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def cut(self) -> None:
        """Reset every connection, refuse new ones."""

        def act() -> None:
            self._is_cut = True
            self._abort()

        self._loop.call_soon_threadsafe(act)

    def clog(self) -> None:
        """Let nothing pass any more; connections stay."""
        self._loop.call_soon_threadsafe(self._clear.clear)

    def open(self) -> None:
        """Let everything pass again."""

        def act() -> None:
            self._is_cut = False
            self._clear.set()

        self._loop.call_soon_threadsafe(act)

    def close(self) -> None:
        """End."""
        self.open()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
