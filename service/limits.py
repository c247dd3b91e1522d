"""How much a caller may ask for in a minute: a token bucket for each of them.

Method: the token bucket (Turner 1986, "New directions in communications"): a bucket holds at most a minute's
allowance and fills evenly; a request takes what it costs. One that costs more than is left is refused until
enough has run in; one that costs more than the whole bucket is let through when the bucket is full, and
leaves a debt behind, so that a long article is slow to repeat and not impossible.

Leaves out: buckets shared by several processes; each worker keeps its own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MINUTE = 60.0
_MOST = 50_000  # callers remembered; the one not seen for longest is forgotten first


@dataclass(slots=True)
class _Bucket:
    level: float
    filled: float  # when, by the clock


class Buckets:
    """Token buckets by caller; the clock gives seconds."""

    def __init__(self, clock: Callable[[], float], most: int = _MOST) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._buckets)

    def take(self, caller: str, cost: float, allowance: int) -> float:
        """Take a cost from a caller's bucket of that many tokens a minute.

        Returns 0.0 when it was taken, else the seconds after which it can be; then nothing is taken. An
        allowance of 0 is none at all: everything is let through.
        """
        if allowance == 0 or cost == 0:
            return 0.0
        with self._lock:
            now = self._clock()
            bucket = self._buckets.pop(caller, None) or _Bucket(allowance, now)
            elapsed = max(now - bucket.filled, 0.0)
            level = min(allowance, bucket.level + elapsed * allowance / _MINUTE)
            wanted = min(cost, allowance)
            enough = level >= wanted
            self._buckets[caller] = _Bucket(level - cost if enough else level, now)
            while len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0.0 if enough else (wanted - level) * _MINUTE / allowance

    def give(self, caller: str, cost: float) -> None:
        """Put back what was taken from a caller's bucket."""
        with self._lock:
            if (bucket := self._buckets.get(caller)) is not None:
                bucket.level += cost  # what is over the brim is lost when it is next taken from
