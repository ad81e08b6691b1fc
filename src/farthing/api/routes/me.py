"""The signed-in person."""

from fastapi import APIRouter

from farthing.api.access import Caller, Person
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.auth.errors import UserNotFound
from farthing.auth.schemas import CurrentWorkspace, MeOut, ProfilePatch, UserOut
from farthing.auth.service import PeopleService
from farthing.auth.standing import Standing
from farthing.kernel.actor import Role

router = APIRouter(prefix="/api", tags=["Me"], route_class=TransactionRoute)


@router.get("/me", responses=documented(401, 403))
async def read_me(caller: Person) -> MeOut:
    """Who one is, and in which workspace with which role."""
    return _me(caller)


@router.get("/auth/me", responses=documented(401, 403))
async def read_me_as_auth(caller: Person) -> MeOut:
    """The same at the address that PersonalFinances' clients ask."""
    return _me(caller)


@router.patch("/me", responses=documented(401, 403, 409, 422))
async def edit_me(patch: ProfilePatch, caller: Person) -> UserOut:
    """Change one's e-mail address and names."""
    user = await PeopleService(caller.work, caller.house.clock).edit_profile(caller.actor, patch)
    return UserOut.model_validate(user)


def _me(caller: Caller) -> MeOut:
    standing = caller.standing
    if standing is None:
        raise UserNotFound("The operator's terminal is nobody in particular.")
    return MeOut(
        id=standing.user_id,
        username=standing.username,
        email=standing.email,
        first_name=standing.first_name,
        last_name=standing.last_name,
        is_active=standing.is_active,
        is_superuser=standing.is_superuser,
        is_demo=standing.is_demo,
        must_change_password=standing.must_change_password,
        workspace=_workspace(standing),
    )


def _workspace(standing: Standing) -> CurrentWorkspace | None:
    if standing.workspace_id is None or standing.role is None:
        return None
    return CurrentWorkspace(
        id=standing.workspace_id,
        name=standing.workspace_name or "",
        kind=standing.workspace_kind or "",
        role=Role(standing.role),
        expires_at=standing.workspace_expires_at,
    )
