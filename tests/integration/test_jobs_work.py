"""Background work on a real database: who sees a job, how steps are kept from repeating, what happens to lost jobs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from fakes.clock import TestClock
from farthing.audit.query import AuditQuery
from farthing.audit.service import Audit
from farthing.auth.models import User, Workspace
from farthing.infra.db import SYSTEM, Database, DatabaseBusy, DatabaseDown, Scope, Work
from farthing.jobs.attempt import Attempt
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.dispatcher import Dispatcher, Fate
from farthing.jobs.errors import JobEnded, JobNotFound, JobNotRetryable, JobSuperseded, RunnerAlreadyHere
from farthing.jobs.models import Job
from farthing.jobs.registry import Handler, JobKind, Registry
from farthing.jobs.runner import Runner, RunnerSettings
from farthing.jobs.service import JobService, ScheduleService
from farthing.jobs.states import JobState
from farthing.jobs.stream import watch
from farthing.jobs.worker import Worker
from farthing.kernel.actor import HOUSE, Actor, Role
from farthing.kernel.clock import utc_now
from farthing.kernel.errors import Unprocessable
from farthing.kernel.ids import new_id
from farthing.kernel.paging import PageRequest, decode_cursor

DEADLINE_S = 60


@dataclass
class QueueInHand:
    """A queue in memory: what DBOS does, without processes that die."""

    known: dict[Attempt, Fate] = field(default_factory=dict)
    handed: list[Attempt] = field(default_factory=list)

    async def put(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            if attempt not in self.known:
                self.known[attempt] = Fate.LIVE
                self.handed.append(attempt)

    async def fates(self, attempts: Sequence[Attempt]) -> Mapping[Attempt, Fate]:
        return {attempt: self.known.get(attempt, Fate.UNKNOWN) for attempt in attempts}

    async def forget(self, attempts: Sequence[Attempt]) -> None:
        self.known.update(dict.fromkeys(attempts, Fate.ENDED))


class Workshop:
    """Everything between a request and a finished job, with the queue in hand."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = TestClock()
        self.queue = QueueInHand()
        self.registry = Registry()
        self.worker = Worker(database, self.registry, self.clock)
        self.dispatcher = Dispatcher(database, self.clock, self.queue, self.worker)

    def knows(self, handler: Handler, name: str = "demo") -> None:
        self.registry.add(JobKind(name, handler, name.title()))

    async def request(self, actor: Actor, kind: str = "demo", **params: Any) -> UUID:
        async with self.database.write(scope_of(actor)) as work:
            return (await JobService(work, actor, self.clock).request(kind, params)).id

    async def ask(self, actor: Actor, question: Callable[[JobService], Awaitable[Any]]) -> Any:
        async with self.database.write(scope_of(actor)) as work:
            return await question(JobService(work, actor, self.clock))

    async def job(self, job_id: UUID) -> Job:
        async with self.database.read(SYSTEM) as work:
            return await JobService(work, HOUSE, self.clock).get(job_id)

    async def work(self) -> None:
        """Dispatch what waits and do it to the end."""
        await self.dispatcher.dispatch()
        while self.queue.handed:
            attempt = self.queue.handed.pop(0)
            await self.worker.run(attempt)
            self.queue.known[attempt] = Fate.ENDED

    async def effects(self) -> list[str]:
        """What demo steps did, oldest first."""
        async with self.database.read(SYSTEM) as work:
            page = await Audit(work, HOUSE, self.clock).page(AuditQuery(), PageRequest(limit=500))
        return [entry.action for entry in reversed(page.items) if entry.action.startswith("demo.")]


def scope_of(actor: Actor) -> Scope:
    return Scope(user_id=actor.user_id, workspace_id=actor.workspace_id)


@pytest.fixture
def workshop(database: Database) -> Workshop:
    return Workshop(database)


@pytest.fixture
async def anna(workshop: Workshop) -> Actor:
    return await a_person(workshop, "anna")


