"""Deltas read by another thread, so that the screen can be painted while none arrives."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from nemochat.core.delta import Delta
from nemochat.signals import StreamSignals

SECONDS_TO_STOP = 0.2  # that a thread is waited for; one that still connects ends by itself


class _End:
    """The last thing in the queue: the deltas are over, or an error came."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _ReaderThread:
    """Deltas that a thread of their own reads."""

    def __init__(self, deltas: Iterator[Delta]) -> None:
        self.over = False
        self._deltas = deltas
        self._arrived: queue.SimpleQueue[Delta | _End] = queue.SimpleQueue()
        self._some = threading.Event()
        self._thread = threading.Thread(target=self._read, name="nemochat-answer", daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> Delta | None:
        """The next delta, if it comes within so many seconds; None at the end, too."""
        each = self._poll() or self._wait(seconds)
        if not isinstance(each, _End):
            return each
        self.over = True
        if each.error is not None:
            raise each.error
        return None

    def join(self) -> None:
        """Wait for the thread, but not for long."""
        self._thread.join(SECONDS_TO_STOP)

    def _poll(self) -> Delta | _End | None:
        with suppress(queue.Empty):
            return self._arrived.get_nowait()
        return None

    def _wait(self, seconds: float) -> Delta | _End | None:
        """What arrives within so many seconds.

        The queue's own waiting has no end in Python 3.11 and 3.12 where a signal came and the time
        is over when its handler is: after a pause of the process, or a Ctrl-C.
        """
        self._some.clear()
        if (each := self._poll()) is None and self._some.wait(seconds):
            each = self._poll()
        return each

    def _put(self, each: Delta | _End) -> None:
        self._arrived.put(each)
        if not self._some.is_set():
            self._some.set()

    def _read(self) -> None:
        try:
            for delta in self._deltas:
                self._put(delta)
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            self._put(_End(error))
        else:
            self._put(_End(None))


def follow_in_thread(
    deltas: Iterator[Delta],
    stop: Callable[[], None],
    frame: Callable[[], float],
) -> Generator[Delta]:
    """Pass deltas on, and call `frame` between them.

    Args:
        deltas: Read in a thread of its own.
        stop: Ends the deltas: called when this iterator is closed, or raises, before their end.
        frame: Paints what is due, and returns the seconds until it wants to be called again.

    Raises:
        Cancelled: SIGINT came, or `frame` raises it; never between a delta and its painting.
    """
    reading = _ReaderThread(deltas)
    with StreamSignals() as signals:
        try:
            while not reading.over:
                each = reading.next(frame())
                if not reading.over:
                    signals.check()
                if each is not None:
                    yield each
        finally:
            if not reading.over:
                stop()
            reading.join()
