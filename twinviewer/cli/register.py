"""`twinviewer register`: capsules open by double click."""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HELP = "let capsules (.twin) open by double click, for this person (Linux desktops)"
MIME = "application/vnd.twinviewer.capsule+zip"
ID = "twinviewer"
TYPE_XML = f"""<?xml version="1.0" encoding="UTF-8"?>
<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">
  <mime-type type="{MIME}">
    <comment>twinviewer capsule</comment>
    <sub-class-of type="application/zip"/>
    <glob pattern="*.twin" weight="80"/>
    <icon name="{ID}"/>
  </mime-type>
</mime-info>
"""
ENTRY = f"""[Desktop Entry]
Type=Application
Name=twinviewer
Comment=A visual twin of a factory: live, replayed, foreseen
Exec={{command}} open %f
Icon={ID}
Terminal=false
Categories=Science;Engineering;
MimeType={MIME};
StartupNotify=true
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's options."""
    parser.add_argument("--remove", action="store_true", help="take it back")


def run(args: argparse.Namespace) -> int:
    """Exit code 0."""
    from twinviewer.model.errors import DataError

    if not sys.platform.startswith("linux"):
        raise DataError(
            "this system's settings decide what opens a file",
            remedy="Choose twinviewer once in the system's own dialog (Open with); it remembers.",
        )
    files = files_of(data_home(), program())
    try:
        for path, content in files.items():
            if args.remove:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"the desktop's files cannot be written: {error.strerror or error}", str(data_home())
        ) from error
    _tell_desktop(data_home(), args.remove)
    for path in files:
        print(f"{'removed' if args.remove else 'written'}: {path}")
    return 0


def data_home() -> Path:
    """Where a person's desktop looks for such files (XDG base directories)."""
    import platformdirs

    return Path(platformdirs.user_data_dir())


def program() -> list[str]:
    """What starts this twinviewer, whatever the search path of a desktop is."""
    if getattr(sys, "frozen", False):
        return [sys.executable]
    script = Path(sys.executable).with_name("twinviewer")
    return [str(script)] if script.exists() else [sys.executable, "-m", "twinviewer"]


def files_of(home: Path, words: list[str]) -> dict[Path, str]:
    """Each file below `home` and what is in it."""
    from twinviewer.discovery import shipped

    picture = (shipped("resources") / "icons" / f"{ID}.svg").read_text(encoding="utf-8")
    entry = ENTRY.format(command=" ".join(_quoted(word) for word in words))
    return {
        home / "mime" / "packages" / f"{ID}.xml": TYPE_XML,
        home / "icons" / "hicolor" / "scalable" / "apps" / f"{ID}.svg": picture,
        home / "applications" / f"{ID}.desktop": entry,
    }


def _quoted(word: str) -> str:
    """A word of an Exec line, after the Desktop Entry specification: quoted, then escaped as any string value."""
    for sign in ("\\", '"', "`", "$"):
        word = word.replace(sign, f"\\{sign}")
    return f'"{word}"'.replace("\\", "\\\\").replace("%", "%%")


def _tell_desktop(home: Path, remove: bool) -> None:
    """The desktop keeps indexes of both folders; where it has no such tools it looks by itself."""
    commands = [
        ["update-mime-database", str(home / "mime")],
        ["update-desktop-database", str(home / "applications")],
    ]
    if not remove:
        commands.append(["xdg-mime", "default", f"{ID}.desktop", MIME])
    for command in commands:
        if shutil.which(command[0]):
            subprocess.run(command, check=False, capture_output=True)
