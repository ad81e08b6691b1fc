"""Files fetched from addresses that somebody typed in: by the guarded client, and never more than an upload may be."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlsplit

from farthing.api.access import Caller
from farthing.infra.http import Answer
from farthing.ingest.errors import SourceRefused
from farthing.ingest.receiving import Received
from farthing.ingest.schemas import Origin
from farthing.ingest.wishes import Wishes

_BYTES_MAX = 32_000_000
"""An answer is held in memory until it is kept."""
_MEGABYTE = 1_000_000
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"})


async def fetched(
    caller: Caller,
    url: str,
    headers: Mapping[str, str],
    params: Mapping[str, str | int],
    *,
    name: str | None = None,
    wishes: Wishes | None = None,
) -> Received:
    """What is at an address, kept and read; redirects are checked like the address itself."""
    if taken := sorted(header for header in headers if header.lower() in _OURS):
        raise SourceRefused(f"The header {taken[0]} is set by us. Leave it out.")
    house = caller.house
    answer = await house.http.request(
        "GET", url, headers=headers, params=params, max_bytes=min(_BYTES_MAX, house.settings.max_body_mb * _MEGABYTE)
    )
    if not answer.is_success:
        raise SourceRefused(f"{answer.host} answered with status {answer.status} instead of a file.")
    called = name or _name_of(answer)
    return await house.reception.take(caller.actor.workspace_id, BytesIO(answer.content), called, wishes, Origin.URL)


def _name_of(answer: Answer) -> str:
    """The last word of the path, else the host; a query may hold secrets."""
    return urlsplit(answer.url).path.rstrip("/").rsplit("/", 1)[-1] or answer.host
