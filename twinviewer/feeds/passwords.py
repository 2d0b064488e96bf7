"""Passwords of live sources in the system's keyring."""

from twinviewer.model.errors import FeedError

_SERVICE = "twinviewer"


def stored_password(url: str, user: str) -> str:
    """The password of `user` at `url`; "" where none is kept. Raises FeedError when the keyring cannot be read."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(_SERVICE, f"{user}@{url}") or ""
    except KeyringError as error:
        raise FeedError(f"the system keyring cannot be read: {error}", url, "Unlock it and try again.") from error


def store_password(url: str, user: str, password: str) -> None:
    """Keep a password. Raises FeedError."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, f"{user}@{url}", password)
        why = "" if keyring.get_password(_SERVICE, f"{user}@{url}") == password else "there is none that keeps anything"
    except KeyringError as error:
        why = str(error)
    if why:
        remedy = "Install or unlock a keyring, or enter the password each time."
        raise FeedError(f"the password cannot be kept in the system keyring: {why}", url, remedy)
