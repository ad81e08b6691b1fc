"""Ids are UUIDs of version 7: whoever sorts them has sorted by time."""

import threading
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.kernel import ids
from farthing.kernel.errors import NotFound
from farthing.kernel.ids import new_id, new_ids, new_ids_in_bytes, parse_id

FAR_FUTURE_MS = 1 << 46
moments = st.integers(0, (1 << 48) - 1)
tails = st.integers(0, (1 << 74) - 1)


@given(moments, tails, moments, tails)
def test_ids_sort_by_their_moment_as_numbers_text_and_bytes(ms: int, tail: int, other_ms: int, other_tail: int) -> None:
    one, other = ids._assemble(ms, tail), ids._assemble(other_ms, other_tail)
    is_before = (ms, tail) < (other_ms, other_tail)
    assert (one < other, str(one) < str(other), one.bytes < other.bytes) == (is_before,) * 3


@given(moments, tails)
def test_an_id_says_its_version_and_its_moment(ms: int, tail: int) -> None:
    made = ids._assemble(ms, tail)
    assert (made.version, made.variant, made.int >> 80) == (7, RFC_4122, ms)


def test_ids_of_one_millisecond_still_ascend() -> None:
    made = [new_id() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_ids_ascend_when_the_clock_was_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last_ms", FAR_FUTURE_MS)
    monkeypatch.setattr(ids, "_last_tail", 0)
    made = [new_id() for _ in range(1000)]
    assert made == sorted(set(made))
    assert made[0].int >> 80 == FAR_FUTURE_MS


def test_a_full_millisecond_flows_over_into_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last_ms", FAR_FUTURE_MS)
    monkeypatch.setattr(ids, "_last_tail", (1 << 74) - 1)
    last_of_its_millisecond = ids._assemble(FAR_FUTURE_MS, (1 << 74) - 1)
    following = new_id()
    assert following > last_of_its_millisecond
    assert (following.version, following.int >> 80) == (7, FAR_FUTURE_MS + 1)


def test_threads_never_get_the_same_id() -> None:
    made: list[UUID] = []

    def take() -> None:
        made.extend(new_id() for _ in range(2000))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 8000


@given(tails)
def test_a_written_id_is_read_again(tail: int) -> None:
    made = ids._assemble(1, tail)
    assert parse_id(str(made)) == made


@pytest.mark.parametrize("text", ["", "1", "not-an-id", "0" * 33, "ąę"])
def test_what_is_no_id_names_nothing(text: str) -> None:
    with pytest.raises(NotFound, match="not an id"):
        parse_id(text)


def test_many_ids_ascend_and_are_new() -> None:
    ids = [new_id(), *new_ids(5_000), new_id()]
    assert ids == sorted(set(ids))
    assert {one.version for one in ids} == {7}


def test_many_in_bytes_are_the_next_ones() -> None:
    before, made, after = new_id(), new_ids_in_bytes(1000), new_id()
    ids_made = [UUID(bytes=one) for one in made]
    assert ids_made == sorted(set(ids_made))
    assert before < ids_made[0] <= ids_made[-1] < after
    assert {one.version for one in ids_made} == {7}
