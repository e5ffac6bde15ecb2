"""Deltas out of another thread, so that something can be painted while none comes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

from nemochat.core.deltas import Delta

SECONDS_TO_STOP = 0.2  # that a thread is waited for; one that still connects ends by itself


class _End:
    """The last thing in the queue: the deltas are over, or an error came."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def following(
    deltas: Iterator[Delta],
    stop: Callable[[], None],
    frame: Callable[[], float],
) -> Iterator[Delta]:
    """Pass deltas on, and call `frame` between them.

    Args:
        deltas: Read in a thread of its own.
        stop: Ends the deltas: called when this iterator is closed, or Ctrl-C comes.
        frame: Paints what is due, and returns the seconds until it wants to be called again.
    """
    arrived: queue.SimpleQueue[Delta | _End] = queue.SimpleQueue()

    def read() -> None:
        try:
            for delta in deltas:
                arrived.put(delta)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            arrived.put(_End(error))
        else:
            arrived.put(_End(None))

    thread = threading.Thread(target=read, name="nemochat-answer", daemon=True)
    thread.start()
    over = False
    try:
        while not over:
            try:
                each = arrived.get(timeout=frame())
            except queue.Empty:
                continue
            if isinstance(each, _End):
                over = True
                if each.error is not None:
                    raise each.error
            else:
                yield each
    finally:
        if not over:
            stop()
        thread.join(SECONDS_TO_STOP)
