"""Signing in to a server, out again, and who one is."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api
    from farthing.cli.logins import Login

_NOTHING_THERE = 404
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AddressWrong(FarthingError):
    """This is not the address of a server. Write it like https://farthing.example.com."""


def login(
    url: Annotated[str, typer.Argument(help="Address of the server, such as https://farthing.example.com.")],
    user: Annotated[str, typer.Option(prompt=True, help="Username or e-mail address.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, envvar="FARTHING_PASSWORD")],
) -> None:
    """Sign in to a server; from then on commands talk to it. The password is asked for, or in FARTHING_PASSWORD."""
    import asyncio

    from farthing.cli.logins import of_user

    signed_in = asyncio.run(_sign_in(_checked(url), user, password))
    kept = of_user()
    kept.forget(signed_in)
    kept.keep(signed_in)
    print(f"Signed in as {signed_in.username} at {signed_in.url}. Commands talk to this server from now on.")


def logout(
    name: As = None, everybody: Annotated[bool, typer.Option("--all", help="Sign out all that are signed in.")] = False
) -> None:
    """Sign out and forget the tokens."""
    import asyncio

    from farthing.cli.logins import of_user

    kept = of_user()
    current = kept.chosen(name)
    for one in kept.all() if everybody else [current]:
        if one is None:
            print("Nobody is signed in.")
            return
        kept.forget(one)
        asyncio.run(_sign_out(one))
        print(f"{one.username} is signed out at {one.url}.")
    after = kept.chosen(None)
    print(f"Commands talk to {after.url} as {after.username}." if after else "Commands use the local data folder.")


def use(
    name: Annotated[str, typer.Argument(help="NAME, or NAME@HOST at one of several servers.")],
) -> None:
    """Let commands act as another of those who are signed in."""
    from farthing.cli.logins import LoginUnknown, of_user

    kept = of_user()
    if (chosen := kept.chosen(name)) is None:
        raise LoginUnknown("Nobody is signed in. `farthing login URL` signs in.")
    kept.forget(chosen)
    kept.keep(chosen)
    print(f"Commands talk to {chosen.url} as {chosen.username} from now on.")


def whoami(
    name: As = None,
    data: Data = None,
    everybody: Annotated[bool, typer.Option("--all", help="All that are signed in.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say who acts, where, and in which workspace."""
    from farthing.cli.output import show

    if everybody:
        from farthing.cli.logins import of_user

        known = of_user().all()
        shown = [{"username": one.username, "server": one.url, "is_current": one is known[-1]} for one in known]
        show(shown, ("username", "server", "is_current"), as_json=as_json)
        return
    show([_me(name, data)], ("username", "email", "workspace", "role", "server"), as_json=as_json)


def _me(name: str | None, data: Any) -> dict[str, Any]:
    from farthing.cli.logins import of_user
    from farthing.cli.person import call

    signed_in = of_user().chosen(name) if data is None else None

    async def ask(api: "Api") -> dict[str, Any]:
        me = await api("GET", "/api/me")
        workspace = me["workspace"] or {}
        return {
            "username": me["username"],
            "email": me["email"],
            "workspace": workspace.get("name"),
            "workspace_id": workspace.get("id"),
            "role": workspace.get("role"),
            "server": signed_in.url if signed_in else "the local data folder",
        }

    return call(data, name, ask)


def _checked(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AddressWrong(f"{url!r} is not the address of a server. Write it like https://farthing.example.com.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        print("farthing: over http:// everybody on the way can read your password; use https://.", file=sys.stderr)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl().rstrip("/")


async def _sign_in(url: str, user: str, password: str) -> "Login":
    from farthing.cli.client import Api, answered
    from farthing.cli.holding import Holding, cookie_header, renewed
    from farthing.cli.logins import Login, of_user
    from farthing.cli.person import at

    kept = of_user()
    before = next((one for one in kept.all() if one.url == url and one.username == user.strip().lower()), None)
    async with at(url) as http:
        # A device that is known here is not held back by what others try with this name.
        with answered(http):
            answer = await http.post(
                "/api/auth/login",
                json={"username": user, "password": password},
                headers=cookie_header(before) if before else None,
            )
        http.cookies.clear()
        if answer.status_code == _NOTHING_THERE:
            raise AddressWrong(f"There is no Farthing at {url}. Its address ends where /api would begin.")
        signed_in = renewed(before or Login(url, "", user, ""), answer)
        me = await Api(http, Holding(signed_in, kept))("GET", "/api/me")
        return Login(url, me["id"], me["username"], signed_in.access_token, signed_in.cookies)


async def _sign_out(one: "Login") -> None:
    from farthing.cli.client import NoAnswer, answered
    from farthing.cli.holding import cookie_header
    from farthing.cli.person import at

    headers = cookie_header(one) | {"Authorization": f"Bearer {one.access_token}"}
    try:
        async with at(one.url) as http:
            with answered(http):
                await http.post("/api/auth/logout", headers=headers)
    except NoAnswer as error:
        print(f"farthing: {error.detail} The session there ends by itself.", file=sys.stderr)
