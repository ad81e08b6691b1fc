"""Requests as they must be to be read: JSON in UTF-8, and no text that a database cannot keep."""

import json
import re
from typing import Any

from fastapi import Request

from farthing.kernel.errors import Unprocessable

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


class TextUnkeepable(Unprocessable):
    """A text contains the character NUL, which no database keeps. Leave it out."""


class LegibleRequest(Request):
    """Words every fault of a JSON body as the decoder's own, so that it is answered as one."""

    async def json(self) -> Any:
        raw = await self.body()
        try:
            content = json.loads(raw)
            is_plain = b"\\u" not in raw or _is_plain(content)
        except UnicodeDecodeError as error:
            raise json.JSONDecodeError("it is not UTF-8", "", 0) from error
        except RecursionError as error:
            raise json.JSONDecodeError("it is nested too deeply", "", 0) from error
        except json.JSONDecodeError:
            raise
        except ValueError as error:
            raise json.JSONDecodeError("a number has too many digits", "", 0) from error
        if not is_plain:
            raise json.JSONDecodeError("a text contains NUL or half a character", "", 0)
        return content


def refuse_unkeepable(request: Request) -> None:
    """Query strings cannot be anything but text, so they are judged as they come."""
    if b"%00" in request.scope["query_string"]:
        raise TextUnkeepable


def _is_plain(content: Any) -> bool:
    match content:
        case str():
            return _UNKEEPABLE.search(content) is None
        case dict():
            return all(_is_plain(name) and _is_plain(value) for name, value in content.items())
        case list():
            return all(map(_is_plain, content))
        case _:
            return True
