"""Errors that reach a person: what is wrong, where, and what to do."""

from twinviewer.model.connection import without_secret


class TwinError(Exception):
    """A failure with a sentence a person can act on.

    `text` says what is wrong, `where` names the file, line, node or asset, `remedy` says what to do.
    """

    def __init__(self, text: str, where: str = "", remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        if not self.remedy:
            return f"{place}{self.text}"
        stop = "" if self.text.endswith((".", "!", "?", ":")) else "."
        return f"{place}{self.text}{stop} {self.remedy}"


class SceneError(TwinError):
    """A scene, its geometry or its asset table cannot be read. `others` are further mistakes in the same file."""

    others: tuple["SceneError", ...] = ()


class FeedError(TwinError):
    """A live source cannot be used as asked. A password in the address that `where` names is left out."""

    def __init__(self, text: str, where: str = "", remedy: str = "") -> None:
        super().__init__(text, without_secret(where) if "://" in where else where, remedy)


class FeedLost(FeedError):
    """The connection ended; trying again makes sense."""


class FeedRefused(FeedError):
    """The server said no (certificate, user, policy); a person must act before it is worth trying again."""


class RecordingError(TwinError):
    """A recording or a capsule cannot be read or written."""


class LineError(TwinError):
    """A flow model or a scenario is wrong."""


class DataError(TwinError):
    """A table of data is not what it must be."""
