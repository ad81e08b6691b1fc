"""Transactions of one's workspace."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from farthing.cli.person import As, AsJson, Data
from farthing.cli.wanted import Account, Category, Date, From, Search, Tags, To, Wanted
from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.cli.client import Api

app = typer.Typer(
    help="Transactions: list, add, batch, export, summary.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
COLUMNS = (
    "date",
    "amount",
    "currency",
    "merchant",
    "payee",
    "description",
    "category",
    "account",
    "tags",
    "status",
    "id",
)
USUAL = {"status": "booked"}
PARTS = ("first", "last", "count", "account", "total_amount", "account_balance", "was_posted_before")
_SIGNED: dict[str, Any] = {"ignore_unknown_options": True}
"""So that -12.34 is an amount and no option."""

Amount = Annotated[str, typer.Argument(help="Signed: -12.34 is an expense.")]
NewAmount = Annotated[str | None, typer.Option("--amount", help="Signed: -12.34 is an expense.")]
OnAccount = Annotated[str | None, typer.Option("--account", help="Name or id; else the default account.")]
ToAccount = Annotated[str | None, typer.Option("--account", help="Move it to this one, by name or id.")]
OnDay = Annotated[str | None, typer.Option("--date", help="today, yesterday or YYYY-MM-DD.")]
OfCategory = Annotated[str | None, typer.Option("--category", help="An unknown one is made.")]
Description = Annotated[str | None, typer.Option(help="What it says.")]
Merchant = Annotated[str | None, typer.Option(help="Who got or gave the money, as people say it.")]
Payee = Annotated[str | None, typer.Option(help="The same, as the bank says it.")]
Location = Annotated[str | None, typer.Option(help="Where it was.")]
Reference = Annotated[str | None, typer.Option(help="Such as the number of an invoice.")]
Note = Annotated[str | None, typer.Option(help="Whatever you want to remember.")]
WithTags = Annotated[str | None, typer.Option("--tags", help="Separated by commas.")]
Status = Annotated[str | None, typer.Option(help="booked, pending or void.")]
Reason = Annotated[str | None, typer.Option(help="Why, where a month is closed.")]
OneId = Annotated[str, typer.Argument(metavar="ID", help="As `list` shows it.")]
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="As `list` shows them.")]


class FormatUnknown(FarthingError):
    """This format is not known."""


@app.command("list")
def list_transactions(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    sort: Annotated[str | None, typer.Option(help="date, -date, amount or -amount.", show_default="-date")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """List transactions, newest first."""
    import sys

    from farthing.cli.output import show
    from farthing.cli.person import call

    wanted = Wanted(search, date, first, last, account, category, tags)

    async def act(api: "Api") -> list[Any]:
        found: list[Any] = []
        async for row in wanted.rows(api, sort=sort, per_page=min(limit + 1, 1000)):
            found.append(row)
            if len(found) > limit:
                break
        return found

    found = call(data, name, act)
    shown = found[:limit]
    show(shown if as_json else list(map(_for_people, shown)), COLUMNS, as_json=as_json, usual=USUAL)
    if len(found) > limit:
        print(f"There are more than {limit:,}; --limit shows more, `export` all.", file=sys.stderr)


@app.command("show")
def show_transaction(one: OneId, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Show everything that is known of a transaction."""
    from farthing.cli.output import describe
    from farthing.cli.person import call

    path = f"/api/transactions/{_id(one)}"
    describe(call(data, name, lambda api: _asked(api, "GET", path)), as_json=as_json)


@app.command()
def why(one: OneId, data: Data = None, name: As = None, as_json: AsJson = False) -> None:
    """Say why a transaction has its category and its merchant."""
    from farthing.cli.output import describe, show
    from farthing.cli.person import call

    path = f"/api/transactions/{_id(one)}/why"
    told = call(data, name, lambda api: _asked(api, "GET", path))
    if as_json:
        describe(told, as_json=True)
        return
    show(told["chain"], ("is_chosen", "source", "category", "confidence", "reason"), as_json=False)
    print(f"Merchant: {told['merchant']['name'] or 'nobody knows'} ({told['merchant']['source']})")
    for step in told["merchant"]["steps"]:
        print(f"  {step['said']}: {step['reason']}")


