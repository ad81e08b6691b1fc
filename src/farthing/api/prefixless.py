"""The addresses of the replaced systems, which had no `/api` in front, lead to the same routes."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/api"
ALWAYS_API = ("/connections/callback",)
"""Where a bank sends a browser back to: an address of the API although a page is asked for."""


class Prefixless:
    """Adds the prefix where the first word of a path is one of the API's, unless a browser wants a page.

    A browser is who accepts `text/html` by name; `*/*` of curl and its like is a client of the API.
    Slashes at the end are dropped, because the replaced systems disagree about them.
    """

    def __init__(self, app: ASGIApp, paths: Iterable[str]) -> None:
        self._app = app
        self._words = {path.removeprefix(PREFIX).split("/")[1] for path in paths if path.startswith(PREFIX + "/")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Changes the request itself and not a copy: whoever stands around it logs and dresses the real address."""
        if scope["type"] == "http":
            path = self.rewritten(scope["path"], _accept(scope))
            if path != scope["path"]:
                scope["path"], scope["raw_path"] = path, path.encode()
        await self._app(scope, receive, send)

    def rewritten(self, path: str, accept: str) -> str:
        stripped = path.rstrip("/") or "/"
        word = stripped.removeprefix("/").split("/")[0]
        if path.startswith(PREFIX + "/"):
            return stripped
        if word not in self._words or ("text/html" in accept and stripped not in ALWAYS_API):
            return path
        return PREFIX + stripped


def _accept(scope: Scope) -> str:
    return b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1").lower()
