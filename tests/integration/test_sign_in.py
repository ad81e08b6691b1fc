from factories.people import PASSWORD, Town


async def test_registering_signs_in(town: Town) -> None:
    person = await town.person("jan")
    me = (await person.get("/api/me")).json()
    assert me["username"] == "jan"
    assert me["workspace"]["role"] == "owner"
    assert (await person.sign_in()).json()["user_id"] == me["id"]
    assert PASSWORD not in str(me)
