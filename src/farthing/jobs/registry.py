from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.errors import JobKindUnknown

Handler = Callable[[JobContext], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of work: its name in the database, the handler that does it, the title that people read."""

    name: str
    handler: Handler
    title: str


class Registry:
    """The kinds that this program knows, gathered in the composition root."""

    def __init__(self, kinds: Iterable[JobKind] = ()) -> None:
        self._kinds: dict[str, JobKind] = {}
        for kind in kinds:
            self.add(kind)

    def add(self, kind: JobKind) -> None:
        if kind.name in self._kinds:
            raise ValueError(f"two kinds of job are called {kind.name}")
        self._kinds[kind.name] = kind

    def find(self, name: str) -> JobKind:
        if found := self._kinds.get(name):
            return found
        raise JobKindUnknown

    def title(self, name: str) -> str | None:
        found = self._kinds.get(name)
        return found.title if found else None
