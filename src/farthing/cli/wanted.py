"""Which transactions a command is about."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from farthing.cli.client import Api

Search = Annotated[
    str | None, typer.Argument(help="The search language, such as 'category:food amount>50 -tag:work \"exact words\"'.")
]
Date = Annotated[
    str | None, typer.Option("--date", help="today, yesterday, YYYY-MM-DD, YYYY-MM for a month, or YYYY for a year.")
]
From = Annotated[str | None, typer.Option("--from", help="First day, month or year.")]
To = Annotated[str | None, typer.Option("--to", help="Last day, month or year.")]
Account = Annotated[list[str] | None, typer.Option("--account", help="Name or id of an account; may be repeated.")]
Category = Annotated[list[str] | None, typer.Option("--category", help="Name of a category; may be repeated.")]
Tags = Annotated[str | None, typer.Option("--tags", help="Any of these, separated by commas.")]

_PER_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    search: str | None
    date: str | None
    first: str | None
    last: str | None
    accounts: list[str] | None
    categories: list[str] | None
    tags: str | None

    def days(self) -> dict[str, str]:
        from farthing.cli.days import days_of, today

        now = today()
        found: dict[str, str] = {}
        if self.date:
            first, last = days_of(self.date, now)
            found = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        if self.first:
            found["start_date"] = days_of(self.first, now)[0].isoformat()
        if self.last:
            found["end_date"] = days_of(self.last, now)[1].isoformat()
        return found

    async def rows(self, api: "Api", *, sort: str | None = None, per_page: int = _PER_PAGE) -> AsyncIterator[Any]:
        """All that match, page by page, each with the name of its account."""
        from farthing.cli.accounts import every, find

        query: dict[str, Any] = self.days()
        query |= {"search": self.search, "category": self.categories or None, "tags": self.tags, "sort": sort}
        if self.accounts:
            query["account_id"] = [(await find(api, one))["id"] for one in self.accounts]
        names = {account["id"]: account["name"] for account in await every(api)}
        async for row in api.rows("/api/transactions", "transactions", per_page=per_page, **query):
            yield row | {"account": names.get(row["account_id"])}
