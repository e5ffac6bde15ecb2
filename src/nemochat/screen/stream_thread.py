"""Second thread that reads deltas, so that the screen can be painted while none arrives."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress

from nemochat.core.delta import Delta
from nemochat.signals import StreamSignals

MOST_WAITING = 256  # deltas that are read ahead, so that a fast endpoint does not fill the memory
SECONDS_BETWEEN_LOOKS = 0.005  # at a full queue
SECONDS_TO_STOP = 0.2  # a thread that is still connecting ends by itself later


class _End:
    """Last item in the queue: the end of the deltas, or an error."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _ReaderThread:
    """Thread that reads deltas into a queue."""

    def __init__(self, deltas: Iterator[Delta]) -> None:
        self.over = False
        self._deltas = deltas
        self._arrived: queue.SimpleQueue[Delta | _End] = queue.SimpleQueue()
        self._some = threading.Event()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._read, name="nemochat-answer", daemon=True)
        self._thread.start()

    def next(self, seconds: float) -> Delta | None:
        """Return the next delta; None if none arrives in time, or at the end."""
        each = self._poll() or self._wait(seconds)
        if not isinstance(each, _End):
            return each
        self.over = True
        if each.error is not None:
            raise each.error
        return None

    def join(self) -> None:
        """Stop the thread, and wait briefly for its end."""
        self._is_stopped = True
        self._thread.join(SECONDS_TO_STOP)

    def _poll(self) -> Delta | _End | None:
        with suppress(queue.Empty):
            return self._arrived.get_nowait()
        return None

    def _wait(self, seconds: float) -> Delta | _End | None:
        """Return what arrives in time.

        In Python 3.11 and 3.12, `SimpleQueue.get` waits forever if a signal interrupts it and its
        time is over when the handler returns.
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
                while self._arrived.qsize() >= MOST_WAITING and not self._is_stopped:
                    time.sleep(SECONDS_BETWEEN_LOOKS)
                self._put(delta)
        except BaseException as error:  # noqa: BLE001 - raised again in the other thread
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
        deltas: Read in another thread.
        stop: Called to end the deltas if this iterator is closed or raises before their end.
        frame: Paints what is due; returns the seconds until its next call.

    Raises:
        Cancelled: SIGINT arrived, or `frame` raised it; never between a delta and its painting.
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
