"""How fast a messy CSV becomes a ledger: uploaded, read, compared, categorised, posted, by the real server.

Then the same file again, of which nothing is new; and meanwhile somebody else asks and posts.
"""

import asyncio
import json
import random
import statistics
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from bench.bare import Bare
from bench.ledger import DATABASES, Household, _in, _load, _move_in
from bench.peers import peers
from bench.postgres import a_database
from bench.startup import cpu_s, resident_mb, serving, until_healthy, until_jobs_run
from bench.table import Figure, show
from farthing.bootstrap import House, migrate
from farthing.infra.telemetry import configure_logging
from farthing.settings import ensure_secrets, load

SIZES = (10_000, 100_000)
FULL = 1_000_000
_PAYEES = 20_000
_BARE_ROWS = 100_000
_TOKEN_MINUTES = 1440
_FLOORS = {"SQLite": 40_000, "PostgreSQL": 35_000}
_KINDS = (
    *("Market", "Bakery", "Pharmacy", "Cinema", "Bistro", "Bookshop", "Garage", "Hotel", "Supermarket", "Coffee"),
    *("Insurance", "Telecom", "Taxi", "School", "Fitness", "Hardware", "Restaurant", "Clinic", "Kiosk", "Energy"),
)
_HEAD = """Kontoauszug;Musterbank
IBAN;DE11 0000 0000 0000 0000 72

Buchungstag;Empfänger;Verwendungszweck;Betrag;Währung
"""
_REPEATED = 7
"""Of ten descriptions, so many stand there only once."""
_COMPARED = 100_000
_ASKED_EVERY_S = 0.25
"""As a page that shows progress asks."""


def measure(sizes: Sequence[int] = SIZES, *, only: str | None = None) -> bool:
    held = True
    with tempfile.TemporaryDirectory() as folder:
        files = {size: _write(Path(folder) / f"{size}.csv", size) for size in sizes}
        beside = peers(files[max(sizes)], max(sizes))
        for name in DATABASES:
            if only in (None, name):
                held = _measure_on(name, files, beside) and held
    return held


def _measure_on(database: str, files: Mapping[int, Path], beside: list[Figure]) -> bool:
    configure_logging("WARNING")
    figures: list[Figure] = []
    costs: dict[int, float] = {}
    for size, file in files.items():
        if database == "SQLite":
            found, costs[size] = _size(database, {}, file, size, is_largest=size == max(files))
        else:
            with a_database() as url:
                found, costs[size] = _size(database, {"database_url": url}, file, size, is_largest=size == max(files))
        figures += found
    if FULL in costs and _COMPARED in costs:
        ratio = costs[FULL] / costs[_COMPARED]
        figures.append(Figure("processor time of a row at 1 M to one at 100 k", ratio, "", 1.5))
    return show(f"ingest on {database}, {_load()}", [*figures, *beside])


def _size(
    database: str, given: Mapping[str, Any], file: Path, size: int, *, is_largest: bool
) -> tuple[list[Figure], float]:
    with tempfile.TemporaryDirectory() as folder:
        chosen = {"data_dir": folder, "access_token_expire_minutes": _TOKEN_MINUTES, **given}
        settings = ensure_secrets(load({}, env_file=Path(folder) / "none", **chosen))
        migrate(settings)
        family: Household = asyncio.run(_in(settings, _move_in))
        environment = {} if settings.is_sqlite else {"DATABASE_URL": settings.database_url}
        with serving(Path(folder), LOG_LEVEL="WARNING", **environment) as (server, port):
            until_healthy(port)
            until_jobs_run(port)
            account = _account(port, family.token, "bench")
            with _Neighbour(port, family.token) as neighbour, _Memory(server.pid) as memory:
                first_s, first_cpu_s = _timed(port, server.pid, family.token, file, account, size)
            again_s, again_cpu_s = _timed(port, server.pid, family.token, file, account, 0)
        per_s = size / first_s
        floor = _FLOORS[database] if size == FULL else None
        figures = [
            Figure(f"{size:,} rows, from the upload to the last commit", per_s, "rows/s", floor, is_floor=True),
            Figure("the same per second of processor time", size / first_cpu_s, "rows/s"),
            Figure("the same file again", size / again_s, "rows/s", per_s if is_largest else None, is_floor=True),
            Figure("the same per second of processor time", size / again_cpu_s, "rows/s"),
            Figure("largest resident memory of all its processes", memory.peak_mb, "MB", 1000 if is_largest else None),
            *neighbour.figures(is_bound=size == FULL),
        ]
        if is_largest:
            bare = asyncio.run(_in(settings, lambda house: _bare(house, family)))
            figures += [
                Figure("bare insertion of the same rows into the same tables", bare, "rows/s"),
                Figure("ratio, import to bare", per_s / bare, "", 0.6, is_floor=True),
            ]
        return figures, first_cpu_s / size


