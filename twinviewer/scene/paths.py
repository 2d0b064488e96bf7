"""Opening files that a scene names: never outside its folder, never anything but a regular file."""

from pathlib import Path, PurePosixPath

from twinviewer.model.errors import SceneError
from twinviewer.scene.bounds import MAX_FILE_BYTES


def inside(folder: Path, name: str, where: str) -> Path:
    """The file `name` inside `folder`. Raises SceneError when it lies outside, also by a link, or is not there.

    Links of the folder are resolved, those inside it are not: whoever asks again later follows them to where they lead
    then.
    """
    remedy = "Put the file into the scene folder and name it relative to that folder."
    if not name or "\0" in name or "\\" in name or ":" in name:
        raise SceneError(f"'{name}' is not a usable file name.", where, "Use a relative name with forward slashes.")
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
        raise SceneError(f"'{name}' points outside the scene folder; such paths are not followed.", where, remedy)
    try:
        target = (folder / name).resolve()
        root = folder.resolve()
    except (OSError, RuntimeError) as error:
        raise SceneError(f"'{name}' cannot be followed: {error}.", where, remedy) from None
    if not target.is_relative_to(root):
        raise SceneError(f"'{name}' leads through a link to outside the scene folder.", where, remedy)
    if not target.exists():
        raise SceneError(f"the file '{name}' is missing.", where, f"It is looked for in {folder}.")
    if not target.is_file():
        raise SceneError(f"'{name}' is not a regular file.", where, "Name a file inside the scene folder.")
    return root / name


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES, where: str = "") -> bytes:
    """All bytes of a regular file of at most `limit` bytes. Raises SceneError at `where`, or at the file."""
    where = where or str(path)
    try:
        if not path.is_file():
            text = "the file is missing." if not path.exists() else "this is not a regular file."
            raise SceneError(text, where, "Check the name and the folder.")
        size = path.stat().st_size
        if size > limit:
            raise SceneError(f"the file has {size:,} bytes; at most {limit:,} are read.", where)
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SceneError(f"the file cannot be read: {reason}.", where, "Check its permissions.") from None
