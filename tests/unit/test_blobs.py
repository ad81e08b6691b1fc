"""Bytes under their hash: kept once, whole or not at all, and never another workspace's."""

import hashlib
import stat
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farthing.infra.blobs import BlobDamaged, BlobMissing, BlobStore, BlobTooLarge

HOME, AWAY = UUID(int=1), UUID(int=2)
HUGE = 1_000_000_000
CHUNK = 256 * 1024


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> BlobStore:
    return BlobStore(root)


async def put(store: BlobStore, content: bytes, workspace: UUID = HOME, size_max: int = HUGE) -> str:
    blob = await store.put(workspace, BytesIO(content), size_max=size_max)
    assert blob.size == len(content)
    return blob.digest


async def read(store: BlobStore, digest: str, workspace: UUID = HOME) -> bytes:
    return b"".join([chunk async for chunk in await store.stream(workspace, digest)])


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def folders(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_dir()]


def others_may(root: Path) -> list[Path]:
    """What somebody else on this machine could look at."""
    return [path for path in [root, *root.rglob("*")] if stat.S_IMODE(path.stat().st_mode) & 0o077]


async def test_bytes_stand_under_their_hash_in_their_workspace(store: BlobStore, root: Path) -> None:
    digest = await put(store, b"tea 3.20")
    assert digest == hashlib.sha256(b"tea 3.20").hexdigest()
    assert files(root) == [f"{HOME.hex}/{digest[:2]}/{digest}"]
    assert await read(store, digest) == b"tea 3.20"


@given(content=st.binary(max_size=40), times=st.integers(1, 4))
async def test_keeping_again_changes_nothing(tmp_path_factory: Any, content: bytes, times: int) -> None:
    root = tmp_path_factory.mktemp("blobs")
    store = BlobStore(root)
    digests = {await put(store, content) for _ in range(times)}
    assert len(digests) == len(files(root)) == 1
    assert await read(store, digests.pop()) == content


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
async def test_any_size_comes_back_as_it_was(store: BlobStore, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    assert await read(store, await put(store, content)) == content


async def test_nothing_is_shared_between_workspaces(store: BlobStore) -> None:
    digest = await put(store, b"mine")
    with pytest.raises(BlobMissing):
        await store.stream(AWAY, digest)
    await put(store, b"mine", AWAY)
    await store.purge(HOME)
    assert await read(store, digest, AWAY) == b"mine"
    with pytest.raises(BlobMissing):
        await store.stream(HOME, digest)


async def test_what_is_too_large_leaves_nothing_behind(store: BlobStore, root: Path) -> None:
    await put(store, b"12345", size_max=5)
    with pytest.raises(BlobTooLarge):
        await put(store, b"123456", size_max=5)
    assert len(files(root)) == 1


class Breaking(RawIOBase):
    """A sender whose line breaks after the first chunk."""

    def __init__(self) -> None:
        self._sent = False

    def read(self, size: int = -1) -> bytes:
        if self._sent:
            raise ConnectionResetError
        self._sent = True
        return b"half"[:size]


async def test_half_of_a_file_is_never_kept(store: BlobStore, root: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await store.put(HOME, Breaking(), size_max=HUGE)  # type: ignore[arg-type]
    assert files(root) == []


async def test_damaged_bytes_are_not_passed_on_as_a_whole_file(store: BlobStore, root: Path) -> None:
    content = b"x" * (2 * CHUNK)
    digest = await put(store, content)
    path = root / files(root)[0]
    path.write_bytes(content[:-1] + b"y")
    chunks = aiter(await store.stream(HOME, digest))
    assert await anext(chunks) == content[:CHUNK]
    with pytest.raises(BlobDamaged):
        await anext(chunks)


async def test_keeping_again_mends_what_the_disk_lost(store: BlobStore, root: Path) -> None:
    digest = await put(store, b"whole")
    (root / files(root)[0]).write_bytes(b"who")
    assert await put(store, b"whole") == digest
    assert await read(store, digest) == b"whole"


async def test_deleting_and_purging_can_be_repeated(store: BlobStore, root: Path) -> None:
    digest, other = await put(store, b"one"), await put(store, b"two")
    for _ in range(2):
        await store.delete(HOME, digest)
    assert files(root) == [f"{HOME.hex}/{other[:2]}/{other}"]
    for _ in range(2):
        await store.purge(HOME)
    assert folders(root) == []


async def test_purging_before_anything_was_kept_is_nothing(store: BlobStore) -> None:
    await store.purge(HOME)


async def test_only_the_owner_reads_what_is_kept(store: BlobStore, root: Path) -> None:
    await put(store, b"private")
    assert files(root)
    assert others_may(root) == []


@pytest.mark.parametrize("digest", ["", "../../secrets.env", "A" * 64, "0" * 63, "0" * 65, "0" * 64 + "\n"])
async def test_what_is_no_hash_names_no_file(store: BlobStore, digest: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        await store.stream(HOME, digest)
    with pytest.raises(ValueError, match="SHA-256"):
        await store.delete(HOME, digest)
