"""Says what runs and for how long. On standard error: standard output belongs to the command's result."""
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(text: str = "") -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def result(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Progress:
    """Numbered steps; `total` is how many are foreseen, 0 for a command that shows only what takes time."""

    def __init__(self, total: int = 0) -> None:
        self.total = total
        self.done = 0
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        self.done += 1
        title = f"[{self.done}/{self.total}] {label}" if self.total else f"ops: {label}"
        began = time.monotonic()
        finished = threading.Event()
        live = sys.stderr.isatty()
        if live:
            threading.Thread(target=_tick, args=(title, began, finished), daemon=True).start()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            finished.set()
            start = "\r\033[K" if live else ""
            say(f"{start}{title:<52} {time.monotonic() - began:6.1f} s  {outcome}")


def _tick(title: str, began: float, finished: threading.Event) -> None:
    while not finished.is_set():
        sys.stderr.write(f"\r\033[K{title:<52} {time.monotonic() - began:6.1f} s")
        sys.stderr.flush()
        finished.wait(0.5)
