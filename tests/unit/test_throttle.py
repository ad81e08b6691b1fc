"""Which attempts count together: one address on IPv4, one customer's network on IPv6."""

from uuid import uuid4

import pytest

from farthing.auth.policy import Throttles
from farthing.auth.throttle import address_key, device_key, person_key, site_of


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:0DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.8", "192.0.2.8"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_address_counts_as_its_site(address: str, site: str) -> None:
    assert site_of(address) == site


def test_a_person_is_counted_for_each_site_so_that_nobody_locks_him_out_from_elsewhere() -> None:
    mine, his = person_key("jan", "192.0.2.7"), person_key("jan", "198.51.100.9")
    assert mine != his
    assert person_key("jan", "2001:db8::1") == person_key("jan", "2001:db8::2")


def test_each_purpose_is_counted_by_itself() -> None:
    person = uuid4()
    keys = {
        address_key("sign-in", "192.0.2.7"),
        address_key("register", "192.0.2.7"),
        address_key("demo", "192.0.2.7"),
        person_key("192.0.2.7", "192.0.2.7"),
        device_key(person, "one"),
        device_key(person, "two"),
        device_key(uuid4(), "one"),
    }
    assert len(keys) == 7
    assert {len(key) for key in keys} == {32}


def test_the_sandbox_is_more_generous_and_as_patient() -> None:
    usual, generous = Throttles(), Throttles().times(1000)
    for name in Throttles.__dataclass_fields__:
        assert getattr(generous, name).count == getattr(usual, name).count * 1000
        assert getattr(generous, name).window == getattr(usual, name).window
