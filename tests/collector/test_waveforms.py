"""Waveforms of a server become ordinary values of other tags, with the waveform's quality and times."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.feeds.live import until_up
from tests.feeds.servers import ServerProcess, until
from twinviewer.collector.pipeline import Pipeline
from twinviewer.collector.waveforms import Waveforms
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.bearing import of_geometry
from twinviewer.model.frame import TagSnapshot
from twinviewer.model.quality import STATUS_BAD_SENSOR_FAILURE, STATUS_GOOD
from twinviewer.model.sample import SampleBatch
from twinviewer.scene.scene import Scene, load_scene
from twinviewer.waveforms.reduction import BAD_OUT_OF_RANGE
from twinviewer.waveforms.spectrum import features

MANIFEST = """
format = 1
name = "Test"
[namespaces]
p = "urn:twinviewer:test"
[assets]
table = "assets.csv"
[type.machine]
bearing = { elements = 9, element_mm = 7.94, pitch_mm = 39.04, rpm = 1797 }
[type.machine.tags.Acceleration]
node = "p:s={asset}.Acceleration"
role = "waveform"
unit = "m/s²"
sampling_hz = 10240
"""
BEARING = of_geometry(9, 7.94, 39.04)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """M-0 with a waveform and what is worked out of it."""
    (tmp_path / "scene.toml").write_text(MANIFEST)
    (tmp_path / "assets.csv").write_text("asset,type,path\nM-0,machine,Line\n")
    return load_scene(tmp_path, geometry=False)


def struck(part: str, count: int = 2048) -> np.ndarray:
    """float32 (count,): rings at the frequency of a part, in noise."""
    time = np.arange(count) / 10240
    since = time % (1 / BEARING.frequencies_hz(1797)[part])
    ringing = 5 * np.exp(-since * 900) * np.sin(2 * np.pi * 3000 * since)
    return np.round(ringing + np.random.default_rng(0).normal(0, 0.5, count), 3).astype(np.float32)


class Recorder:
    """Keeps the newest sample of each tag."""

    def __init__(self) -> None:
        self.status: dict[int, int] = {}

    def tap(self, batch: SampleBatch) -> None:
        self.status.update(zip(batch.slot.tolist(), batch.status.tolist(), strict=True))

    def connection(self, *about: object) -> None:
        """Not what this is about."""


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def pipeline(server: ServerProcess, scene: Scene, recorder: Recorder) -> Iterator[Pipeline]:
    """A pipeline with a bearing whose outer race is struck."""
    send(server, struck("BPFO"))
    pipeline = Pipeline(scene, server.url, FeedOptions(security="none"), recorder)  # type: ignore[arg-type]
    pipeline.start()
    try:
        until_up(pipeline)
        yield pipeline
    finally:
        pipeline.stop()


def send(server: ServerProcess, values: np.ndarray) -> None:
    """A new waveform of M-0."""
    server.command("array M-0.Acceleration " + " ".join(f"{x:.3f}" for x in values))


def test_features_reach_the_table_and_the_record(
    server: ServerProcess, pipeline: Pipeline, scene: Scene, recorder: Recorder
) -> None:
    expected = features(struck("BPFO"), 10240, BEARING, 1797)
    row = {tag.key: tag.index for tag in scene.tags}
    told = pipeline.snapshot()
    assert told.text[row["Acceleration"]] == "2,048 values"
    for key, value in (
        ("RMS", expected.rms), ("Peak", expected.peak), ("Crest", expected.crest), ("Kurtosis", expected.kurtosis),
        ("Envelope", expected.envelope), *expected.lines.items(),
    ):  # fmt: skip
        assert told.value[row[f"Acceleration{key}"]] == pytest.approx(value, rel=1e-5), key
    assert max(expected.lines, key=lambda name: expected.lines[name]) == "BPFO"
    derived = [row[key] for key in row if key != "Acceleration"]
    assert set(told.status[derived].tolist()) == {STATUS_GOOD}
    assert set(told.source_ns[derived].tolist()) == {int(told.source_ns[row["Acceleration"]])}
    # a sensor that fails takes them along, and so does an array that is none of a waveform; then they come back
    server.command(f"status M-0.Acceleration {STATUS_BAD_SENSOR_FAILURE}")
    until(lambda: set(pipeline.snapshot().status[derived].tolist()) == {STATUS_BAD_SENSOR_FAILURE})
    assert np.isnan(pipeline.snapshot().value[derived]).all()
    until(lambda: {recorder.status.get(k) for k in derived} == {STATUS_BAD_SENSOR_FAILURE})
    send(server, struck("BPFI", 100))
    until(lambda: set(pipeline.snapshot().status[derived].tolist()) == {BAD_OUT_OF_RANGE})
    send(server, struck("BPFI"))
    until(lambda: set(pipeline.snapshot().status[derived].tolist()) == {STATUS_GOOD})
    value = pipeline.snapshot().value
    assert max(("BPFO", "BPFI", "BSF", "FTF"), key=lambda name: value[row[f"Acceleration{name}"]]) == "BPFI"


def test_after_a_gap_the_waveform_is_read_again(server: ServerProcess, pipeline: Pipeline, scene: Scene) -> None:
    rms = scene.tag("M-0.AccelerationRMS").index
    before = pipeline.snapshot()
    server.command("skip")
    server.command("set M-1.Vibration 1.25")  # not watched here: only the keep-alive tells of the gap
    until(lambda: pipeline.snapshot().received_ns[rms] > before.received_ns[rms])
    after = pipeline.snapshot()
    assert after.value[rms] == pytest.approx(before.value[rms], rel=1e-6)
    assert after.source_ns[rms] // 1000 == before.source_ns[rms] // 1000  # asyncua reads times to the microsecond
    server.command("set M-1.Vibration 1")


def test_what_came_over_a_link_that_is_gone_is_not_told_after_the_news_of_it(scene: Scene) -> None:
    told: list[SampleBatch] = []
    n = len(scene.tags)
    zero, stamps = np.zeros(n), np.zeros(n, np.int64)
    empty = TagSnapshot(zero, np.zeros(n, np.uint32), stamps, stamps, stamps)

    async def run() -> None:
        waveforms = Waveforms(scene, told.append, lambda: empty, lambda: 5)
        working = asyncio.create_task(waveforms.run())
        one = np.zeros(1, np.int64)
        batch = SampleBatch(
            np.zeros(1, np.int32), np.full(1, np.nan), np.zeros(1, np.uint32), one, one, 1, {}, {0: struck("BSF")}
        )
        waveforms.offer(batch)
        waveforms.offer(batch)  # the newer one is worked out, the older one counted
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is being worked out in its thread
        waveforms.offer(batch)
        waveforms.forget()
        await asyncio.sleep(0.1)
        assert (told, waveforms.skipped) == ([], 1)
        waveforms.offer(batch)
        while not told:
            await asyncio.sleep(0.01)
        working.cancel()

    asyncio.run(run())
    assert [len(batch) for batch in told] == [9]
