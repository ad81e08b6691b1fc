"""The operator of the data folder acting as a person, in a session that this person sees among his others."""

from collections.abc import Sequence
from dataclasses import replace

from farthing.audit.service import Audit
from farthing.auth.models import User
from farthing.auth.repository import People, Workspaces
from farthing.auth.sessions import Device, SessionService, SignedIn
from farthing.auth.signin import Door
from farthing.infra.db import SYSTEM
from farthing.kernel.actor import HOUSE
from farthing.kernel.paging import PageRequest

_PEOPLE_MAX = 200


async def active_people(door: Door) -> Sequence[User]:
    """Everybody who may sign in, of the first two hundred."""
    async with door.database.read(SYSTEM) as work:
        people = await People(work).page(PageRequest(limit=_PEOPLE_MAX))
    return [user for user in people.items if user.is_active]


async def active_person(door: Door, name: str) -> User | None:
    async with door.database.read(SYSTEM) as work:
        user = await People(work).by_name(name.strip().lower())
    return user if user and user.is_active else None


async def begin(door: Door, user: User) -> SignedIn:
    async with door.database.write(SYSTEM) as work:
        workspace_id = await Workspaces(work).first_of(user.id)
        sessions = SessionService(work, door.policy, door.tokens, door.clock)
        held = await sessions.begin(user, workspace_id, Device("terminal", "terminal beside the data folder"))
        operator = replace(HOUSE, workspace_id=workspace_id or HOUSE.workspace_id)
        await Audit(work, operator, door.clock).record("auth.sign_in_by_operator", target_id=user.id)
        return held
