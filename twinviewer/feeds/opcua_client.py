"""Opens and closes one session with an OPC UA server; every failure becomes a sentence."""
# asyncua types its structures with integer and string classes of its own that it does not ask for:
# pyright: reportArgumentType=false, reportAttributeAccessIssue=false, reportPrivateImportUsage=false

import asyncio
import logging
import os
import socket
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from asyncua import Client, ua
from asyncua.common.utils import Buffer

from twinviewer.feeds import opcua_security as security
from twinviewer.feeds.options import FeedOptions
from twinviewer.feeds.passwords import stored_password
from twinviewer.feeds.source import FeedSource, Refused
from twinviewer.feeds.trust import Identity, TrustStore, standard_store
from twinviewer.model.errors import FeedError, FeedLost

REQUEST_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 10.0
_SESSION_TIMEOUT_MS = 30_000
_LOOK_S = 0.1
_FAREWELL_S = 0.3  # what ends by itself after hanging up may do so
_PROBE_NEVER_S = 1e6  # asyncua's own supervision is not used
_USER_CODES = ("BadIdentityTokenRejected", "BadIdentityTokenInvalid", "BadUserAccessDenied", "BadUserSignatureInvalid")
_WRITTEN = "Write it as opc.tcp://HOST:PORT; without a port, 4840 is taken."
_BUSY_CODES = (
    "BadTooManySessions",
    "BadMaxConnectionsReached",
    "BadTcpServerTooBusy",
    "BadServerHalted",
    "BadShutdown",
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that stands. `security` and `note` are for the screen."""

    client: Client
    security: str
    note: str = ""


def quiet() -> None:
    """Keep asyncua's log lines away from the terminal; a handler on the root logger still gets its errors."""
    log = logging.getLogger("asyncua")
    log.setLevel(logging.ERROR)
    if not any(isinstance(h, logging.NullHandler) for h in log.handlers):
        log.addHandler(logging.NullHandler())


async def open_session(source: FeedSource, store: TrustStore | None = None) -> Opened:
    """Connect, check, sign on. Raises FeedLost or Refused; leaves nothing behind when it fails."""
    quiet()
    place_of(source.url)
    source = _with_name_of_address(source)
    options, url = source.options, source.url
    store = store or standard_store()
    client = _client(url)
    identity: Identity | None = None
    choice: security.Choice | None = None
    try:
        endpoints = await _while_open(client, client.connect_and_get_server_endpoints())
        choice = security.choose(endpoints, url, options, store)
        client = _client(url)
        client.application_uri = f"urn:{socket.gethostname()}:twinviewer"
        if choice.policy:
            identity = await asyncio.to_thread(store.identity)
            await _secure(client, choice, identity)
        await _sign_on(client, url, options)
        _compare_offers(client, endpoints, url)
        await _while_open(client, client.connect())
    except BaseException as error:
        await close(client, politely=False)
        if isinstance(error, (asyncio.CancelledError, FeedError)) or not isinstance(error, Exception):
            raise
        raise translate(error, source, identity, choice is not None) from error
    return Opened(client, choice.text, choice.note)


def _with_name_of_address(source: FeedSource) -> FeedSource:
    """User and password of opc.tcp://USER:PASSWORD@HOST as options: asyncua would send them past every check."""
    parts = urlsplit(source.url)
    if parts.username is None:
        return source
    user, password = unquote(parts.username), unquote(parts.password or "")
    options = source.options
    options = replace(options, user=options.user or user, password=options.password or password)
    return FeedSource(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), options)


def _client(url: str) -> Client:
    client = Client(url, timeout=REQUEST_TIMEOUT_S, watchdog_intervall=_PROBE_NEVER_S, auto_reconnect=False)
    client.session_timeout = _SESSION_TIMEOUT_MS
    client.name = client.description = "twinviewer"
    client.product_uri = "urn:twinviewer"
    return client


async def _while_open(client: Client, work: Coroutine[Any, Any, _T]) -> _T:
    """Do something on the connection; do not wait for answers when it is closed.

    asyncua waits its whole timeout when the other side hangs up before the first word.
    """
    task = asyncio.ensure_future(work)
    try:
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            while not task.done():
                await asyncio.wait([task], timeout=_LOOK_S)
                protocol = client.uaclient.protocol
                if protocol is not None and protocol.is_closed:
                    await asyncio.wait([task], timeout=_FAREWELL_S)
                    break
        if not task.done():
            raise ConnectionError("the other side hung up")
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _secure(client: Client, choice: security.Choice, identity: Identity) -> None:
    client.application_uri = identity.uri
    await client.set_security(
        security.POLICIES[choice.policy],
        identity.certificate,
        identity.key,
        server_certificate=choice.certificate,
        mode=choice.mode,
    )


async def _sign_on(client: Client, url: str, options: FeedOptions) -> None:
    """Hand the client the identity that the options name."""
    if options.user_certificate:
        await _sign_on_with_certificate(client, options)
    elif options.user:
        password = options.password or await asyncio.to_thread(stored_password, url, options.user)
        if not password:
            remedy = "Enter it once in the window; it is kept in the system keyring."
            raise Refused(f"no password is known for {options.user}", url, remedy)
        client.set_user(options.user)
        client.set_password(password)


