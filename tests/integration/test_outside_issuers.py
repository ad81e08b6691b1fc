"""Tokens that others signed: whom they let in, where to, and what they cannot do."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from factories.people import PASSWORD, Person, Town
from fakes.clock import TestClock
from fakes.nameserver import Site, free_port, reply

TownMaker = Callable[..., AbstractAsyncContextManager[Town]]
SECRET = "a secret shared with an outside issuer, long enough"
ANOTHER_SECRET = "a secret that nobody shared with anybody, long enough"
ISSUER = "https://issuer.example.com"
AUDIENCE = "farthing"
MARKS: dict[str, Any] = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}


@dataclass(frozen=True)
class Key:
    """One key of an issuer, under the id that it is published with."""

    id: str
    algorithm: str
    private: Any

    @property
    def published(self) -> dict[str, Any]:
        mark = MARKS[self.algorithm].to_jwk(self.private.public_key(), as_dict=True)
        return {**mark, "kid": self.id, "alg": self.algorithm, "use": "sig"}

    @property
    def pem(self) -> bytes:
        pem: bytes = self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return pem


@cache
def key(key_id: str, algorithm: str = "RS256") -> Key:
    match algorithm:
        case "RS256":
            return Key(key_id, algorithm, rsa.generate_private_key(65537, 2048))
        case "ES256":
            return Key(key_id, algorithm, ec.generate_private_key(ec.SECP256R1()))
        case _:
            return Key(key_id, algorithm, ed25519.Ed25519PrivateKey.generate())


def claims(clock: TestClock, **changed: Any) -> dict[str, Any]:
    """What an issuer says; None leaves a claim out."""
    body = {"sub": "ann", "exp": int(clock().timestamp()) + 3600} | changed
    return {name: value for name, value in body.items() if value is not None}


def shared(clock: TestClock, *, secret: str = SECRET, **changed: Any) -> str:
    return jwt.encode(claims(clock, **changed), secret, "HS256")


def signed(clock: TestClock, by: Key, **changed: Any) -> str:
    body = claims(clock, **({"iss": ISSUER, "aud": AUDIENCE} | changed))
    return jwt.encode(body, by.private, by.algorithm, headers={"kid": by.id})


def jwks(*keys: Key) -> bytes:
    return reply(body=json.dumps({"keys": [each.published for each in keys]}).encode())


def issuer(url: str, **changed: Any) -> str:
    """OUTSIDE_ISSUERS as an operator writes it."""
    return json.dumps([{"issuer": ISSUER, "jwks_url": url, "audience": AUDIENCE} | changed])


def bearing(town: Town, token: str) -> Person:
    person = town.stranger()
    person.bear(token)
    return person


async def me(town: Town, token: str) -> httpx2.Response:
    return await bearing(town, token).get("/api/me")


async def workspace(town: Town, token: str) -> httpx2.Response:
    return await bearing(town, token).get("/api/tenants/me")


def refused(answer: httpx2.Response) -> bool:
    return answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"


@pytest.fixture
async def shared_town(town_with: TownMaker) -> AsyncIterator[Town]:
    async with town_with(outside_jwt_secret=SECRET) as town:
        yield town


class TestSharedSecret:
    async def test_lets_in_at_first_sight(self, shared_town: Town, clock: TestClock) -> None:
        answer = await me(shared_town, shared(clock, email="Ann@Example.com", name="Ann"))
        assert answer.status_code == 200, answer.text
        person = answer.json()
        assert (person["email"], person["first_name"], person["is_superuser"]) == ("ann@example.com", "Ann", False)
        assert (await me(shared_town, shared(clock))).json()["id"] == person["id"]

    async def test_without_a_tenant_opens_a_personal_workspace(self, shared_town: Town, clock: TestClock) -> None:
        space = (await workspace(shared_town, shared(clock))).json()
        assert (space["kind"], space["role"]) == ("personal", "owner")
        assert (await workspace(shared_town, shared(clock))).json()["id"] == space["id"]
        assert (await workspace(shared_town, shared(clock, sub="bob"))).json()["id"] != space["id"]

    @pytest.mark.parametrize("tenant", ["acme", "7", 7], ids=repr)
    async def test_makes_the_first_of_an_unknown_tenant_its_owner(
        self, tenant: str | int, shared_town: Town, clock: TestClock
    ) -> None:
        answer = await workspace(shared_town, shared(clock, tenant_id=tenant))
        assert (answer.status_code, answer.json()["kind"], answer.json()["role"]) == (200, "shared", "owner")

    async def test_takes_a_number_and_its_digits_for_one_tenant(self, shared_town: Town, clock: TestClock) -> None:
        spaces = [(await workspace(shared_town, shared(clock, tenant_id=tenant))).json() for tenant in (7, "7")]
        assert spaces[0]["id"] == spaces[1]["id"]

    async def test_keeps_tenants_apart(self, shared_town: Town, clock: TestClock) -> None:
        spaces = [(await workspace(shared_town, shared(clock, tenant_id=tenant))).json() for tenant in (7, 8)]
        assert spaces[0]["id"] != spaces[1]["id"]
        assert {space["role"] for space in spaces} == {"owner"}

    async def test_shows_the_second_of_a_tenant_the_door(self, shared_town: Town, clock: TestClock) -> None:
        await workspace(shared_town, shared(clock, tenant_id=7))
        answer = await workspace(shared_town, shared(clock, sub="bob", tenant_id=7))
        assert answer.status_code == 403
        assert "not a member" in answer.json()["detail"]
        assert (await me(shared_town, shared(clock, sub="bob", tenant_id=7))).json()["workspace"] is None

    async def test_believes_our_membership_and_not_the_tokens_role(self, shared_town: Town, clock: TestClock) -> None:
        await workspace(shared_town, shared(clock, tenant_id=7))
        boast: dict[str, Any] = {"role": "owner", "roles": ["owner"], "is_superuser": True, "scopes": ["admin"]}
        assert (await workspace(shared_town, shared(clock, sub="bob", tenant_id=7, **boast))).status_code == 403
        owner = bearing(shared_town, shared(clock, tenant_id=7, role="viewer"))
        assert (await owner.patch("/api/tenants/me", {"name": "Acme"})).status_code == 200
        assert (await owner.get("/api/users")).status_code == 403

    async def test_knows_what_is_no_tenant(self, shared_town: Town, clock: TestClock) -> None:
        unusable: list[Any] = [True, {}, [], "", "t" * 256, 1.5]
        for tenant in unusable:
            answer = await me(shared_town, shared(clock, tenant_id=tenant))
            assert answer.status_code == 400, tenant
            assert "tenant_id" in answer.json()["detail"]

    async def test_needs_sub_and_exp(self, shared_town: Town, clock: TestClock) -> None:
        assert refused(await me(shared_town, shared(clock, exp=None)))
        unusable: list[Any] = [None, "", "s" * 256, {}, True]
        for subject in unusable:
            assert refused(await me(shared_town, shared(clock, sub=subject))), subject

    @pytest.mark.parametrize("claim", ["sub", "tenant_id", "name", "email"])
    async def test_breaks_at_no_text(self, claim: str, shared_town: Town, clock: TestClock) -> None:
        expected = {"sub": 401, "tenant_id": 400}.get(claim, 200)
        for odd in ("a\0b@example.com", "\ud800@example.com"):
            assert (await me(shared_town, shared(clock, **{claim: odd}))).status_code == expected, ascii(odd)

    async def test_takes_a_number_for_a_subject(self, shared_town: Town, clock: TestClock) -> None:
        ids = {(await me(shared_town, shared(clock, sub=sub))).json()["id"] for sub in (42, "42")}
        assert len(ids) == 1

    async def test_needs_an_end_that_lies_ahead(self, shared_town: Town, clock: TestClock) -> None:
        now = int(clock().timestamp())
        for end in (now - 1, now, "soon", True, 10**400):
            assert refused(await me(shared_town, shared(clock, exp=end))), str(end)[:12]

    async def test_ends_by_the_clock(self, shared_town: Town, clock: TestClock) -> None:
        token = shared(clock)
        clock.advance(seconds=3599)
        assert (await me(shared_town, token)).status_code == 200
        clock.advance(seconds=1)
        assert refused(await me(shared_town, token))

    async def test_waits_for_its_beginning(self, shared_town: Town, clock: TestClock) -> None:
        token = shared(clock, nbf=int(clock().timestamp()) + 60)
        assert refused(await me(shared_town, token))
        clock.advance(minutes=1)
        assert (await me(shared_town, token)).status_code == 200

    async def test_is_not_for_another_audience(self, shared_town: Town, clock: TestClock) -> None:
        assert refused(await me(shared_town, shared(clock, aud="somebody else")))

    async def test_is_the_right_one(self, shared_town: Town, clock: TestClock) -> None:
        assert refused(await me(shared_town, shared(clock, secret=ANOTHER_SECRET)))

    async def test_is_used_with_hs256_only(self, town_with: TownMaker, clock: TestClock) -> None:
        long = SECRET * 2
        keys: dict[str, Any] = {"HS384": long, "HS512": long, "none": None}
        async with town_with(outside_jwt_secret=long) as town:
            for algorithm, secret in keys.items():
                assert refused(await me(town, jwt.encode(claims(clock), secret, algorithm))), algorithm
            assert (await me(town, shared(clock, secret=long))).status_code == 200

    async def test_opens_even_to_our_forger_if_he_knows_it(self, shared_town: Town, clock: TestClock) -> None:
        """Else the forgeries with a public key would fail for want of skill."""
        assert (await me(shared_town, hs256(claims(clock), SECRET.encode()))).status_code == 200

    async def test_that_nobody_configured_opens_nothing(self, town: Town, clock: TestClock) -> None:
        assert refused(await me(town, shared(clock)))

    async def test_does_not_open_the_account_whose_address_it_names(self, shared_town: Town, clock: TestClock) -> None:
        jan = await shared_town.person("jan")
        outside = (await me(shared_town, shared(clock, email="jan@example.com"))).json()
        assert (outside["id"] != jan.id, outside["email"]) == (True, None)

    async def test_does_not_open_the_account_whose_id_it_names(self, shared_town: Town, clock: TestClock) -> None:
        jan = await shared_town.person("jan")
        assert (await me(shared_town, shared(clock, sub=jan.id))).json()["id"] != jan.id


class TestOutsidePeople:
    async def test_who_are_disabled_are_out_at_once(self, shared_town: Town, clock: TestClock) -> None:
        root = await shared_town.superuser()
        ann = bearing(shared_town, shared(clock))
        user_id = (await ann.get("/api/me")).json()["id"]
        await root.post(f"/api/users/{user_id}/disable")
        for path in ("/api/me", "/api/tenants/me"):
            assert (await ann.get(path)).status_code == 403
        assert (await ann.post("/api/auth/logout")).json() == {"ok": True}

    async def test_who_were_deleted_begin_anew(self, shared_town: Town, clock: TestClock) -> None:
        root = await shared_town.superuser()
        first = (await me(shared_town, shared(clock, tenant_id=7))).json()
        await root.delete(f"/api/users/{first['id']}")
        again = await workspace(shared_town, shared(clock, tenant_id=7))
        assert (again.status_code, again.json()["role"]) == (200, "owner")
        assert again.json()["id"] != first["workspace"]["id"]

    async def test_seen_at_once_are_one_person_with_one_workspace(self, shared_town: Town, clock: TestClock) -> None:
        answers = await asyncio.gather(*(me(shared_town, shared(clock)) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len({answer.json()["workspace"]["id"] for answer in answers}) == 1
        assert (await bearing(shared_town, shared(clock)).get("/api/tenants")).json()["total"] == 1

    async def test_of_one_tenant_seen_at_once_make_one_workspace(self, shared_town: Town, clock: TestClock) -> None:
        tokens = [shared(clock, sub=f"person {n}", tenant_id=7) for n in range(6)]
        answers = await asyncio.gather(*(workspace(shared_town, token) for token in tokens))
        assert sorted(answer.status_code for answer in answers) == [200] + [403] * 5
        spaces = [(await bearing(shared_town, token).get("/api/tenants")).json()["total"] for token in tokens]
        assert sum(spaces) == 1

    async def test_have_no_password_to_change_or_guess(self, shared_town: Town, clock: TestClock) -> None:
        ann = bearing(shared_town, shared(clock, email="ann@example.com"))
        assert (await ann.get("/api/me")).json()["must_change_password"] is False
        change = {"current_password": PASSWORD, "new_password": "staple-battery-horse"}
        assert (await ann.post("/api/auth/change-password", change)).status_code == 400
        login = {"email": "ann@example.com", "password": PASSWORD}
        assert (await shared_town.stranger().post("/api/auth/login", login)).status_code == 401

    async def test_switch_at_their_issuer_and_choose_by_header(self, shared_town: Town, clock: TestClock) -> None:
        ann = bearing(shared_town, shared(clock, tenant_id=7))
        club = (await ann.post("/api/tenants", {"name": "Club"})).json()["id"]
        assert (await ann.post(f"/api/tenants/{club}/switch")).status_code == 404
        assert (await ann.get("/api/tenants/me", headers={"X-Workspace-Id": club})).json()["name"] == "Club"

    async def test_cannot_be_kept_out_by_somebody_who_takes_their_name(
        self, shared_town: Town, clock: TestClock
    ) -> None:
        root = await shared_town.superuser()
        ann = (await me(shared_town, shared(clock))).json()
        await root.delete(f"/api/users/{ann['id']}")
        await shared_town.person(ann["username"])
        assert (await me(shared_town, shared(clock))).status_code == 200


class TestTakingInOutsidePeople:
    @pytest.mark.parametrize(
        "sub", ["bob", "7", "5e0b0e4e-93f6-4f5b-b4ac-5a3c8f1d2e11", "auth0|5f7c8ec7c33c6c004bbafe82"]
    )
    @pytest.mark.parametrize("when", ["before", "after"])
    async def test_works_before_and_after_they_are_seen(
        self, sub: str, when: str, shared_town: Town, clock: TestClock
    ) -> None:
        owner = bearing(shared_town, shared(clock, tenant_id=7))
        guest = shared(clock, sub=sub, tenant_id=7)
        await owner.get("/api/me")
        if when == "after":
            assert (await workspace(shared_town, guest)).status_code == 403
        answer = await owner.post("/api/tenants/me/members", {"auth_user_id": sub, "role": "viewer"})
        assert (answer.status_code, answer.json()["auth_user_id"]) == (201, sub)
        assert (await workspace(shared_town, guest)).json()["role"] == "viewer"
        members = (await owner.get("/api/tenants/me/members")).json()["members"]
        assert [member["auth_user_id"] for member in members] == ["ann", sub]

    async def test_happens_once(self, shared_town: Town, clock: TestClock) -> None:
        owner = bearing(shared_town, shared(clock, tenant_id=7))
        answers = [await owner.post("/api/tenants/me/members", {"auth_user_id": 12}) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 400]
        assert answers[1].json()["detail"] == "User 12 is already a member"

    async def test_at_once_happens_once(self, shared_town: Town, clock: TestClock) -> None:
        owner = bearing(shared_town, shared(clock, tenant_id=7))
        await owner.get("/api/me")
        wanted = {"auth_user_id": "bob"}
        answers = await asyncio.gather(*(owner.post("/api/tenants/me/members", wanted) for _ in range(4)))
        assert [answer.status_code for answer in answers].count(201) == 1
        assert {answer.status_code for answer in answers} <= {201, 400, 409}
        assert (await owner.get("/api/tenants/me/members")).json()["total"] == 2

    async def test_while_they_arrive_makes_one_person(self, shared_town: Town, clock: TestClock) -> None:
        owner = bearing(shared_town, shared(clock, tenant_id=7))
        await owner.get("/api/me")
        arrival, invitation = await asyncio.gather(
            me(shared_town, shared(clock, sub="bob", tenant_id=7)),
            owner.post("/api/tenants/me/members", {"auth_user_id": "bob"}),
        )
        assert (arrival.status_code, invitation.status_code in (201, 409)) == (200, True)

    async def test_needs_an_issuer(self, town: Town) -> None:
        owner = await town.person("owner")
        assert (await owner.post("/api/tenants/me/members", {"auth_user_id": "bob"})).status_code == 404


class TestOwnAndOutside:
    """The two kinds never pass as each other, even when the outside secret is our SECRET_KEY."""

    @pytest.fixture
    async def town(self, town_with: TownMaker) -> AsyncIterator[Town]:
        async with town_with(outside_jwt_use_secret_key=True) as town:
            yield town

    async def test_both_open_their_own_doors(self, town: Town, clock: TestClock) -> None:
        jan = await town.person("jan")
        outside = await me(town, shared(clock, secret=town.house.settings.secret_key.get_secret_value()))
        assert (await jan.get("/api/me")).status_code == outside.status_code == 200
        assert outside.json()["id"] != jan.id

    async def test_an_outside_token_is_no_session_of_ours(self, town: Town) -> None:
        jan = await town.person("jan")
        secret = town.house.settings.secret_key.get_secret_value()
        own = jwt.decode(jan.token, options={"verify_signature": False})
        lookalike = jwt.encode(own, secret, "HS256", headers={"kid": "farthing"})
        assert refused(await me(town, lookalike))
        assert (await me(town, jwt.encode(own, secret, "HS256"))).json()["id"] != jan.id

    async def test_an_own_token_is_no_outside_one(self, town: Town) -> None:
        jan = await town.person("jan")
        own = jwt.decode(jan.token, options={"verify_signature": False})
        assert refused(await me(town, jwt.encode(own, town.house.door.tokens._access_key, "HS256")))


@asynccontextmanager
async def published_town(town_with: TownMaker, *answers: bytes, **changed: Any) -> AsyncIterator[tuple[Town, Site]]:
    """A town that believes an issuer on loopback, whose host and port its own address allows."""
    async with (
        Site(*answers) as site,
        town_with(outside_issuers=issuer(site.url("/jwks.json"), **changed)) as town,
    ):
        yield town, site


class TestPublishedKeys:
    @pytest.mark.parametrize("algorithm", MARKS)
    async def test_let_in_who_was_signed_with_them(
        self, algorithm: str, town_with: TownMaker, clock: TestClock
    ) -> None:
        by = key("first", algorithm)
        async with published_town(town_with, jwks(by), algorithms=[algorithm]) as (town, site):
            answer = await workspace(town, signed(clock, by, tenant_id="acme"))
            assert (answer.status_code, answer.json()["role"]) == (200, "owner")
            assert (await workspace(town, signed(clock, by, tenant_id="acme"))).status_code == 200
            assert [asked.line for asked in site.asked] == ["GET /jwks.json HTTP/1.1"]

    async def test_say_which_claim_names_the_tenant(self, town_with: TownMaker, clock: TestClock) -> None:
        async with published_town(town_with, jwks(key("first")), tenant_claim="org") as (town, _):
            answer = await workspace(town, signed(clock, key("first"), org="acme", tenant_id="other"))
            assert answer.json()["name"] == "Tenant acme"

    @pytest.mark.parametrize(("is_verified", "email"), [(True, "ann@example.com"), ("true", None), (None, None)])
    async def test_vouch_for_an_address_only_when_they_say_so(
        self, is_verified: Any, email: str | None, town_with: TownMaker, clock: TestClock
    ) -> None:
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            token = signed(clock, key("first"), email="ann@example.com", email_verified=is_verified)
            assert (await me(town, token)).json()["email"] == email

    async def test_refuse_who_is_meant_for_others_or_says_too_little(
        self, town_with: TownMaker, clock: TestClock
    ) -> None:
        lies = [("iss", "https://other.example.com"), ("aud", "other"), *((name, None) for name in ("iss", "aud"))]
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            for name, value in (*lies, ("exp", None), ("sub", None)):
                assert refused(await me(town, signed(clock, key("first"), **{name: value}))), (name, value)

    async def test_take_one_of_several_audiences(self, town_with: TownMaker, clock: TestClock) -> None:
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            assert (await me(town, signed(clock, key("first"), aud=["other", AUDIENCE]))).status_code == 200

    async def test_refuse_a_token_that_ended(self, town_with: TownMaker, clock: TestClock) -> None:
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            token = signed(clock, key("first"))
            clock.advance(hours=1)
            assert refused(await me(town, token))

    async def test_refuse_who_signed_with_another_key_under_their_id(
        self, town_with: TownMaker, clock: TestClock
    ) -> None:
        thief = Key("first", "RS256", key("thief").private)
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            assert refused(await me(town, signed(clock, thief)))

    @pytest.mark.parametrize("besides", [{}, {"outside_jwt_secret": SECRET}], ids=["alone", "beside a secret"])
    async def test_are_no_shared_secret(self, besides: dict[str, str], town_with: TownMaker, clock: TestClock) -> None:
        by = key("first")
        body = claims(clock, iss=ISSUER, aud=AUDIENCE)
        forged = hs256(body, by.pem, kid=by.id)
        async with Site(jwks(by)) as site, town_with(outside_issuers=issuer(site.url()), **besides) as town:
            assert (await me(town, signed(clock, by))).status_code == 200
            assert refused(await me(town, forged))

    @pytest.mark.parametrize("allowed", [["RS256"], ["RS256", "ES256", "EdDSA"]], ids=str)
    async def test_are_used_with_their_own_algorithm_only(
        self, allowed: list[str], town_with: TownMaker, clock: TestClock
    ) -> None:
        body = claims(clock, iss=ISSUER, aud=AUDIENCE)
        others: dict[str, Any] = {name: key("other", name).private for name in ("ES256", "EdDSA")}
        others |= {"RS512": key("first").private, "PS256": key("first").private, "none": None}
        async with published_town(town_with, jwks(key("first")), algorithms=allowed) as (town, _):
            for algorithm, private in others.items():
                forged = jwt.encode(body, private, algorithm, headers={"kid": "first"})
                assert refused(await me(town, forged)), algorithm

    async def test_are_named(self, town_with: TownMaker, clock: TestClock) -> None:
        body, private = claims(clock, iss=ISSUER, aud=AUDIENCE), key("first").private
        async with published_town(town_with, jwks(key("first"))) as (town, _):
            for headers in ({}, {"kid": "unknown"}, {"kid": ""}):
                assert refused(await me(town, jwt.encode(body, private, "RS256", headers=headers))), headers

    async def test_that_are_new_are_picked_up_after_a_minute(self, town_with: TownMaker, clock: TestClock) -> None:
        old, new = key("first"), key("second")
        async with published_town(town_with, jwks(old), jwks(new)) as (town, site):
            assert (await me(town, signed(clock, old))).status_code == 200
            assert refused(await me(town, signed(clock, new)))
            clock.advance(seconds=61)
            assert (await me(town, signed(clock, new))).status_code == 200
            assert refused(await me(town, signed(clock, old)))
            assert len(site.asked) == 2

    async def test_that_were_withdrawn_are_forgotten_within_the_hour(
        self, town_with: TownMaker, clock: TestClock
    ) -> None:
        old, new = key("first"), key("second")
        async with published_town(town_with, jwks(old), jwks(new)) as (town, _):
            assert (await me(town, signed(clock, old))).status_code == 200
            clock.advance(hours=1, seconds=1)
            assert refused(await me(town, signed(clock, old)))

    async def test_are_asked_for_once_a_minute_however_many_ids_are_made_up(
        self, town_with: TownMaker, clock: TestClock
    ) -> None:
        by = key("first")
        async with published_town(town_with, jwks(by)) as (town, site):
            for n in range(5):
                assert refused(await me(town, signed(clock, Key(f"made up {n}", "RS256", by.private))))
            assert len(site.asked) == 1

    async def test_are_asked_for_once_by_many_at_once(self, town_with: TownMaker, clock: TestClock) -> None:
        by = key("first")
        async with published_town(town_with, jwks(by)) as (town, site):
            answers = await asyncio.gather(*(me(town, signed(clock, by)) for _ in range(6)))
            assert [answer.status_code for answer in answers] == [200] * 6
            assert len(site.asked) == 1

    async def test_are_kept_while_their_issuer_is_away(self, town_with: TownMaker, clock: TestClock) -> None:
        by = key("first")
        async with published_town(town_with, jwks(by), reply(404)) as (town, site):
            assert (await me(town, signed(clock, by))).status_code == 200
            clock.advance(hours=2)
            assert (await me(town, signed(clock, by))).status_code == 200
            assert len(site.asked) == 2

    async def test_that_cannot_be_read_are_their_issuers_fault(self, town_with: TownMaker, clock: TestClock) -> None:
        bodies = [
            "<html>",
            "[]",
            "{}",
            '"keys"',
            '{"keys": []}',
            '{"keys": 7}',
            '{"keys": [7]}',
            '{"keys": [{"kty": "?"}]}',
        ]
        async with published_town(town_with, *(reply(body=body.encode()) for body in bodies)) as (town, site):
            for _ in bodies:
                assert_is_upstream_problem(await me(town, signed(clock, key("first"))))
            assert len(site.asked) == len(bodies)

    async def test_that_cannot_be_had_are_their_issuers_fault(self, town_with: TownMaker, clock: TestClock) -> None:
        async with town_with(outside_issuers=issuer(f"http://127.0.0.1:{free_port()}/")) as town:
            assert_is_upstream_problem(await me(town, signed(clock, key("first"))))
            assert (await (await town.person("jan")).get("/api/me")).status_code == 200

    async def test_come_back_with_their_issuer(self, town_with: TownMaker, clock: TestClock) -> None:
        async with published_town(town_with, reply(404), jwks(key("first"))) as (town, _):
            assert_is_upstream_problem(await me(town, signed(clock, key("first"))))
            assert (await me(town, signed(clock, key("first")))).status_code == 200

    async def test_of_two_issuers_are_kept_apart(self, town_with: TownMaker, clock: TestClock) -> None:
        one, two = key("first"), key("second")
        other = "https://other.example.com"
        async with Site(jwks(one)) as site, Site(jwks(two)) as second:
            both = json.loads(issuer(site.url())) + json.loads(issuer(second.url(), issuer=other))
            async with town_with(outside_issuers=json.dumps(both)) as town:
                people = [
                    (await me(town, signed(clock, one, tenant_id=7))).json(),
                    (await me(town, signed(clock, two, iss=other, tenant_id=7))).json(),
                ]
                assert refused(await me(town, signed(clock, one, iss=other)))
        assert people[0]["id"] != people[1]["id"]
        assert people[0]["workspace"]["id"] != people[1]["workspace"]["id"]


def hs256(body: dict[str, Any], secret: bytes, **headers: str) -> str:
    """A signature that no honest library makes: with a public key for its secret."""
    token = jwt.encode(body, SECRET, "HS256", headers=headers)
    to_sign = token.rpartition(".")[0].encode()
    algorithm = jwt.get_algorithm_by_name("HS256")
    signature = jwt.utils.base64url_encode(algorithm.sign(to_sign, secret)).decode()
    assert urlsafe_b64decode(signature + "=")
    return f"{to_sign.decode()}.{signature}"


def assert_is_upstream_problem(answer: httpx2.Response) -> None:
    assert answer.status_code == 502, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
