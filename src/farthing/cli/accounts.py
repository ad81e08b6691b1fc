"""Accounts of one's workspace."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(
    help="Accounts: list, show, add, edit, delete, balance.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
COLUMNS = ("name", "account_type", "balance", "currency", "owed", "available", "is_archived", "id")
USUAL = {"is_archived": False}

Which = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name or id.")]
Kind = Annotated[str | None, typer.Option("--type", help="checking, savings, cash, credit_card, loan, and others.")]
Currency = Annotated[str | None, typer.Option(help="Such as EUR.")]
Opening = Annotated[str | None, typer.Option("--balance", help="Balance at the opening; may be negative.")]
OpenedOn = Annotated[str | None, typer.Option(help="Day of the opening balance.")]
Iban = Annotated[str | None, typer.Option(help="International bank account number.")]
Limit = Annotated[str | None, typer.Option("--limit", help="Credit limit.")]
Note = Annotated[str | None, typer.Option(help="Whatever you want to remember.")]


class NoSuchAccount(FarthingError):
    """There is no such account. See `farthing accounts list`."""


@app.command("list")
def list_accounts(
    archived: Annotated[bool, typer.Option("--archived", help="Archived ones too.")] = False,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """List the accounts with their balances."""
    from farthing.cli.output import show
    from farthing.cli.person import call

    show(call(data, name, lambda api: every(api, with_archived=archived)), COLUMNS, as_json=as_json, usual=USUAL)


@app.command("show")
def show_account(which: Which, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show everything that is known of an account."""
    from farthing.cli.output import describe
    from farthing.cli.person import call

    describe(call(data, name, lambda api: find(api, which)), as_json=as_json)


@app.command()
def add(
    called: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Kind = None,
    currency: Currency = None,
    balance: Opening = None,
    opened_on: OpenedOn = None,
    iban: Iban = None,
    limit: Limit = None,
    note: Note = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Open an account."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, given

    body = given(
        name=called,
        account_type=kind,
        currency=currency,
        initial_balance=balance,
        opened_on=_day(opened_on),
        iban=iban,
        credit_limit=limit,
        note=note,
    )
    tell(call(data, name, lambda api: api("POST", "/api/accounts", body)), COLUMNS, as_json=as_json, usual=USUAL)


@app.command()
def edit(
    which: Which,
    called: Annotated[str | None, typer.Option("--name", help="A new name.")] = None,
    kind: Kind = None,
    currency: Currency = None,
    balance: Opening = None,
    opened_on: OpenedOn = None,
    iban: Iban = None,
    limit: Limit = None,
    note: Note = None,
    position: Annotated[int | None, typer.Option(help="Place in lists.")] = None,
    archive: Annotated[bool | None, typer.Option("--archive/--no-archive", help="Put it out of use, or back.")] = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty text clears."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, changes

    body = changes(
        name=called,
        account_type=kind,
        currency=currency,
        initial_balance=balance,
        opened_on=_day(opened_on),
        iban=iban,
        credit_limit=limit,
        note=note,
        position=position,
        is_archived=archive,
    )

    async def act(api: "Api") -> Any:
        return await api("PATCH", f"/api/accounts/{(await find(api, which))['id']}", body)

    tell(call(data, name, act), COLUMNS, as_json=as_json, usual=USUAL)


@app.command()
def delete(which: Which, data: Data = None, name: As = None) -> None:
    """Put an account away with its transactions."""
    from farthing.cli.person import call

    async def act(api: "Api") -> Any:
        account = await find(api, which)
        await api("DELETE", f"/api/accounts/{account['id']}")
        return account

    account = call(data, name, act)
    print(f"{account['name']} is put away. `farthing accounts restore {account['id']}` brings it back.")


@app.command()
def restore(
    account_id: Annotated[str, typer.Argument(metavar="ID", help="What `delete` told.")],
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Bring a deleted account back with its transactions."""
    from farthing.cli.output import tell
    from farthing.cli.person import an_id, call

    gone = an_id(account_id, "It is what `farthing accounts delete` told.")
    back = call(data, name, lambda api: api("POST", f"/api/accounts/{gone}/restore"))
    tell(back, COLUMNS, as_json=as_json, usual=USUAL)


@app.command()
def balance(
    which: Which,
    day: Annotated[str, typer.Option("--date", help="The end of this day, or of this month.")] = "today",
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Tell what an account's balance was at the end of a day."""
    from farthing.cli.days import days_of, today
    from farthing.cli.output import tell
    from farthing.cli.person import call

    last = days_of(day, today())[1].isoformat()

    async def act(api: "Api") -> Any:
        account = await find(api, which)
        return {"name": account["name"]} | await api("GET", f"/api/accounts/{account['id']}/balance", date=last)

    tell(call(data, name, act), ("name", "date", "balance", "currency"), as_json=as_json)


async def every(api: "Api", *, with_archived: bool = True) -> list[dict[str, Any]]:
    return await api.pages("/api/accounts", "accounts", with_archived=with_archived)


async def find(api: "Api", which: str) -> dict[str, Any]:
    """The one account of that name or id."""
    wanted = which.strip().casefold()
    found = [one for one in await every(api) if wanted in (one["id"], one["name"].casefold())]
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchAccount(f"There is no account {which!r}. See `farthing accounts list --archived`.")
    raise NoSuchAccount(f"Several accounts are called {which!r}. Say which by id: {', '.join(a['id'] for a in found)}.")


def _day(text: str | None) -> str | None:
    from farthing.cli.days import day_of, today

    return day_of(text, today()).isoformat() if text else text
