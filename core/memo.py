"""A value remembered for a moment, per process."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any


class Memo:
    """Remembers what `load(key)` returned for `seconds`; at most `size` keys, oldest out first."""

    def __init__(self, load: Callable[[Hashable], Any], *, seconds: float, size: int = 1000):
        self._load = load
        self._seconds = seconds
        self._size = size
        self._kept: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable):
        now = time.monotonic()
        kept = self._kept.get(key)
        if kept and now < kept[0]:
            return kept[1]
        value = self._load(key)
        with self._lock:
            self._kept.pop(key, None)
            while len(self._kept) >= self._size:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = (now + self._seconds, value)
        return value

    def forget(self) -> None:
        with self._lock:
            self._kept.clear()
