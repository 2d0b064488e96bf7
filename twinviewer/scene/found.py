"""Which nodes are which assets: extras, names, rules and the asset table, in one pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from twinviewer.model.errors import SceneError
from twinviewer.model.geometry import GeometryNode
from twinviewer.model.notice import Notice
from twinviewer.scene.globs import glob
from twinviewer.scene.manifest import Manifest, RuleEntry
from twinviewer.scene.names import one_line, without_file
from twinviewer.scene.node_list import NodeList, extras_id, top_level, values_of
from twinviewer.scene.table import Row
from twinviewer.scene.templates import fill
from twinviewer.scene.toml_lines import Lines


@dataclass(slots=True)
class Found:
    """One asset before its tags are made. `nodes` are rows of the node list, `values` what fills placeholders."""

    asset_id: str
    where: str
    nodes: list[int] = field(default_factory=list)
    type: str = ""
    name: str = ""
    path: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    extras: dict[str, object] = field(default_factory=dict)
    row: Row | None = None


class Finder:
    """Finds the assets of one scene. Problems that do not stop it are kept in `findings`."""

    def __init__(self, manifest: Manifest, lines: Lines, nodes: NodeList, rows: Sequence[Row]) -> None:
        self._manifest = manifest
        self._lines = lines
        self._nodes = nodes
        self._rows = rows
        self._rules = [
            (glob(rule.nodes, lines.where("asset", k, "nodes")), rule, lines.where("asset", k))
            for k, rule in enumerate(manifest.asset)
        ]
        self._used_rules: set[int | None] = set()
        self._ignored: set[int] = set()
        self._claimed: dict[int, Found] = {}
        self.found: dict[str, Found] = {}
        self.findings: list[Notice] = []

    def run(self) -> list[Found]:
        """All assets in the order of their nodes; those without a node behind them, in the order of the table."""
        self._claim_by_table()
        for entry, (first, last) in zip(self._manifest.model, self._nodes.spans, strict=True):
            mode = entry.nodes or self._mode(first, last)
            tops = set(top_level(self._nodes.nodes, first, last)) if mode == "named" else set()
            for row in range(first, last):
                if row not in self._claimed:
                    self._visit(row, mode, row in tops)
        self._claim_by_name()
        self._note_dead_rules()
        self._describe_claimed()
        ordered = sorted(self.found.values(), key=lambda f: f.nodes[0] if f.nodes else len(self._nodes.nodes))
        for found in ordered:
            self._take_row(found)
        return ordered

    def ignored(self) -> frozenset[int]:
        """Rows that a rule says are no assets, with all that hangs below them."""
        rows = set(self._ignored)
        for row, node in enumerate(self._nodes.nodes):
            if node.parent in rows:
                rows.add(row)
        return frozenset(rows)

    def _mode(self, first: int, last: int) -> str:
        if any(extras_id(node) for node in self._nodes.nodes[first:last]):
            return "extras"
        return "listed" if self._rules or self._rows else "named"

    # --- the table --------------------------------------------------------------------------------------------

    def _claim_by_table(self) -> None:
        """Rows that name their nodes come first: what a person wrote down wins."""
        known: dict[str, Row] = {}
        by_path = {path: row for row, path in reversed(list(enumerate(self._nodes.paths)))}
        for row in self._rows:
            asset_id = row.get("asset")
            if not asset_id:
                raise SceneError("the line has no asset id.", row.where, "Fill the column 'asset'.")
            if asset_id in known:
                text = f"asset '{asset_id}' stands in {known[asset_id].where} too."
                remedy = "Delete one of the two lines; several nodes of one asset stand in one line: A | B."
                self._say("error", "duplicate", text, row.where, remedy)
                continue
            known[asset_id] = row
            pattern = row.get("node")
            found = Found(asset_id, row.where, row=row)
            if not pattern:
                continue
            self.found[asset_id] = found
            for part in filter(None, (part.strip() for part in pattern.split("|"))):
                for node in self._matching(part, by_path, row.where):
                    self._claim(found, node)
            if not found.nodes and self._manifest.model:
                text = f"no node is called '{pattern}', so asset '{asset_id}' has no place in the picture."
                self._say("error", "dead-node", text, row.where, "Correct the column 'node'.")

    def _describe_claimed(self) -> None:
        """What rules and extras say of nodes that the table claims: an empty cell leaves that as it is."""
        for found in self.found.values():
            if found.row is None or not found.row.get("node") or not found.nodes:
                continue
            row = found.nodes[0]
            number, captures, where = self._rule(row)
            rule = None if number is None else self._rules[number][1]
            if rule is not None and rule.ignore:
                continue
            if rule is not None or extras_id(self._nodes.nodes[row]):
                self._used_rules.add(number)
                self._describe(found, row, rule, values_of(self._nodes.nodes[row], captures), where)
                if (rule is None or not rule.name) and "name" not in found.extras:
                    found.name = found.asset_id  # what a person wrote is worth more than what a file calls a node

    def _matching(self, pattern: str, by_path: Mapping[str, int], where: str) -> list[int]:
        """Rows of the nodes that a table cell means: a path, a path with wildcards, or a name that is unique."""
        paths = self._nodes.paths
        if pattern in by_path:
            return [by_path[pattern]]
        exact = [row for row, path in enumerate(paths) if without_file(path) == pattern]
        if exact:
            return exact[:1]
        compiled = glob(pattern, where)
        whole = "#" in pattern
        seen = [path if whole else without_file(path) for path in paths]
        matches = [row for row, path in enumerate(seen) if compiled.match(path) is not None]
        if matches or not compiled.is_plain:
            return matches
        named = self._outermost([row for row, node in enumerate(self._nodes.nodes) if node.name == pattern])
        if len(named) > 1:
            text = f"{len(named)} nodes are called '{pattern}'; the first one was taken."
            self._say("warning", "ambiguous", text, where, "Write the whole node path.")
        return named[:1]

    def _outermost(self, rows: list[int]) -> list[int]:
        chosen = set(rows)
        return [row for row in rows if not any(above in chosen for above in self._ancestors(row))]

    def _ancestors(self, row: int) -> list[int]:
        found = []
        while (row := self._nodes.nodes[row].parent) >= 0:
            found.append(row)
        return found

    def _claim_by_name(self) -> None:
        """Rows without a node take the one whose name is the asset id; without one they have no geometry."""
        by_name: dict[str, list[int]] = {}
        for row, node in enumerate(self._nodes.nodes):
            by_name.setdefault(node.name, []).append(row)
        for row in self._rows:
            asset_id = row.get("asset")
            if asset_id in self.found:
                continue
            found = self.found[asset_id] = Found(asset_id, row.where)
            free = self._outermost([node for node in by_name.get(asset_id, []) if node not in self._claimed])
            if len(free) > 1:
                text = f"{len(free)} nodes are called '{asset_id}'; the first one was taken."
                self._say("warning", "ambiguous", text, row.where, "Fill the column 'node'.")
            for node in free[:1]:
                self._claim(found, node)

    def _take_row(self, found: Found) -> None:
        """The table's columns over what rules and extras said."""
        if found.row is None:
            found.row = next((row for row in self._rows if row.get("asset") == found.asset_id), None)
        if found.row is None:
            return
        if found.row.get("type"):
            found.type, found.where = found.row.get("type"), found.row.where
        found.name = found.row.get("name") or found.name
        found.path = found.row.get("path") or found.path
        found.values.update(found.row.cells)
        fixed = {"asset", "type", "name", "path", "node"}
        found.extras.update({key: text for key, text in found.row.cells.items() if key not in fixed and "." not in key})

    # --- rules ------------------------------------------------------------------------------------------------

    def _visit(self, row: int, mode: str, is_top: bool) -> None:
        """One node that the table did not claim."""
        node = self._nodes.nodes[row]
        by_extras = extras_id(node)
        number, captures, where = self._rule(row)
        rule = None if number is None else self._rules[number][1]
        if rule is not None and rule.ignore:
            self._ignored.add(row)
            self._used_rules.add(number)
            return
        if (mode == "extras" and not by_extras) or (rule is None and not (mode == "extras" or is_top)):
            return
        self._used_rules.add(number)
        values = values_of(node, captures)
        asset_id = self._asset_id(rule, captures, values, by_extras, node, where).strip()
        if not asset_id:
            return
        found = self._new(asset_id, row, rule, mode, node, where)
        if found is not None:
            self._describe(found, row, rule, values, where)

    def _describe(self, found: Found, row: int, rule: RuleEntry | None, values: dict[str, str], where: str) -> None:
        """What the rule, else the extras of its node, say of an asset."""
        node = self._nodes.nodes[row]
        values.setdefault("node", without_file(self._nodes.paths[row]))
        found.values = {**values, "asset": found.asset_id}
        found.extras = dict(node.extras)
        found.type = self._type(rule, node, where)
        own_name = one_line(str(node.extras.get("name") or node.name))
        found.name = fill(rule.name, found.values, where) if rule and rule.name else own_name
        written = node.extras.get("path")
        found.path = str(written) if isinstance(written, str) else None
        if rule is not None and rule.path is not None:
            found.path = fill(rule.path, found.values, where)

    def _rule(self, row: int) -> tuple[int | None, dict[str, str], str]:
        path = self._nodes.paths[row]
        inner = without_file(path)
        for k, (pattern, _, where) in enumerate(self._rules):
            captures = pattern.match(path if "#" in pattern.pattern else inner)
            if captures is not None:
                return k, captures, where
        return None, {}, path

    def _asset_id(
        self,
        rule: RuleEntry | None,
        captures: Mapping[str, str],
        values: Mapping[str, str],
        by_extras: str,
        node: GeometryNode,
        where: str,
    ) -> str:
        if rule is not None and rule.asset is not None:
            return fill(rule.asset, {**values, "name": node.name}, where)
        return captures.get("asset") or by_extras or node.name

    def _new(
        self, asset_id: str, row: int, rule: RuleEntry | None, mode: str, node: GeometryNode, where: str
    ) -> Found | None:
        """A new asset for node `row`; None where the id is taken, and the node then joins it or is told about."""
        found = self.found.get(asset_id)
        if found is None:
            found = self.found[asset_id] = Found(asset_id, where)
            self._claim(found, row)
            return found
        path = self._nodes.paths[row]
        if found.row is not None or (rule is not None and rule.asset is not None and "{" not in rule.asset):
            self._claim(found, row)  # several nodes were meant: the rule or the table names one id for them
        elif mode == "named" and rule is None:
            return self._new(f"{asset_id}[{self._free_number(asset_id)}]", row, rule, mode, node, where)
        else:
            other = self._nodes.paths[found.nodes[0]] if found.nodes else found.where
            text = f"the asset id '{asset_id}' stands on two nodes: {other} and {path}."
            remedy = "Give one of them another id; for one asset made of several nodes, list them in the asset table."
            self._say("error", "duplicate", text, path, remedy)
        return None

    def _free_number(self, asset_id: str) -> int:
        number = 1
        while f"{asset_id}[{number}]" in self.found:
            number += 1
        return number

    def _type(self, rule: RuleEntry | None, node: GeometryNode, where: str) -> str:
        written = node.extras.get("type")
        if rule is None or rule.type is None:
            return written if isinstance(written, str) else ""
        if not rule.type.startswith("extras:"):
            return rule.type
        value = node.extras.get(rule.type.removeprefix("extras:"))
        if isinstance(value, (str, int)):
            return str(value)
        key = rule.type.removeprefix("extras:")
        self._say(
            "warning",
            "type",
            f"the node '{node.path}' has no extras '{key}' to take its type from.",
            where,
            "Export it with this property, or name the type in the rule or in the table.",
        )
        return ""

    def _claim(self, found: Found, row: int) -> None:
        owner = self._claimed.setdefault(row, found)
        if owner is found:
            if row not in found.nodes:
                found.nodes.append(row)
            return
        path = self._nodes.paths[row]
        text = f"the node '{path}' is claimed by assets '{owner.asset_id}' and '{found.asset_id}'."
        self._say("error", "duplicate", text, found.where, "Correct the column 'node' of one of them.")

    def _note_dead_rules(self) -> None:
        for k, (pattern, _, where) in enumerate(self._rules):
            if k not in self._used_rules and self._manifest.model:
                text = f"the rule '{pattern.pattern}' matches no node that is left for it."
                remedy = "Correct the pattern, or move the rule above the one that catches its nodes."
                self._say("warning", "dead-rule", text, where, remedy)

    def _say(self, level: str, key: str, text: str, where: str, remedy: str = "") -> None:
        self.findings.append(Notice(level, text, remedy, where, key))
