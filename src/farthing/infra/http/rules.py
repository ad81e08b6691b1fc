from dataclasses import dataclass, field

from farthing.infra.http.gate import Endpoint

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outbound:
    """The operator's rules for calls to the outside; times in seconds, the total over redirects and attempts.

    With a proxy, we resolve and check a name before the proxy resolves it again, so a name that changes its answer in
    between is stopped by the proxy's own rules only.
    """

    allowed_private: frozenset[Endpoint] = frozenset()
    proxy: str | None = field(default=None, repr=False)
    connect_timeout_s: float = 5
    read_timeout_s: float = 20
    total_timeout_s: float = 60
    max_bytes: int = 32 * _MIB
    max_redirects: int = 5
    attempts: int = 3
