"""Work that may take longer than a page should wait (后台核对): it goes on, shows how far, and stops.

Finished work is kept for a while, so that leafing through a preview does not check the file again.
A restart of the server forgets all of it and loses nothing: files and batches are in the record.
"""

import contextvars
import threading
import time
from collections.abc import Callable, Hashable
from typing import Any

#: So many at once; with more, the server would be slow for everybody else.
SLOTS = 2
KEPT = 12
KEPT_SECONDS = 600


class Cancelled(Exception):
    """Somebody asked for the work to stop, and it did."""


class Job:
    """One piece of work in a thread of its own. ``rows`` says how far it has come."""

    def __init__(self, mark: Hashable, work: Callable[["Job"], Any]) -> None:
        self.mark = mark
        self.rows = 0
        self.since = time.monotonic()
        self._work = work
        self._stop, self._over = threading.Event(), threading.Event()
        self._result: Any = None
        self._fault: BaseException | None = None

    @property
    def running(self) -> bool:
        """Whether it has neither finished nor failed nor stopped."""
        return not self._over.is_set()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop.is_set()

    def progress(self, rows: int) -> None:
        """Said by the work itself: ``rows`` are done. Raises :class:`Cancelled` if it is to stop."""
        self.rows = rows
        if self.stopped:
            raise Cancelled

    def cancel(self, seconds: float = 0) -> bool:
        """Ask it to stop and wait for that up to ``seconds``; return whether it is over."""
        self._stop.set()
        return self._over.wait(seconds)

    def wait(self, seconds: float) -> bool:
        """Wait up to ``seconds``; return whether it is over."""
        return self._over.wait(seconds)

    def result(self) -> Any:
        """What the finished work returned; raises what it raised."""
        if self._fault:
            raise self._fault
        return self._result

    def run(self, slots: threading.Semaphore) -> None:
        """Do the work as soon as there is a slot for it."""
        try:
            while not slots.acquire(timeout=0.1):
                self.progress(0)
            try:
                self._result = self._work(self)
            finally:
                slots.release()
        except BaseException as fault:
            # A statement that was interrupted says so in SQLite's own words.
            self._fault = Cancelled() if self.stopped else fault
        finally:
            self._over.set()


class Jobs:
    """The work of one server, one piece for each key at a time."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(SLOTS)

    def find(self, key: str) -> Job | None:
        """What is, or was last, done under ``key``."""
        return self._jobs.get(key)

    def start(self, key: str, mark: Hashable, work: Callable[[Job], Any]) -> Job:
        """The work called ``mark`` under ``key``: what is there already, or begun now.

        Anything else under the same key is asked to stop.
        """
        with self._lock:
            self._forget_old()
            job = self._jobs.pop(key, None)
            if job is None or job.mark != mark or job.stopped:
                if job:
                    job.cancel()
                job = Job(mark, work)
                # The copy carries the reader's language along.
                run = contextvars.copy_context().run
                threading.Thread(target=run, args=(job.run, self._slots), daemon=True).start()
            self._jobs[key] = job
            return job

    def drop(self, key: str) -> None:
        """Forget what was done under ``key``."""
        with self._lock:
            self._jobs.pop(key, None)

    def _forget_old(self) -> None:
        over = [key for key, job in self._jobs.items() if not job.running]
        late = time.monotonic() - KEPT_SECONDS
        for place, key in enumerate(reversed(over)):
            if place >= KEPT or self._jobs[key].since < late:
                del self._jobs[key]
