"""The terminal's one HTTP client: it speaks the API, to a server or to the application in this process."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx2

from farthing.kernel.errors import FarthingError

if TYPE_CHECKING:
    from farthing.bootstrap import House

Result = TypeVar("Result")
HERE = "http://farthing.local"
_UNAUTHENTICATED = 401


class Refused(FarthingError):
    """The request was refused."""

    def __init__(self, detail: str | None = None, *, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


class NoAnswer(FarthingError):
    """The server does not answer."""


class Holder(Protocol):
    """Whoever's token the requests carry."""

    @property
    def token(self) -> str:
        """The access token of this moment."""

    async def renew(self, http: httpx2.AsyncClient) -> None:
        """Get the next one, or say that this person is signed out."""

    def carry(self, token: str) -> None:
        """Carry this one from now on."""


class Workers(Protocol):
    """Whoever does jobs in this process."""

    async def start(self) -> None:
        """Begin to do them."""

    async def stop(self) -> None:
        """Stop at the next step."""


class Api:
    """`work_off` does a job in this process, where no server does it; `workers` do all jobs meanwhile."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        holder: Holder | None = None,
        work_off: Callable[[str], Awaitable[None]] | None = None,
        workers: Workers | None = None,
    ) -> None:
        self._http = http
        self._holder = holder
        self._work_off = work_off
        self._workers = workers

    async def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """The answer's JSON, or the problem as an error; a token that has ended is renewed once."""
        return told(await self._answer(method, path, body, query, {}))

    async def once(self, path: str, body: Any, key: str, **query: Any) -> tuple[Any, bool]:
        """Post something however often it is asked for; and whether it was done before."""
        answer = await self._answer("POST", path, body, query, {"Idempotency-Key": key})
        return told(answer), "Idempotency-Replayed" in answer.headers

    async def text(self, path: str) -> str:
        """An answer that is a document."""
        answer = await self._answer("GET", path, None, {}, {})
        if not answer.is_success:
            told(answer)
        return answer.text

    async def job(self, job_id: str) -> Any:
        """A job when it is over: done here, or watched at the server that does it."""
        if self._work_off is not None:
            await self._work_off(job_id)
        else:
            await self._watch(job_id)
        return await self("GET", f"/api/jobs/{job_id}")

    async def _watch(self, job_id: str) -> None:
        """The stream of its changes ends with it."""
        headers = {"Authorization": f"Bearer {self._holder.token}"} if self._holder else {}
        with answered(self._http):
            async with self._http.stream("GET", f"/api/jobs/{job_id}/events", headers=headers, timeout=None) as events:
                async for _ in events.aiter_lines():
                    pass

    async def upload(self, path: str, name: str, content: bytes, **fields: str | None) -> Any:
        """Send a file as a form."""
        form = {key: value for key, value in fields.items() if value is not None}
        return told(await self._answer("POST", path, None, {}, {}, {"files": {"file": (name, content)}, "data": form}))

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """See that jobs are done: a server does its own, beside a data folder nobody else may be there."""
        if self._workers is None:
            yield
            return
        await self._workers.start()
        try:
            yield
        finally:
            await self._workers.stop()

    async def _answer(
        self,
        method: str,
        path: str,
        body: Any,
        query: dict[str, Any],
        headers: dict[str, str],
        form: dict[str, Any] | None = None,
    ) -> httpx2.Response:
        answer = await self._send(method, path, body, query, headers, form)
        if answer.status_code == _UNAUTHENTICATED and self._holder:
            await self._holder.renew(self._http)
            answer = await self._send(method, path, body, query, headers, form)
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        body: Any,
        query: dict[str, Any],
        headers: dict[str, str],
        form: dict[str, Any] | None,
    ) -> httpx2.Response:
        given = {key: value for key, value in query.items() if value is not None}
        if self._holder:
            headers = headers | {"Authorization": f"Bearer {self._holder.token}"}
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        with answered(self._http):
            return await self._http.request(method, path, **sent, params=given, headers=headers, **(form or {}))

    async def rows(self, path: str, plural: str, *, per_page: int = 200, **query: Any) -> AsyncIterator[Any]:
        """All rows of a list, asked for page by page as they are used up."""
        cursor = None
        while True:
            page = await self("GET", path, limit=per_page, next=cursor, **query)
            for row in page[plural]:
                yield row
            cursor = page["next"]
            if cursor is None:
                return

    async def pages(self, path: str, plural: str, **query: Any) -> list[Any]:
        """All rows of a list at once."""
        return [row async for row in self.rows(path, plural, **query)]

    def carry(self, token: str) -> None:
        """Go on with another token of the same session."""
        if self._holder:
            self._holder.carry(token)


class answered:  # noqa: N801  a context manager reads as a verb
    """Say in one sentence that a server cannot be reached."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._url = http.base_url

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, httpx2.HTTPError):
            said = str(error) or type(error).__name__
            raise NoAnswer(f"{self._url} does not answer ({said}). Is it running, and is the address right?") from error


def told(answer: httpx2.Response) -> Any:
    """What an answer says, or its problem as an error; what stands before a server may speak other words than ours."""
    try:
        said = answer.json() if answer.content else None
    except ValueError as error:
        raise _not_ours(answer) from error
    if answer.is_success:
        return said
    if not isinstance(said, dict):
        raise _not_ours(answer)
    raise Refused(str(said.get("detail", f"HTTP {answer.status_code}")), errors=said.get("errors"))


def _not_ours(answer: httpx2.Response) -> Refused:
    host = answer.request.url.host
    return Refused(f"{host} answered HTTP {answer.status_code}, and not as a Farthing does. Is the address right?")


def call(data: Path | None, act: Callable[[Api], Awaitable[Result]]) -> Result:
    """Act through the API as the operator of the local data folder."""
    from farthing.cli.local import in_house

    async def act_in(house: "House") -> Result:
        async with inside(house, {"Authorization": f"Bearer {house.operator_key}"}) as http:
            return await act(Api(http))

    return in_house(data, act_in)


def inside(house: "House", headers: dict[str, str] | None = None) -> httpx2.AsyncClient:
    """A client of the application in this process."""
    from farthing.api.app import create_app

    transport = httpx2.ASGITransport(create_app(house, _already_alive))
    return httpx2.AsyncClient(transport=transport, base_url=HERE, headers=headers)


@asynccontextmanager
async def _already_alive(house: "House") -> Any:
    yield house
