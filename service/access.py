"""Who may call, and how much: keys, limits a minute, quotas a month. Knows nothing of HTTP.

A caller with a key is limited by the key; one without, by network address. Where keys are not required,
one that is not known counts as none: clients made for other services have to send something.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from service.errors import KeyMissingError, KeyRefusedError, QuotaError, RateError

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.keys import Key, KeyStore
    from service.limits import Buckets


@dataclass(frozen=True, slots=True)
class Allowances:
    """What callers may ask for: requests and characters a minute, characters a month; 0 sets no limit."""

    key_requests: int = 0
    key_characters: int = 0
    key_quota: int = 0
    address_requests: int = 0
    address_characters: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls; `id` tells callers apart, `key` is None for one without a key."""

    id: str
    key: Key | None


@dataclass(frozen=True, slots=True)
class Usage:
    """Characters used this month, and the quota (0: none)."""

    characters: int
    quota: int


class Access:
    """Admits callers and counts what they send; `required` says whether a key is needed at all."""

    def __init__(
        self,
        keys: KeyStore,
        buckets: Buckets,
        allowances: Allowances,
        *,
        required: bool,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._keys = keys
        self._buckets = buckets
        self._allowances = allowances
        self._required = required
        self._now = now

    @property
    def required(self) -> bool:
        """Whether a key is needed."""
        return self._required

    def admit(self, presented: str | None, address: str, *, needed: bool = True) -> Caller:
        """Return who calls, and count one request; no key is asked for where none is `needed`.

        Raises KeyMissingError, KeyRefusedError, or RateError.
        """
        key = self._keys.find(presented) if presented else None
        if key is not None:
            allowed = self._allowances.key_requests if key.requests is None else key.requests
            caller = Caller(f"key {key.id}", key)
        else:
            allowed = self._allowances.address_requests
            caller = Caller(f"address {_network(address)}", None)
        # Before a key is refused: guesses count too.
        self._take(caller, "requests", 1, allowed)
        if key is None and needed and self._required:
            raise KeyRefusedError if presented else KeyMissingError
        return caller

    def charge(self, caller: Caller, characters: int) -> None:
        """Count characters that a caller wants worked on; raise RateError or QuotaError, then none count."""
        key = caller.key
        if key is None:
            self._take(caller, "characters", characters, self._allowances.address_characters)
            return
        if quota := self._quota(key):
            used = self._keys.used(key.id, self._month())
            if used + characters > quota:
                raise QuotaError(used, characters, quota, self._until_next_month())
        self._take(caller, "characters", characters, self._allowances.key_characters)
        if characters:
            self._keys.use(key.id, self._month(), characters)

    def counts(self, caller: Caller) -> bool:
        """Say whether a caller's characters are limited, or counted by the month."""
        return caller.key is not None or self._allowances.address_characters > 0

    def refund(self, caller: Caller, characters: int) -> None:
        """Take a charge of a moment ago back."""
        self._buckets.give(f"characters {caller.id}", characters)
        if caller.key is not None and characters:
            self._keys.use(caller.key.id, self._month(), -characters)

    def usage(self, caller: Caller) -> Usage:
        """Return what a caller has used this month; those without a key are not counted by the month."""
        key = caller.key
        if key is None:
            return Usage(0, 0)
        return Usage(self._keys.used(key.id, self._month()), self._quota(key))

    def _quota(self, key: Key) -> int:
        return self._allowances.key_quota if key.quota is None else key.quota

    def _take(self, caller: Caller, unit: str, cost: int, allowance: int) -> None:
        wait = self._buckets.take(f"{unit} {caller.id}", cost, allowance)
        if wait > 0:
            raise RateError(unit, allowance, wait)

    def _month(self) -> str:
        return f"{self._now():%Y-%m}"

    def _until_next_month(self) -> float:
        now = self._now()
        following = now.replace(
            year=now.year + now.month // 12,
            month=now.month % 12 + 1,
            day=1,
            hour=0,
            minute=0,
            second=0,
            microsecond=0,
        )
        return (following - now).total_seconds()


def _network(address: str) -> str:
    """Return what stands for one subscriber: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
