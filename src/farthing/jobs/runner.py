"""The runner of background jobs: DBOS as the durable queue, behind a face of our own.

DBOS carries only the key of an attempt and brings it back after `kill -9`; the jobs table is the truth. DBOS belongs
to the process, not to an event loop, and its asynchronous functions replace the loop's thread pool by its own. So all
calls to it are synchronous and made from threads, and every job comes back to the loop that the databases are bound to.
"""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from farthing.infra.db import Database
from farthing.infra.telemetry import logger
from farthing.jobs.attempt import Attempt
from farthing.jobs.dispatcher import Dispatcher, Fate
from farthing.jobs.errors import RunnerAlreadyHere
from farthing.jobs.failures import caught, reason
from farthing.jobs.registry import Registry
from farthing.jobs.rounds import Round
from farthing.jobs.worker import Worker
from farthing.kernel.clock import Clock

__all__ = ["Registry", "Runner", "RunnerSettings"]

_QUEUE = "farthing-jobs"
_WORKFLOW = "farthing.job"
_APPLICATION_VERSION = "1"
"""Fixed: DBOS resumes only what its own version queued, and ours must go on after every upgrade."""

_RESUMES_MAX = 20
_LIVE = ("PENDING", "ENQUEUED", "DELAYED")
_ENDED = ("SUCCESS", "ERROR", "CANCELLED")
_WORN_OUT = "MAX_RECOVERY_ATTEMPTS_EXCEEDED"
_KEEP_ENDED = timedelta(days=1)
_SWEEP_S = 3600
_SWEEP_BATCH = 1000

_log = logger("farthing.jobs")
_one_per_process = threading.Lock()


@dataclass(frozen=True, slots=True)
class RunnerSettings:
    """`executor_id` names one process: two that run at once must not share it, a restarted one must keep it."""

    dbos_url: str
    executor_id: str = "local"
    concurrency: int = 4
    schema: str | None = None
    poll_s: float = 0.5
    queue_poll_s: float = 0.25
    reconcile_s: float = 10
    heartbeat_s: float = 10
    stale_after_s: float = 60
    grace_s: float = 5


class Runner:
    """One life of the job runner in this process: started once, stopped once."""

    def __init__(self, database: Database, registry: Registry, clock: Clock, settings: RunnerSettings) -> None:
        self._settings = settings
        self._queue = _DbosQueue(settings, clock)
        self._worker = Worker(database, registry, clock, settings.executor_id)
        self._dispatcher = Dispatcher(database, clock, self._queue, self._worker, stale_after_s=settings.stale_after_s)
        self._is_up = False
        self._dispatching = Round(self._dispatcher.dispatch, settings.poll_s)
        self._rounds = [
            self._dispatching,
            Round(self._dispatcher.reconcile, settings.reconcile_s),
            Round(self._worker.beat, settings.heartbeat_s),
            Round(self._queue.sweep, _SWEEP_S),
        ]

    async def start(self) -> None:
        """Bring DBOS up, which takes a second or two, and take up what a former life left."""
        await self._queue.open(self._worker.run)
        await caught(self._dispatcher.reconcile(at_start=True))
        for turn in self._rounds:
            turn.start()
        self._is_up = True

    @property
    def is_running(self) -> bool:
        return self._is_up

    def wake(self) -> None:
        """Look for new jobs now. To be called on the runner's loop after the commit of a request."""
        self._dispatching.hurry()

    async def stop(self) -> None:
        """Let running steps finish, give unfinished jobs back to the queue, and let go of DBOS."""
        self._is_up = False
        for turn in self._rounds:
            await turn.stop()
        await caught(self._worker.stop(self._settings.grace_s))
        await self._queue.close()


