"""The composition root: from settings to a house in which everything knows what it needs, and nothing more."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from farthing import __version__
from farthing.auth.events import DemoStarted, WorkspaceCreated
from farthing.auth.outside import SHARED_SECRET, SYMMETRIC, Arrivals, OutsideIssuer, OutsideTokens, firebase
from farthing.auth.passwords import Passwords
from farthing.auth.policy import AuthPolicy, DemoMode, Registration, Throttles
from farthing.auth.replays import ReplayKeeper
from farthing.auth.signin import Door
from farthing.auth.tasks import AuthJobs, ensure_schedules
from farthing.auth.tokens import Tokens
from farthing.classify.known import knowledge
from farthing.demo.subscribers import DemoSubscribers
from farthing.infra.blobs import BlobStore
from farthing.infra.crypto import KeyRing, derive_key, keyed_token
from farthing.infra.db import SYSTEM, Database
from farthing.infra.db.engine import Addresses
from farthing.infra.db.roles import Roles
from farthing.infra.http import GuardedClient, Outbound, endpoint_of
from farthing.infra.mail import Mailer, MailServer
from farthing.infra.telemetry import logger
from farthing.ingest.rebuild_tasks import RebuildJobs
from farthing.ingest.receiving import Reception
from farthing.ingest.tasks import IngestJobs
from farthing.jobs.registry import Registry
from farthing.jobs.runner import Runner, RunnerSettings
from farthing.kernel.clock import Clock, utc_now
from farthing.lake.store import LakeStore
from farthing.ledger.learning_tasks import LearningJobs
from farthing.ledger.rule_tasks import RuleJobs
from farthing.ledger.subscribers import LedgerSubscribers
from farthing.migrations.upgrade import upgrade
from farthing.settings import Settings, sealing_keys_again

_SANDBOX_THROTTLE_FACTOR = 1000
_MEGABYTE = 1_000_000
_TURN_S = 0.001
"""So long a thread that computes may keep requests waiting; five times that, which is Python's own choice, is felt."""
_log = logger("farthing.house")


@dataclass(frozen=True, slots=True)
class House:
    """Everything that is made once and lives as long as the process."""

    settings: Settings
    clock: Clock
    database: Database
    door: Door
    ring: KeyRing
    replays: ReplayKeeper
    outside: OutsideTokens
    arrivals: Arrivals
    http: GuardedClient
    mailer: Mailer | None
    registry: Registry
    runner: Runner
    blobs: BlobStore
    lake: LakeStore
    reception: Reception
    operator_key: str | None = None
    version: str = __version__


