"""What holds for every test: a home of its own, a screen where one is needed, and no message or process left over."""

import atexit
import contextlib
import gc
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from installer import display as screens
from installer.errors import SetupError
from tests import guards

HERE = Path(__file__).resolve().parent
# Folders whose tests open windows, and those whose code loads VTK on the way.
WINDOW_FOLDERS = frozenset({"app", "gui", "panels"})
VTK_FOLDERS = WINDOW_FOLDERS | {"cli", "scene", "view"}

settings.register_profile(
    "twinviewer",
    deadline=None,  # machines differ; time belongs to benchmarks/
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("twinviewer")


def _patient() -> None:
    """Let windows wait for what is read of a recording: on a busy machine, or a slow disk, it comes ticks later."""
    from twinviewer.session import archive

    archive.PATIENCE_S = 20.0


def _own_home() -> None:
    """Send settings, caches, keys and sockets of this run to a folder of its own: a person's are never touched."""
    home = Path(tempfile.mkdtemp(prefix="twinviewer-tests-"))
    owner = os.getpid()

    def remove() -> None:
        if os.getpid() == owner:  # a forked child leaves it to us
            shutil.rmtree(home, ignore_errors=True)

    atexit.register(remove)
    folders = {
        "HOME": home,
        "APPDATA": home / "roaming",
        "LOCALAPPDATA": home / "local",
        "XDG_CONFIG_HOME": home / "config",
        "XDG_DATA_HOME": home / "data",
        "XDG_STATE_HOME": home / "state",
        "XDG_CACHE_HOME": home / "cache",
        "XDG_RUNTIME_DIR": home / "run",
    }
    for name, folder in folders.items():
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ[name] = str(folder)
    for name in [name for name in os.environ if name.startswith("TWINVIEWER_")]:
        del os.environ[name]
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


_own_home()
_patient()
_qt = guards.QtMessages()
_vtk = guards.VtkMessages()


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""


def _needs_screen(item: pytest.Item) -> bool:
    return _folder(item) in WINDOW_FOLDERS or not {"qtbot", "qapp", "display"}.isdisjoint(
        getattr(item, "fixturenames", ())
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start a virtual screen when a test needs one; without any, leave those tests out, which on CI is a failure."""
    waiting = [item for item in items if _needs_screen(item)]
    if not waiting or (screens.usable(os.environ) and os.environ.get("DISPLAY")) or sys.platform in ("win32", "darwin"):
        return
    stack = contextlib.ExitStack()
    try:
        env = stack.enter_context(screens.screen(os.environ))
    except SetupError as error:
        if os.environ.get("CI"):
            pytest.exit(str(error), returncode=3)
        for item in waiting:
            item.add_marker(pytest.mark.skip(reason=str(error)))
        return
    config.add_cleanup(stack.close)
    os.environ["DISPLAY"] = env["DISPLAY"]
    os.environ.setdefault("QT_QPA_PLATFORM", "xcb")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    _qt.install()
    _vtk.install(load=_folder(item) in VTK_FOLDERS)
    if _needs_screen(item):
        gc.disable()  # a cycle with Qt objects must not go in the middle of a paint event, as in the program itself
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """A test whose code made Qt or VTK complain has failed, also when it happened while tearing down."""
    result = yield
    gc.enable()
    said = {"Qt": (_qt.take(), "allow_qt_messages"), "VTK": (_vtk.take(), "allow_vtk_messages")}
    for library, (texts, mark) in said.items():
        allowed = [marker.args[0] for marker in item.iter_markers(mark)]
        if left := guards.unexpected(texts, allowed):
            pytest.fail(f"{library} said:\n" + "\n".join(left), pytrace=False)
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    _qt.remove()


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    with guards.nothing_left_behind():
        yield


@pytest.fixture
def display() -> str:
    """Name of the X screen (empty on Windows and macOS); asking for it is what makes a test need one."""
    return os.environ.get("DISPLAY", "")


@pytest.fixture
def free_port(free_ports: Callable[[int], list[int]]) -> int:
    """A TCP port of 127.0.0.1 that nobody listens on."""
    return free_ports(1)[0]


@pytest.fixture
def free_ports() -> Callable[[int], list[int]]:
    """`free_ports(n)`: n different TCP ports of 127.0.0.1 that nobody listens on."""

    def find(count: int) -> list[int]:
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
            for each in sockets:
                each.bind(("127.0.0.1", 0))
            return [each.getsockname()[1] for each in sockets]

    return find
