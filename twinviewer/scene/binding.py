"""Proposals of which variable of a server is which tag of the scene, with a confidence each."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from twinviewer.model.asset import Asset, NodeAddress
from twinviewer.scene.addresses import written
from twinviewer.scene.draft import Draft
from twinviewer.scene.likeness import STATE_WORDS
from twinviewer.scene.machine_names import MachineNames
from twinviewer.scene.overrides import SURE, states_text
from twinviewer.scene.rating import Match, Variable, Wanted, bound_unit, rate, rate_new

COLUMNS: tuple[str, ...] = ("asset", "tag", "node", "variable", "role", "unit", "confidence", "accept", "states", "why")
_LEAST_MACHINE = 0.55
_NEAR_TIE = 0.04  # less than what the very name is ahead of one that only holds it ("Roller", "Roller End")
# Objects whose variables describe a machine rather than what it does (OPC 40001-1, OPC UA DI).
_NAMEPLATES = {"identification", "machineidentificationtype", "functionalgrouptype", "machinerycomponents"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One tag and the variable that is likely to be it. `kept`: the scene names this node already, `bound`: in its
    binding table, which a new table must therefore say again; `gone`: the server does not have the bound node now.
    `refused`: a person turned it down before."""

    asset_id: str
    key: str
    address: NodeAddress
    role: str
    unit: str
    confidence: float
    why: str
    states: Mapping[str, str] = field(default_factory=dict)
    kept: bool = False
    bound: bool = False
    gone: bool = False
    refused: bool = False
    variable: str = ""  # browse path on the server, for people: node ids are often numbers

    def accepted(self, sure: float = SURE) -> bool:
        """Whether it holds unless a person says otherwise; what was bound or refused stays so."""
        return self.bound or (not self.refused and self.confidence >= sure)


def propose(draft: Draft, variables: Sequence[Variable]) -> list[Proposal]:
    """The best variable for every tag, and tags for assets whose type has none; each variable is used once.

    A binding whose node the server does not have now stays, unless another variable is surely meant.
    """
    useful = [v for v in variables if not _is_nameplate(v)]
    kept, used = _kept(draft, useful)
    done = {(p.asset_id, p.key) for p in kept}
    free = [v for v in useful if id(v) not in used]
    machines = _machines(draft.scene.assets, free)
    matches: list[Match] = []
    for asset in draft.scene.assets:
        near = machines.get(asset.asset_id, [])
        wanted = [w for w in wanted_of(draft, asset) if (asset.asset_id, w.key) not in done]
        matches += [m for w in wanted for candidate in near if (m := rate(w, *candidate))]
        if asset.type not in draft.types or not draft.types[asset.type].tags:
            matches += [m for candidate in near if (m := rate_new(asset, *candidate))]
    chosen = [_as_decided(draft, p) for p in _chosen(matches)]
    gone = _gone(draft, done | {(p.asset_id, p.key) for p in chosen if p.accepted()})
    lost = {(p.asset_id, p.key) for p in gone}
    chosen = [p for p in chosen if (p.asset_id, p.key) not in lost]
    return sorted(kept + gone + chosen, key=lambda p: (draft.scene.asset(p.asset_id).index, p.key))


