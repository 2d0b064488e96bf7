"""Cyclic garbage goes between events, on the GUI thread; the interpreter has it back afterwards."""

import gc
import threading
import weakref

from pytestqt.qtbot import QtBot

from twinviewer.gui.garbage import GarbageTimer, settle_memory


class Knot:
    """Something that holds itself, and says on which thread it went."""

    def __init__(self, went: list[int]) -> None:
        self.me = self
        self._end = weakref.finalize(self, lambda: went.append(threading.get_ident()))


def test_garbage_of_another_thread_goes_on_the_gui_thread(qtbot: QtBot) -> None:
    timer = GarbageTimer()
    timer._timer.setInterval(20)
    went: list[int] = []

    def work() -> None:
        for _ in range(2000):
            Knot(went)

    worker = threading.Thread(target=work)
    worker.start()
    worker.join()
    assert went == []  # with the interpreter's own collector most of it would have gone in the worker
    qtbot.waitUntil(lambda: len(went) == 2000)
    assert set(went) == {threading.get_ident()}
    timer.stop()


def test_older_garbage_goes_too(qtbot: QtBot) -> None:
    timer = GarbageTimer()
    went: list[int] = []
    kept = Knot(went)
    gc.collect(0)
    gc.collect(1)  # now it belongs to the oldest
    del kept
    for _ in range((gc.get_threshold()[1] + 2) * (gc.get_threshold()[2] + 2)):
        kept_alive = [[[]] for _ in range(gc.get_threshold()[0] + 1)]
        timer.collect()
        del kept_alive
    assert went
    timer.stop()


def test_it_is_given_back_as_it_was() -> None:
    before = gc.isenabled()
    timer = GarbageTimer()
    assert not gc.isenabled()
    assert gc.get_freeze_count()
    timer.stop()
    assert gc.isenabled() == before
    assert not gc.get_freeze_count()


def test_the_first_scene_needs_no_round_and_a_later_one_gives_back_what_the_former_left() -> None:
    rounds: list[str] = []
    timer = GarbageTimer()

    def hear(phase: str, _info: dict[str, int]) -> None:
        rounds.append(phase)

    gc.callbacks.append(hear)
    try:
        settle_memory(former=False)
        assert not rounds
        went: list[int] = []
        left = Knot(went)
        settle_memory(former=False)
        del left
        gc.collect()
        assert not went  # what settled is not looked at
        settle_memory(former=True)
        assert went
    finally:
        gc.callbacks.remove(hear)
        timer.stop()
