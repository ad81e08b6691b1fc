"""What was learned from one's own decisions, and why a transaction has its category and its merchant."""

from uuid import UUID

from fastapi import APIRouter

from farthing.api.access import Caller, Member, Viewer
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.ledger.learning import LearningService
from farthing.ledger.learning_schemas import AlwaysOut, LearningOut, TrainingOut, WhyOut
from farthing.ledger.training import Training

router = APIRouter(prefix="/api", tags=["Learning"], route_class=TransactionRoute)


@router.get("/categories/learning", responses=documented(401, 403))
async def read_learning(caller: Viewer) -> LearningOut:
    """What the workspace's own model learned, and how often it was right, category by category."""
    return await _learning(caller).state()


@router.post("/categories/learning/train", status_code=202, responses=documented(401, 403))
async def train(caller: Member) -> TrainingOut:
    """Learn anew from all decisions, as a job; without being asked it happens after every twenty."""
    training = Training(caller.work, caller.actor, caller.house.clock)
    return TrainingOut(job_id=await training.request())


@router.get("/transactions/{transaction_id}/why", responses=documented(401, 403, 404, 422))
async def read_why(transaction_id: UUID, caller: Viewer) -> WhyOut:
    """Why it has its category and its merchant: everybody who was asked, and each step of cleaning."""
    return await _learning(caller).why(transaction_id)


@router.get("/transactions/{transaction_id}/always", responses=documented(401, 403, 404, 409, 422))
async def offer_always(transaction_id: UUID, caller: Viewer) -> AlwaysOut:
    """“Always do this?”: the rule that would do the same to all of this merchant's, and what it would change."""
    return await _learning(caller).always(transaction_id)


def _learning(caller: Caller) -> LearningService:
    return LearningService(caller.work, caller.actor, caller.house.clock)
