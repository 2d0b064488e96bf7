"""A window's end of the control socket: greets, sends and receives without ever waiting."""

import socket
from typing import Any

from twinviewer.collector import protocol
from twinviewer.collector.places import Ready

_CONNECT_S = 0.3  # on this machine a connection stands or fails at once


class LineError(ConnectionError):
    """The other side hung up, or is not a collector of ours."""


class Line:
    """`greeted` becomes true when both sides have proved themselves. Raises LineError when it cannot go on.

    `may_write` is whether this window was opened with leave to write to the plant.
    """

    def __init__(self, ready: Ready, may_write: bool = False) -> None:
        self.ready = ready
        self._may_write = may_write
        self.greeted = False
        self._nonce = protocol.nonce()
        self._spoken: tuple[str, str] | None = None  # both nonces, once the other side named its own
        self._unread = b""
        self._unsent = b""
        try:
            self._socket = socket.create_connection(("127.0.0.1", ready.port), _CONNECT_S)
        except OSError as error:
            raise LineError(str(error)) from error
        self._socket.setblocking(False)

    def send(self, message: dict[str, Any]) -> None:
        """Send as much as goes; the rest with the next call."""
        self._unsent += protocol.encode(message)
        self._flush()

    def receive(self) -> list[dict[str, Any]]:
        """All whole messages that came since, greetings apart."""
        self._flush()
        closed = self._read()
        *lines, self._unread = self._unread.split(b"\n")
        messages = []
        for line in lines:
            try:
                message = protocol.decode(line)
            except protocol.Strange as error:
                raise LineError(str(error)) from error
            if self.greeted:
                messages.append(message)
            else:
                self._greet(message)
        if closed and not messages:
            raise LineError("the collector hung up")
        return messages

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _read(self) -> bool:
        """Take what is there; whether the other side hung up."""
        try:
            while data := self._socket.recv(1 << 16):
                self._unread += data
                if len(self._unread) > 2 * protocol.MOST_LINE_BYTES:
                    raise LineError("the collector sends without end")
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    def _flush(self) -> None:
        try:
            while self._unsent:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
        except BlockingIOError:
            pass
        except OSError as error:
            raise LineError(str(error)) from error

    def _greet(self, message: dict[str, Any]) -> None:
        if "nonce" in message:
            self._spoken = (str(message["nonce"]), self._nonce)
            proof = protocol.proof(self.ready.token, "window", *self._spoken)
            self.send({"nonce": self._nonce, "proof": proof, "may_write": self._may_write})
        elif self._spoken and protocol.proves(message.get("proof"), self.ready.token, "collector", *self._spoken):
            self.greeted = True
        else:
            raise LineError("this is not our collector")
