"""Receipts and documents: taken by what they are, given back as they were, never run."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.people import Person, Town
from farthing.ledger.attachments import AttachmentRefused, media_type_of, safe_name

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
HEIC = b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic\0\0"
NOBODYS_ID = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def ann(town: Town) -> Person:
    return await town.person("ann")


async def transaction(person: Person) -> str:
    made = await person.post("/api/transactions", {"amount": "-12.34", "date": "2026-02-03"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def send(
    person: Person, transaction_id: str, content: bytes = PDF, name: str = "a.pdf", **options: Any
) -> httpx2.Response:
    options = {"data": {"kind": "receipt"}} | options
    path = f"/api/transactions/{transaction_id}/attachments"
    return await person.post(path, files={"file": (name, content)}, **options)


async def attached(person: Person, transaction_id: str, content: bytes = PDF, name: str = "a.pdf") -> dict[str, Any]:
    answer = await send(person, transaction_id, content, name)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def listed(person: Person, transaction_id: str) -> list[str]:
    answer = (await person.get(f"/api/transactions/{transaction_id}/attachments")).json()
    assert answer["total"] == len(answer["attachments"])
    return [one["name"] for one in answer["attachments"]]


def kept(town: Town) -> list[Path]:
    return [path for path in (town.house.settings.data_dir / "blobs").rglob("*") if path.is_file()]


async def test_a_receipt_comes_back_as_it_was(ann: Person) -> None:
    mine = await transaction(ann)
    told = await attached(ann, mine, name="Rachunek żabka.pdf")
    assert (told["name"], told["media_type"], told["size"]) == ("Rachunek żabka.pdf", "application/pdf", len(PDF))
    assert (told["transaction_id"], told["kind"]) == (mine, "receipt")
    answer = await ann.get(f"/api/attachments/{told['id']}/content")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert unquote(answer.headers["content-disposition"]) == "attachment; filename*=UTF-8''Rachunek żabka.pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert answer.headers["cache-control"] == "no-store"


async def test_a_large_file_comes_back_as_it_was(ann: Person) -> None:
    content = PDF + bytes(number % 256 for number in range(1_000_000))
    told = await attached(ann, await transaction(ann), content)
    assert (await ann.get(f"/api/attachments/{told['id']}/content")).content == content


async def test_bytes_that_are_lost_are_told_and_not_hidden(town: Town, ann: Person) -> None:
    told = await attached(ann, await transaction(ann))
    kept(town)[0].unlink()
    answer = await ann.get(f"/api/attachments/{told['id']}/content")
    assert (answer.status_code, "backup" in answer.json()["detail"]) == (500, True)


async def test_deleted_files_come_back(town: Town, ann: Person) -> None:
    mine = await transaction(ann)
    told = await attached(ann, mine)
    await attached(ann, mine, PNG, "b.png")
    path = f"/api/attachments/{told['id']}"
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.delete(path)).status_code == 404
    assert (await ann.get(f"{path}/content")).status_code == 404
    assert await listed(ann, mine) == ["b.png"]
    for _ in range(2):
        restored = await ann.post(f"{path}/restore")
        assert (restored.status_code, restored.json()) == (200, told)
    assert await listed(ann, mine) == ["a.pdf", "b.png"]
    assert (await ann.get(f"{path}/content")).content == PDF
    assert len(kept(town)) == 2


async def test_a_transaction_takes_its_files_away_and_brings_them_back(ann: Person) -> None:
    mine = await transaction(ann)
    told = await attached(ann, mine)
    await ann.delete(f"/api/transactions/{mine}")
    assert (await ann.get(f"/api/transactions/{mine}/attachments")).status_code == 404
    assert (await ann.get(f"/api/attachments/{told['id']}/content")).status_code == 404
    assert (await send(ann, mine)).status_code == 404
    await ann.post("/api/transactions/restore", {"transaction_ids": [mine]})
    assert await listed(ann, mine) == ["a.pdf"]


async def test_the_search_language_finds_what_has_a_file(ann: Person) -> None:
    mine, _ = await transaction(ann), await transaction(ann)
    await attached(ann, mine)
    found = (await ann.get("/api/transactions?search=has:attachment")).json()["transactions"]
    assert [one["id"] for one in found] == [mine]


@pytest.mark.parametrize("content", [b"", b"MZ\x90\0\x03", b"\x7fELF\x02", b"PK\x03\x04\x14\0", b"\xff\xfe<\0", b" \n"])
async def test_what_is_none_of_the_kinds_is_refused_whatever_its_name(town: Town, ann: Person, content: bytes) -> None:
    mine = await transaction(ann)
    answer = await send(ann, mine, content, "invoice.pdf")
    assert answer.status_code == 422
    assert (await listed(ann, mine), kept(town)) == ([], [])


async def test_forms_that_make_no_sense_are_refused(ann: Person) -> None:
    mine = await transaction(ann)
    path = f"/api/transactions/{mine}/attachments"
    assert (await send(ann, mine, data={"kind": "portrait"})).status_code == 422
    assert (await ann.post(path, {"file": "a.pdf"})).status_code == 422
    assert (await ann.post(path, data={"file": "a.pdf"})).status_code == 422
    assert (await ann.post(path)).status_code == 422
    torn = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await ann.post(path, content=b"--x\r\nContent-Disposition: torn", headers=torn)).status_code in (400, 422)
    two = [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))]
    assert (await ann.post(path, files=two)).status_code == 400
    assert await listed(ann, mine) == []


async def test_more_than_ten_megabytes_are_refused(town_with: Callable[..., Any]) -> None:
    async with town_with(max_body_mb=20) as town:
        ann = await town.person()
        mine = await transaction(ann)
        content = PDF + bytes(10_000_000 - len(PDF))
        assert (await send(ann, mine, content)).status_code == 201
        assert (await send(ann, mine, content + b"!")).status_code == 413
        assert len(kept(town)) == 1


async def test_the_same_key_attaches_once(ann: Person) -> None:
    mine = await transaction(ann)
    headers = {"Idempotency-Key": "once", "Content-Type": "multipart/form-data; boundary=x"}
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    path = f"/api/transactions/{mine}/attachments"
    first, again = [await ann.post(path, content=head + PDF + b"\r\n--x--\r\n", headers=headers) for _ in range(2)]
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert await listed(ann, mine) == ["a.pdf"]


async def test_a_viewer_reads_and_does_not_write(town: Town, ann: Person) -> None:
    mine = await transaction(ann)
    told = await attached(ann, mine)
    guest = await town.person("guest")
    await town.join(ann, guest, "viewer")
    assert (await guest.get(f"/api/attachments/{told['id']}/content")).content == PDF
    assert await listed(guest, mine) == ["a.pdf"]
    assert (await send(guest, mine)).status_code == 403
    assert (await guest.delete(f"/api/attachments/{told['id']}")).status_code == 403
    assert (await guest.post(f"/api/attachments/{told['id']}/restore")).status_code == 403


async def test_somebody_elses_file_is_not_there(town: Town, ann: Person) -> None:
    mine = await transaction(ann)
    told = await attached(ann, mine)
    bob = await town.person("bob")
    assert (await send(bob, mine)).status_code == 404
    assert (await bob.get(f"/api/transactions/{mine}/attachments")).status_code == 404
    for attachment_id in (told["id"], NOBODYS_ID):
        assert (await bob.get(f"/api/attachments/{attachment_id}/content")).status_code == 404
        assert (await bob.delete(f"/api/attachments/{attachment_id}")).status_code == 404
        assert (await bob.post(f"/api/attachments/{attachment_id}/restore")).status_code == 404
    await attached(bob, await transaction(bob))
    assert len(kept(town)) == 2


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "x.txt", "application/pdf"),
        (PNG, "x", "image/png"),
        (b"\xff\xd8\xff\xe0", "x", "image/jpeg"),
        (b"GIF89a", "x", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "x", "image/webp"),
        (HEIC, "x", "image/heic"),
        (b"date;amount", "Export.CSV", "text/csv"),
        ("zażółć".encode(), "x.pdf", "text/plain"),
        (b"\xef\xbb\xbfa,b\r\n", "x.csv", "text/csv"),
        (b"<script>alert(1)</script>", "x.html", "text/plain"),
    ],
)
def test_bytes_say_what_they_are(content: bytes, name: str, media_type: str) -> None:
    assert media_type_of(content, name) == media_type


@pytest.mark.parametrize(
    "content", [b"\0\0\0\x14ftypavif\0\0\0\0mif1", b"RIFF\0\0\0\0WAVE", "ż".encode("cp1250"), b"a\0b"]
)
def test_what_only_looks_like_something_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentRefused):
        media_type_of(content, "x.csv")


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("a.pdf", "a.pdf"),
        ("A.PDF", "A.PDF"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\Users\ann\bill.pdf", "bill.pdf"),
        ("bill.exe", "bill.exe.pdf"),
        ("bill\u202efdp.exe", "billfdp.exe.pdf"),
        ("", "attachment.pdf"),
        ("..", "attachment.pdf"),
        (".pdf", "pdf.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given_name: str, name: str) -> None:
    assert safe_name(given_name, "application/pdf") == name


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_any_system_keeps(given_name: str) -> None:
    name = safe_name(given_name, "image/png")
    assert name.lower().endswith(".png")
    assert 4 < len(name) <= 121
    assert not set(name) & set('/\\<>:"|?*\0\r\n')
    assert name == safe_name(name, "image/png")
