"""What a job's row means, without a database: its states in every dialect, its wire shape, its attempts."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from farthing.jobs import lifecycle
from farthing.jobs.attempt import Attempt
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.errors import JobKindUnknown
from farthing.jobs.models import Job
from farthing.jobs.registry import JobKind, Registry
from farthing.jobs.schemas import JobOut
from farthing.jobs.states import OPEN, RETRYABLE, SPELLINGS, JobState, Surface, spelled

NOW = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)


def a_job(total: int | None = None) -> Job:
    return lifecycle.queued("demo", {"n": 1}, workspace_id=UUID(int=1), user_id=UUID(int=2), now=NOW, total=total)


async def nothing(_job: JobContext) -> Outcome:
    return None


def test_every_surface_spells_every_state() -> None:
    assert set(SPELLINGS) == set(Surface)
    for surface, words in SPELLINGS.items():
        assert set(words) == set(JobState), surface


def test_surfaces_use_the_words_of_their_references() -> None:
    assert [spelled(state, Surface.HOUSE) for state in JobState] == ["queued", "running", "done", "failed", "cancelled"]
    assert set(SPELLINGS[Surface.FIREFLY].values()) == {"pending", "running", "done", "failed"}
    assert [spelled(state, Surface.PIPELINE) for state in JobState] == [
        "pending",
        "running",
        "completed",
        "failed",
        "cancelled",
    ]


def test_a_state_is_open_or_ended() -> None:
    assert frozenset(JobState) - OPEN == {JobState.DONE, *RETRYABLE}


@pytest.mark.parametrize(
    ("done", "total", "fraction"), [(0, None, None), (0, 4, 0.0), (1, 3, 0.3333), (5, 4, 1.0), (0, 0, 1.0)]
)
def test_fraction_of_progress(done: int, total: int | None, fraction: float | None) -> None:
    job = a_job(total)
    job.progress_done = done
    assert JobOut.of(job).progress.fraction == fraction


def test_wire_shape_says_what_can_be_done() -> None:
    job = a_job()
    lifecycle.start(job, NOW)
    shown = JobOut.of(job, title="Demo", surface=Surface.PIPELINE)
    assert (shown.status, shown.title, shown.can_cancel, shown.can_retry) == ("running", "Demo", True, False)
    lifecycle.request_cancel(job, NOW)
    assert not JobOut.of(job).can_cancel
    lifecycle.cancel(job, NOW)
    assert (JobOut.of(job).status, JobOut.of(job).can_retry) == ("cancelled", True)


def test_every_change_counts_the_version_up() -> None:
    job = a_job()
    lifecycle.start(job, NOW)
    lifecycle.plan(job, 3, "reading", NOW)
    lifecycle.advance(job, 1, NOW)
    lifecycle.request_cancel(job, NOW)
    lifecycle.cancel(job, NOW)
    lifecycle.retry(job, NOW)
    assert (job.version, job.attempt, job.state, job.is_cancel_requested) == (7, 2, "queued", False)
    assert job.progress_done == 1, "finished steps stay finished"


def test_the_key_of_an_attempt_comes_back_as_the_attempt() -> None:
    attempt = Attempt.of(a_job())
    assert Attempt.parse(attempt.key) == attempt


def test_registry_knows_each_kind_once() -> None:
    registry = Registry([JobKind("demo", nothing, "Demo")])
    assert (registry.find("demo").handler, registry.title("demo"), registry.title("other")) == (nothing, "Demo", None)
    with pytest.raises(JobKindUnknown):
        registry.find("other")
    with pytest.raises(ValueError, match="two kinds of job"):
        registry.add(JobKind("demo", nothing, "Demo again"))
