import zlib

from farthing.infra.http.errors import AnswerInvalid, AnswerTooLarge

_GZIP_ONLY = 16 + zlib.MAX_WBITS


class Body:
    """An answer's content as it arrives: unpacked, whole, and never more than the cap, packed or not."""

    def __init__(self, host: str, encoding: str, max_bytes: int) -> None:
        if encoding not in {"", "identity", "gzip"}:
            raise AnswerInvalid(f"{host} packs its answer in a way that we did not ask for: {encoding:.40}.")
        self._host = host
        self._max_bytes = max_bytes
        self._gzip = zlib.decompressobj(_GZIP_ONLY) if encoding == "gzip" else None
        self._received = 0
        self._content = bytearray()

    def add(self, piece: bytes) -> None:
        self._received += len(piece)
        self._content += self._unpack(piece)
        if max(self._received, len(self._content)) > self._max_bytes:
            raise AnswerTooLarge(f"{self._host} sent more than the {self._max_bytes:,} bytes that we take.")

    def content(self) -> bytes:
        """Everything, after the last piece."""
        if self._gzip and self._received and not self._gzip.eof:
            raise AnswerInvalid(f"{self._host} sent only a part of its answer. Try again later.")
        return bytes(self._content)

    def _unpack(self, piece: bytes) -> bytes:
        if self._gzip is None:
            return piece
        try:
            plain = self._gzip.decompress(piece, self._max_bytes + 1 - len(self._content))
        except zlib.error as error:
            raise AnswerInvalid(f"{self._host} sent an answer that cannot be unpacked. Try again later.") from error
        if self._gzip.unused_data:
            raise AnswerInvalid(f"{self._host} sent more after the end of its packed answer.")
        return plain
