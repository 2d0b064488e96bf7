"""Works out of waveforms, beside the loop that takes samples in, what becomes ordinary samples of other tags."""

import asyncio
from collections.abc import Callable

from twinviewer.model.frame import TagSnapshot
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene
from twinviewer.waveforms.reduction import Arrived, Reduction


class Waveforms:
    """`put` gets the samples, in the loop; `read` gives the newest values, for the speed of shafts.

    Only the newest of each waveform waits; `skipped` counts those that a newer one overtook.
    """

    def __init__(
        self,
        scene: Scene,
        put: Callable[[SampleBatch], None],
        read: Callable[[], TagSnapshot],
        clock_ns: Callable[[], int],
    ) -> None:
        self._reduction = Reduction(scene.assets, scene.tags)
        self._put, self._read, self._clock_ns = put, read, clock_ns
        self._waiting: dict[int, Arrived] = {}
        self._wake = asyncio.Event()
        self._link = 0  # counts links that were lost: what came over an older one is of no use any more
        self.skipped = 0

    def offer(self, batch: SampleBatch) -> None:
        """Take the waveforms among new samples; returns at once."""
        if not self._reduction.slots or not self._reduction.is_waveform[batch.slot].any():
            return
        for arrived in self._reduction.arrived(batch):
            self.skipped += arrived.slot in self._waiting
            self._waiting[arrived.slot] = arrived
        self._wake.set()

    def forget(self) -> None:
        """The link is gone: what waits, or is being worked out, would come after the news of that."""
        self._link += 1
        self._waiting.clear()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                arrived, link = self._waiting.pop(next(iter(self._waiting))), self._link
                made = await asyncio.to_thread(self._reduction.samples, arrived, self._read(), self._clock_ns())
                if link == self._link:
                    self._put(made)
