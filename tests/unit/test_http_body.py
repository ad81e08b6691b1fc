"""An answer's content: whole, unpacked, and within its cap."""

import gzip
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from farthing.infra.http import AnswerInvalid, AnswerTooLarge
from farthing.infra.http.body import Body


def read(pieces: list[bytes], *, encoding: str = "", max_bytes: int = 1000) -> bytes:
    body = Body("shop.test", encoding, max_bytes)
    content = b"".join(part for piece in pieces for part in body.plain(piece))
    body.end()
    return content


def packed(data: bytes, encoding: str) -> bytes:
    return gzip.compress(data) if encoding else data


def cut(data: bytes, places: list[int]) -> list[bytes]:
    return [data[start:end] for start, end in pairwise([0, *sorted(place % (len(data) + 1) for place in places), None])]


encodings = st.sampled_from(["", "gzip"])


@given(st.binary(max_size=1000), st.lists(st.integers(0, 2000), max_size=5), encodings)
def test_what_was_sent_arrives_however_it_is_cut(data: bytes, places: list[int], encoding: str) -> None:
    assert read(cut(packed(data, encoding), places), encoding=encoding, max_bytes=2000) == data


@given(st.integers(0, 300), st.integers(0, 300), encodings)
@example(0, 10, "gzip")
def test_the_cap_is_exact(size: int, max_bytes: int, encoding: str) -> None:
    data, sent = bytes(size), packed(bytes(size), encoding)
    if max(size, len(sent)) <= max_bytes:
        assert read([sent], encoding=encoding, max_bytes=max_bytes) == data
    else:
        with pytest.raises(AnswerTooLarge, match=rf"shop\.test sent more than the {max_bytes} bytes"):
            read([sent], encoding=encoding, max_bytes=max_bytes)


def test_a_bomb_is_cut_off_before_it_unfolds() -> None:
    parts = Body("shop.test", "gzip", 2_500_000).plain(gzip.compress(bytes(200_000_000), 9))
    assert [len(next(parts)), len(next(parts))] == [1024 * 1024] * 2
    with pytest.raises(AnswerTooLarge):
        next(parts)


@given(st.binary(min_size=1, max_size=500), st.data())
def test_a_packed_answer_that_ends_early_is_not_taken_for_whole(data: bytes, draw: st.DataObject) -> None:
    sent = gzip.compress(data)
    kept = draw.draw(st.integers(1, len(sent) - 1))
    with pytest.raises(AnswerInvalid):
        read([sent[:kept]], encoding="gzip")


def test_nothing_may_follow_the_end_of_a_packed_answer() -> None:
    with pytest.raises(AnswerInvalid):
        read([gzip.compress(b"a") + gzip.compress(b"b")], encoding="gzip")


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "gzip,gzip,gzip,gzip"])
def test_only_what_we_asked_for_is_unpacked(encoding: str) -> None:
    with pytest.raises(AnswerInvalid, match="packs its answer"):
        read([], encoding=encoding)


def test_an_empty_answer_may_call_itself_packed() -> None:
    assert read([], encoding="gzip") == b""


def test_garbage_is_not_unpacked() -> None:
    with pytest.raises(AnswerInvalid):
        read([b"not gzip at all"], encoding="gzip")