def migrate(settings: Settings) -> str:
    """Bring the database to this program's revision; returns what was done, as one line."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    places = addresses(settings)
    has_own_roles = settings.database_app_url is not None
    roles = Roles.named(places.app.username, places.system.username) if has_own_roles else None
    return upgrade(places.owner, passwords=None if has_own_roles else role_passwords(settings), roles=roles)


def addresses(settings: Settings) -> Addresses:
    return Addresses.of(
        settings.database_url,
        app=settings.database_app_url,
        system=settings.database_system_url,
        passwords=role_passwords(settings),
    )


def role_passwords(settings: Settings) -> dict[str, str]:
    key = derive_key(settings.secret_key.get_secret_value(), "database-roles")
    return {role: keyed_token(key, role) for role in ("app", "system")}


def build(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    passwords: Passwords | None = None,
    operator_key: str | None = None,
) -> House:
    secret_key = settings.secret_key.get_secret_value()
    places = addresses(settings)
    database = Database(
        places,
        pool_size=settings.db_pool_size,
        max_overflow=settings.db_max_overflow,
        subscribers={
            WorkspaceCreated: [LedgerSubscribers(clock).furnish],
            DemoStarted: [DemoSubscribers(clock).fill],
        },
    )
    http = GuardedClient(_outbound(settings), clock=clock)
    door = Door(
        database, auth_policy(settings), passwords or Passwords(), Tokens(secret_key, settings.algorithm), clock
    )
    mailer = _mailer(settings, clock)
    send_mail = mailer.send if mailer else None
    blobs = BlobStore(settings.data_dir / "blobs")
    lake = LakeStore(settings.data_dir / "lake", blobs)
    reception = Reception(blobs, lake, clock, settings.max_upload_mb * _MEGABYTE)
    auth_jobs = AuthJobs(database, door.policy, door.tokens, clock, send_mail, (blobs, lake))
    registry = Registry(
        [
            *auth_jobs.kinds(),
            *IngestJobs(database, clock, reception, lake).kinds(),
            *RebuildJobs(database, clock, lake).kinds(),
            *RuleJobs(database, clock).kinds(),
            *LearningJobs(database, clock).kinds(),
        ]
    )
    return House(
        settings=settings,
        clock=clock,
        database=database,
        door=door,
        ring=KeyRing(settings.sealing_keys, sealing_keys_again(settings)),
        replays=ReplayKeeper(secret_key, clock),
        outside=OutsideTokens(outside_issuers(settings), http.get_json, clock),
        arrivals=Arrivals(database, clock),
        http=http,
        mailer=mailer,
        registry=registry,
        runner=Runner(database, registry, clock, _runner_settings(settings, places)),
        blobs=blobs,
        lake=lake,
        reception=reception,
        operator_key=operator_key,
    )


@asynccontextmanager
async def living(house: House, *, with_jobs: bool = True) -> AsyncIterator[House]:
    """A house from its first request to its last; background work comes up beside, because that takes a moment."""
    sys.setswitchinterval(_TURN_S)
    starting = asyncio.create_task(_start_jobs(house)) if with_jobs else None
    try:
        yield house
    finally:
        if starting is not None:
            with suppress(asyncio.CancelledError):
                await starting
            await house.runner.stop()
        await house.http.aclose()
        await house.database.close()


async def _start_jobs(house: House) -> None:
    async with house.database.write(SYSTEM) as work:
        await ensure_schedules(work, house.clock)
    await asyncio.to_thread(knowledge)
    await asyncio.to_thread(house.lake.tidy, house.clock())
    await house.runner.start()
    _log.info("jobs_ready")


def auth_policy(settings: Settings) -> AuthPolicy:
    return AuthPolicy(
        registration=Registration.OPEN if settings.sandbox else Registration(settings.registration),
        demo=DemoMode.ON if settings.sandbox else DemoMode(settings.demo_mode),
        access_ttl=settings.access_ttl,
        refresh_ttl=timedelta(days=settings.refresh_token_expire_days),
        invite_ttl=timedelta(days=settings.invite_expire_days),
        password_token_ttl=timedelta(hours=settings.password_set_token_expire_hours),
        demo_ttl=timedelta(hours=settings.demo_token_ttl_hours),
        demos_max=settings.demo_max,
        public_url=settings.app_public_url,
        throttles=Throttles().times(_SANDBOX_THROTTLE_FACTOR if settings.sandbox else 1),
    )


def outside_issuers(settings: Settings) -> tuple[OutsideIssuer, ...]:
    issuers = [
        OutsideIssuer(i.issuer, i.algorithms, jwks_url=i.jwks_url, audience=i.audience, tenant_claim=i.tenant_claim)
        for i in settings.outside_issuers
    ]
    shared = settings.secret_key if settings.outside_jwt_use_secret_key else settings.outside_jwt_secret
    if shared is not None:
        issuers.append(OutsideIssuer(SHARED_SECRET, SYMMETRIC, secret=shared.get_secret_value()))
    if settings.firebase_project_id:
        issuers.append(firebase(settings.firebase_project_id))
    return tuple(issuers)


def _outbound(settings: Settings) -> Outbound:
    pairs = {endpoint_of(f"http://{pair}") for pair in settings.outbound_private}
    named = {endpoint_of(issuer.jwks_url) for issuer in settings.outside_issuers}
    proxy = settings.outbound_proxy.get_secret_value() if settings.outbound_proxy else None
    return Outbound(allowed_private=frozenset(pairs | named), proxy=proxy)


def _mailer(settings: Settings, clock: Clock) -> Mailer | None:
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return Mailer(MailServer.parse(settings.smtp_url.get_secret_value(), settings.mail_from), clock=clock)


def _runner_settings(settings: Settings, places: Addresses) -> RunnerSettings:
    """The queue keeps its own book: a file of its own beside SQLite, a schema of its own on PostgreSQL."""
    if places.is_sqlite:
        url = f"sqlite:///{settings.data_dir / 'jobs.db'}"
    else:
        url = places.system.render_as_string(hide_password=False)
    return RunnerSettings(dbos_url=url, executor_id=settings.worker_id, concurrency=settings.job_concurrency)
