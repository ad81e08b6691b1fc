"""Acting as a person: at the server that one is signed in to, or beside one's own data folder."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    import httpx2

    from farthing.auth.models import User
    from farthing.bootstrap import House
    from farthing.cli.client import Api
    from farthing.cli.logins import Login

Result = TypeVar("Result")
Data = Annotated[
    Path | None, typer.Option(help="Folder of everything that is kept, instead of the server one is signed in to.")
]
As = Annotated[str | None, typer.Option("--as", help="Who acts: NAME, or NAME@HOST at one of several servers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

TIMEOUT_S = 300
"""Ten thousand transactions at once may take a small server a while."""
_NAMED_MAX = 10
_KEPT_FILE = "terminal.json"


class NothingToChange(FarthingError):
    """Nothing was said to change. The options of this command with --help name what can be changed."""


class IdWrong(FarthingError):
    """This is not an id."""


class NobodyChosen(FarthingError):
    """Several people have an account here. Say who acts with --as NAME."""


def call(data: Path | None, name: str | None, act: "Callable[[Api], Awaitable[Result]]") -> Result:
    """Act through the API as a person; without a login, or with a data folder, in this process."""
    import asyncio

    from farthing.cli.logins import of_user

    if data is None and (login := of_user().chosen(name)):
        return asyncio.run(_at_server(login, act))

    from farthing.cli.local import in_house

    return in_house(data, lambda house: _beside(house, name, act), may_begin=False)


async def _at_server(login: "Login", act: "Callable[[Api], Awaitable[Result]]") -> Result:
    from farthing.cli.client import Api
    from farthing.cli.holding import Holding
    from farthing.cli.logins import of_user

    async with at(login.url) as http:
        return await act(Api(http, Holding(login, of_user())))


def at(url: str) -> "httpx2.AsyncClient":
    """A client of a server."""
    import httpx2

    from farthing import __version__

    return httpx2.AsyncClient(base_url=url, timeout=TIMEOUT_S, headers={"User-Agent": f"farthing/{__version__}"})


async def _beside(house: "House", name: str | None, act: "Callable[[Api], Awaitable[Result]]") -> Result:
    """The operator of the data folder acts as a person: in a session of that person, who sees it among his others."""
    from functools import partial

    from farthing.cli.client import HERE, Api, inside
    from farthing.cli.holding import Holding
    from farthing.cli.logins import Logins

    user = await _person(house, name)
    kept = Logins(house.settings.data_dir / _KEPT_FILE)
    begin = partial(_begin, house, user)
    login = kept.of(HERE, str(user.id))
    if login is None:
        login = await begin()
        kept.keep(login)
    async with inside(house) as http:
        return await act(Api(http, Holding(login, kept, begin), partial(_work_off, house), house.runner))


async def _person(house: "House", name: str | None) -> "User":
    """The one of that name, or the only one there is."""
    from farthing.auth.acting import active_people, active_person
    from farthing.cli.users import NobodyNamed

    if name is not None:
        if user := await active_person(house.door, name):
            return user
        raise NobodyNamed(f"Nobody active is called {name!r}. See `farthing users list`.")
    active = await active_people(house.door)
    if not active:
        raise NobodyNamed("Nobody has an account here yet. `farthing users bootstrap NAME` makes the first.")
    if len(active) == 1:
        return active[0]
    names = ", ".join(user.username for user in active[:_NAMED_MAX])
    raise NobodyChosen(f"Several people have an account here. Say who acts with --as NAME: {names}.")


async def _work_off(house: "House", job_id: str) -> None:
    """Do a job that was just asked for; a server that does it too takes other steps of it."""
    from uuid import UUID

    from farthing.jobs.attempt import Attempt
    from farthing.jobs.worker import Worker

    await Worker(house.database, house.registry, house.clock, "terminal").run(Attempt(UUID(job_id), 1))


async def _begin(house: "House", user: "User") -> "Login":
    from farthing.auth.acting import begin
    from farthing.cli.client import HERE
    from farthing.cli.logins import Login

    held = await begin(house.door, user)
    cookies = {house.settings.refresh_cookie_name: held.refresh_token}
    return Login(HERE, str(user.id), user.username, held.access_token, cookies)


def given(**fields: Any) -> dict[str, Any]:
    """What somebody said; an empty text clears."""
    return {name: None if value == "" else value for name, value in fields.items() if value is not None}


def changes(**fields: Any) -> dict[str, Any]:
    """What somebody said that shall change, and that is something."""
    if said := given(**fields):
        return said
    raise NothingToChange


def an_id(text: str, hint: str) -> str:
    """Looked at here, because what a server says of a text that is none is not for people."""
    from uuid import UUID

    try:
        return str(UUID(text.strip()))
    except ValueError as error:
        raise IdWrong(f"{text!r} is not an id. {hint}") from error
