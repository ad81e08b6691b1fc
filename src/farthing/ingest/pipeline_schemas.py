"""Wire shapes of the pipeline's runs, as clients of the replaced system read them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class Step(StrEnum):
    INGEST = "ingest"
    TRANSFORM = "transform"
    LOAD = "load"
    AGGREGATE = "aggregate"


class Verdict(StrEnum):
    COMPLETED = "completed"
    FAILED = "failed"


class LogLine(BaseModel):
    timestamp: datetime
    step: Step
    message: str
    level: str
    elapsed_seconds: float


class StepOut(BaseModel):
    """A step: its result, or in one sentence what went wrong."""

    status: Verdict
    result: dict[str, Any] | None = None
    error: str | None = None
    logs: list[LogLine]


class PipelineSummary(BaseModel):
    user_id: UUID | None
    start_time: datetime
    end_time: datetime
    duration_seconds: float
    total_logs: int
    logs: list[LogLine]


class PipelineOut(BaseModel):
    status: Verdict
    user_id: UUID | None
    steps_run: list[Step]
    step_results: dict[Step, StepOut]
    pipeline_summary: PipelineSummary
    total_duration: float


class PipelineStatus(BaseModel):
    """Transactions are understood when they are stored; what waits are rows of imports that are still being posted."""

    user_id: UUID | None
    total_transactions: int
    unprocessed_transactions: int
    processed_transactions: int
    processing_percentage: float
    needs_processing: bool
    status: Literal["ready", "needs_transform"]

    @classmethod
    def of(cls, user_id: UUID | None, stored: int, waiting: int) -> "PipelineStatus":
        total = stored + waiting
        return cls(
            user_id=user_id,
            total_transactions=total,
            unprocessed_transactions=waiting,
            processed_transactions=stored,
            processing_percentage=round(100 * stored / total, 2) if total else 100,
            needs_processing=waiting > 0,
            status="needs_transform" if waiting else "ready",
        )


class HealthCheck(BaseModel):
    name: Literal["database_connectivity", "table_structure", "data_quality"]
    status: Literal["pass", "warning", "fail"]
    message: str


class PipelineHealth(BaseModel):
    overall_status: Literal["healthy", "unhealthy"]
    checks: list[HealthCheck]
    recommendations: list[str]
    timestamp: datetime


class ApiConfig(BaseModel):
    """Where to fetch transactions from."""

    type: str = Field("generic", max_length=40)
    url: str = Field(max_length=2000, examples=["https://api.example.com/transactions"])
    headers: dict[str, str] = Field({}, max_length=50)
    params: dict[str, str | int] = Field({}, max_length=50)
    source: str | None = Field(None, max_length=100, description="What the import is called.")


class RunApiIn(BaseModel):
    account_id: UUID | None = None
    api_config: ApiConfig
