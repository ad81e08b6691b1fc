from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from farthing.infra.db import Base, Repository
from farthing.infra.db.repository import Statement
from farthing.jobs.attempt import Attempt
from farthing.jobs.models import Job, JobSchedule, JobStep
from farthing.jobs.states import OPEN, JobState
from farthing.kernel.paging import Page, PageRequest, id_after, page_of


class JobRepository(Repository):
    def own(self, statement: Statement, model: type[Base]) -> Statement:
        """A job is its own person's, not only its workspace's."""
        visible = super().own(statement, model)
        if self.work.scope.is_system or model is not Job:
            return visible
        return cast("Statement", visible.where(Job.user_id == self.work.scope.user_id))

    async def get(self, job_id: UUID) -> Job | None:
        return await self._one(self.select(Job).where(Job.id == job_id))

    async def state(self, job_id: UUID) -> JobState | None:
        """How anybody's job of this workspace stands, and no more of it."""
        statement = Repository.own(self, select(Job.state), Job).where(Job.id == job_id)
        found = await self.session.scalar(statement)
        return None if found is None else JobState(found)

    async def lock(self, job_id: UUID) -> Job | None:
        """The row as it is now, held until the transaction ends."""
        return await self._one(self.select(Job).where(Job.id == job_id).with_for_update())

    async def page(self, request: PageRequest, state: JobState | None, kind: str | None) -> Page[Job]:
        """Newest first; the id is a UUIDv7, so its order is the order of time."""
        wanted: list[ColumnElement[bool]] = []
        if state is not None:
            wanted.append(Job.state == state)
        if kind is not None:
            wanted.append(Job.kind == kind)
        statement = self.select(Job).where(*wanted).order_by(Job.id.desc())
        if after := id_after(request):
            statement = statement.where(Job.id < after)
        rows = (await self.session.scalars(statement.limit(request.limit + 1).offset(request.offset))).all()
        return page_of(rows, request, await self.count(Job, *wanted), lambda job: (job.id,))

    async def queued(self, kind: str) -> UUID | None:
        """The last of a person's jobs of a kind that waits."""
        statement = self.own(select(Job.id), Job).where(Job.state == JobState.QUEUED, Job.kind == kind)
        found: UUID | None = await self.session.scalar(statement.order_by(Job.id.desc()).limit(1))
        return found

    async def changed(self, since: datetime, job_id: UUID | None) -> Sequence[Job]:
        """The one job, or all that are open or changed since."""
        fresh = or_(Job.state.in_(OPEN), Job.updated_at >= since) if job_id is None else Job.id == job_id
        return (await self.session.scalars(self.select(Job).where(fresh).order_by(Job.id))).all()

    async def _one(self, statement: Select[Job]) -> Job | None:
        found: Job | None = await self.session.scalar(statement.execution_options(populate_existing=True))
        return found

    async def enter_alone(self, job_id: UUID) -> None:
        """Let one step of a job happen at a time; SQLite's write lock does that by itself."""
        if not self.work.is_sqlite:
            await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(job_id), 0))))

    async def mark(self, job_id: UUID, step: str) -> JobStep | None:
        statement = self.select(JobStep).where(JobStep.job_id == job_id, JobStep.name == step)
        found: JobStep | None = await self.session.scalar(statement)
        return found

    async def waiting(self, limit: int) -> Sequence[Job]:
        """Requested by anybody, on any worker or a terminal, and in no queue yet."""
        undispatched = (Job.state == JobState.QUEUED, Job.dispatched_at.is_(None))
        return (await self.session.scalars(self.select(Job).where(*undispatched).order_by(Job.id).limit(limit))).all()

    async def dispatched(self, attempts: Iterable[Attempt], now: datetime) -> None:
        await self._set(attempts, dispatched_at=now)

    async def beat(self, attempts: Iterable[Attempt], now: datetime) -> None:
        await self._set(attempts, heartbeat_at=now)

    async def under_way(self, limit: int) -> Sequence[Job]:
        """What the queue should know: running jobs first, then the oldest dispatched ones."""
        running = self.select(Job).where(Job.state == JobState.RUNNING)
        sent = self.select(Job).where(Job.state == JobState.QUEUED, Job.dispatched_at.is_not(None))
        found = list(await self.session.scalars(running))
        return [*found, *await self.session.scalars(sent.order_by(Job.id).limit(limit))]

    async def count_open(self) -> int:
        return await self.count(Job, Job.state.in_(OPEN))

    async def _set(self, attempts: Iterable[Attempt], **values: datetime) -> None:
        """Note a moment on rows that still belong to these attempts; nobody who watches needs to know."""
        theirs = tuple_(Job.id, Job.attempt).in_([(attempt.job_id, attempt.number) for attempt in attempts])
        statement = self.update(Job).where(theirs, Job.state.in_(OPEN)).values(**values)
        await self.session.execute(statement, execution_options={"synchronize_session": False})


class ScheduleRepository(Repository):
    async def add_if_absent(self, **values: Any) -> None:
        insert = sqlite.insert if self.work.is_sqlite else postgresql.insert
        await self.session.execute(insert(JobSchedule).values(**values).on_conflict_do_nothing())

    async def lock(self, workspace_id: UUID, name: str) -> JobSchedule:
        wanted = (JobSchedule.workspace_id == workspace_id, JobSchedule.name == name)
        return (await self.session.scalars(self.select(JobSchedule).where(*wanted).with_for_update())).one()

    async def is_any_due(self, now: datetime) -> bool:
        return await self.count(JobSchedule, *_due(now)) > 0

    async def due(self, now: datetime) -> Sequence[JobSchedule]:
        return (await self.session.scalars(self.select(JobSchedule).where(*_due(now)))).all()

    async def move_on(self, schedule: JobSchedule, next_run_at: datetime, job: Job) -> bool:
        """Compare and set: of all workers that see it due, one is told that it fires."""
        statement = (
            self.update(JobSchedule)
            .where(JobSchedule.id == schedule.id, JobSchedule.next_run_at == schedule.next_run_at)
            .values(next_run_at=next_run_at, last_run_at=job.created_at, last_job_id=job.id)
            .returning(JobSchedule.id)
        )
        won = await self.session.scalar(statement, execution_options={"synchronize_session": False})
        return won is not None


def _due(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return JobSchedule.is_enabled.is_(True), JobSchedule.next_run_at <= now
