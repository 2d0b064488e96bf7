"""The nodes of a scene's geometry, and what a node itself says of the asset on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twinviewer.model.geometry import GeometryNode
from twinviewer.scene.names import one_line

EXTRAS_KEYS = ("asset", "assetId", "asset_id")
_FRAMES = ("IfcSite", "IfcBuilding")  # what a building's storeys hang below, mostly alone


@dataclass(slots=True)
class NodeList:
    """The nodes of all models; `paths` are the names that rules see (renamed nodes keep their old one).

    `spans` bound the rows of each model. A node with last > first has triangles of its own.
    """

    nodes: Sequence[GeometryNode]
    paths: Sequence[str]
    spans: Sequence[tuple[int, int]]


def extras_id(node: GeometryNode) -> str:
    """The asset id in a node's extras, "" where there is none."""
    for key in EXTRAS_KEYS:
        value = node.extras.get(key)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and one_line(str(value)):
            return one_line(str(value))
    return ""


def values_of(node: GeometryNode, captures: Mapping[str, str]) -> dict[str, str]:
    """What may be filled into templates: the node's extras, and over them what the rule's wildcards stood for."""
    told = {key: str(value) for key, value in node.extras.items() if isinstance(value, (str, int, float))}
    return {**told, **captures}


def top_level(nodes: Sequence[GeometryNode], first: int, last: int) -> list[int]:
    """The named nodes a bare file is made of: its roots, or what stands directly below a lone root that only groups; of
    a building its storeys.

    Nodes without a triangle in or below them are left out.
    """
    filled = np.zeros(last - first, bool)
    for row in range(last - 1, first - 1, -1):  # children stand after their parents
        node = nodes[row]
        filled[row - first] |= node.last > node.first
        if filled[row - first] and node.parent >= first:
            filled[node.parent - first] = True
    level = [row for row in range(first, last) if nodes[row].parent < first and filled[row - first]]
    is_root = True
    while len(level) == 1 and nodes[level[0]].last <= nodes[level[0]].first:
        root = level[0]
        if not is_root and nodes[root].extras.get("ifcClass") not in _FRAMES:
            break
        is_root = False
        level = [row for row in range(root + 1, last) if nodes[row].parent == root and filled[row - first]]
    return level
