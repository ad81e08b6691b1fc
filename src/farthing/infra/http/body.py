import zlib
from collections.abc import Iterator

from farthing.infra.http.errors import AnswerInvalid, AnswerTooLarge

_GZIP_ONLY = 16 + zlib.MAX_WBITS
_STEP = 1024 * 1024
"""More than this is never unpacked at once: a small piece may hold a thousand times its size."""


class Body:
    """An answer's content as it arrives: unpacked, whole, and never more than the cap, packed or not."""

    def __init__(self, host: str, encoding: str, max_bytes: int) -> None:
        if encoding not in {"", "identity", "gzip"}:
            raise AnswerInvalid(f"{host} packs its answer in a way that we did not ask for: {encoding:.40}.")
        self._host = host
        self._max_bytes = max_bytes
        self._gzip = zlib.decompressobj(_GZIP_ONLY) if encoding == "gzip" else None
        self._received = 0
        self._unpacked = 0

    def plain(self, piece: bytes) -> Iterator[bytes]:
        """What a piece says, a part at a time."""
        self._received += len(piece)
        self._refuse_too_much(self._received)
        for part in self._parts(piece):
            self._unpacked += len(part)
            self._refuse_too_much(self._unpacked)
            yield part

    def end(self) -> None:
        """After the last piece: whether that was all."""
        if self._gzip and self._received and not self._gzip.eof:
            raise AnswerInvalid(f"{self._host} sent only a part of its answer. Try again later.")

    def _refuse_too_much(self, size: int) -> None:
        if size > self._max_bytes:
            raise AnswerTooLarge(f"{self._host} sent more than the {self._max_bytes:,} bytes that we take.")

    def _parts(self, piece: bytes) -> Iterator[bytes]:
        if self._gzip is None:
            yield piece
            return
        part = self._unpack(self._gzip, piece)
        while part:
            yield part
            part = self._unpack(self._gzip, self._gzip.unconsumed_tail)

    def _unpack(self, gzip: "zlib._Decompress", piece: bytes) -> bytes:
        try:
            plain = gzip.decompress(piece, min(_STEP, self._max_bytes + 1 - self._unpacked))
        except zlib.error as error:
            raise AnswerInvalid(f"{self._host} sent an answer that cannot be unpacked. Try again later.") from error
        if gzip.unused_data:
            raise AnswerInvalid(f"{self._host} sent more after the end of its packed answer.")
        return plain
