"""Slowing down whoever tries too often, without letting him lock anybody else out."""

import ipaddress
from uuid import UUID

from farthing.auth.policy import Limit
from farthing.auth.repository import ThrottleRows
from farthing.infra.crypto import sha256
from farthing.infra.db import Work
from farthing.kernel.clock import Clock
from farthing.kernel.errors import Throttled

_IPV6_SITE_BITS = 64


class Throttling:
    def __init__(self, work: Work, clock: Clock) -> None:
        self._rows = ThrottleRows(work)
        self._clock = clock

    async def take(self, key: bytes, limit: Limit) -> None:
        """Count an attempt before it is made, so that many at once count too."""
        now = self._clock()
        count, window_ends_at = await self._rows.take(key, now, now + limit.window)
        if count > limit.count:
            raise Throttled(max(1, int((window_ends_at - now).total_seconds()) + 1))

    async def give_back(self, key: bytes) -> None:
        """An attempt that turned out to be fine does not count."""
        await self._rows.give_back(key)

    async def clear(self, key: bytes) -> None:
        await self._rows.clear(key)


def person_key(identifier: str, address: str) -> bytes:
    return sha256(f"sign-in/{identifier}/{site_of(address)}")


def device_key(user_id: UUID, device: str) -> bytes:
    return sha256(f"sign-in/{user_id}/device/{device}")


def address_key(purpose: str, address: str) -> bytes:
    return sha256(f"{purpose}/{site_of(address)}")


def site_of(address: str) -> str:
    """The address that counts as one: an IPv6 customer owns a whole /64; IPv4 may come dressed as IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _IPV6_SITE_BITS), strict=False))
