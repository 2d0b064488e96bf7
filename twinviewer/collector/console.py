"""What a collector that works in a terminal says there: what it records, how the connection stands, any trouble."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from twinviewer.collector.pipeline import Pipeline
from twinviewer.model.connection import Connection, Link, without_secret
from twinviewer.model.notice import Notice

LOOK_S = 0.25


class Console:
    """`write` gets one line at a time. `samples` is what was recorded in the end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._told = ""
        self.samples = 0

    def _say(self, text: str) -> None:
        self._write(f"{datetime.now():%H:%M:%S} {text}")

    def begun(self, pipeline: Pipeline, folder: Path) -> None:
        """It records, and what it has to tell is told here too."""
        scene, tell = pipeline.scene, pipeline.notify

        def notify(notice: Notice) -> None:
            self._say(" ".join(word for word in (notice.text, notice.remedy) if word))
            tell(notice)

        pipeline.notify = notify
        self._say(f"recording {len(scene.tags)} tags of {scene.name} into {folder} (Ctrl+C ends it)")

    async def watch(self, pipeline: Pipeline) -> None:
        """Tell how the connection stands whenever that changes, until cancelled."""
        while True:
            now = standing(pipeline.connection())
            if now != self._told:
                self._told = now
                self._say(now)
            await asyncio.sleep(LOOK_S)

    def ended(self, samples: int, waiting: int, folder: Path) -> None:
        """How much was recorded; `waiting` samples could not be written to the end."""
        self.samples = samples
        lost = f"; {waiting} could not be written and are lost" if waiting else ""
        self._say(f"{samples} samples in {folder}{lost}")


def standing(connection: Connection) -> str:
    """How a connection stands, as a sentence."""
    url, why = without_secret(connection.url), f": {connection.why}" if connection.why else ""
    words = {
        Link.CONNECTING: f"connecting to {url}{why}",
        Link.CONNECTED: f"connected to {url}",
        Link.DEGRADED: f"connected to {url}, not to all of it{why}",
        Link.LOST: f"the connection to {url} is lost{why}; it is tried again",
        Link.REFUSED: f"{url} refuses the connection{why}",
    }
    return words.get(connection.link, f"not connected{why}")
