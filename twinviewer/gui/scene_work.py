"""What the window lets a worker process do with a scene: check it, and look for its tags on a server."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.notice import Notice

if TYPE_CHECKING:
    from twinviewer.feeds.options import FeedOptions
    from twinviewer.scene.binding import Proposal

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Bindings:
    """What a server offers for a scene: `proposals`, the scene's namespaces, and how many variables were seen."""

    proposals: "tuple[Proposal, ...]"
    namespaces: dict[str, str]
    variables: int


def check_scene(path: Path, *, progress: Progress) -> list[Notice]:
    """Findings of the lint, errors first. Raises SceneError when the scene cannot be read at all."""
    from twinviewer.discovery import names_of
    from twinviewer.scene.draft import read_draft
    from twinviewer.scene.lint import lint

    progress(-1.0, "reading")
    return lint(read_draft(path), names_of("twinviewer.colours"))


def find_bindings(path: Path, url: str, options: "FeedOptions | None", *, progress: Progress) -> Bindings:
    """Browse a server and propose which variable is which tag. Raises SceneError, FeedLost, FeedRefused."""
    import asyncio

    from twinviewer.feeds.opcua_browse import browse
    from twinviewer.scene.binding import propose
    from twinviewer.scene.draft import read_draft

    progress(-1.0, "reading the scene")
    draft = read_draft(path, geometry=False)
    progress(-1.0, "browsing the server")
    variables = asyncio.run(browse(url, options))
    progress(-1.0, "comparing")
    return Bindings(tuple(propose(draft, variables)), dict(draft.scene.namespaces), len(variables))
