"""What lists and edits share on the wire: cursors, limits, versions.

What routes depend on is asynchronous though it waits for nothing: FastAPI would send it to a thread, which costs more
than it does.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated

from fastapi import Depends, Header, Query, Request, Response
from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from farthing.kernel.errors import Invalid, Unprocessable
from farthing.kernel.paging import PageRequest, decode_cursor

_ETAG = re.compile(r'^(?:W/)?"(\d{1,18})"$')


class ParameterUnknown(Unprocessable):
    """There is no such parameter."""


async def page_request(
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page.")] = 50,
    after: Annotated[
        str | None, Query(alias="next", max_length=500, description="The `next` of the page before.")
    ] = None,
    offset: Annotated[int, Query(ge=0, le=100_000, description="Rows to pass over; a cursor is faster.")] = 0,
) -> PageRequest:
    return PageRequest(limit, decode_cursor(after, 1) if after else None, offset)


Paging = Annotated[PageRequest, Depends(page_request)]


async def known_only(request: Request) -> None:
    """Refuse a parameter that the route does not know: a filter misspelt would find everything."""
    known = set(_query_names(request.scope["route"].dependant))
    for name in request.query_params:
        if name not in known:
            near = next(iter(get_close_matches(name.lower(), sorted(known), n=1)), None)
            hint = f"Did you mean {near}?" if near else f"Possible are {', '.join(sorted(known))}."
            raise ParameterUnknown(f"There is no parameter {name!r}. {hint}")


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for needed in dependant.dependencies:
        yield from _query_names(needed)


async def version_expected(
    if_match: Annotated[str | None, Header(description="The ETag of what you read; refused if it changed.")] = None,
) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    if match := _ETAG.match(if_match.strip()):
        return int(match.group(1))
    raise Invalid("If-Match is not an ETag of ours. Send the one that came with the answer you read.")


IfVersion = Annotated[int | None, Depends(version_expected)]


def tag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def spelt(body: BaseModel, status: int = 200, version: int | None = None) -> Response:
    """What a service made is valid already: it is spelt as it is, and FastAPI does not look at it again."""
    headers = None if version is None else {"ETag": f'"{version}"'}
    return Response(body.__pydantic_serializer__.to_json(body), status, headers, "application/json")
