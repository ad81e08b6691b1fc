"""A file as it came: its bytes and its name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    data: bytes
    name: str = ""

    @property
    def extension(self) -> str:
        """Of its name, in lower case, without the dot; a hint and never a proof."""
        return self.name.rpartition(".")[2].lower() if "." in self.name else ""

    @property
    def head(self) -> bytes:
        return self.data[:65536]
