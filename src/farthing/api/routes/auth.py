"""Signing in, staying signed in, signing out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import OAuth2PasswordRequestForm

from farthing.api import cookies
from farthing.api.access import From, Person, PersonDetached, Public, bearer, credentials_of
from farthing.api.pages import Paging
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.auth.principal import actor_of, standing_of
from farthing.auth.schemas import (
    ChangePasswordIn,
    DemoOut,
    LoginIn,
    OkOut,
    ProfileLoginIn,
    RegisteredOut,
    RegisterIn,
    RevokedOut,
    SessionOut,
    SessionPage,
    SetPasswordIn,
    SignedInOut,
    UpgradeIn,
    UserOut,
    fold,
)
from farthing.auth.sessions import SessionService, SignedIn
from farthing.auth.signin import SignIn, SignUp
from farthing.kernel.actor import Actor
from farthing.kernel.errors import Forbidden, NotFound, Unauthenticated

router = APIRouter(prefix="/api", tags=["Signing in"], route_class=TransactionRoute)


@router.post("/auth/register", status_code=201, responses=documented(400, 403, 409, 422, 429))
async def register(wanted: RegisterIn, response: Response, house: Public, device: From) -> RegisteredOut:
    """Create an account with a personal workspace, and be signed in at once."""
    return _registered(response, house, await SignUp(house.door).register(wanted, device))


@router.post("/auth/login", responses=documented(401, 422, 429))
async def login(wanted: LoginIn, response: Response, house: Public, device: From) -> SignedInOut:
    """Sign in with a username or an e-mail address."""
    holder = await SignIn(house.door).with_password(wanted.identifier, wanted.password.get_secret_value(), device)
    return cookies.signed_in(response, house, holder)


@router.post("/profile/login", responses=documented(401, 422, 429))
async def login_with_email(wanted: ProfileLoginIn, response: Response, house: Public, device: From) -> SignedInOut:
    """Sign in with an e-mail address, as Fin-Pulse's clients do."""
    holder = await SignIn(house.door).with_password(wanted.email, wanted.password.get_secret_value(), device)
    return cookies.signed_in(response, house, holder)


@router.post("/auth/token", responses=documented(401, 422, 429))
async def login_with_form(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], response: Response, house: Public, device: From
) -> SignedInOut:
    """Sign in with an OAuth2 password form; the username may be an e-mail address."""
    holder = await SignIn(house.door).with_password(fold(form.username), form.password, device)
    return cookies.signed_in(response, house, holder)


@router.post("/auth/refresh", responses=documented(401))
async def refresh(request: Request, response: Response, house: Public) -> SignedInOut:
    """Exchange the refresh cookie for a new access token and the next refresh cookie."""
    holder = await SignIn(house.door).refresh(request.cookies.get(house.settings.refresh_cookie_name))
    return cookies.signed_in(response, house, holder)


@router.post("/auth/logout")
async def logout(request: Request, response: Response, house: Public) -> OkOut:
    """End this session, named by the refresh cookie or by the access token."""
    presented = request.cookies.get(house.settings.refresh_cookie_name)
    await SignIn(house.door).sign_out(presented, await _whoever(request, house))
    cookies.forget(response, house)
    return OkOut()


@router.post("/auth/logout-all", responses=documented(401, 403))
async def logout_everywhere(response: Response, caller: Person) -> RevokedOut:
    """End all of one's sessions, this one too."""
    ended = await _sessions(caller).revoke_all(caller.actor, caller.me, "signed_out_everywhere")
    cookies.forget(response, caller.house)
    return RevokedOut(revoked=ended)


@router.get("/auth/sessions", responses=documented(401, 403, 422))
async def list_sessions(caller: Person, paging: Paging) -> SessionPage:
    """The devices on which one is signed in, newest first."""
    page = await _sessions(caller).page(caller.actor, paging)
    shown = [
        SessionOut(
            id=session.id,
            address=session.address,
            user_agent=session.user_agent,
            created_at=session.created_at,
            refreshed_at=session.refreshed_at,
            expires_at=session.expires_at,
            is_current=session.id == caller.actor.session_id,
        )
        for session in page.items
    ]
    return SessionPage(sessions=shown, total=page.total, next=page.next)


@router.delete("/auth/sessions/{session_id}", status_code=204, responses=documented(401, 403, 404, 422))
async def end_session(session_id: UUID, caller: Person) -> None:
    """Sign out one device."""
    await _sessions(caller).revoke(caller.actor, session_id, "ended_by_owner")


@router.post("/auth/change-password", responses=documented(400, 401, 403, 422))
async def change_password(wanted: ChangePasswordIn, caller: PersonDetached) -> RevokedOut:
    """Change one's password; all other sessions end."""
    ended = await SignIn(caller.house.door).change_password(
        caller.actor, wanted.current_password.get_secret_value(), wanted.new_password.get_secret_value()
    )
    return RevokedOut(revoked=ended)


@router.post("/auth/set-password", status_code=204, responses=documented(400, 422))
async def set_password(wanted: SetPasswordIn, house: Public) -> None:
    """Set a password with the one-time token of an administrator's link."""
    await SignUp(house.door).set_password(wanted.token.get_secret_value(), wanted.new_password.get_secret_value())


@router.post("/auth/demo", status_code=201, responses=documented(404, 409, 422, 429))
async def start_demo(response: Response, house: Public, device: From, *, samples: bool = True) -> DemoOut:
    """Start a demo: a workspace of one's own that vanishes after a while."""
    holder = await SignUp(house.door).demo(device, samples=samples)
    answer = cookies.signed_in(response, house, holder)
    return DemoOut(**answer.model_dump(), demo_id=holder.user.id)


@router.post("/auth/demo/upgrade", status_code=201, responses=documented(400, 401, 403, 404, 409, 422, 429))
async def upgrade_demo(wanted: UpgradeIn, response: Response, caller: PersonDetached, device: From) -> RegisteredOut:
    """Turn the demo into an account of one's own, with everything in it."""
    holder = await SignUp(caller.house.door).upgrade(caller.actor, wanted, device)
    return _registered(response, caller.house, holder)


def _registered(response: Response, house: Public, holder: SignedIn) -> RegisteredOut:
    person = UserOut.model_validate(holder.user)
    tokens = cookies.signed_in(response, house, holder)
    return RegisteredOut.model_validate(person.model_dump() | tokens.model_dump())


async def _whoever(request: Request, house: Public) -> Actor | None:
    """The bearer, if there is one; signing out never fails for want of a valid token."""
    if bearer(request) is None:
        return None
    try:
        credentials = await credentials_of(request, house)
        async with house.database.read(credentials.scope) as work:
            return actor_of(await standing_of(work, credentials, house.clock()))
    except (Unauthenticated, Forbidden, NotFound):
        return None


def _sessions(caller: Person) -> SessionService:
    door = caller.house.door
    return SessionService(caller.work, door.policy, door.tokens, door.clock)
