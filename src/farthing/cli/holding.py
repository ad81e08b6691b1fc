"""A login in use: its token goes with every request, and its refresh cookie fetches the next one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import httpx2

from farthing.cli.client import answered, told
from farthing.cli.logins import Login, Logins
from farthing.kernel.errors import FarthingError

_UNAUTHENTICATED = 401


class SignedOut(FarthingError):
    """The session is over. Sign in again with `farthing login`."""


class Holding:
    """`begin` starts a new session where no password is asked, beside one's own data folder."""

    def __init__(self, login: Login, kept: Logins, begin: Callable[[], Awaitable[Login]] | None = None) -> None:
        self._login = login
        self._kept = kept
        self._begin = begin

    @property
    def token(self) -> str:
        return self._login.access_token

    async def renew(self, http: httpx2.AsyncClient) -> None:
        with answered(http):
            answer = await http.post("/api/auth/refresh", headers=cookie_header(self._login))
        http.cookies.clear()
        if answer.status_code != _UNAUTHENTICATED:
            self._keep(renewed(self._login, answer))
        elif self._begin:
            self._keep(await self._begin())
        else:
            raise SignedOut(
                f"The session of {self._login.username} at {self._login.url} is over. "
                f"Sign in again with `farthing login {self._login.url}`."
            )

    def carry(self, token: str) -> None:
        self._keep(replace(self._login, access_token=token))

    def _keep(self, login: Login) -> None:
        self._login = login
        self._kept.keep(login)


def renewed(login: Login, answer: httpx2.Response) -> Login:
    """With the token and the cookies that an answer brought; others stay."""
    brought: dict[str, Any] = told(answer)
    cookies = login.cookies | {cookie.name: cookie.value or "" for cookie in answer.cookies.jar}
    return replace(login, access_token=brought["access_token"], cookies=cookies)


def cookie_header(login: Login) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in login.cookies.items())} if login.cookies else {}