def table(proposals: Iterable[Proposal], namespaces: Mapping[str, str], sure: float = SURE) -> str:
    """The proposals as the CSV that a scene reads; only lines that say "yes" under accept count there."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for p in proposals:
        accept = "as written" if p.kept and not p.bound else "yes" if p.accepted(sure) else "no"
        node = written(p.address, namespaces)
        told = (p.role, p.unit, f"{p.confidence:.2f}", accept, states_text(p.states), p.why)
        writer.writerow((p.asset_id, p.key, node, p.variable, *told))
    return file.getvalue()


# --- what is already right ----------------------------------------------------------------------------------------


def _kept(draft: Draft, variables: Sequence[Variable]) -> tuple[list[Proposal], set[int]]:
    """Tags whose address the server has; their variables are taken."""
    by_id = {(v.uri, v.identifier): v for v in variables}
    by_path = {v.path: v for v in variables}
    kept, used = [], set()
    for tag in draft.scene.tags:
        address = tag.address
        if address.browse_path:
            found = by_path.get(tuple(name for _, name in address.browse_path))
        else:
            found = by_id.get((address.uri, address.identifier))
        if found is not None:
            used.add(id(found))
            why = "the scene names this node"
            bound = draft.bindings.get((tag.asset_id, tag.key))
            states = bound.states if bound is not None else {}
            kept.append(
                Proposal(
                    tag.asset_id,
                    tag.key,
                    address,
                    tag.role,
                    tag.unit,
                    1.0,
                    why,
                    states,
                    kept=True,
                    bound=bound is not None,
                    variable="/".join(found.path),
                )
            )
    return kept, used


def _gone(draft: Draft, settled: set[tuple[str, str]]) -> list[Proposal]:
    """What the binding table says of tags whose node the server does not have at the moment."""
    why = "the server does not have this node now; it was bound before"
    known = {asset.asset_id for asset in draft.scene.assets}
    found = []
    for name, binding in draft.bindings.items():
        if name not in settled and name[0] in known:
            address = binding.address(draft.scene.namespaces)
            about = (binding.role, binding.unit, 0.0, why, binding.states)
            found.append(Proposal(*name, address, *about, bound=True, gone=True))
    return found


def _as_decided(draft: Draft, proposal: Proposal) -> Proposal:
    """The proposal, marked where a person turned the same one down before."""
    node = written(proposal.address, draft.scene.namespaces)
    if (proposal.asset_id, proposal.key, node) not in draft.refused:
        return proposal
    return replace(proposal, refused=True, why=f"{proposal.why}; turned down before")


# --- candidates ---------------------------------------------------------------------------------------------------


def _is_nameplate(variable: Variable) -> bool:
    """Whether it stands on a name plate: maker, serial number and the like do not change."""
    return any(step.casefold() in _NAMEPLATES for step in (*variable.path[:-1], *variable.parent_types[:1]))


def _machines(assets: Sequence[Asset], variables: Sequence[Variable]) -> dict[str, list[tuple[Variable, float, str]]]:
    """For each asset the variables that may be its own: how surely, and by which text. A variable counts for the
    assets that it fits best, so that the parts of "CNC-1" do not all fall to "CNC-1" and "CNC-1-spindle"."""
    index = MachineNames(assets)
    found: dict[str, list[tuple[Variable, float, str]]] = {asset.asset_id: [] for asset in assets}
    for variable in variables:
        texts = [*variable.path[:-1], _plain_identifier(variable)]
        rated = [(*_best_text(index, asset, texts), asset) for asset in index.near(texts)]
        top = max((score for score, _, _ in rated), default=0.0)
        for score, text, asset in rated:
            if score >= _LEAST_MACHINE and score >= top - 0.02:
                found[asset.asset_id].append((variable, score, text))
    return found


def _plain_identifier(variable: Variable) -> str:
    kind, _, text = variable.identifier.partition("=")
    return text if kind == "s" else ""


def _best_text(names: MachineNames, asset: Asset, texts: Sequence[str]) -> tuple[float, str]:
    """The text that fits best; what stands nearer to the variable counts a little more."""
    best, step = 0.0, ""
    for depth, text in enumerate(texts):
        score = names.likeness(asset, text) * 0.999 ** (len(texts) - depth)
        if score > best:
            best, step = score, text
    return best, step


def wanted_of(draft: Draft, asset: Asset) -> list[Wanted]:
    """Every tag that the asset has or its type asks for, bound or not; none that is worked out of a waveform."""
    made = {draft.scene.tags[row].key: draft.scene.tags[row] for row in asset.tags}
    kind = draft.types.get(asset.type)
    wanted = {t.key: (t.entry.role, t.entry.unit, t.entry.text) for t in kind.tags} if kind else {}
    wanted.update({key: (tag.role, tag.unit, tag.is_text and tag.role != "waveform") for key, tag in made.items()})
    for key, tag in made.items():
        if tag.derived_from >= 0:  # it is worked out here, whatever the server has
            del wanted[key]
    return [Wanted(asset, key, role, unit, text) for key, (role, unit, text) in wanted.items()]


def _chosen(matches: list[Match]) -> list[Proposal]:
    """Best first, each tag and each variable once; a near tie costs confidence."""
    matches.sort(key=lambda m: (-m.confidence, m.wanted.asset.index, m.wanted.key, len(m.variable.path)))
    rivals: dict[tuple[str, str], list[Match]] = {}
    for match in matches:
        rivals.setdefault((match.wanted.asset.asset_id, match.wanted.key), []).append(match)
    used: set[int] = set()
    done: set[tuple[str, str]] = set()
    chosen: list[Proposal] = []
    for match in matches:
        name = (match.wanted.asset.asset_id, match.wanted.key)
        if name in done or id(match.variable) in used:
            continue
        done.add(name)
        used.add(id(match.variable))
        chosen.append(_proposal(match, [r for r in rivals[name] if r is not match and id(r.variable) not in used]))
    return chosen


def _proposal(match: Match, rivals: Sequence[Match]) -> Proposal:
    confidence, why, variable = match.confidence, match.why, match.variable
    close = [r for r in rivals if r.confidence > confidence - _NEAR_TIE]
    if match.plain and not any(r.confidence > confidence - 0.2 for r in rivals):
        confidence = 1 - (1 - confidence) * 0.55
        why += "; nothing else there means the same"
    if close:
        confidence *= 0.7
        why += f"; {len(close)} more would do as well, such as {'/'.join(close[0].variable.path)}"
    words_only = match.wanted.role == "state" and variable.data_type in ("String", "LocalizedText")
    return Proposal(
        match.wanted.asset.asset_id,
        match.wanted.key,
        NodeAddress(variable.uri, variable.identifier),
        match.wanted.role,
        bound_unit(match.wanted.unit, variable.unit),
        round(min(confidence, 0.99), 3),
        why,
        STATE_WORDS if words_only else {},
        variable="/".join(variable.path),
    )
