"""A run of rules in many steps: it goes on where it stopped, and what was judged ahead is what becomes of it."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from factories.people import Person, Town
from farthing.jobs.attempt import Attempt
from farthing.jobs.context import JobContext, Outcome
from farthing.jobs.registry import JobKind, Registry
from farthing.jobs.worker import Worker
from farthing.ledger.rule_runs import RUN_RULES, UNDO_RULES
from farthing.ledger.rule_tasks import RuleJobs

ALWAYS: dict[str, Any] = {"name": "all", "if": {"all": []}, "then": {"add_tags": ["seen"]}}


def worker(town: Town, chunk: int) -> Worker:
    house = town.house
    return Worker(house.database, Registry(RuleJobs(house.database, house.clock, chunk).kinds()), house.clock)


async def start(person: Person) -> tuple[str, str]:
    started = (await person.post("/api/rules/run", {})).json()
    return started["run"]["id"], started["job"]["id"]


async def rows(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await person.get("/api/transactions?limit=100")).json()["transactions"]
    return found


async def filled(town: Town, count: int) -> Person:
    ann = await town.person()
    body = [{"amount": f"-{n + 1}", "date": "2026-02-03", "payee": f"shop {n}"} for n in range(count)]
    assert (await ann.post("/api/transactions/batch", {"transactions": body})).status_code == 201
    return ann


async def test_a_run_in_many_steps_sees_everything_once(town: Town) -> None:
    ann = await filled(town, 7)
    await ann.post("/api/rules", ALWAYS)
    run_id, job_id = await start(ann)
    await worker(town, 2).run(Attempt(UUID(job_id), 1))
    run = (await ann.get(f"/api/rules/runs/{run_id}")).json()
    assert (run["status"], run["seen"], run["changed"], run["rules"][0]["matched"]) == ("done", 7, 7, 7)
    job = (await ann.get(f"/api/jobs/{job_id}")).json()
    assert (job["progress"]["total"], job["progress"]["fraction"]) == (7, 1.0)


async def test_a_cancelled_run_is_taken_back_as_far_as_it_came(town: Town) -> None:
    ann = await filled(town, 6)
    await ann.post("/api/rules", ALWAYS)
    run_id, job_id = await start(ann)
    jobs = RuleJobs(town.house.database, town.house.clock, 2)

    async def stopped_midway(job: JobContext) -> Outcome:
        """Somebody cancels after the first step."""
        step, job_step = job.step, 0

        async def counted(name: str, effect: Any, *, advance: int = 1) -> Outcome:
            nonlocal job_step
            job_step += 1
            if job_step == 2:
                assert (await ann.post(f"/api/jobs/{job_id}/cancel")).status_code == 200
            return await step(name, effect, advance=advance)

        job.step = counted  # type: ignore[method-assign]
        return await jobs.run(job)

    registry = Registry([JobKind(RUN_RULES, stopped_midway, "run"), JobKind(UNDO_RULES, jobs.undo, "undo")])
    stopping = Worker(town.house.database, registry, town.house.clock)
    assert (await ann.post(f"/api/rules/runs/{run_id}/undo", {})).status_code == 409
    await stopping.run(Attempt(UUID(job_id), 1))
    run = (await ann.get(f"/api/rules/runs/{run_id}")).json()
    assert (run["status"], run["changed"], run["finished_at"]) == ("cancelled", 2, None)
    assert sum(one["tags"] == ["seen"] for one in await rows(ann)) == 2
    undone = (await ann.post(f"/api/rules/runs/{run_id}/undo", {})).json()
    await stopping.run(Attempt(UUID(undone["job"]["id"]), 1))
    assert all(one["tags"] == [] for one in await rows(ann))


_THEN = st.fixed_dictionaries(
    {"add_tags": st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2, unique=True)},
    optional={
        "category": st.sampled_from(["Food", "Fun"]),
        "merchant": st.sampled_from(["Shop", "Mall"]),
        "append_note": st.sampled_from(["one", "two"]),
        "remove_tags": st.just(["c"]),
    },
)
_IF = st.one_of(
    st.just({"all": []}),
    st.builds(lambda n: {"field": "size", "above": n}, st.integers(0, 5)),
    st.builds(lambda n: {"field": "payee", "matches": f"shop [{n}-9]"}, st.integers(0, 5)),
    st.builds(lambda t: {"not": {"field": "tags", "is": t}}, st.sampled_from(["a", "b"])),
    st.builds(lambda t: {"field": "category", "is": t}, st.sampled_from(["food", "fun"])),
)
_RULES = st.lists(st.tuples(_IF, _THEN), min_size=1, max_size=4)


def said(one: dict[str, Any]) -> dict[str, Any]:
    return {key: one[key] for key in one if key not in ("version", "updated_at")}


async def test_what_was_previewed_is_what_happens_and_taking_it_back_leaves_nothing(town: Town) -> None:
    """The law of dry runs, and that of undo, for rules that nobody chose."""
    import asyncio

    loop = asyncio.get_running_loop()
    ann = await filled(town, 5)

    async def law(rules: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        text = [{"name": f"r{n}", "if": held, "then": then} for n, (held, then) in enumerate(rules)]
        for one in (await ann.get("/api/rules")).json()["rules"]:
            await ann.delete(f"/api/rules/{one['id']}")
        for one in text:
            assert (await ann.post("/api/rules", one)).status_code == 201
        before = await rows(ann)
        preview = (await ann.post("/api/rules/preview", {"limit": 50})).json()
        run_id, job_id = await start(ann)
        doing = worker(town, 2)
        await doing.run(Attempt(UUID(job_id), 1))
        run = (await ann.get(f"/api/rules/runs/{run_id}")).json()
        assert run["changed"] == preview["changed"]
        assert run["rules"] == preview["rules"]
        foreseen = {one["transaction_id"]: one["changes"] for one in preview["examples"]}
        for was, became in zip(before, await rows(ann), strict=True):
            for name in ("category", "tags", "merchant", "note"):
                wanted = foreseen.get(was["id"], {}).get(name, {"after": was[name]})["after"]
                assert became[name] == wanted
        assert (await ann.get("/api/ledger/check")).json()["is_well"] is True
        undone = (await ann.post(f"/api/rules/runs/{run_id}/undo", {})).json()
        await doing.run(Attempt(UUID(undone["job"]["id"]), 1))
        assert [said(one) for one in await rows(ann)] == [said(one) for one in before]

    @hypothesis_settings(max_examples=6)
    @given(_RULES)
    def holds(rules: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
        asyncio.run_coroutine_threadsafe(law(rules), loop).result(120)

    await asyncio.to_thread(holds)
