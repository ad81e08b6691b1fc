"""Tokens that others signed: who vouches for whom, and which person and workspace that is here."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt

from farthing.audit.service import Audit
from farthing.auth.errors import EmailTaken, OutsideTenantInvalid, TokenInvalid, UsernameTaken
from farthing.auth.models import OutsideIdentity, OutsideTenant, User
from farthing.auth.principal import Credentials
from farthing.auth.repository import People, Workspaces
from farthing.auth.schemas import fold
from farthing.auth.service import NewPerson, PeopleService
from farthing.infra.db import SYSTEM, Database, Work, unique_or
from farthing.kernel.actor import Actor, Role
from farthing.kernel.clock import Clock
from farthing.kernel.errors import Conflict, FarthingError, Upstream
from farthing.kernel.ids import new_id

SHARED_SECRET = "shared-secret"  # noqa: S105  the name of an issuer that names itself not
SYMMETRIC = ("HS256",)
ASYMMETRIC = ("RS256", "ES256", "EdDSA")
_KEYS_FRESH_FOR = timedelta(hours=1)
_KEYS_ASKED_AGAIN_AFTER = timedelta(minutes=1)
_LEEWAY_S = 30
_NAME_MAX = 255
_EMAIL_MAX = 254
_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
"""What no database keeps: NUL, and halves of a surrogate pair."""

FetchJson = Callable[[str], Awaitable[Any]]


class FirstSightRace(Conflict):
    """This person or workspace was made at this very moment by another request. Try again."""


@dataclass(frozen=True, slots=True)
class OutsideIssuer:
    """Whom we believe, and how he proves himself: a shared secret, or keys published at an address."""

    name: str
    algorithms: tuple[str, ...]
    secret: str | None = None
    jwks_url: str | None = None
    audience: str | None = None
    tenant_claim: str = "tenant_id"


def firebase(project_id: str) -> OutsideIssuer:
    return OutsideIssuer(
        name=f"https://securetoken.google.com/{project_id}",
        algorithms=("RS256",),
        jwks_url="https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        audience=project_id,
    )


@dataclass(frozen=True, slots=True)
class OutsideClaims:
    issuer: str
    subject: str
    tenant: str | None = None
    email: str | None = None
    name: str | None = None


class PublishedKeys:
    """The keys of one issuer, asked for again when they are old or when a new one is named."""

    def __init__(self, url: str, fetch: FetchJson, clock: Clock) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked_at: datetime | None = None
        self._question: asyncio.Task[None] | None = None

    async def key(self, key_id: str | None) -> jwt.PyJWK:
        """Many who lack a key wait for one question; who has it goes on while it is asked."""
        is_asking = self._question is not None and not self._question.done()
        is_missing = key_id not in self._keys
        if not is_asking and self._is_due(is_missing=is_missing):
            self._question = asyncio.create_task(self._ask())
            await asyncio.shield(self._question)
        elif self._question is not None and is_asking and is_missing:
            await asyncio.shield(self._question)
        if key_id is not None and key_id in self._keys:
            return self._keys[key_id]
        raise TokenInvalid

    def _is_due(self, *, is_missing: bool) -> bool:
        age = self._clock() - self._asked_at if self._asked_at else None
        return age is None or age > _KEYS_FRESH_FOR or (is_missing and age > _KEYS_ASKED_AGAIN_AFTER)

    async def _ask(self) -> None:
        """An issuer that fails costs nobody the keys that are known already."""
        try:
            published = _key_set(await self._fetch(self._url))
        except FarthingError as error:
            if not self._keys:
                raise Upstream(error.detail) from error
            published = self._keys
        self._keys, self._asked_at = published, self._clock()


def _key_set(published: Any) -> dict[str, jwt.PyJWK]:
    try:
        keys = jwt.PyJWKSet.from_dict(published).keys
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
        raise Upstream("The issuer's published keys are not readable.") from error
    return {str(key.key_id): key for key in keys if key.key_id}


class OutsideTokens:
    """Verifies tokens of the issuers that the operator named."""

    def __init__(self, issuers: tuple[OutsideIssuer, ...], fetch: FetchJson, clock: Clock) -> None:
        self._shared = next((issuer for issuer in issuers if issuer.secret), None)
        self._published = {issuer.name: issuer for issuer in issuers if issuer.jwks_url}
        self._keys = {n: PublishedKeys(i.jwks_url or "", fetch, clock) for n, i in self._published.items()}
        self._clock = clock

    @property
    def sole_issuer(self) -> str | None:
        """The issuer meant when nobody says which."""
        names = [*([self._shared.name] if self._shared else []), *self._published]
        return names[0] if len(names) == 1 else None

    async def read(self, token: str) -> OutsideClaims:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") in SYMMETRIC:
                return self._read_shared(token)
            return await self._read_published(token, header)
        except jwt.PyJWTError as error:
            raise TokenInvalid from error

    def _read_shared(self, token: str) -> OutsideClaims:
        if self._shared is None or self._shared.secret is None:
            raise TokenInvalid
        return self._claims(token, self._shared, self._shared.secret)

    async def _read_published(self, token: str, header: dict[str, Any]) -> OutsideClaims:
        named = jwt.decode(token, options={"verify_signature": False}).get("iss")
        issuer = self._published.get(str(named))
        if issuer is None or header.get("alg") not in issuer.algorithms:
            raise TokenInvalid
        key = await self._keys[issuer.name].key(header.get("kid"))
        if header.get("alg") != key.algorithm_name:
            raise TokenInvalid
        return self._claims(token, issuer, key.key)

    def _claims(self, token: str, issuer: OutsideIssuer, key: Any) -> OutsideClaims:
        options: jwt.types.Options = {"require": ["sub", "exp"], "verify_exp": False, "verify_sub": False}
        options |= {"verify_nbf": False, "verify_iat": False}
        body = jwt.decode(
            token,
            key,
            list(issuer.algorithms),
            audience=issuer.audience,
            issuer=issuer.name if issuer.jwks_url else None,
            options=options,
        )
        self._check_times(body)
        return _claims(issuer, body)

    def _check_times(self, body: dict[str, Any]) -> None:
        """By our clock, which is the one that everything else goes by."""
        now = self._clock().timestamp()
        try:
            starts, ends = float(body.get("nbf", 0)), float(body["exp"])
        except (TypeError, ValueError, OverflowError) as error:
            raise TokenInvalid from error
        if ends <= now or starts > now + _LEEWAY_S:
            raise TokenInvalid


def _claims(issuer: OutsideIssuer, body: dict[str, Any]) -> OutsideClaims:
    subject, tenant = _name(body["sub"]), body.get(issuer.tenant_claim)
    if subject is None:
        raise TokenInvalid
    if tenant is not None and _name(tenant) is None:
        raise OutsideTenantInvalid
    is_vouched = issuer.secret is not None or body.get("email_verified") is True
    email, name = _text(body.get("email")), _text(body.get("name"))
    return OutsideClaims(
        issuer.name,
        subject,
        _name(tenant),
        fold(email) if is_vouched and email and "@" in email and len(email) <= _EMAIL_MAX else None,
        name[:_NAME_MAX] if name else None,
    )


def _name(value: Any) -> str | None:
    """What an issuer calls somebody or something; a number is as good as its digits."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    text = _text(str(value) if is_number else value)
    return text if text and len(text) <= _NAME_MAX else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value and not _UNKEEPABLE.search(value) else None


