"""One's own keys to other systems; their values go in and never come out."""

from uuid import UUID

from fastapi import APIRouter, Response

from farthing.api.access import Caller, Person
from farthing.api.pages import IfVersion, Paging, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.secrets.schemas import SecretIn, SecretOut, SecretPage, SecretPatch
from farthing.secrets.service import Secrets

router = APIRouter(prefix="/api/user-secrets", tags=["Secrets"], route_class=TransactionRoute)


@router.get("", responses=documented(401, 403, 422))
async def list_secrets(caller: Person, paging: Paging) -> SecretPage:
    """One's secrets, without their values."""
    page = (await _secrets(caller).page(paging)).map(SecretOut.model_validate)
    return SecretPage(user_secrets=list(page.items), total=page.total, next=page.next)


@router.post("", status_code=201, responses=documented(401, 403, 404, 409, 422))
async def create_secret(wanted: SecretIn, response: Response, caller: Person) -> SecretOut:
    """Store a secret, sealed with a key of its own."""
    secret = await _secrets(caller).create(wanted)
    tag(response, secret.version)
    return SecretOut.model_validate(secret)


@router.get("/{secret_id}", responses=documented(401, 403, 404, 422))
async def read_secret(secret_id: UUID, response: Response, caller: Person) -> SecretOut:
    """One secret, without its value."""
    secret = await _secrets(caller).get(secret_id)
    tag(response, secret.version)
    return SecretOut.model_validate(secret)


@router.patch("/{secret_id}", responses=documented(400, 401, 403, 404, 412, 422))
async def edit_secret(
    secret_id: UUID, patch: SecretPatch, response: Response, caller: Person, if_version: IfVersion
) -> SecretOut:
    """Change its alias or outside name, or replace its value."""
    secret = await _secrets(caller).change(secret_id, patch, if_version)
    tag(response, secret.version)
    return SecretOut.model_validate(secret)


@router.delete("/{secret_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def delete_secret(secret_id: UUID, caller: Person) -> None:
    """Forget a secret for good."""
    await _secrets(caller).remove(secret_id)


def _secrets(caller: Caller) -> Secrets:
    return Secrets(caller.work, caller.actor, caller.house.ring, caller.house.clock)