def _timed(port: int, pid: int, token: str, file: Path, account: str, wanted: int) -> tuple[float, float]:
    """Seconds and processor seconds of one import, from the first byte sent."""
    began, began_cpu = time.perf_counter(), cpu_s(pid)
    one = _upload(port, token, file, account)
    while one["state"] == "reading":
        time.sleep(_ASKED_EVERY_S)
        one = _json(port, token, "GET", f"/api/imports/{one['id']}")
    if one["state"] != "ready":
        raise RuntimeError(one)
    one = _json(port, token, "POST", f"/api/imports/{one['id']}/commit", {})
    while one["state"] in ("posting", "waiting"):
        time.sleep(_ASKED_EVERY_S)
        one = _json(port, token, "GET", f"/api/imports/{one['id']}")
    if one["state"] != "posted" or one["summary"]["new"] != wanted:
        raise RuntimeError(one)
    return time.perf_counter() - began, cpu_s(pid) - began_cpu


def _upload(port: int, token: str, file: Path, account: str) -> dict[str, Any]:
    edge = uuid4().hex
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="account_id"\r\n\r\n{account}\r\n'
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    body = head + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={edge}"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/imports", body, headers, method="POST")
    with urllib.request.urlopen(asked) as answer:
        found: dict[str, Any] = json.load(answer)["imports"][0]
    return found


def _json(port: int, token: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers, method=method)
    with urllib.request.urlopen(asked) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _account(port: int, token: str, name: str) -> str:
    return str(_json(port, token, "POST", "/api/accounts", {"name": name, "currency": "EUR"})["id"])


class _Memory:
    """The largest sum of what a server and the processes that it started hold at one time, looked at all the time."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.peak_mb = max(self.peak_mb, sum(_held_mb(pid) for pid in (self._pid, *_children(self._pid))))


def _children(pid: int) -> list[int]:
    return [child for child, parent in map(_parent, Path("/proc").glob("[0-9]*/stat")) if parent == pid]


def _parent(stat: Path) -> tuple[int, int]:
    with suppress(OSError):  # gone meanwhile
        return int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
    return 0, 0


def _held_mb(pid: int) -> float:
    with suppress(OSError, RuntimeError):  # as above, or just now ending
        return resident_mb(pid)
    return 0.0


class _Neighbour:
    """Somebody who lists and posts while a file is imported, a few times a second."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._stop = threading.Event()
        self._gets: list[float] = []
        self._posts: list[float] = []
        self._thread = threading.Thread(target=self._live)

    def __enter__(self) -> Self:
        self._other = _account(self._port, self._token, "neighbour")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _live(self) -> None:
        while not self._stop.wait(0.1):
            began = time.perf_counter()
            _json(self._port, self._token, "GET", f"/api/transactions?account_id={self._other}&limit=50")
            middle = time.perf_counter()
            body = {"account_id": self._other, "amount": "-1", "description": "meanwhile"}
            _json(self._port, self._token, "POST", "/api/transactions", body)
            self._gets.append((middle - began) * 1000)
            self._posts.append((time.perf_counter() - middle) * 1000)

    def figures(self, *, is_bound: bool) -> list[Figure]:
        if len(self._gets) < 2:  # noqa: PLR2004  over before anybody could ask twice
            return []
        gets, posts = (statistics.quantiles(some, n=20)[-1] for some in (self._gets, self._posts))
        return [
            Figure("a neighbour's GET meanwhile, p95", gets, "ms", 100 if is_bound else None),
            Figure("a neighbour's POST meanwhile, p95", posts, "ms", 300 if is_bound else None),
        ]


async def _bare(house: House, family: Household) -> float:
    """Rows a second of the imported ledger's own rows, inserted again with nothing around."""
    bare = Bare(house, family.bare, family.bare_account, family.bare_category)
    many = await bare.rows_like(family.scope, _BARE_ROWS)
    took = [await bare.insert(many[at : at + 10_000]) for at in range(0, len(many), 10_000)]
    return len(many) / sum(took)


def _write(path: Path, count: int) -> Path:
    """Messy, and the same every time: a preamble, German figures, 20,000 payees, most descriptions only once."""
    chance = random.Random(11)  # noqa: S311  the same table every time
    payees = [f"{_KINDS[at % len(_KINDS)]} {_name(chance)} {at // 20 % 97 + 1:03d}" for at in range(_PAYEES)]
    first = date(2016, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write(_HEAD)
        for at in range(count):
            payee = payees[chance.randrange(_PAYEES)]
            minor = chance.randrange(100_000, 400_000) if at % 25 == 0 else -chance.randrange(99, 25_000)
            day = first + timedelta(days=at * 3_650 // count)
            text = f"Kartenzahlung {at} {payee.split()[1]}" if at % 10 < _REPEATED else f"Zahlung {payee.split()[1]}"
            money = f"{abs(minor) // 100:,}".replace(",", ".") + f",{abs(minor) % 100:02d}"
            file.write(f"{day:%d.%m.%Y};{payee};{text};{'-' if minor < 0 else ''}{money};EUR\n")
    return path


def _name(chance: random.Random) -> str:
    syllables = ("ba", "co", "di", "fu", "ga", "ho", "ka", "li", "mo", "ne", "pi", "ro", "sa", "tu", "ve", "wi")
    return "".join(chance.choice(syllables) for _ in range(3)).capitalize()
