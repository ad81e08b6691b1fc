"""The guarded client: the only way out of the house."""

import asyncio
import json as jsonlib
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpcore2
import httpx2

from farthing.infra.http.answer import Answer
from farthing.infra.http.errors import AnswerInvalid, TooManyRedirects, Unreachable
from farthing.infra.http.gate import Resolver, system_resolver
from farthing.infra.http.guard import guard
from farthing.infra.http.hops import REDIRECTS, Hop, parse_url, redirected
from farthing.infra.http.retries import IDEMPOTENT, PASSING, asked_pause_s, pause_s
from farthing.infra.http.rules import Outbound
from farthing.infra.http.wire import Wire
from farthing.kernel.clock import Clock, utc_now

Params = Mapping[str, str | int | Sequence[str]]
Sleep = Callable[[float], Awaitable[object]]
Chance = Callable[[], float]
"""A number from 0 to 1, for the jitter."""

_OURS = {"accept": "*/*", "accept-encoding": "gzip", "user-agent": "farthing"}


@cache
def _usual_trust() -> ssl.SSLContext:
    """The authorities that come with the program; reading them takes longer than all else here."""
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class _Limits:
    """What one call may cost, over all its hops, and where its content goes; `ends_at` is on the event loop's clock."""

    max_bytes: int
    attempts: int
    ends_at: float
    into: BinaryIO | None = None


class GuardedClient:
    """Calls addresses that users typed in: checked, pinned, bounded in time and size, and without a memory of cookies.

    Close it, or use it as a context manager, in the event loop that it was used in.
    """

    def __init__(
        self,
        rules: Outbound,
        *,
        clock: Clock = utc_now,
        resolver: Resolver = system_resolver,
        sleep: Sleep = asyncio.sleep,
        chance: Chance = random.random,
        network: httpcore2.AsyncNetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules = rules
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._wire = Wire(rules, resolver, network or httpcore2.AnyIOBackend(), tls or _usual_trust())

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        json: Any = None,
        content: bytes | None = None,
        max_bytes: int | None = None,
        retry: bool = True,
        into: BinaryIO | None = None,
    ) -> Answer:
        """The answer behind all redirects, whatever its status; `retry` repeats idempotent methods only.

        With `into`, the content goes to that file as it comes, in the place of all that was in it.
        """
        target = parse_url(url)
        with guard(target.raw_host.decode()):
            hop = _first_hop(method.upper(), target, headers, params, json, content)
            limits = _Limits(
                max_bytes=self._rules.max_bytes if max_bytes is None else max_bytes,
                attempts=self._rules.attempts if retry else 1,
                ends_at=_loop_time() + self._rules.total_timeout_s,
                into=into,
            )
            async with asyncio.timeout_at(limits.ends_at):
                return await self._follow(hop, limits)

    async def get_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
        max_bytes: int | None = None,
        retry: bool = True,
    ) -> Any:
        """The JSON of a successful answer; another status is an error here."""
        headers = {"Accept": "application/json", **(headers or {})}
        answer = await self.request("GET", url, headers=headers, params=params, max_bytes=max_bytes, retry=retry)
        if not answer.is_success:
            raise AnswerInvalid(f"{answer.host} answered with status {answer.status} instead of data.")
        return answer.json()

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _follow(self, hop: Hop, limits: _Limits) -> Answer:
        for _ in range(self._rules.max_redirects + 1):
            answer = await self._send_patiently(hop, limits)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            hop = redirected(hop, answer.status, answer.headers["location"])
        raise TooManyRedirects(f"{hop.host} redirects more than {self._rules.max_redirects} times. Check the address.")

    async def _send_patiently(self, hop: Hop, limits: _Limits) -> Answer:
        """Send again while that may help; a pause that would outlast the deadline is not begun."""
        outcome = await self._try(hop, limits)
        for failures in range(1, limits.attempts if hop.method in IDEMPOTENT else 1):
            if not _may_pass(outcome):
                break
            wait_s = pause_s(failures, self._asked_pause_s(outcome), self._chance())
            if wait_s >= limits.ends_at - _loop_time():
                break
            await self._sleep(wait_s)
            outcome = await self._try(hop, limits)
        if isinstance(outcome, Unreachable):
            raise outcome
        return outcome

    async def _try(self, hop: Hop, limits: _Limits) -> Answer | Unreachable:
        try:
            with guard(hop.host):
                return await self._wire.exchange(hop, limits.max_bytes, limits.into)
        except Unreachable as failure:
            return failure

    def _asked_pause_s(self, outcome: Answer | Unreachable) -> float:
        return (
            0 if isinstance(outcome, Unreachable) else asked_pause_s(outcome.headers.get("retry-after"), self._clock())
        )


def _may_pass(outcome: Answer | Unreachable) -> bool:
    return outcome.may_pass if isinstance(outcome, Unreachable) else outcome.status in PASSING


def _first_hop(
    method: str,
    url: httpx2.URL,
    headers: Mapping[str, str] | None,
    params: Params | None,
    json: Any,
    content: bytes | None,
) -> Hop:
    complete = httpx2.Headers(_OURS)
    complete.update(headers or {})
    if json is not None:
        complete.setdefault("content-type", "application/json")
        content = jsonlib.dumps(json, allow_nan=False).encode()
    return Hop(method, url.copy_merge_params(params) if params else url, dict(complete), content)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()