@pytest.fixture
async def boris(workshop: Workshop) -> Actor:
    return await a_person(workshop, "boris")


async def a_person(workshop: Workshop, name: str) -> Actor:
    """A person with a workspace."""
    moments = {"created_at": workshop.clock(), "updated_at": workshop.clock()}
    user = User(
        id=new_id(),
        username=name,
        must_change_password=False,
        is_active=True,
        is_superuser=False,
        is_demo=False,
        **moments,
    )
    workspace = Workspace(id=new_id(), name=name, kind="personal", version=1, **moments)
    async with workshop.database.write(SYSTEM) as work:
        work.session.add_all([user, workspace])
        await work.session.flush()
    return Actor(user_id=user.id, name=name, workspace_id=workspace.id, role=Role.OWNER)


def leaves(workshop: Workshop, job: JobContext, what: str) -> Callable[[Work], Awaitable[Outcome]]:
    """An effect that can be counted: an entry in the audit log of the job's workspace."""

    async def effect(work: Work) -> Outcome:
        actor = Actor(user_id=job.user_id, name="demo", workspace_id=job.workspace_id, role=None)
        await Audit(work, actor, workshop.clock).record(f"demo.{what}")
        return {"did": what}

    return effect


async def three_steps(workshop: Workshop, job: JobContext) -> Outcome:
    await job.plan(3, "three steps")
    return {"last": [await job.step(name, leaves(workshop, job, name)) for name in ("one", "two", "three")][-1]}


# Requests, outcomes


async def test_a_requested_job_is_done_with_progress_and_result(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.progress_done, job.progress_total, job.message) == (JobState.DONE, 3, 3, "three steps")
    assert job.result == {"last": {"did": "three"}}
    assert job.dispatched_at == job.started_at == job.finished_at == workshop.clock()
    assert await workshop.effects() == ["demo.one", "demo.two", "demo.three"]


async def test_a_request_goes_with_its_transaction(workshop: Workshop, anna: Actor) -> None:
    async def request_and_fail(jobs: JobService) -> None:
        await jobs.request("demo", {})
        raise Unprocessable

    with pytest.raises(Unprocessable):
        await workshop.ask(anna, request_and_fail)
    assert (await workshop.ask(anna, lambda jobs: jobs.page(PageRequest()))).total == 0


async def test_a_failure_of_ours_is_told_in_its_words(workshop: Workshop, anna: Actor) -> None:
    async def handler(_job: JobContext) -> Outcome:
        raise Unprocessable("Line 3 has no date.")

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.error, job.result) == (JobState.FAILED, "Line 3 has no date.", None)


async def test_an_unexpected_failure_is_an_id_and_nothing_else(workshop: Workshop, anna: Actor) -> None:
    async def handler(_job: JobContext) -> Outcome:
        raise RuntimeError("SELECT secret FROM everywhere")

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    words = str((await workshop.job(job_id)).error).split()
    assert words[:2] == ["Unexpected", "error"]
    assert [str(UUID(words[2]))] == words[2:]


async def test_a_result_that_is_no_json_fails_the_job(workshop: Workshop, anna: Actor) -> None:
    async def handler(_job: JobContext) -> Outcome:
        return {"when": workshop.clock()}

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert (await workshop.job(job_id)).state == JobState.FAILED


async def test_an_unknown_kind_fails_the_job(workshop: Workshop, anna: Actor) -> None:
    job_id = await workshop.request(anna, kind="of the future")
    await workshop.work()
    assert "does not know" in str((await workshop.job(job_id)).error)