@app.command(context_settings=_SIGNED)
def add(
    amount: Amount,
    date: OnDay = None,
    account: OnAccount = None,
    category: OfCategory = None,
    description: Description = None,
    merchant: Merchant = None,
    payee: Payee = None,
    location: Location = None,
    reference: Reference = None,
    note: Note = None,
    tags: WithTags = None,
    status: Status = None,
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Post a transaction."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, given

    body = given(
        amount=amount,
        date=_day(date or "today"),
        category=category,
        description=description,
        merchant=merchant,
        payee=payee,
        location=location,
        reference=reference,
        note=note,
        tags=_words(tags),
        status=status,
    )

    async def act(api: "Api") -> Any:
        return await _asked(api, "POST", "/api/transactions", body | await _on(api, account), reason=reason)

    tell(call(data, name, act), COLUMNS, as_json=as_json, usual=USUAL)


@app.command(context_settings=_SIGNED)
def edit(
    one: OneId,
    amount: NewAmount = None,
    date: OnDay = None,
    account: ToAccount = None,
    category: OfCategory = None,
    description: Description = None,
    merchant: Merchant = None,
    payee: Payee = None,
    location: Location = None,
    reference: Reference = None,
    note: Note = None,
    tags: WithTags = None,
    status: Status = None,
    reason: Reason = None,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Change what is given; an empty text clears."""
    from farthing.cli.output import tell
    from farthing.cli.person import call, changes, given

    path = f"/api/transactions/{_id(one)}"
    body = changes(
        amount=amount,
        date=_day(date),
        category=category,
        description=description,
        merchant=merchant,
        payee=payee,
        location=location,
        reference=reference,
        note=note,
        tags=_words(tags),
        status=status,
        account_id=account,
    )

    async def act(api: "Api") -> Any:
        return await _asked(api, "PATCH", path, body | given(reason=reason) | await _on(api, account))

    tell(call(data, name, act), COLUMNS, as_json=as_json, usual=USUAL)


@app.command()
def delete(ids: Ids, reason: Reason = None, data: Data = None, name: As = None) -> None:
    """Put transactions away, all of them or none."""
    from farthing.cli.person import call

    gone = _each(ids)
    body = {"transaction_ids": gone, "delete": True, "reason": reason}
    done = call(data, name, lambda api: api("POST", "/api/transactions/bulk", body))
    print(f"{done['updated_count']:,} put away. Undo it with `farthing transactions restore {' '.join(gone)}`.")


@app.command()
def restore(ids: Ids, reason: Reason = None, data: Data = None, name: As = None) -> None:
    """Bring deleted transactions back."""
    from farthing.cli.person import call

    body = {"transaction_ids": _each(ids)}
    done = call(data, name, lambda api: api("POST", "/api/transactions/restore", body, reason=reason))
    print(f"{done['updated_count']:,} brought back.")


@app.command()
def batch(
    file: Annotated[
        Path, typer.Argument(help="CSV with amount,date in its first line, or JSON; - reads what is piped in.")
    ],
    account: OnAccount = None,
    kind: Annotated[str | None, typer.Option("--format", help="csv or json; else by the name of the file.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Post it even if it was posted before.")] = False,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Post a file of any size, in parts of 10,000. Repeated within a day, it posts only what was not posted."""
    import sys
    from uuid import uuid4

    from farthing.cli.accounts import every, find
    from farthing.cli.batch import Manner, Posting
    from farthing.cli.days import today
    from farthing.cli.output import show
    from farthing.cli.person import call
    from farthing.cli.rows import is_json, rows_of

    as_objects = is_json(file, _among(kind, "csv", "json"))

    async def act(api: "Api") -> Any:
        account_id = (await find(api, account))["id"] if account else None
        manner = Manner(account_id, "Object" if as_objects else "Line", today(), uuid4().hex if again else "")
        workspace = (await api("GET", "/api/me"))["workspace"] or {}
        posting = Posting(api, str(workspace.get("id")), await every(api), manner)
        return await posting.post(rows_of(file, as_json=as_objects))

    parts = call(data, name, act)
    if parts or as_json:
        show(parts, PARTS, as_json=as_json, usual={"was_posted_before": False})
    else:
        print(f"There is no transaction in {file}.", file=sys.stderr)


@app.command("export")
def export_transactions(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else the terminal.")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", help="csv, json or jsonl; else by the name of the file.")
    ] = None,
    data: Data = None,
    name: As = None,
) -> None:
    """Write all transactions that match, oldest first, as CSV that a spreadsheet opens safely or as JSON."""
    import sys

    from farthing.cli.export import KINDS, export, kind_of
    from farthing.cli.person import call

    kind = _among(kind, *KINDS) or kind_of(output)
    wanted = Wanted(search, date, first, last, account, category, tags)
    count = call(data, name, lambda api: export(wanted.rows(api, sort="date"), output, kind))
    if output:
        print(f"{count:,} {'transaction' if count == 1 else 'transactions'} in {output}", file=sys.stderr)


