"""More rows than travel at once: all of them arrive, all of them come back, and the totals know them."""

from factories.people import Town


async def test_a_long_batch_arrives_whole_and_comes_back_whole(town: Town) -> None:
    anna = await town.person()
    account = (await anna.post("/api/accounts", {"name": "Everyday"})).json()
    rows = [
        {"amount": "-1.01", "date": f"2026-01-{number % 28 + 1:02}", "note": None if number % 3 else "a\tb\\N\nc"}
        for number in range(1_200)
    ]
    for round_ in (1, 2):
        batch = {"account_id": account["id"], "transactions": rows}
        made = (await anna.post("/api/transactions/batch", batch)).json()
        assert (made["count"], made["account_balance"]) == (1_200, f"{-1212 * round_}.00")
    first = (await anna.get("/api/transactions", params={"limit": 1000})).json()
    second = (await anna.get("/api/transactions", params={"limit": 1000, "next": first["next"]})).json()
    third = (await anna.get("/api/transactions", params={"limit": 1000, "next": second["next"]})).json()
    found = [row for page in (first, second, third) for row in page["transactions"]]
    assert (first["total"], len({row["id"] for row in found}), third["next"]) == (2_400, 2_400, None)
    assert max(row["note"] or "" for row in found) == "a\tb\\N\nc"
    assert sum(row["note"] is not None for row in found) == 800
