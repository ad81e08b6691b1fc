import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import httpx2

from farthing.infra.http.errors import AnswerInvalid


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; header names are in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  the family of 2xx

    @property
    def host(self) -> str:
        return httpx2.URL(self.url).raw_host.decode()

    def json(self) -> Any:
        """The content as JSON, where a number with a point is a `Decimal`: no float comes near money."""
        try:
            return json.loads(self.content, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise AnswerInvalid(f"{self.host} sent something that is not JSON. Check the address.") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