@app.command()
def summary(
    search: Search = None,
    date: Date = None,
    first: From = None,
    last: To = None,
    account: Account = None,
    category: Category = None,
    tags: Tags = None,
    top: Annotated[int, typer.Option(min=1, help="So many categories.")] = 5,
    data: Data = None,
    name: As = None,
    as_json: AsJson = False,
) -> None:
    """Sum up all transactions that match, each currency for itself; transfers are neither income nor expense."""
    from farthing.cli.categories import every
    from farthing.cli.output import tell
    from farthing.cli.person import call
    from farthing.cli.summary import print_summary, summarise

    wanted = Wanted(search, date, first, last, account, category, tags)

    async def act(api: "Api") -> Any:
        kinds = {one["id"]: one["type"] for one in await every(api)}
        return await summarise(wanted.rows(api), kinds, top)

    told = call(data, name, act)
    if as_json:
        tell(told, (), as_json=True)
    else:
        print_summary(told)


def _day(text: str | None) -> str | None:
    from farthing.cli.days import day_of, today

    return day_of(text, today()).isoformat() if text else None


def _words(text: str | None) -> list[str] | None:
    return None if text is None else [word.strip() for word in text.split(",") if word.strip()]


def _among(given: str | None, *known: str) -> str | None:
    if given is not None and given not in known:
        raise FormatUnknown(f"{given!r} is not a format. Possible are {', '.join(known)}.")
    return given


async def _asked(api: "Api", method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
    """A transaction with the name of its account, as lists show it."""
    from farthing.cli.accounts import every

    told = await api(method, path, body, **query)
    names = {account["id"]: account["name"] for account in await every(api)}
    return {**told, "account": names.get(told["account_id"])}


def _for_people(row: dict[str, Any]) -> dict[str, Any]:
    """A split one has no category of its own, but those of its parts."""
    parts = dict.fromkeys(part["category"] or "none" for part in row["splits"])
    return row | {"category": " + ".join(parts)} if parts else row


def _id(text: str) -> str:
    from farthing.cli.person import an_id

    return an_id(text, "See `farthing transactions list`.")


def _each(ids: list[str]) -> list[str]:
    """Every one once, however often it was named."""
    return list(dict.fromkeys(map(_id, ids)))


async def _on(api: "Api", account: str | None) -> dict[str, str]:
    from farthing.cli.accounts import find

    return {"account_id": (await find(api, account))["id"]} if account else {}
