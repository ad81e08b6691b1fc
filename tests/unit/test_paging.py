"""Cursors come back as they were made, and whatever else comes is refused in our words."""

import base64
from contextlib import suppress
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.kernel.paging import (
    CursorInvalid,
    Page,
    PageRequest,
    decode_cursor,
    encode_cursor,
    id_after,
    page_of,
)

keys = st.lists(st.text(), min_size=1, max_size=4)


@given(keys)
def test_a_cursor_is_read_as_it_was_written(key: list[str]) -> None:
    cursor = encode_cursor(*key)
    assert decode_cursor(cursor, len(key)) == tuple(key)
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(keys, st.integers(0, 6))
def test_a_cursor_of_another_list_is_refused(key: list[str], parts: int) -> None:
    if parts != len(key):
        with pytest.raises(CursorInvalid):
            decode_cursor(encode_cursor(*key), parts)


@given(st.text(max_size=500))
def test_garbage_is_a_cursor_or_is_refused_and_nothing_else(text: str) -> None:
    with suppress(CursorInvalid):
        assert len(decode_cursor(text, 1)) == 1


def test_a_refused_cursor_says_what_to_do() -> None:
    with pytest.raises(CursorInvalid, match="Start again without it"):
        decode_cursor("!", 1)


@pytest.mark.parametrize("content", ["{}", "[]", "[1]", "[null]", '["a", "b"]', '"a"', "[[", "null", "1e400"])
def test_json_that_is_no_key_is_refused(content: str) -> None:
    with pytest.raises(CursorInvalid):
        decode_cursor(base64.urlsafe_b64encode(content.encode()).decode(), 1)


def test_a_cursor_that_names_no_id_is_refused() -> None:
    with pytest.raises(CursorInvalid):
        id_after(PageRequest(after=("yesterday",)))


def test_a_cursor_names_the_id_it_was_made_of() -> None:
    row = uuid4()
    assert id_after(PageRequest(after=decode_cursor(encode_cursor(row), 1))) == row
    assert id_after(PageRequest()) is None


@given(st.sets(st.integers(0, 1000)), st.integers(1, 7))
def test_walking_the_pages_meets_every_row_once(rows: set[int], limit: int) -> None:
    ordered, met, after = sorted(rows), list[int](), None
    while True:
        request = PageRequest(limit, decode_cursor(after, 1) if after else None)
        rest = [row for row in ordered if request.after is None or row > int(request.after[0])]
        page = page_of(rest[: limit + 1], request, len(ordered), lambda row: (row,))
        met += page.items
        if page.next is None:
            break
        after = page.next
    assert met == ordered


def test_a_page_shown_otherwise_keeps_its_place() -> None:
    assert Page([1, 2], 9, "there").map(str) == Page(["1", "2"], 9, "there")
