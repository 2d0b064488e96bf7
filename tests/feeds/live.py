"""A pipeline on a server under test, and scenes that fit it."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from tests.factory import make_scene
from tests.feeds.servers import URI, until
from twinviewer.collector.pipeline import Pipeline
from twinviewer.feeds.options import FeedOptions
from twinviewer.model.asset import NodeAddress, Tag
from twinviewer.model.connection import Link
from twinviewer.scene.scene import Scene

KEYS = ("State", "Vibration", "Power", "GoodCount", "Product")
UP = (Link.CONNECTED, Link.DEGRADED)


def scene_for_server(machines: int = 2, counter: bool = False, keys: tuple[str, ...] = KEYS) -> Scene:
    """M-0, M-1, … as the servers of these tests have them; power by browse path, product as text."""
    scene = make_scene(machines, keys)
    tags = [_on_server(tag) for tag in scene.tags]
    if counter:
        tags.append(Tag(len(tags), "counter", "counter", "M-0", NodeAddress(URI, "s=counter")))
    return replace(scene, tags=tuple(tags))


def _on_server(tag: Tag) -> Tag:
    if tag.key == "Power":
        steps = ("Machines", *tag.name.split("."))
        return replace(tag, address=NodeAddress(browse_path=tuple((URI, step) for step in steps)))
    return replace(tag, address=NodeAddress(URI, f"s={tag.name}"), is_text=tag.key == "Product")


@contextlib.contextmanager
def watching(scene: Scene, url: str, options: FeedOptions | None = None) -> Iterator[Pipeline]:
    """A pipeline that runs."""
    pipeline = Pipeline(scene, url, options or FeedOptions(security="none"))
    pipeline.start()
    try:
        yield pipeline
    finally:
        pipeline.stop()


def until_up(pipeline: Pipeline, seconds: float = 15.0) -> None:
    """Wait until it is connected and every tag has a sample."""
    until(lambda: pipeline.connection().link in UP, seconds, f"connected, not {pipeline.connection()}")
    until(lambda: bool((pipeline.snapshot().received_ns > 0).all()), seconds, "a sample of every tag")


def value_of(pipeline: Pipeline, name: str) -> float:
    """The newest value of a tag."""
    return float(pipeline.snapshot().value[pipeline.scene.tag(name).index])


def status_of(pipeline: Pipeline, name: str) -> int:
    """The newest status of a tag."""
    return int(pipeline.snapshot().status[pipeline.scene.tag(name).index])


def all_good(pipeline: Pipeline) -> bool:
    """Whether every tag is good."""
    return not np.any(pipeline.snapshot().status >> 30)


def try_now(pipeline: Pipeline) -> None:
    """As when a person asks for it."""
    assert pipeline._loop is not None
    pipeline._loop.call_soon_threadsafe(pipeline.try_now)
