"""Rules over a real ledger: kept, tried, run, taken back."""

from typing import Any

import pytest

from factories.files import account, bank_csv, brought, commit
from factories.jobs import done
from factories.people import Person, Town
from fakes.clock import TestClock

LIDL = {"field": "payee", "contains": "lidl"}
FOOD: dict[str, Any] = {"name": "Food", "if": LIDL, "then": {"category": "Groceries", "add_tags": ["food"]}}


@pytest.fixture
async def ann(town: Town) -> Person:
    return await town.person("ann")


async def post(person: Person, amount: str, payee: str, **more: Any) -> dict[str, Any]:
    body = {"amount": amount, "payee": payee, "date": "2026-02-03"} | more
    made = await person.post("/api/transactions", body)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def rule(person: Person, **more: Any) -> dict[str, Any]:
    made = await person.post("/api/rules", FOOD | more)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def read(person: Person, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/api/transactions/{one['id']}")).json()
    return found


async def run(town: Town, person: Person, **wanted: Any) -> dict[str, Any]:
    started = await person.post("/api/rules/run", wanted)
    assert started.status_code == 202, started.text
    job = await done(town.house, person, started.json()["job"]["id"])
    assert job["status"] == "done", job
    found: dict[str, Any] = (await person.get(f"/api/rules/runs/{started.json()['run']['id']}")).json()
    return found


async def undo(town: Town, person: Person, run_id: str, **wanted: Any) -> dict[str, Any]:
    started = await person.post(f"/api/rules/runs/{run_id}/undo", wanted)
    assert started.status_code == 202, started.text
    job = await done(town.house, person, started.json()["job"]["id"])
    assert job["status"] == "done", job
    found: dict[str, Any] = (await person.get(f"/api/rules/runs/{run_id}")).json()
    return found


async def is_well(person: Person) -> bool:
    return (await person.get("/api/ledger/check")).json()["is_well"] is True


def bare(one: dict[str, Any]) -> dict[str, Any]:
    """What of a transaction says what it is, not when it was touched."""
    return {key: value for key, value in one.items() if key not in ("version", "updated_at")}


async def test_rules_are_kept_changed_and_forgotten(ann: Person) -> None:
    made = await rule(ann, group="Shops", priority=5, stop=True)
    assert (made["name"], made["group"], made["stop"], made["version"]) == ("Food", "Shops", "all", 1)
    assert made["if"] == {"field": "payee", "contains": "lidl"}
    again = await ann.post("/api/rules", FOOD | {"name": " food "})
    assert (again.status_code, again.json()["detail"]) == (409, "There is a rule “food” already.")
    path = f"/api/rules/{made['id']}"
    off = await ann.patch(path, {"enabled": False, "stop": None}, headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["enabled"], off.json()["stop"]) == (200, False, None)
    assert off.headers["ETag"] == '"2"'
    assert (await ann.patch(path, {"enabled": True}, headers={"If-Match": '"1"'})).status_code == 412
    wrong = await ann.patch(path, {"if": {"any": [LIDL, {"field": "amount", "above": "x"}]}})
    assert wrong.status_code == 422
    assert wrong.json()["detail"].startswith("if.any[1].above: ")
    assert (await ann.delete(path, headers={"If-Match": '"1"'})).status_code == 412
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404


async def test_rules_are_put_in_order_and_walked_by_cursor(ann: Person) -> None:
    ids = [(await rule(ann, name=f"r{n}"))["id"] for n in range(4)]
    turned = await ann.post("/api/rules/reorder", {"rule_ids": ids[::-1]})
    assert [one["name"] for one in turned.json()["rules"]] == ["r3", "r2", "r1", "r0"]
    assert (await ann.post("/api/rules/reorder", {"rule_ids": ids[:2]})).status_code == 422
    walked, query = [], "limit=3"
    while query:
        page = (await ann.get(f"/api/rules?{query}")).json()
        walked += [one["name"] for one in page["rules"]]
        query = f"limit=3&next={page['next']}" if page["next"] else ""
    assert walked == ["r3", "r2", "r1", "r0"]


async def test_a_preview_tells_before_and_after_and_changes_nothing(ann: Person) -> None:
    rows = [await post(ann, f"-{n}", "LIDL 12", description="x") for n in range(1, 6)]
    await post(ann, "-9", "Rewe")
    wanted = {"rule": FOOD | {"then": {"category": "Fun"}}, "limit": 2}
    found = (await ann.post("/api/rules/preview", wanted)).json()
    assert (found["seen"], found["changed"], len(found["examples"])) == (6, 5, 2)
    assert found["rules"][0] | {"rule_id": None} == {
        "rule_id": None,
        "name": "Food",
        "matched": 5,
        "changed": 5,
        "left_alone": {},
        "switched_off": None,
    }
    first = found["examples"][0]
    assert first["transaction_id"] == rows[-1]["id"]
    assert first["changes"] == {"category": {"before": "Groceries", "after": "Fun"}}
    assert first["rules"][0]["reason"] == "payee contains “lidl”"
    walked = [one["transaction_id"] for one in found["examples"]]
    while found["next"]:
        found = (await ann.post("/api/rules/preview", wanted | {"next": found["next"]})).json()
        walked += [one["transaction_id"] for one in found["examples"]]
    assert walked == [row["id"] for row in rows[::-1]]
    narrow = (await ann.post("/api/rules/preview", wanted | {"search": "amount>3"})).json()
    assert (narrow["seen"], narrow["changed"]) == (3, 2)
    assert [await read(ann, row) for row in rows] == rows
    assert (await ann.get("/api/rules/runs")).json()["total"] == 0
    bad = await ann.post("/api/rules/preview", wanted | {"next": "zzz"})
    assert bad.status_code == 422


async def test_a_run_changes_the_history_and_says_why(town: Town, ann: Person) -> None:
    mine = await post(ann, "-5", "LIDL", category="Fun")
    free = await post(ann, "-7", "Lidl sp. z o.o.", tags=["old"])
    other = await post(ann, "-9", "Rewe")
    await rule(ann, then=FOOD["then"] | {"category": "Weekly shop", "append_note": "checked"})
    before = (await ann.post("/api/rules/preview", {})).json()
    over = await run(town, ann)
    assert (over["status"], over["seen"], over["changed"]) == ("done", 3, before["changed"]) == ("done", 3, 2)
    assert over["rules"][0]["left_alone"] == {"somebody chose its category": 1}
    changed = await read(ann, free)
    assert (changed["category"], changed["category_source"]) == ("Weekly shop", "rule")
    assert (changed["category_reason"], changed["category_confidence"]) == ("payee contains “lidl”", 100)
    assert (changed["tags"], changed["note"]) == (["food", "old"], "checked")
    kept = await read(ann, mine)
    assert (kept["category"], kept["category_source"], kept["tags"]) == ("Fun", "user", ["food"])
    assert await read(ann, other) == other
    history = (await ann.get(f"/api/transactions/{free['id']}/history")).json()["changes"]
    assert (history[0]["origin"], history[0]["reason"]) == ("rule", "rule “Food”")
    log = (await ann.get(f"/api/transactions/{free['id']}/rule-log")).json()["effects"]
    assert [(one["origin"], one["rule_name"], one["rule_version"]) for one in log] == [("run", "Food", 1)]
    assert log[0]["changes"]["category"] == {"before": "Fun", "after": "Weekly shop"}, "learned from the first"
    assert log[0]["origin_id"] == over["id"]
    assert await is_well(ann)
    assert (await run(town, ann))["changed"] == 0
    assert (await run(town, ann, overrides_choices=True))["changed"] == 1
    assert (await read(ann, mine))["category"] == "Weekly shop"


async def test_a_run_is_taken_back_where_nobody_changed_it_since(town: Town, ann: Person) -> None:
    rows = [await post(ann, "-10", "LIDL", tags=["a"], note="mine") for _ in range(3)]
    await rule(ann, then={"category": "Weekly", "add_tags": ["b"], "remove_tags": ["a"], "merchant": "L", "note": "n"})
    over = await run(town, ann)
    assert (await read(ann, rows[0]))["tags"] == ["b"]
    await ann.patch(f"/api/transactions/{rows[1]['id']}", {"category": "Fun", "tags": ["b", "c"]})
    back = await undo(town, ann, over["id"])
    assert (back["undone"], back["undone_at"] is not None) == (3, True)
    assert bare(await read(ann, rows[0])) == bare(rows[0])
    touched = await read(ann, rows[1])
    assert (touched["category"], touched["tags"], touched["note"]) == ("Fun", ["a", "c"], "mine")
    assert await is_well(ann)
    assert (await ann.post(f"/api/rules/runs/{over['id']}/undo", {})).status_code == 409


async def test_closed_months_stay_as_they_are_without_a_reason(town: Town, ann: Person) -> None:
    inside = await post(ann, "-10", "LIDL", date="2026-01-05")
    outside = await post(ann, "-10", "LIDL", date="2026-02-05")
    await ann.post("/api/closed-months", {"month": "2026-01"})
    await rule(ann)
    assert (await ann.post("/api/rules/preview", {})).json()["in_closed_months"] == 1
    over = await run(town, ann)
    assert (over["changed"], over["skipped_closed"]) == (1, 1)
    assert (await read(ann, inside))["tags"] == []
    assert (await read(ann, outside))["tags"] == ["food"]
    over = await run(town, ann, reason="tidying")
    assert over["changed"] == 1
    assert (await undo(town, ann, over["id"]))["undone_at"] is None
    assert (await undo(town, ann, over["id"], reason="back"))["undone"] == 1
    assert (await read(ann, inside))["tags"] == []


async def test_what_a_closed_month_kept_is_taken_back_with_a_reason(town: Town, ann: Person) -> None:
    inside = await post(ann, "-10", "shop", date="2026-01-05")
    outside = await post(ann, "-10", "shop", date="2026-02-05")
    await rule(ann, **{"if": {"all": []}})
    over = await run(town, ann)
    await ann.post("/api/closed-months", {"month": "2026-01"})
    back = await undo(town, ann, over["id"])
    assert (over["changed"], back["undone"], back["undone_at"]) == (2, 1, None)
    back = await undo(town, ann, over["id"], reason="back")
    assert (back["undone"], back["undone_at"] is not None) == (2, True)
    for one in (inside, outside):
        assert bare(await read(ann, one)) == bare(one)
        assert (await ann.get(f"/api/transactions/{one['id']}/history")).json()["total"] == 2


async def test_a_rule_splits_and_sets_aside(town: Town, ann: Person) -> None:
    whole, away = await post(ann, "-10.01", "LIDL"), await post(ann, "-3", "Fee of the bank")
    share = [{"percent": 30, "category": "Household"}, {"amount": "2", "category": "Groceries"}, {"rest": True}]
    await rule(ann, name="cut", then={"split": share})
    await rule(ann, name="away", **{"if": {"field": "payee", "starts": "fee"}}, then={"ignore": True})
    balance = (await ann.get("/api/accounts")).json()["accounts"][0]["balance"]
    over = await run(town, ann)
    parts = (await read(ann, whole))["splits"]
    assert [(one["category"], one["amount"]) for one in parts] == [
        ("Household", "-3.00"),
        ("Groceries", "-2.00"),
        (None, "-5.01"),
    ]
    assert (await read(ann, away))["status"] == "void"
    assert (await ann.get("/api/accounts")).json()["accounts"][0]["balance"] != balance
    assert await is_well(ann)
    await undo(town, ann, over["id"])
    assert [bare(await read(ann, one)) for one in (whole, away)] == [bare(whole), bare(away)]
    assert (await ann.get("/api/accounts")).json()["accounts"][0]["balance"] == balance
    assert await is_well(ann)


async def test_a_rule_proposes_the_transfer_whose_other_side_is_there(town: Town, ann: Person) -> None:
    savings = (await ann.post("/api/accounts", {"name": "Savings"})).json()["id"]
    other = (await ann.post("/api/accounts", {"name": "Cash"})).json()["id"]
    out = await post(ann, "-50", "own account")
    into = await post(ann, "50", "from me", account_id=savings, date="2026-02-04")
    await post(ann, "50", "cash in", account_id=other)
    await post(ann, "-60", "own account")
    await rule(ann, name="move", **{"if": {"field": "payee", "is": "own account"}}, then={"transfer": "savings"})
    assert (await ann.post("/api/rules/preview", {})).json()["examples"][0]["transfer"] == "savings"
    await run(town, ann)
    await run(town, ann)
    found = (await ann.get("/api/transfers")).json()["transfers"]
    assert [(one["state"], one["out_transaction_id"], one["in_transaction_id"]) for one in found] == [
        ("proposed", out["id"], into["id"])
    ]
    assert found[0]["reason"] == "rule “move”: payee is “own account”"


async def test_an_import_links_the_transfer_that_only_one_transaction_can_be(ann: Person, clock: TestClock) -> None:
    home, savings, cash = [await account(ann, name) for name in ("Everyday", "Savings", "Cash")]
    await rule(ann, name="move", **{"if": {"field": "payee", "is": "own account"}}, then={"transfer": "savings"})
    days = ("2026-02-04", "2026-02-14", "2026-02-16", "2026-03-04", "2026-04-04")
    amounts = ("50", "60", "60", "70", "80")
    for day, amount in zip(days, amounts, strict=True):
        await post(ann, amount, "from me", account_id=savings, date=day)
    await post(ann, "50", "cash in", account_id=cash, date="2026-02-03")
    await post(ann, "-70", "cash out", account_id=cash, date="2026-03-05")
    await ann.post("/api/closed-months", {"month": "2026-04"})
    lines = [("2026-02-03", "-50.00"), ("2026-02-15", "-60.00"), ("2026-03-03", "-70.00"), ("2026-03-31", "-80.00")]
    one = await brought(ann, bank_csv([(day, "own account", "", amount) for day, amount in lines]), home)
    found = (await ann.get("/api/transfers")).json()["transfers"]
    assert sorted([(await amount_out(ann, link), link["state"]) for link in found]) == [
        ("-50.00", "linked"),
        ("-70.00", "proposed"),
        ("-80.00", "proposed"),
    ], "two in the account, somebody else's claim, and a closed month leave it to a person"
    assert all(link["reason"] == "rule “move”: payee is “own account”" for link in found)
    assert await is_well(ann)
    clock.advance(seconds=60)
    assert (await ann.post(f"/api/imports/{one['id']}/undo")).status_code == 200
    assert not (await ann.get("/api/transfers?state=linked")).json()["transfers"]
    clock.advance(seconds=60)
    await commit(ann, one["id"])
    assert len((await ann.get("/api/transfers?state=linked")).json()["transfers"]) == 1
    assert await is_well(ann)


async def amount_out(ann: Person, link: dict[str, Any]) -> str:
    found: str = (await read(ann, {"id": link["out_transaction_id"]}))["amount"]
    return found


async def test_a_run_keeps_to_a_search_and_to_the_rules_named(town: Town, ann: Person) -> None:
    rows = [await post(ann, f"-{n}", "LIDL") for n in (1, 20)]
    await rule(ann, enabled=False)
    named = await rule(ann, name="Other", enabled=False, then={"add_tags": ["named"]})
    assert (await run(town, ann))["rules"] == []
    await run(town, ann, rule_ids=[named["id"]], search="amount>10")
    assert [(await read(ann, row))["tags"] for row in rows] == [[], ["named"]]
    unknown = await ann.post("/api/rules/run", {"search": "amnt>10"})
    assert unknown.status_code == 422


async def test_what_is_entered_meets_the_rules_too(ann: Person) -> None:
    await rule(ann, then=FOOD["then"] | {"category": "Weekly shop"})
    await rule(ann, name="away", then={"ignore": True})
    made = await post(ann, "-5", "Lidl 4", tags=["x"])
    assert (made["category"], made["category_source"]) == ("Weekly shop", "rule")
    assert (made["tags"], made["status"]) == (["food", "x"], "booked")
    log = (await ann.get(f"/api/transactions/{made['id']}/rule-log")).json()["effects"]
    assert [(one["origin"], one["rule_name"]) for one in log] == [("entry", "Food")]
    chosen = await post(ann, "-5", "Lidl 4", category="Fun")
    assert (chosen["category"], chosen["tags"]) == ("Fun", ["food"])
    assert await read(ann, made) == made
    assert await is_well(ann)


async def test_the_analysis_tells_how_rules_stand_to_each_other(ann: Person) -> None:
    for payee in ("Lidl", "Lidl Polska", "Rewe"):
        await post(ann, "-5", payee)
    await rule(ann)
    await rule(ann, name="Shops", **{"if": {"field": "payee", "matches": "lidl|rewe"}}, then={"category": "Shops"})
    await rule(ann, name="Twin", **{"if": {"all": [LIDL]}}, then={"category": "Shops"})
    await rule(ann, name="Same", then=FOOD["then"])
    await rule(ann, name="Aldi", **{"if": {"field": "payee", "is": "aldi"}})
    found = (await ann.get("/api/rules/analysis")).json()
    assert found["transactions"] == 3
    assert [one["name"] for one in found["dead"]] == ["Aldi"]
    assert [(one["name"], one["matched"]) for one in found["shadowed"]] == [("Twin", 2)]
    assert [[one["name"] for one in same] for same in found["duplicates"]] == [["Food", "Same"]]
    met = {(one["first"]["name"], one["second"]["name"]): one for one in found["conflicts"]}
    assert met["Food", "Shops"]["transactions"] == 2
    assert (met["Shops", "Same"]["won_by_first"], met["Shops", "Same"]["won_by_second"]) == (0, 2)


async def test_rules_go_out_and_come_in_as_a_document(ann: Person) -> None:
    kept = await rule(ann, expect={"at_most": 5})
    await rule(ann, name="Gone")
    text = (await ann.get("/api/rules.yaml")).text
    same = await ann("PUT", "/api/rules.yaml", content=text.encode())
    assert (same.status_code, same.json()["unchanged"]) == (200, 2)
    document = """
version: 1
rules:
  - name: New
    if: {field: payee, contains: żabka}
    then: {category: Groceries}
    tests: [{given: {payee: ZABKA 12}, gives: {category: Groceries}}]
  - name: food
    if: {field: payee, contains: lidl}
    then: {category: Food}
"""
    dry = (await ann("PUT", "/api/rules.yaml?dry_run=true", content=document.encode())).json()
    assert (dry["replaced"], dry["added"], dry["changed"], dry["removed"]) == (False, ["New"], ["food"], ["Gone"])
    assert (await ann.get("/api/rules.yaml")).text == text
    done_ = (await ann("PUT", "/api/rules.yaml", content=document.encode())).json()
    assert done_["replaced"] is True
    rules = (await ann.get("/api/rules")).json()["rules"]
    assert [(one["name"], one["version"]) for one in rules] == [("New", 1), ("food", 2)]
    assert rules[1]["id"] == kept["id"]


async def test_a_document_whose_tests_fail_replaces_nothing(ann: Person) -> None:
    await post(ann, "-5", "Lidl")
    await rule(ann)
    text = (await ann.get("/api/rules.yaml")).text
    document = text + "  expect: {at_least: 2, must_match: 'payee:lidl', must_not_match: 'amount>4'}\n"
    refused = await ann("PUT", "/api/rules.yaml", content=document.encode())
    assert refused.status_code == 422
    assert "it matches 1 transactions, not at least 2" in refused.json()["detail"]
    assert "finds" in refused.json()["detail"]
    assert (await ann.get("/api/rules.yaml")).text == text
    tried = (await ann.post("/api/rules/test", {"yaml": document})).json()
    assert (tried["passed"], len(tried["failures"])) == (False, 2)
    assert (await ann.post("/api/rules/test", {})).json()["passed"] is True
    broken = await ann("PUT", "/api/rules.yaml", content=b"rules: [{name: x}]")
    assert broken.json()["detail"].startswith("rules[0]: ")
    assert (await ann("PUT", "/api/rules.yaml", content=b"\xff")).status_code == 422


async def test_a_category_by_id_is_the_one_that_is_in_use(town: Town, ann: Person) -> None:
    made = (await ann.post("/api/categories", {"name": "Weekly"})).json()
    one = await post(ann, "-5", "Lidl")
    await rule(ann, then={"category": made["id"]})
    await run(town, ann)
    assert (await read(ann, one))["category"] == "Weekly"
    await ann.delete(f"/api/categories/{made['id']}")
    assert (await run(town, ann))["changed"] == 0
    assert (await read(ann, one))["category"] is None