async def test_a_failing_step_leaves_nothing(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        async def effect(work: Work) -> Outcome:
            await leaves(workshop, job, "half")(work)
            raise Unprocessable

        return await job.step("one", effect)

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert ((await workshop.job(job_id)).progress_done, await workshop.effects()) == (0, [])


async def test_the_house_has_jobs_of_its_own(workshop: Workshop) -> None:
    seen: list[Scope] = []

    async def handler(job: JobContext) -> Outcome:
        seen.append(job.scope)
        return await job.step("one", leaves(workshop, job, "one"))

    workshop.knows(handler)
    async with workshop.database.write(SYSTEM) as work:
        job_id = (await JobService(work, HOUSE, workshop.clock).request("demo", {})).id
    await workshop.work()
    assert ((await workshop.job(job_id)).state, seen) == (JobState.DONE, [SYSTEM])


# Cancelling, retrying


async def test_a_waiting_job_is_cancelled_at_once(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    await workshop.dispatcher.dispatch()
    await workshop.ask(anna, lambda jobs: jobs.cancel(job_id))
    assert (await workshop.job(job_id)).state == JobState.CANCELLED
    await workshop.work()
    assert ((await workshop.job(job_id)).state, await workshop.effects()) == (JobState.CANCELLED, [])


async def test_a_running_job_is_cancelled_at_its_next_step(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        await job.step("one", leaves(workshop, job, "one"))
        asked = await workshop.ask(anna, lambda jobs: jobs.cancel(job.job_id))
        assert (asked.state, asked.is_cancel_requested) == (JobState.RUNNING, True)
        return await job.step("two", leaves(workshop, job, "two"))

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.error, job.progress_done) == (JobState.CANCELLED, None, 1)
    assert await workshop.effects() == ["demo.one"]


async def test_what_was_done_outside_is_kept_when_the_job_is_cancelled_meanwhile(
    workshop: Workshop, anna: Actor
) -> None:
    calls = []

    async def handler(job: JobContext) -> Outcome:
        async def call() -> Outcome:
            calls.append("bank")
            if len(calls) == 1:
                await workshop.ask(anna, lambda jobs: jobs.cancel(job.job_id))
            return {"answer": 42}

        answer = await job.outside("bank", call)
        await job.step("one", leaves(workshop, job, "one"))
        return answer

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert (await workshop.job(job_id)).state == JobState.CANCELLED
    await workshop.ask(anna, lambda jobs: jobs.retry(job_id))
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.result, job.progress_done, calls) == (JobState.DONE, {"answer": 42}, 2, ["bank"])


async def test_an_ended_job_is_neither_cancelled_nor_retried(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    with pytest.raises(JobNotRetryable):
        await workshop.ask(anna, lambda jobs: jobs.retry(job_id))
    await workshop.work()
    with pytest.raises(JobEnded):
        await workshop.ask(anna, lambda jobs: jobs.cancel(job_id))
    with pytest.raises(JobNotRetryable):
        await workshop.ask(anna, lambda jobs: jobs.retry(job_id))


async def test_a_retry_does_only_what_is_left(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        first = await job.step("one", leaves(workshop, job, "one"))
        if job.attempt.number == 1:
            raise Unprocessable("Not today.")
        await job.step("two", leaves(workshop, job, "two"))
        return first

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    again = await workshop.ask(anna, lambda jobs: jobs.retry(job_id))
    assert (again.state, again.error, again.attempt) == (JobState.QUEUED, None, 2)
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.result, job.progress_done) == (JobState.DONE, {"did": "one"}, 2)
    assert await workshop.effects() == ["demo.one", "demo.two"]


# Steps and races


async def test_two_runners_racing_on_a_step_do_it_once(workshop: Workshop, anna: Actor) -> None:
    job_id = await workshop.request(anna)
    both_here, arrived = asyncio.Event(), []

    async def handler(job: JobContext) -> Outcome:
        arrived.append(job)
        if len(arrived) == 2:
            both_here.set()
        await both_here.wait()
        return await job.step("one", leaves(workshop, job, "one"))

    workshop.knows(handler)
    other = Worker(workshop.database, workshop.registry, workshop.clock)
    attempt = Attempt(job_id, 1)
    await asyncio.gather(workshop.worker.run(attempt), other.run(attempt))
    job = await workshop.job(job_id)
    assert (job.state, job.result, job.progress_done) == (JobState.DONE, {"did": "one"}, 1)
    assert await workshop.effects() == ["demo.one"]


async def test_a_step_is_tried_again_when_the_database_is_busy(workshop: Workshop, anna: Actor) -> None:
    tries: list[int] = []

    async def handler(job: JobContext) -> Outcome:
        async def effect(work: Work) -> Outcome:
            tries.append(len(tries))
            done = await leaves(workshop, job, "one")(work)
            if len(tries) < 3:
                raise DatabaseBusy
            return done

        return await job.step("one", effect)

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert ((await workshop.job(job_id)).state, tries) == (JobState.DONE, [0, 1, 2])
    assert await workshop.effects() == ["demo.one"]


async def test_a_job_that_lost_its_database_is_done_later(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        if job.attempt.number == 1:
            raise DatabaseDown
        return await job.step("one", leaves(workshop, job, "one"))

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert (await workshop.job(job_id)).state == JobState.RUNNING
    await workshop.dispatcher.reconcile()
    await workshop.work()
    assert (await workshop.job(job_id)).state == JobState.DONE


async def test_a_superseded_runner_stops_without_touching_the_row(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        await job.step("one", leaves(workshop, job, "one"))
        workshop.clock.advance(minutes=2)
        other = Dispatcher(
            workshop.database,
            workshop.clock,
            workshop.queue,
            Worker(workshop.database, workshop.registry, workshop.clock),
        )
        await other.reconcile()
        with pytest.raises(JobSuperseded):
            await job.step("two", leaves(workshop, job, "two"))
        with pytest.raises(JobSuperseded):
            await job.plan(2)
        return {"of": "the old runner"}

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.dispatcher.dispatch()
    await workshop.worker.run(workshop.queue.handed.pop())
    job = await workshop.job(job_id)
    assert (job.state, job.attempt, job.result) == (JobState.QUEUED, 2, None)
    assert await workshop.effects() == ["demo.one"]


async def test_a_step_superseded_while_it_ran_is_undone(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        async def effect(work: Work) -> Outcome:
            done = await leaves(workshop, job, "late")(work)
            row = await JobService(work, anna, workshop.clock).get(job.job_id)
            row.attempt += 1
            await work.session.flush()
            return done

        return await job.step("one", effect)

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    assert ((await workshop.job(job_id)).attempt, await workshop.effects()) == (1, [])


async def test_stopping_gives_unfinished_jobs_back(workshop: Workshop, anna: Actor) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def handler(job: JobContext) -> Outcome:
        await job.step("one", leaves(workshop, job, "one"))
        began.set()
        await may_go_on.wait()
        return await job.step("two", leaves(workshop, job, "two"))

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    running = asyncio.create_task(workshop.worker.run(Attempt(job_id, 1)))
    await began.wait()
    stopping = asyncio.create_task(workshop.worker.stop(grace_s=DEADLINE_S))
    may_go_on.set()
    await asyncio.gather(running, stopping)
    job = await workshop.job(job_id)
    assert (job.state, job.attempt, job.dispatched_at) == (JobState.QUEUED, 2, None)
    workshop.worker = Worker(workshop.database, workshop.registry, workshop.clock)
    await workshop.work()
    assert ((await workshop.job(job_id)).state, await workshop.effects()) == (JobState.DONE, ["demo.one", "demo.two"])


async def test_stopping_does_not_wait_for_ever(workshop: Workshop, anna: Actor) -> None:
    began = asyncio.Event()

    async def handler(_job: JobContext) -> Outcome:
        began.set()
        await asyncio.Event().wait()
        return None

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    running = asyncio.create_task(workshop.worker.run(Attempt(job_id, 1)))
    await began.wait()
    await workshop.worker.stop(grace_s=0)
    assert running.cancelled()
    assert (await workshop.job(job_id)).state == JobState.QUEUED


# Lost jobs


async def test_what_the_queue_has_lost_is_queued_again(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    await workshop.dispatcher.dispatch()
    workshop.queue.known.clear()
    workshop.queue.handed.clear()
    await workshop.dispatcher.reconcile()
    assert (await workshop.job(job_id)).attempt == 2
    await workshop.work()
    assert (await workshop.job(job_id)).state == JobState.DONE


async def test_an_attempt_handed_over_twice_is_done_once(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    await asyncio.gather(*(workshop.worker.run(Attempt(job_id, 1)) for _ in range(2)))
    job = await workshop.job(job_id)
    assert (job.state, job.progress_done) == (JobState.DONE, 3)


async def test_dispatching_twice_hands_over_once(workshop: Workshop, anna: Actor) -> None:
    await workshop.request(anna)
    other = Dispatcher(workshop.database, workshop.clock, workshop.queue, workshop.worker)
    await asyncio.gather(workshop.dispatcher.dispatch(), other.dispatch())
    await workshop.dispatcher.dispatch()
    assert len(workshop.queue.handed) == 1


@pytest.mark.parametrize(
    ("silent_for_s", "at_start", "worker", "fate", "is_taken"),
    [
        (30, False, "local", Fate.LIVE, False),
        (30, False, "local", Fate.UNKNOWN, False),
        (30, True, "local", Fate.LIVE, False),
        (61, False, "other", Fate.LIVE, True),
        (61, False, "other", Fate.UNKNOWN, True),
        (30, False, "other", Fate.ENDED, True),
        (30, True, "local", Fate.UNKNOWN, True),
        (30, True, "other", Fate.UNKNOWN, False),
    ],
)
async def test_a_job_is_taken_over_when_its_runner_is_dead(
    workshop: Workshop, anna: Actor, *, silent_for_s: int, at_start: bool, worker: str, fate: Fate, is_taken: bool
) -> None:
    """With the queue's memory gone, a starting worker knows what ran under its own name; others wait for the pulse."""
    job_id = await running_elsewhere(workshop, anna, worker)
    workshop.queue.known[Attempt(job_id, 1)] = fate
    workshop.clock.advance(seconds=silent_for_s)
    await workshop.dispatcher.reconcile(at_start=at_start)
    assert ((await workshop.job(job_id)).attempt == 2) is is_taken
    if is_taken and fate is Fate.LIVE:
        assert workshop.queue.known[Attempt(job_id, 1)] is Fate.ENDED


async def test_a_heartbeat_keeps_a_job(workshop: Workshop, anna: Actor) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def handler(_job: JobContext) -> Outcome:
        began.set()
        await may_go_on.wait()
        return None

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    running = asyncio.create_task(workshop.worker.run(Attempt(job_id, 1)))
    await began.wait()
    version = (await workshop.job(job_id)).version
    other = Dispatcher(
        workshop.database, workshop.clock, workshop.queue, Worker(workshop.database, workshop.registry, workshop.clock)
    )
    for _ in range(3):
        workshop.clock.advance(seconds=50)
        await workshop.worker.beat()
        await other.reconcile()
    job = await workshop.job(job_id)
    assert (job.attempt, job.heartbeat_at, job.version) == (1, workshop.clock(), version)
    may_go_on.set()
    await running
    assert (await workshop.job(job_id)).state == JobState.DONE


async def test_a_sleeping_machine_does_not_rob_itself(workshop: Workshop, anna: Actor) -> None:
    async def handler(job: JobContext) -> Outcome:
        workshop.clock.advance(hours=8)
        await workshop.dispatcher.reconcile()
        return await job.step("one", leaves(workshop, job, "one"))

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    await workshop.work()
    job = await workshop.job(job_id)
    assert (job.state, job.attempt) == (JobState.DONE, 1)


async def test_a_job_that_brings_workers_down_is_given_up(workshop: Workshop, anna: Actor) -> None:
    job_id = await running_elsewhere(workshop, anna)
    workshop.queue.known[Attempt(job_id, 1)] = Fate.WORN_OUT
    await workshop.dispatcher.reconcile()
    job = await workshop.job(job_id)
    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    assert "given up" in str(job.error)


async def test_cancelling_a_job_without_a_runner_ends_it_when_it_is_taken_over(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await running_elsewhere(workshop, anna)
    await workshop.ask(anna, lambda jobs: jobs.cancel(job_id))
    workshop.clock.advance(minutes=2)
    await workshop.dispatcher.reconcile()
    await workshop.work()
    assert ((await workshop.job(job_id)).state, await workshop.effects()) == (JobState.CANCELLED, [])


async def running_elsewhere(workshop: Workshop, actor: Actor, worker: str = "other") -> UUID:
    """A job that some other process has begun."""
    began = asyncio.Event()

    async def handler(_job: JobContext) -> Outcome:
        began.set()
        await asyncio.Event().wait()
        return None

    job_id = await workshop.request(actor)
    registry = Registry([JobKind("demo", handler, "Demo")])
    runner = Worker(workshop.database, registry, workshop.clock, worker)
    elsewhere = asyncio.create_task(runner.run(Attempt(job_id, 1)))
    await began.wait()
    elsewhere.cancel()
    await asyncio.gather(elsewhere, return_exceptions=True)
    return job_id


# Schedules


async def test_a_schedule_fires_once_however_many_look(workshop: Workshop) -> None:
    workshop.knows(lambda job: three_steps(workshop, job), "nightly")
    await ensure(workshop, "0 3 * * *", time_zone="Europe/Warsaw")
    workshop.clock.advance(days=3)
    looks = [
        Dispatcher(workshop.database, workshop.clock, workshop.queue, workshop.worker).dispatch() for _ in range(2)
    ]
    await asyncio.gather(*looks)
    await workshop.work()
    schedule = await ensure(workshop, "0 3 * * *", time_zone="Europe/Warsaw")
    async with workshop.database.read(SYSTEM) as work:
        page = await JobService(work, HOUSE, workshop.clock).page(PageRequest(), kind="nightly")
    assert [job.state for job in page.items] == [JobState.DONE], "three missed nights are one job"
    assert (schedule.last_job_id, schedule.last_run_at) == (page.items[0].id, workshop.clock())
    assert schedule.next_run_at == datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


async def test_a_workspace_has_schedules_of_its_own(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job), "nightly")
    schedule = await ensure(workshop, "0 3 * * *", workspace_id=anna.workspace_id)
    workshop.clock.advance(days=1)
    await workshop.work()
    async with workshop.database.read(SYSTEM) as work:
        page = await JobService(work, HOUSE, workshop.clock).page(PageRequest(), kind="nightly")
    assert [(job.workspace_id, job.user_id, job.state) for job in page.items] == [
        (schedule.workspace_id, None, JobState.DONE)
    ]


async def test_ensuring_a_schedule_again_keeps_its_next_moment(workshop: Workshop) -> None:
    first = await ensure(workshop, "0 * * * *", params={"n": 1})
    workshop.clock.advance(minutes=45)
    same = await ensure(workshop, "0 * * * *", params={"n": 2})
    assert (same.id, same.next_run_at, same.params) == (first.id, first.next_run_at, {"n": 2})
    other = await ensure(workshop, "30 * * * *")
    assert (other.id, other.next_run_at) == (first.id, datetime(2026, 3, 1, 13, 30, tzinfo=UTC))


async def ensure(workshop: Workshop, cron: str, **wanted: Any) -> Any:
    async with workshop.database.write(SYSTEM) as work:
        return await ScheduleService(work, workshop.clock).ensure("nightly", "nightly", cron, **wanted)


# Who sees what


async def test_somebody_elses_job_is_absent(workshop: Workshop, anna: Actor, boris: Actor) -> None:
    job_id = await workshop.request(anna)
    guest = Actor(user_id=boris.user_id, name="boris", workspace_id=anna.workspace_id, role=Role.MEMBER)
    for stranger in (boris, guest):
        for verb in (JobService.get, JobService.cancel, JobService.retry):
            with pytest.raises(JobNotFound):
                await workshop.ask(stranger, lambda jobs, verb=verb: verb(jobs, job_id))  # type: ignore[misc]
        assert (await workshop.ask(stranger, lambda jobs: jobs.page(PageRequest()))).total == 0
    assert (await workshop.ask(anna, lambda jobs: jobs.get(job_id))).state == JobState.QUEUED


async def test_pages_go_from_new_to_old_by_key(workshop: Workshop, anna: Actor) -> None:
    ids = [await workshop.request(anna, kind) for kind in ("a", "b", "a", "a")]
    first = await workshop.ask(anna, lambda jobs: jobs.page(PageRequest(limit=2), kind="a"))
    assert ([job.id for job in first.items], first.total) == ([ids[3], ids[2]], 3)
    after = decode_cursor(first.next, 1)
    rest = await workshop.ask(anna, lambda jobs: jobs.page(PageRequest(limit=2, after=after), kind="a"))
    assert ([job.id for job in rest.items], rest.next) == ([ids[0]], None)
    assert (await workshop.ask(anna, lambda jobs: jobs.page(PageRequest(), state=JobState.DONE))).total == 0


# Watching


async def watched(workshop: Workshop, scope: Scope, job_id: UUID | None = None) -> AsyncIterator[Job]:
    """The changes, without the looks that found none."""
    async for job in watch(workshop.database, scope, workshop.clock, job_id=job_id, poll_s=0.01):
        if job is not None:
            yield job


async def test_a_watch_follows_a_job_to_its_end(workshop: Workshop, anna: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    job_id = await workshop.request(anna)
    seen: list[tuple[str, int]] = []
    async for job in watched(workshop, scope_of(anna), job_id):
        seen.append((job.state, job.version))
        if job.state == JobState.QUEUED:
            await workshop.work()
    assert (seen[0][0], seen[-1][0]) == (JobState.QUEUED, JobState.DONE)
    assert seen == sorted(set(seen), key=lambda shown: shown[1])


async def test_a_watch_of_everything_tells_changes_of_ones_own(workshop: Workshop, anna: Actor, boris: Actor) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    await workshop.request(boris)
    mine = watched(workshop, scope_of(anna))
    job_id = await workshop.request(anna)
    first = await anext(mine)
    await workshop.work()
    workshop.clock.advance(seconds=5)
    assert [(job.id, job.state) for job in (first, await anext(mine))] == [(job_id, "queued"), (job_id, "done")]
    other_id = await workshop.request(anna)
    assert (await anext(mine)).id == other_id


async def test_a_watch_of_somebody_elses_job_finds_nothing(workshop: Workshop, anna: Actor, boris: Actor) -> None:
    job_id = await workshop.request(anna)
    with pytest.raises(JobNotFound):
        await anext(watched(workshop, scope_of(boris), job_id))


# The real queue


@pytest.fixture
def runner_settings(database: Database, tmp_path: Path) -> RunnerSettings:
    system = database.addresses.system.set(drivername="postgresql").render_as_string(hide_password=False)
    url = f"sqlite:///{tmp_path / 'dbos.db'}" if database.is_sqlite else system
    return RunnerSettings(dbos_url=url, poll_s=0.05, queue_poll_s=0.05)


def delete_queue_file(folder: Path) -> None:
    for leftover in folder.glob("dbos.db*"):
        leftover.unlink()


async def ended(workshop: Workshop, job_id: UUID) -> Job:
    """Wait, as a client would, until the job has ended."""
    async with asyncio.timeout(DEADLINE_S):
        return [job async for job in watched(workshop, SYSTEM, job_id)][-1]


@pytest.mark.xdist_group("dbos")
async def test_the_runner_does_jobs_on_the_loop_of_its_databases(
    workshop: Workshop, anna: Actor, runner_settings: RunnerSettings
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []

    async def handler(job: JobContext) -> Outcome:
        loops.append(asyncio.get_running_loop())
        return await three_steps(workshop, job)

    workshop.knows(handler)
    before = await workshop.request(anna)
    runner = Runner(workshop.database, workshop.registry, workshop.clock, runner_settings)
    await runner.start()
    try:
        with pytest.raises(RunnerAlreadyHere):
            await Runner(workshop.database, workshop.registry, workshop.clock, runner_settings).start()
        after = await workshop.request(anna)
        runner.wake()
        done = [await ended(workshop, before), await ended(workshop, after)]
    finally:
        await runner.stop()
    assert [job.state for job in done] == [JobState.DONE, JobState.DONE]
    assert loops == [asyncio.get_running_loop()] * 2
    assert await asyncio.to_thread(len, loops) == 2, "the loop has kept its own threads"


@pytest.mark.xdist_group("dbos")
async def test_a_start_that_is_given_up_leaves_room_for_another(
    workshop: Workshop, runner_settings: RunnerSettings
) -> None:
    starting = asyncio.create_task(
        Runner(workshop.database, workshop.registry, workshop.clock, runner_settings).start()
    )
    await asyncio.sleep(0)
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    assert starting.cancelled()
    second = Runner(workshop.database, workshop.registry, workshop.clock, runner_settings)
    await second.start()
    await second.stop()


@pytest.mark.xdist_group("dbos")
@pytest.mark.parametrize("queue_survives", [True, False])
async def test_a_job_given_back_is_finished_by_the_next_runner(
    workshop: Workshop, anna: Actor, runner_settings: RunnerSettings, tmp_path: Path, *, queue_survives: bool
) -> None:
    began, may_go_on = asyncio.Event(), asyncio.Event()

    async def handler(job: JobContext) -> Outcome:
        await job.step("one", leaves(workshop, job, "one"))
        began.set()
        await may_go_on.wait()
        return await job.step("two", leaves(workshop, job, "two"))

    workshop.knows(handler)
    job_id = await workshop.request(anna)
    first = Runner(workshop.database, workshop.registry, workshop.clock, replace(runner_settings, grace_s=0))
    await first.start()
    await began.wait()
    await first.stop()
    assert (await workshop.job(job_id)).state == JobState.QUEUED
    may_go_on.set()
    if not queue_survives:
        delete_queue_file(tmp_path)
    second = Runner(workshop.database, workshop.registry, workshop.clock, runner_settings)
    await second.start()
    try:
        assert (await ended(workshop, job_id)).state == JobState.DONE
    finally:
        await second.stop()
    assert await workshop.effects() == ["demo.one", "demo.two"]


@pytest.mark.xdist_group("dbos")
async def test_the_queue_forgets_what_ended_long_ago(
    workshop: Workshop, anna: Actor, runner_settings: RunnerSettings
) -> None:
    workshop.knows(lambda job: three_steps(workshop, job))
    runner = Runner(workshop.database, workshop.registry, workshop.clock, runner_settings)
    queue, nobodys = runner._queue, Attempt(new_id(), 1)
    await runner.start()
    try:
        attempt = Attempt(await workshop.request(anna), 1)
        await queue.put([nobodys])
        await queue.forget([nobodys])
        await ended(workshop, attempt.job_id)
        async with asyncio.timeout(DEADLINE_S):
            while set((await queue.fates([attempt, nobodys])).values()) != {Fate.ENDED}:
                pass
        workshop.clock.now = utc_now() + timedelta(days=2)
        await queue.sweep()
        assert await queue.fates([attempt, nobodys]) == {attempt: Fate.UNKNOWN, nobodys: Fate.UNKNOWN}
    finally:
        await runner.stop()
