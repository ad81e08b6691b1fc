"""The lake's folders: what was left unfinished goes, what is being made stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from fakes.clock import TestClock
from farthing.infra.blobs import BlobStore
from farthing.lake.store import LakeStore


@pytest.mark.parametrize(("age", "is_left"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_what_a_killed_process_left_goes_after_a_day(
    tmp_path: Path, clock: TestClock, age: timedelta, *, is_left: bool
) -> None:
    lake = LakeStore(tmp_path / "lake", BlobStore(tmp_path / "blobs"))
    held = lake.workshop()
    shop = Path(held.name)
    (shop / "rows.parquet").write_bytes(b"half of it")
    kept = tmp_path / "lake" / "raw"
    kept.mkdir()
    then = (clock() - age).timestamp()
    for folder in (shop, kept):
        os.utime(folder, (then, then))
    lake.tidy(clock())
    assert shop.is_dir() == is_left
    assert kept.is_dir()
    held.cleanup()


def test_a_lake_that_is_not_there_yet_is_tidy(tmp_path: Path, clock: TestClock) -> None:
    LakeStore(tmp_path / "lake", BlobStore(tmp_path / "blobs")).tidy(clock())
    assert not (tmp_path / "lake").exists()
