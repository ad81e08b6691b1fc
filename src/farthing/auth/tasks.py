"""What auth does in the background: mailing invites, purging demos, forgetting what is over."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from farthing.audit.service import Audit
from farthing.auth.models import Invite
from farthing.auth.policy import AuthPolicy
from farthing.auth.repository import Invites, Leftovers, People, Sessions, Workspaces
from farthing.auth.tokens import Tokens
from farthing.auth.workspaces import INVITE_LINK, purge_expired
from farthing.infra.db import SYSTEM, Database, Work
from farthing.jobs.context import JobContext
from farthing.jobs.registry import JobKind
from farthing.jobs.service import JobService, ScheduleService
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock

INVITE_MAIL = "auth.invite_mail"
PURGE_DEMOS = "auth.purge_demos"
TIDY = "auth.tidy"
_SESSIONS_KEPT = timedelta(days=30)
_REPLAYS_KEPT = timedelta(hours=24)
_PURGES_AT_ONCE = 20

SendMail = Callable[[str, str, str], Awaitable[None]]


class Files(Protocol):
    """What keeps files of workspaces."""

    async def homes(self) -> set[UUID]: ...

    async def purge(self, workspace_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class AuthJobs:
    database: Database
    policy: AuthPolicy
    tokens: Tokens
    clock: Clock
    send_mail: SendMail | None
    files: Sequence[Files]

    def kinds(self) -> list[JobKind]:
        return [
            JobKind(INVITE_MAIL, self.mail_invite, "Mail an invite"),
            JobKind(PURGE_DEMOS, self.purge_demos, "Remove demos that are over"),
            JobKind(TIDY, self.tidy, "Forget ended sessions and used tokens"),
        ]

    async def mail_invite(self, job: JobContext) -> dict[str, str]:
        """The token is made again from the row, so that no job ever carries it."""
        async with self.database.read(SYSTEM) as work:
            invite = await Invites(work).get(UUID(job.params["invite_id"]))
            workspace = await Workspaces(work).get(invite.workspace_id) if invite else None
            inviter = await People(work).get(invite.created_by) if invite and invite.created_by else None
        if invite is None or workspace is None or invite.email is None or self.send_mail is None:
            return {"skipped": "the invite was withdrawn"}
        text = _invitation(
            inviter.username if inviter else "Somebody",
            workspace.name,
            f"{self.policy.public_url or ''}/invite?token={self.tokens.link(INVITE_LINK, invite.id)}",
            invite.expires_at.strftime("%Y-%m-%d %H:%M UTC"),
        )
        send, to = self.send_mail, invite.email

        async def deliver() -> None:
            await send(to, f"You are invited to {workspace.name}", text)

        await job.outside("send", deliver)
        return {"sent_to": to}

    async def purge_demos(self, job: JobContext) -> dict[str, int]:
        purged = 0
        while True:
            batch = await job.step(f"batch-{purged}", self._purge_some)
            purged += (batch or {}).get("purged", 0)
            if (batch or {}).get("purged", 0) < _PURGES_AT_ONCE:
                await job.outside("files", partial(forget_files, self.database, self.files))
                return {"purged": purged}

    async def _purge_some(self, work: Work) -> dict[str, int]:
        return {"purged": await purge_expired(work, self.clock, _PURGES_AT_ONCE)}

    async def tidy(self, job: JobContext) -> dict[str, int]:
        return await job.step("tidy", self._tidy) or {}

    async def _tidy(self, work: Work) -> dict[str, int]:
        now = self.clock()
        sessions = await Sessions(work).forget_ended(now - _SESSIONS_KEPT)
        leftovers = await Leftovers(work).forget(now, now - _REPLAYS_KEPT)
        return {"sessions": sessions, "leftovers": leftovers}


async def forget_files(database: Database, files: Sequence[Files]) -> dict[str, int]:
    """Delete the files of workspaces that are no more; rows go first, so that none ever names a file that is gone."""
    homes = [await kept.homes() for kept in files]
    async with database.read(SYSTEM) as work:
        gone = await Workspaces(work).missing(set().union(*homes))
    for workspace_id in gone:
        for kept in files:
            await kept.purge(workspace_id)
    return {"workspaces": len(gone)}


async def ensure_schedules(work: Work, clock: Clock) -> None:
    schedules = ScheduleService(work, clock)
    await schedules.ensure("purge-demos", PURGE_DEMOS, "*/10 * * * *")
    await schedules.ensure("tidy-auth", TIDY, "17 3 * * *")


async def request_invite_mail(work: Work, actor: Actor, clock: Clock, invite: Invite, *, mails: bool) -> bool:
    """Whether a mail will go out; without a mail server or an address, the link is for the inviter to pass on."""
    if not mails or invite.email is None:
        return False
    job = await JobService(work, actor, clock).request(INVITE_MAIL, {"invite_id": str(invite.id)})
    await Audit(work, actor, clock).record("invite.mail", target_id=invite.id, job_id=str(job.id))
    return True


def _invitation(inviter: str, workspace: str, link: str, until: str) -> str:
    return (
        f"{inviter} invites you to share the finances of “{workspace}”.\n\n"
        f"Join here (once, until {until}):\n{link}\n\n"
        "If you expected nothing like this, ignore this mail; nothing happens.\n"
    )