async def _sign_on_with_certificate(client: Client, options: FeedOptions) -> None:
    where = f"{options.user_certificate}, {options.user_key}"
    if not options.user_key:
        remedy = "Name the file of its private key too (PEM)."
        raise Refused("a user certificate cannot be used without its key", options.user_certificate, remedy)
    try:
        await client.load_client_certificate(options.user_certificate)
        await client.load_private_key(options.user_key, options.password or None)  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError) as error:
        text = f"the user certificate cannot be used: {error}"
        raise Refused(text, where, "Name a certificate in DER or PEM form and its private key.") from error


def _compare_offers(client: Client, before: Sequence[ua.EndpointDescription], url: str) -> None:
    """Make the client check the endpoints that the session itself names."""
    create = client.create_session

    async def create_session() -> ua.CreateSessionResult:
        result = await create()
        security.check_offer(before, result.ServerEndpoints, url)
        return result

    client.create_session = create_session  # type: ignore[method-assign]


async def close(client: Client, politely: bool) -> None:
    """End a session; with `politely` the server is told, otherwise the line is cut at once."""
    client.uaclient.request_disconnect()
    tasks = [client._supervisor_task, client._stale_watchdog_task, client._renew_channel_task]
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    protocol = client.uaclient.protocol
    if politely:
        try:
            await asyncio.wait_for(client.disconnect(), 2.0)
        except (Exception, asyncio.CancelledError):
            logging.getLogger(__name__).debug("the server did not answer our farewell", exc_info=True)
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()


def broken(error: Exception, url: str, so: str = "") -> FeedLost:
    """What ended a session that stood (an OSError or asyncua's own error) as a sentence; `so` is what that leads to."""
    if isinstance(error, ua.UaError):
        return FeedLost(f"the server answered {error}{so}", url)
    if isinstance(error, TimeoutError):
        return FeedLost(f"the server did not answer in time{so}", url)
    return FeedLost(f"the connection broke ({error or type(error).__name__}){so}", url)


async def send(client: Client, request: Any, timeout: float = REQUEST_TIMEOUT_S) -> Buffer:
    """Send one request and return the undecoded answer; a service fault raises ua.UaStatusCodeError.

    asyncua keeps this call and the next to itself; they are used in this one place, and tests/feeds would notice if
    they changed.
    """
    return await client.uaclient.session._send_request(request, timeout)


def post(client: Client, request: Any) -> "asyncio.Future[Buffer]":
    """Send one request that the server answers when it likes; the future gets the undecoded answer, fault or not.

    Raises ConnectionError when the line is gone. The shortest way that asyncua has: no task, no timer.
    """
    protocol = client.uaclient.protocol
    if protocol is None:
        raise ConnectionError("the connection is closed")
    return protocol._send_request(request, 0)


def place_of(url: str) -> str:
    """HOST:PORT of an address. Raises Refused for one that names no place in a network."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"this address cannot be used: {error}", url, _WRITTEN) from error
    if not host or port == 0:
        raise Refused("this address names no " + ("port" if host else "computer"), url, _WRITTEN)
    return f"{host}:{port or 4840}"


def translate(error: Exception, source: FeedSource, identity: Identity | None, chosen: bool) -> FeedError:
    """A failure to connect as a sentence: FeedLost when trying again makes sense, Refused when a person must act."""
    url = source.url
    place = place_of(url)
    if isinstance(error, ua.UaStatusCodeError):
        name = ua.StatusCode(error.code).name
        if name in _USER_CODES:
            who = source.options.user or source.options.user_certificate or "a visitor without a name"
            remedy = "Check user name and password."
            if source.options.user_certificate:
                remedy = "Have the server's administrator accept this user certificate."
            return Refused(f"the server refuses {who} ({name})", url, remedy)
        if name in _BUSY_CODES:
            return FeedLost(f"the server cannot take another connection now ({name})", url)
        if identity is not None and (
            "Certificate" in name or name in ("BadSecurityChecksFailed", "BadConnectionClosed")
        ):
            return _untrusted(identity, url, name)
        if "Security" in name or "Certificate" in name:
            return Refused(f"the server refuses the connection ({name})", url, retry_s=15)
        return FeedLost(f"the server answered {name}", url)
    if isinstance(error, ua.UaError) and "mismatch" in str(error):
        remedy = "Look for a device between this computer and the server."
        return Refused("the server showed another certificate than the one it had offered", url, remedy, retry_s=15)
    if identity is not None and chosen and isinstance(error, (AssertionError, ConnectionError)):
        return _untrusted(identity, url, "it closed the connection")
    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return FeedLost(f"no answer from {place}", url)
    if isinstance(error, ConnectionError) and not isinstance(error, ConnectionRefusedError):
        return FeedLost(f"{place} answers and hangs up: it is no OPC UA server, or not ready yet", url)
    if isinstance(error, socket.gaierror):
        return FeedLost(f"the name of {place} is not known in this network ({error.strerror or error})", url)
    if isinstance(error, OSError):
        why = f" ({os.strerror(error.errno).lower()})" if error.errno else ""  # asyncio's own words are Python
        return FeedLost(f"nobody listens at {place}{why}", url)
    return FeedLost(f"the connection failed: {error or type(error).__name__}", url)


def _untrusted(identity: Identity, url: str, name: str) -> Refused:
    remedy = f"Have its administrator trust this file on the server: {identity.certificate}"
    return Refused(f"the server does not trust our certificate ({name})", url, remedy, retry_s=5)
