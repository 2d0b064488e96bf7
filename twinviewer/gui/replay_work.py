"""What the window does with a recording in a worker process: pack an incident."""

from collections.abc import Callable
from pathlib import Path

Progress = Callable[[float, str], None]


def pack_capsule(
    scene_path: Path, recording: str, from_ns: int, to_ns: int, output: Path, *, progress: Progress
) -> int:
    """Write a capsule; how many samples are in it. `progress` may raise to cancel. Raises RecordingError."""
    from twinviewer.history.capsule import make_capsule
    from twinviewer.history.recording import Recording
    from twinviewer.scene.scene import load_scene

    progress(0.0, "reading the scene")
    scene = load_scene(scene_path, geometry=False)
    opened = Recording.open(recording, scene)
    try:
        return make_capsule(scene, opened, from_ns, to_ns, output, progress)
    finally:
        opened.close()
