"""The scene: what is in the plant, where it stands, and which tags speak of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from twinviewer.model.asset import Asset, Tag
from twinviewer.model.camera import CameraView
from twinviewer.model.geometry import Geometry
from twinviewer.model.notice import Notice
from twinviewer.scene.progress import Progress


@dataclass(frozen=True, slots=True)
class EnergySettings:
    """What energy costs and emits: kg CO2e per kWh with its source, and a tariff in euro per kWh."""

    carbon_kg_per_kwh: float = 0.0
    carbon_source: str = ""
    tariff_eur_per_kwh: float = 0.0


@dataclass(frozen=True, eq=False)
class Scene:
    """A loaded scene; compared and hashed by identity. See docs/architecture.md for the fields."""

    path: Path
    name: str
    key: str
    assets: tuple[Asset, ...]
    tags: tuple[Tag, ...]
    geometry: Geometry | None
    asset_of_node: np.ndarray
    flow: tuple[tuple[str, str], ...] = ()
    namespaces: Mapping[str, str] = field(default_factory=dict)
    energy: EnergySettings = EnergySettings()
    kpi_targets: Mapping[str, float] = field(default_factory=dict)
    views: tuple[CameraView, ...] = ()
    notes: tuple[Notice, ...] = ()
    geometry_key: str = ""  # names the triangles by content: same key, same geometry; "" where nobody knows

    @cached_property
    def _asset_by_id(self) -> dict[str, Asset]:
        return {a.asset_id: a for a in self.assets}

    @cached_property
    def _tag_by_name(self) -> dict[str, Tag]:
        return {t.name: t for t in self.tags}

    def asset(self, asset_id: str) -> Asset:
        """The asset with this id; KeyError where there is none."""
        return self._asset_by_id[asset_id]

    def tag(self, name: str) -> Tag:
        """The tag with this name; KeyError where there is none."""
        return self._tag_by_name[name]


def load_scene(
    path: Path | str, *, geometry: bool = True, cache_dir: Path | None = None, progress: Progress | None = None
) -> Scene:
    """Open a scene folder, its scene.toml, or a bare geometry file.

    With `geometry=False` no triangles are decoded: assets and tags are the same. `cache_dir` holds prepared geometry
    (the user's cache folder by default), and the whole scene as it was read last, which is taken while none of its
    files is another. `progress(fraction, text)` is called while it works and may raise to cancel.
    Raises SceneError, which names file and line or node.
    """
    from twinviewer.scene import kept  # here, because these are made of the classes above

    if geometry and (scene := kept.load(Path(path), cache_dir)) is not None:
        return scene
    from twinviewer.scene.draft import read_draft

    begun_ns = time.time_ns()
    draft = read_draft(path, geometry=geometry, cache_dir=cache_dir, progress=progress)
    scene = draft.checked()
    if geometry:
        kept.keep(Path(path), draft, begun_ns, cache_dir)
    return scene
