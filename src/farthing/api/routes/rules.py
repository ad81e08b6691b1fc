"""Rules: kept, tried, run over the history, taken back, as a document."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from farthing.api.access import Caller, Member, MemberDetached, Viewer, ViewerDetached
from farthing.api.pages import IfVersion, Paging, tag
from farthing.api.problems import documented
from farthing.api.transaction import TransactionRoute
from farthing.classify.rules.document import read_rules
from farthing.classify.rules.errors import RuleInvalid
from farthing.classify.rules.reading import rule_of, rules_of
from farthing.classify.rules.rule import Rule
from farthing.jobs.models import Job
from farthing.jobs.schemas import JobOut
from farthing.ledger.errors import RulesFail
from farthing.ledger.rule_runs import RuleRunService
from farthing.ledger.rule_schemas import (
    AnalysisOut,
    ChosenIn,
    EffectPage,
    OrderIn,
    PreviewIn,
    PreviewOut,
    ReplacedOut,
    RuleIn,
    RuleOut,
    RulePage,
    RulePatch,
    RunIn,
    RunOut,
    RunPage,
    Search,
    StartedOut,
    TrialIn,
    TrialOut,
    UndoIn,
)
from farthing.ledger.rule_service import RuleService
from farthing.ledger.rule_trying import RuleTrying

router = APIRouter(prefix="/api", tags=["Rules"], route_class=TransactionRoute)
_YAML_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/yaml": {"schema": {"type": "string"}}}},
}
_YAML: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/yaml": {"schema": {"type": "object"}}}, "description": "The document."}
}
_SAID_MAX = 5


@router.get("/rules", responses=documented(401, 403, 422))
async def list_rules(caller: Viewer, paging: Paging) -> RulePage:
    """All rules in the order of the book."""
    page = await _rules(caller).page(paging)
    return RulePage(rules=list(page.items), total=page.total, next=page.next)


@router.post("/rules", status_code=201, responses=documented(401, 403, 409, 422))
async def create_rule(wanted: RuleIn, response: Response, caller: Member) -> RuleOut:
    """A new rule, last in the book."""
    made = await _rules(caller).create(wanted)
    tag(response, made.version)
    return made


@router.post("/rules/reorder", responses=documented(401, 403, 422))
async def reorder_rules(wanted: OrderIn, caller: Member) -> RulePage:
    """Put all rules in another order."""
    rules = await _rules(caller).reorder(wanted.rule_ids)
    return RulePage(rules=rules, total=len(rules), next=None)


@router.post("/rules/preview", responses=documented(401, 403, 404, 422))
async def preview_rules(wanted: PreviewIn, caller: ViewerDetached) -> PreviewOut:
    """What would become of the history, without changing it: counts, and before and after of a page."""
    trying = _trying(caller)
    return await trying.preview(wanted, await _chosen(trying, wanted))


@router.get("/rules/analysis", responses=documented(401, 403, 422))
async def analyse_rules(
    caller: ViewerDetached,
    search: Annotated[Search, Query(description="The search language; without it, the whole history.")] = None,
) -> AnalysisOut:
    """Rules that match nothing, never decide, disagree, or are there twice."""
    trying = _trying(caller)
    return await trying.analysis(await trying.kept(None), search)


@router.post("/rules/test", responses=documented(401, 403, 422))
async def test_rules(wanted: TrialIn, caller: ViewerDetached) -> TrialOut:
    """Try the tests that rules carry, and what they expect of the history."""
    trying = _trying(caller)
    return await trying.test(await _given(trying, wanted))


@router.post("/rules/run", status_code=202, responses=documented(401, 403, 404, 422))
async def run_rules(wanted: RunIn, caller: Member) -> StartedOut:
    """Apply rules to the history in the background; it can be taken back as a whole."""
    run, job = await _runs(caller).request(wanted)
    return StartedOut(run=run, job=_job(caller, job))


@router.get("/rules/runs", responses=documented(401, 403, 422))
async def list_rule_runs(caller: Viewer, paging: Paging) -> RunPage:
    """Runs of rules over the history, newest first."""
    page = await _runs(caller).page(paging)
    return RunPage(runs=list(page.items), total=page.total, next=page.next)


@router.get("/rules/runs/{run_id}", responses=documented(401, 403, 404, 422))
async def read_rule_run(run_id: UUID, caller: Viewer) -> RunOut:
    """One run: how far it is, what each rule came to."""
    return await _runs(caller).get(run_id)


@router.post("/rules/runs/{run_id}/undo", status_code=202, responses=documented(401, 403, 404, 409, 422))
async def undo_rule_run(run_id: UUID, wanted: UndoIn, caller: Member) -> StartedOut:
    """Take a run back: what it changed and nobody changed since is again what it was."""
    run, job = await _runs(caller).undo(run_id, wanted.reason)
    return StartedOut(run=run, job=_job(caller, job))


@router.get("/rules.yaml", responses=documented(401, 403) | _YAML, response_class=Response)
async def export_rules(caller: Viewer) -> Response:
    """All rules as a document."""
    return Response(await _rules(caller).document(), media_type="text/yaml")


@router.put("/rules.yaml", responses=documented(401, 403, 422), openapi_extra=_YAML_BODY)
async def import_rules(
    request: Request,
    caller: MemberDetached,
    dry_run: Annotated[bool, Query(description="Only tell what would change, and which tests fail.")] = False,
) -> ReplacedOut:
    """Replace all rules by a document, if its tests pass; rules of the same name stay the same rules."""
    rules = read_rules(_text(await request.body()))
    trial = await _trying(caller).test(rules)
    if trial.failures and not dry_run:
        said = "; ".join(f"{one.place} ({one.rule}): {one.detail}" for one in trial.failures[:_SAID_MAX])
        raise RulesFail(f"{len(trial.failures)} tests fail, nothing was replaced: {said}")
    begin = caller.house.database.read if dry_run else caller.house.database.write
    async with begin(caller.scope) as work:
        replaced = await RuleService(work, caller.actor, caller.house.clock).replace(rules, dry_run=dry_run)
    return replaced.model_copy(update={"failures": trial.failures})


@router.get("/rules/{rule_id}", responses=documented(401, 403, 404, 422))
async def read_rule(rule_id: UUID, response: Response, caller: Viewer) -> RuleOut:
    """One rule."""
    found = await _rules(caller).get(rule_id)
    tag(response, found.version)
    return found


@router.patch("/rules/{rule_id}", responses=documented(400, 401, 403, 404, 409, 412, 422))
async def edit_rule(
    rule_id: UUID, patch: RulePatch, response: Response, caller: Member, if_version: IfVersion
) -> RuleOut:
    """Change what is given, such as enabled; null takes stop and expect away."""
    changed = await _rules(caller).change(rule_id, patch, if_version)
    tag(response, changed.version)
    return changed


@router.delete("/rules/{rule_id}", status_code=204, responses=documented(400, 401, 403, 404, 412, 422))
async def delete_rule(rule_id: UUID, caller: Member, if_version: IfVersion) -> None:
    """Forget a rule; what it did stays as it is."""
    await _rules(caller).delete(rule_id, if_version)


@router.get("/transactions/{transaction_id}/rule-log", responses=documented(401, 403, 404, 422))
async def list_rule_effects(transaction_id: UUID, caller: Viewer, paging: Paging) -> EffectPage:
    """What rules did to a transaction, newest first, each with why it held."""
    page = await _rules(caller).log(transaction_id, paging)
    return EffectPage(effects=list(page.items), total=page.total, next=page.next)


async def _chosen(trying: RuleTrying, wanted: ChosenIn) -> tuple[Rule, ...]:
    """A rule that is not kept yet, or some that are."""
    if wanted.rule is not None:
        return (rule_of(wanted.rule.data() | {"enabled": True}, "rule"),)
    return await trying.kept(wanted.rule_ids)


async def _given(trying: RuleTrying, wanted: TrialIn) -> tuple[Rule, ...]:
    if wanted.yaml is not None:
        return read_rules(wanted.yaml)
    if wanted.rules is not None:
        return rules_of([rule.data() for rule in wanted.rules])
    return await trying.every()


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RuleInvalid("This is not UTF-8.") from error


def _job(caller: Caller, job: Job) -> JobOut:
    return JobOut.of(job, title=caller.house.registry.title(job.kind))


def _rules(caller: Caller) -> RuleService:
    return RuleService(caller.work, caller.actor, caller.house.clock)


def _runs(caller: Caller) -> RuleRunService:
    return RuleRunService(caller.work, caller.actor, caller.house.clock)


def _trying(caller: Caller) -> RuleTrying:
    return RuleTrying(caller.house.database, caller.scope, caller.actor, caller.house.clock)
