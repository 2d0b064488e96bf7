"""Node addresses as people write them: prefix:identifier, nsu=URI;identifier, or a browse path."""

import base64
import re
from collections.abc import Mapping
from functools import lru_cache

from twinviewer.model.asset import NodeAddress
from twinviewer.model.errors import SceneError
from twinviewer.scene.templates import fill

UA_NAMESPACE = "http://opcfoundation.org/UA/"
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_REMEDY = 'Write it as prefix:s=NAME with a prefix of [namespaces], or as "nsu=URI;s=NAME".'
_STEP = re.compile(r"((?:[^&/]|&.|&\Z)*)(/|\Z)", re.DOTALL)
_PREFIX = re.compile(r"((?:[^:&]|&.)*?):(.*)\Z", re.DOTALL)


def parse_node(template: str, namespaces: Mapping[str, str], values: Mapping[str, str], where: str) -> NodeAddress:
    """The address of a node id, placeholders filled. Raises SceneError; a bare namespace index is one."""
    uri, identifier = _split(template.strip(), tuple(namespaces.items()), where)
    identifier = fill(identifier, values, where)
    kind, _, value = identifier.partition("=")
    if kind == "i" and not (value.isascii() and value.isdigit() and int(value) < 2**32):
        raise SceneError(f"'{identifier}' needs a whole number behind 'i='.", where, "Names are written s=NAME.")
    if kind == "g" and not _GUID.match(value):
        remedy = "Write g=12345678-1234-1234-1234-123456789abc; names are written s=NAME."
        raise SceneError(f"'{identifier}' needs a GUID behind 'g='.", where, remedy)
    if kind == "b" and not _is_base64(value):
        raise SceneError(f"'{identifier}' needs base64 behind 'b='.", where, "Names are written s=NAME.")
    if kind not in ("s", "i", "g", "b") or not value:
        raise SceneError(f"'{identifier}' is not an identifier: it begins with s=, i=, g= or b=.", where, _REMEDY)
    return NodeAddress(uri=fill(uri, values, where), identifier=identifier)


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _split(text: str, known: tuple[tuple[str, str], ...], where: str) -> tuple[str, str]:
    """Namespace URI and identifier of a written node id."""
    namespaces = dict(known)
    if text.startswith("nsu="):
        found = re.match(r"nsu=(.*);([sigb]=.*)\Z", text, re.DOTALL)
        if found is None or not found[1]:
            raise SceneError(f"'{text}' has no identifier behind its namespace URI.", where, _REMEDY)
        return found[1], found[2]
    if text.startswith("ns=0;"):
        return UA_NAMESPACE, text[5:]
    if text.startswith("ns="):
        reason = "a namespace index may change with every start of the server"
        raise SceneError(f"'{text}' names its namespace by index; {reason}.", where, _REMEDY)
    if re.match(r"[sigb]=", text):
        return UA_NAMESPACE, text
    prefix, colon, identifier = text.partition(":")
    if not colon:
        raise SceneError(f"'{text}' is not a node id.", where, _REMEDY)
    return _uri(prefix, namespaces, where), identifier


def _uri(prefix: str, namespaces: Mapping[str, str], where: str) -> str:
    if prefix in namespaces:
        return namespaces[prefix]
    if prefix == "0":
        return UA_NAMESPACE
    known = ", ".join(sorted(namespaces)) or "none"
    raise SceneError(f"the prefix '{prefix}' is not in [namespaces].", where, f"Known prefixes: {known}.")


def parse_path(template: str, namespaces: Mapping[str, str], values: Mapping[str, str], where: str) -> NodeAddress:
    """The address of a browse path from the Objects folder. "&/" and "&:" are a slash and a colon in a name."""
    steps = []
    text = template.strip().removeprefix("/")
    text = text.removeprefix("0:")
    text = text.removeprefix("Objects/")
    for step in _steps(text):
        found = _PREFIX.match(step)
        uri = _uri(found[1], namespaces, where) if found else UA_NAMESPACE
        name = fill(_plain(found[2] if found else step), values, where)
        if not name:
            raise SceneError(f"the path '{template}' has an empty step.", where, "Write p:Machines/p:Press/p:State.")
        steps.append((uri, name))
    return NodeAddress(browse_path=tuple(steps))


def _steps(text: str) -> list[str]:
    """The text at its slashes, those behind "&" left alone."""
    steps, end = [], 0
    while (found := _STEP.match(text, end)) is not None:
        steps.append(found[1])
        end = found.end()
        if not found[2]:
            break
    return steps


def _plain(name: str) -> str:
    return re.sub(r"&(.)", r"\1", name)


def written(address: NodeAddress, namespaces: Mapping[str, str]) -> str:
    """An address as it stands in a table, with a prefix where there is one. Braces are doubled: nothing is filled."""
    prefixes = {uri: prefix for prefix, uri in namespaces.items()}
    if address.browse_path:
        steps = (f"{prefixes.get(uri, '0')}:{_escaped(name)}" for uri, name in address.browse_path)
        return "/".join(steps)
    prefix = prefixes.get(address.uri)
    text = f"{prefix}:{address.identifier}" if prefix else f"nsu={address.uri};{address.identifier}"
    return text.replace("{", "{{").replace("}", "}}")


def _escaped(name: str) -> str:
    return re.sub(r"([&/:])", r"&\1", name).replace("{", "{{").replace("}", "}}")
