"""Rows become a Parquet file: lines of JSON are collected on disk, so that memory does not grow with them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

_CHUNK = 256 * 1024
_CONFIG: Mapping[str, str] = {"memory_limit": "512MB", "threads": "2", "autoinstall_known_extensions": "false"}


@asynccontextmanager
async def parquet_of(lines: AsyncIterator[str], columns: Mapping[str, str]) -> AsyncIterator[Path]:
    """A Parquet file of JSON lines, each column with its SQL type; gone when the block ends."""
    with TemporaryDirectory(prefix="farthing-") as folder:
        collected, made = Path(folder) / "rows.jsonl", Path(folder) / "rows.parquet"
        with await asyncio.to_thread(collected.open, "w", encoding="utf-8") as file:
            async for piece in lines:
                await asyncio.to_thread(file.write, piece)
        await asyncio.to_thread(_write, collected, made, columns)
        yield made


async def chunks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk


def _write(source: Path, target: Path, columns: Mapping[str, str]) -> None:
    with duckdb.connect(":memory:", config={**_CONFIG}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        read = "SELECT * FROM read_json($source, format = 'newline_delimited', columns = $columns)"
        connection.execute(
            f"COPY ({read}) TO '{_quoted(target)}' (FORMAT parquet, COMPRESSION zstd)",
            {"source": str(source), "columns": dict(columns)},
        )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
