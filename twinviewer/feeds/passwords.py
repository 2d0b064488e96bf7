"""Passwords of live sources in the system's keyring."""

from twinviewer.feeds.source import Refused
from twinviewer.model.errors import FeedError

_SERVICE = "twinviewer"
_LOOK_AGAIN_S = 15.0  # somebody may unlock it


def stored_password(url: str, user: str) -> str:
    """The password of `user` at `url`; "" where none is kept. Raises Refused when the keyring cannot be read."""
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        return keyring.get_password(_SERVICE, f"{user}@{url}") or ""
    except NoKeyringError as error:
        remedy = "Install a Secret Service such as gnome-keyring, or enter the password in the window each time."
        raise Refused(f"no password is known for {user}: this system has no keyring", url, remedy) from error
    except KeyringError as error:
        text = f"the system keyring cannot be read: {str(error).rstrip('.')}"
        raise Refused(text, url, "Unlock it and try again.", retry_s=_LOOK_AGAIN_S) from error


def store_password(url: str, user: str, password: str) -> None:
    """Keep a password. Raises FeedError."""
    import keyring
    from keyring.errors import KeyringError, NoKeyringError

    try:
        keyring.set_password(_SERVICE, f"{user}@{url}", password)
        why = "" if keyring.get_password(_SERVICE, f"{user}@{url}") == password else "there is none that keeps anything"
    except NoKeyringError:
        why = "this system has none"
    except KeyringError as error:
        why = str(error).partition(". ")[0].rstrip(".")
    if why:
        remedy = "Install or unlock a keyring, or enter the password each time."
        raise FeedError(f"the password cannot be kept in the system keyring: {why}", url, remedy)
