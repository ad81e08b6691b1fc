"""Files of a bank that does not exist, and how a person brings them in."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from factories.people import Person

Line = tuple[str, str, str, str]
"""Day, payee, what for, amount."""


def bank_csv(lines: Sequence[Line]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["Date", "Payee", "Description", "Amount"])
    writer.writerows(lines)
    return out.getvalue().encode()


def bank_ofx(lines: Sequence[Line], first: str, last: str) -> bytes:
    """The same weeks as another source tells them: other texts, an id for each."""
    rows = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day.replace('-', '')}<TRNAMT>{amount}<FITID>{number}-{day}"
        f"<NAME>{payee.upper()} CARD 4711</STMTTRN>"
        for number, (day, payee, _, amount) in enumerate(lines)
    )
    return (
        "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:UTF-8\nCHARSET:NONE\nCOMPRESSION:NONE\n"
        "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO"
        "</STATUS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>123456789<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>{first.replace('-', '')}<DTEND>{last.replace('-', '')}{rows}</BANKTRANLIST>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    ).encode()


async def account(person: Person, name: str = "Everyday", currency: str = "EUR", **more: Any) -> str:
    made = await person.post("/api/accounts", {"name": name, "account_type": "checking", "currency": currency} | more)
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    return found


async def upload(person: Person, content: bytes, name: str = "may.csv", **fields: str) -> dict[str, Any]:
    """One file, as its import."""
    if name.endswith(".csv"):  # a few lines without a minus would leave the sign in doubt
        fields = {"wishes": '{"sign": "as_written"}'} | fields
    answer = await person.post("/api/imports", files={"file": (name, content)}, data=fields)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["imports"][0]
    return found


async def commit(person: Person, import_id: str, **body: Any) -> dict[str, Any]:
    answer = await person.post(f"/api/imports/{import_id}/commit", body)
    assert answer.status_code in (200, 202), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def brought(person: Person, content: bytes, account_id: str, name: str = "may.csv") -> dict[str, Any]:
    """A file looked at and posted."""
    one = await upload(person, content, name, account_id=account_id)
    return await commit(person, one["id"])


async def ledger(person: Person, account_id: str | None = None) -> list[tuple[str, str, str]]:
    """What the ledger holds: day, amount, status, sorted."""
    query: dict[str, Any] = {"limit": 200} | ({"account_id": account_id} if account_id else {})
    found = (await person.get("/api/transactions", params=query)).json()["transactions"]
    return sorted((one["date"], one["amount"], one["status"]) for one in found)


def days(first: str, count: int) -> list[str]:
    start = date.fromisoformat(first)
    return [date.fromordinal(start.toordinal() + at).isoformat() for at in range(count)]
