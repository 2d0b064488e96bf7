"""The one error of the installer: a sentence for the person at the keyboard."""


class SetupError(Exception):
    """Set-up cannot go on; the text says why and what to do."""