class Arrivals:
    """Finds, or at first sight makes, the person and the workspace that an outside token speaks of."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def credentials(self, claims: OutsideClaims) -> Credentials:
        async with self._database.read(SYSTEM) as work:
            known = await _known(work, claims)
        if known is None:
            try:
                known = await self._welcome(claims)
            except (FirstSightRace, EmailTaken, UsernameTaken):
                known = await self._welcome(claims)
        return known

    async def _welcome(self, claims: OutsideClaims) -> Credentials:
        async with self._database.write(SYSTEM) as work:
            user_id = await People(work).outside(claims.issuer, claims.subject)
            user = await People(work).get(user_id) if user_id else await meet(work, self._clock, claims)
            if user is None:
                raise TokenInvalid
            return Credentials(user.id, None, await self._workspace(work, user, claims))

    async def _workspace(self, work: Work, user: User, claims: OutsideClaims) -> UUID:
        rows, people = Workspaces(work), PeopleService(work, self._clock)
        if claims.tenant is None:
            personal = await rows.personal_of(user.id)
            return personal or (await people.make_workspace(user, "Personal finances", "personal")).id
        known = await rows.outside(claims.issuer, claims.tenant)
        if known is not None:
            return known
        workspace = await people.make_workspace(user, f"Tenant {claims.tenant}"[:_NAME_MAX], "shared")
        tenant = OutsideTenant(
            issuer=claims.issuer, tenant=claims.tenant, workspace_id=workspace.id, created_at=self._clock()
        )
        with unique_or(FirstSightRace()):
            await rows.add(tenant)
        actor = Actor(user.id, user.username, workspace.id, Role.OWNER)
        await Audit(work, actor, self._clock).record("workspace.create", target_id=workspace.id, issuer=claims.issuer)
        return workspace.id


async def _known(work: Work, claims: OutsideClaims) -> Credentials | None:
    user_id = await People(work).outside(claims.issuer, claims.subject)
    if user_id is None:
        return None
    rows = Workspaces(work)
    if claims.tenant is None:
        workspace_id = await rows.personal_of(user_id)
    else:
        workspace_id = await rows.outside(claims.issuer, claims.tenant)
    return Credentials(user_id, None, workspace_id) if workspace_id else None


async def meet(work: Work, clock: Clock, claims: OutsideClaims) -> User:
    """Make the person; also before he is first seen, so that he can be a member already."""
    is_free = claims.email is not None and await People(work).by_name(claims.email) is None
    new = NewPerson(f"outside-{new_id().hex[-12:]}", claims.email if is_free else None, first_name=claims.name)
    with unique_or(FirstSightRace()):
        user = await PeopleService(work, clock).make(new)
        user.must_change_password = False
        await People(work).add(
            OutsideIdentity(issuer=claims.issuer, subject=claims.subject, user_id=user.id, created_at=clock())
        )
    return user
