from dataclasses import dataclass
from typing import Self
from uuid import UUID

from farthing.jobs.models import Job


@dataclass(frozen=True, slots=True)
class Attempt:
    """One go at a job. Its key is all that the queue carries; a row with another number has been taken over."""

    job_id: UUID
    number: int

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(job.id, job.attempt)

    @classmethod
    def parse(cls, key: str) -> Self:
        job_id, _, number = key.partition(":")
        return cls(UUID(job_id), int(number))

    @property
    def key(self) -> str:
        return f"{self.job_id}:{self.number}"
