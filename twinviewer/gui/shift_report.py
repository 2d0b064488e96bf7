"""A shift report as a file: the figures out of a recording, with pictures of the moments that people marked."""

import io
from collections.abc import Callable
from pathlib import Path

from twinviewer.history.recording import Recording
from twinviewer.kpi.report import ShiftReport, shift_report
from twinviewer.model.errors import DataError
from twinviewer.model.note import Note
from twinviewer.scene.scene import Scene

FORMATS = (".pdf", ".html")
PICTURES = 4
PIXELS = (1200, 675)
Progress = Callable[[float, str], None]


def check_name(path: Path) -> None:
    """Raises DataError where the file's name says no format."""
    if path.suffix.lower() not in FORMATS:
        raise DataError("the file's name says no format for a report", str(path), "End it in .pdf or .html.")


def write_shift_report(
    scene_path: Path, recording: str, from_ns: int, to_ns: int, output: Path, *, progress: Progress
) -> ShiftReport:
    """Write the file, whole or not at all. `progress` may raise to cancel. Raises DataError, RecordingError."""
    from twinviewer.scene.scene import load_scene

    check_name(output)
    scene = load_scene(scene_path, geometry=False)
    opened = Recording.open(recording, scene)
    try:
        report = shift_report(opened, scene, from_ns, to_ns, lambda f, text: progress(0.7 * f, text))
        pictures = _pictures(scene_path, opened, report, lambda f, text: progress(0.7 + 0.25 * f, text))
    finally:
        opened.close()
    progress(0.95, "writing")
    _write(report, pictures, output)
    return report


def _write(report: ShiftReport, pictures: list[tuple[str, bytes]], path: Path) -> None:
    if path.suffix.lower() == ".html":
        from twinviewer.kpi.report_html import page

        draft = path.with_name(f".{path.name}.draft")
        try:
            draft.write_text(page(report, pictures), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error
        return
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a PDF needs no screen
    from twinviewer.gui.report_pdf import write_pdf

    write_pdf(report, pictures, path)


def _pictures(path: Path, recording: Recording, report: ShiftReport, progress: Progress) -> list[tuple[str, bytes]]:
    """The plant at the first moments that somebody marked with a note."""
    notes = [note for note in report.notes if not note.withdrawn][:PICTURES]
    if not notes:
        return []
    from twinviewer.kpi.report_html import local
    from twinviewer.scene.scene import load_scene

    progress(0.0, "reading the scene")
    scene = load_scene(path)
    made: list[tuple[str, bytes]] = []
    for k, note in enumerate(notes):
        progress(k / PICTURES, "drawing marked moments")
        words = ": ".join(part for part in (note.asset_id, note.text) if part)
        made.append((f"{local(note.time_ns)}  {words}", _picture(scene, recording, note)))
    return made


def _picture(scene: Scene, recording: Recording, note: Note) -> bytes:
    from PIL import Image

    from twinviewer import colours
    from twinviewer.gui.marks import patches
    from twinviewer.session.replay import frame_at
    from twinviewer.view.stage import Stage

    frame = frame_at(recording, scene, note.time_ns)
    stage = Stage()
    try:
        stage.window.SetSize(*PIXELS)
        stage.show(scene, "light")
        rgba = colours.table("status", frame, scene, "light")
        stage.set_colours(rgba)
        stage.set_patches(patches(frame, "status", rgba))
        stage.follow(frame.tags)
        stage.home(animate=False)
        stage.select(next((a.index for a in scene.assets if a.asset_id == note.asset_id), None))
        pixels = stage.image(*PIXELS)
    finally:
        stage.close()
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()