class _DbosQueue:
    """The queue on DBOS."""

    def __init__(self, settings: RunnerSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._is_open = False
        self._dbos: Any = None
        self._workflow: Any = None

    async def open(self, run: Callable[[Attempt], Awaitable[None]]) -> None:
        if not _one_per_process.acquire(blocking=False):
            raise RunnerAlreadyHere
        self._is_open = True
        workflow = _bridge(run, asyncio.get_running_loop())
        launching = asyncio.create_task(asyncio.to_thread(self._launch, workflow))
        try:
            await asyncio.shield(launching)
        except BaseException:
            await asyncio.wait([launching])  # its thread cannot be stopped half-way up
            await self.close()
            raise

    async def close(self) -> None:
        if not self._is_open:
            return
        try:
            if self._dbos is not None:
                await asyncio.to_thread(self._dbos.destroy, destroy_registry=True)
        finally:
            self._is_open = False
            _one_per_process.release()

    async def put(self, attempts: Sequence[Attempt]) -> None:
        await asyncio.to_thread(self._put, attempts)

    async def fates(self, attempts: Sequence[Attempt]) -> Mapping[Attempt, Fate]:
        return await asyncio.to_thread(self._fates, attempts) if attempts else {}

    async def forget(self, attempts: Sequence[Attempt]) -> None:
        if attempts:
            await asyncio.to_thread(self._dbos.cancel_workflows, [attempt.key for attempt in attempts])

    async def sweep(self) -> None:
        """Drop DBOS's record of what ended a day ago; ours stays."""
        await asyncio.to_thread(self._sweep)

    def _launch(self, workflow: Callable[[str], Awaitable[None]]) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer

        settings = self._settings
        if settings.dbos_url.startswith("sqlite"):
            _use_wal(settings.dbos_url)
        # DBOS brings its own console handler unless it finds another one.
        logging.getLogger("dbos").addHandler(logging.NullHandler())
        self._dbos = DBOS
        DBOS(
            config={
                "name": "farthing",
                "system_database_url": settings.dbos_url,
                "dbos_system_schema": settings.schema or "dbos",
                "application_version": _APPLICATION_VERSION,
                "executor_id": settings.executor_id,
                "log_level": "WARNING",
                "enable_otlp": False,
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.25,
                "sys_db_pool_size": 4,
                "serializer": DBOSPortableJSONSerializer(),
            }
        )
        self._workflow = DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=_RESUMES_MAX)(workflow)
        DBOS.launch()
        DBOS.register_queue(
            _QUEUE,
            worker_concurrency=settings.concurrency,
            polling_interval_sec=settings.queue_poll_s,
            on_conflict="always_update",
        )

    def _put(self, attempts: Sequence[Attempt]) -> None:
        from dbos import SetWorkflowID

        for attempt in attempts:
            with SetWorkflowID(attempt.key):
                self._dbos.enqueue_workflow(_QUEUE, self._workflow, attempt.key)

    def _fates(self, attempts: Sequence[Attempt]) -> Mapping[Attempt, Fate]:
        keys = [attempt.key for attempt in attempts]
        known = self._dbos.list_workflows(workflow_ids=keys, load_input=False, load_output=False)
        states = {workflow.workflow_id: workflow.status for workflow in known}
        return {attempt: _fate(states.get(attempt.key)) for attempt in attempts}

    def _sweep(self) -> None:
        ended = self._dbos.list_workflows(
            status=[*_ENDED, _WORN_OUT],
            completed_before=(self._clock() - _KEEP_ENDED).isoformat(),
            limit=_SWEEP_BATCH,
            load_input=False,
            load_output=False,
        )
        if ended:
            self._dbos.delete_workflows([workflow.workflow_id for workflow in ended])


def _fate(status: str | None) -> Fate:
    if status is None:
        return Fate.UNKNOWN
    if status == _WORN_OUT:
        return Fate.WORN_OUT
    return Fate.LIVE if status in _LIVE else Fate.ENDED


def _bridge(
    run: Callable[[Attempt], Awaitable[None]], home: asyncio.AbstractEventLoop
) -> Callable[[str], Awaitable[None]]:
    """A workflow on DBOS's loop that has the work done on the home loop and never fails itself."""

    async def do(key: str) -> None:
        if isinstance(failure := await caught(run(Attempt.parse(key))), Exception):
            _log.warning("job left for later", key=key, **reason(failure))

    async def workflow(key: str) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(do(key), home))

    return workflow


def _use_wal(url: str) -> None:
    """The journal mode is a property of the file, so saying it once is enough."""
    path = url.partition("///")[2]
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
