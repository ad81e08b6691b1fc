"""Files fetched from addresses that somebody typed in: by the guarded client, and never more than an upload may be."""

from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from farthing.api.access import Caller
from farthing.infra.http import Answer
from farthing.ingest.errors import SourceRefused
from farthing.ingest.receiving import Received
from farthing.ingest.schemas import Origin
from farthing.ingest.wishes import Wishes

_SPOOLED = 2_000_000
"""More than this is on disk until it is kept."""
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
    size_max = house.settings.max_upload_mb * _MEGABYTE
    with SpooledTemporaryFile(_SPOOLED) as spooled:
        file = cast("BinaryIO", spooled)
        answer = await house.http.request("GET", url, headers=headers, params=params, max_bytes=size_max, into=file)
        if not answer.is_success:
            raise SourceRefused(f"{answer.host} answered with status {answer.status} instead of a file.")
        file.seek(0)
        called = name or _name_of(answer)
        return await house.reception.take(caller.actor.workspace_id, file, called, wishes, Origin.URL)


def _name_of(answer: Answer) -> str:
    """The last word of the path, else the host; a query may hold secrets."""
    return urlsplit(answer.url).path.rstrip("/").rsplit("/", 1)[-1] or answer.host
