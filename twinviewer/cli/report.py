"""`twinviewer report`: the figures of a shift out of a recording, as PDF or HTML."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twinviewer.model.errors import DataError

if TYPE_CHECKING:
    from twinviewer.history.recording import Recording
    from twinviewer.kpi.report import ShiftReport
    from twinviewer.scene.scene import Scene

HELP = "write a shift report out of a recording, as PDF or HTML"
PICTURES = 4


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("scene", type=Path, metavar="SCENE", help="scene folder or geometry file")
    parser.add_argument("--recording", required=True, metavar="DIR", help="folder of the recording")
    parser.add_argument("--from", dest="begin", default="8h", metavar="TIME", help="ISO 8601 or a span back (8h)")
    parser.add_argument("--to", dest="end", default="now", metavar="TIME", help="ISO 8601, now, or a span back (now)")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="FILE.pdf or FILE.html")


def run(args: argparse.Namespace) -> int:
    """Exit code 0, or 1 where nothing was recorded then."""
    import time

    from twinviewer.history.recording import Recording
    from twinviewer.history.times import parse_range
    from twinviewer.kpi.report import shift_report
    from twinviewer.scene.scene import load_scene

    suffix = args.output.suffix.lower()
    if suffix not in (".pdf", ".html"):
        raise DataError("the file's name says no format for a report", str(args.output), "End it in .pdf or .html.")
    from_ns, to_ns = parse_range(args.begin, args.end, time.time_ns())
    scene = load_scene(args.scene, geometry=False)
    recording = Recording.open(args.recording, scene)
    try:
        report = shift_report(recording, scene, from_ns, to_ns, _progress)
        pictures = _pictures(args.scene, recording, report)
    finally:
        recording.close()
    _write(report, pictures, args.output)
    print(f"{report.scene}: {report.recorded_s / 3600:.2f} h recorded, {report.alarms.raised} alarms, in {args.output}")
    return 0 if report.recorded_s else 1


def _write(report: "ShiftReport", pictures: list[tuple[str, bytes]], path: Path) -> None:
    if path.suffix.lower() == ".html":
        from twinviewer.kpi.report_html import page

        try:
            path.write_text(page(report, pictures), encoding="utf-8")
        except OSError as error:
            raise DataError(f"the report cannot be written: {error.strerror}", str(path)) from error
        return
    import os

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # a PDF needs no screen
    from twinviewer.gui.report_pdf import write_pdf

    write_pdf(report, pictures, path)


def _pictures(path: Path, recording: "Recording", report: "ShiftReport") -> list[tuple[str, bytes]]:
    """The plant at the moments that somebody marked with a note."""
    if not report.notes:
        return []
    from twinviewer.kpi.report_html import local
    from twinviewer.scene.scene import load_scene

    scene = load_scene(path)
    return [
        (f"{local(note['time_ns'])}: {note.get('text', '')}", _picture(scene, recording, note))
        for note in report.notes[:PICTURES]
    ]


def _picture(scene: "Scene", recording: "Recording", note: dict) -> bytes:
    import io

    from PIL import Image

    from twinviewer import colours
    from twinviewer.gui.marks import patches
    from twinviewer.session import Session
    from twinviewer.session.replay import ReplaySource
    from twinviewer.view.stage import Stage

    frame = Session(scene, ReplaySource(recording, scene, note["time_ns"])).tick(note["time_ns"])
    stage = Stage()
    try:
        stage.window.SetSize(1200, 675)
        stage.show(scene, "light")
        rgba = colours.table("status", frame, scene, "light")
        stage.set_colours(rgba)
        stage.set_patches(patches(frame, "status", rgba))
        stage.follow(frame.tags)
        stage.home(animate=False)
        stage.select(next((a.index for a in scene.assets if a.asset_id == note.get("asset")), None))
        pixels = stage.image(1200, 675)
    finally:
        stage.close()
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def _progress(fraction: float, text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r{fraction:4.0%} {text}".ljust(40), end="", file=sys.stderr, flush=True)
