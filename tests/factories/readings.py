"""Imports as an older version of this program left them: read by its readers, kept with its number."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from sqlalchemy import update

from factories.files import commit
from factories.people import Person, Town
from farthing.infra.db import SYSTEM, Scope
from farthing.ingest.models import Import
from farthing.ingest.readers.reader import read
from farthing.ingest.reading import Reading, Rejected
from farthing.ingest.schemas import Origin
from farthing.ingest.service import ImportService
from farthing.ingest.statement import Line
from farthing.ingest.wishes import Wishes
from farthing.kernel.actor import Actor, Role

Reader = Callable[[Reading], Reading]
SIGN = Wishes(sign="as_written")


def lines_otherwise(change: Callable[[int, Line], Line | None]) -> Reader:
    """A reader that read some lines otherwise, or did not read them."""

    def older(reading: Reading) -> Reading:
        statements = []
        for statement in reading.statements:
            found = [change(at, line) for at, line in enumerate(statement.lines, 1)]
            statements.append(replace(statement, lines=tuple(line for line in found if line is not None)))
        return replace(reading, statements=tuple(statements))

    return older


def rejecting(source_line: int, text: str) -> Reader:
    """A reader that could not read a line."""

    def older(reading: Reading) -> Reading:
        read_ = lines_otherwise(lambda _, line: None if line.source_line == source_line else line)(reading)
        return replace(read_, rejected=(*reading.rejected, Rejected(source_line, text, "the amount is no number")))

    return older


async def brought_before(
    town: Town, person: Person, content: bytes, account_id: str, older: Reader, name: str = "may.csv"
) -> str:
    """A file that an older version read and posted; the id of its import."""
    workspace_id = UUID((await person.get("/api/tenants/me")).json()["id"])
    house = town.house
    wishes = SIGN if name.endswith(".csv") else Wishes()
    reading = older(read(content, name, wishes))
    taken = await house.reception.take_reading(workspace_id, reading, content, name, Origin.UPLOAD)
    actor = Actor(UUID(person.id), person.name, workspace_id, Role.OWNER)
    async with house.database.write(Scope(user_id=UUID(person.id), workspace_id=workspace_id)) as work:
        row = await ImportService(work, actor, house.clock, house.lake).add(taken, UUID(account_id))
        import_id, kind = row.id, row.format
    await commit(person, str(import_id))
    told = {name: value for name, value in {"sign": wishes.sign}.items() if value}
    async with house.database.write(SYSTEM) as work:
        left = {"parser": f"{kind}/0", "reader_version": 0, "wishes": told}
        await work.session.execute(update(Import).where(Import.id == import_id).values(left))
    return str(import_id)
