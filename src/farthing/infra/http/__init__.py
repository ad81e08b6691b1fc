"""The guarded HTTP client: nothing else in the house opens a connection to an address that somebody typed in."""

from farthing.infra.http.addresses import Address, is_public
from farthing.infra.http.answer import Answer
from farthing.infra.http.client import Chance, GuardedClient, Params, Sleep
from farthing.infra.http.errors import (
    AddressRefused,
    AnswerInvalid,
    AnswerTooLarge,
    CertificateInvalid,
    NameUnknown,
    RequestInvalid,
    TimedOut,
    TooManyRedirects,
    Unreachable,
    UrlInvalid,
)
from farthing.infra.http.gate import Endpoint, Resolver, system_resolver
from farthing.infra.http.hops import endpoint_of
from farthing.infra.http.rules import Outbound

__all__ = [
    "Address",
    "AddressRefused",
    "Answer",
    "AnswerInvalid",
    "AnswerTooLarge",
    "CertificateInvalid",
    "Chance",
    "Endpoint",
    "GuardedClient",
    "NameUnknown",
    "Outbound",
    "Params",
    "RequestInvalid",
    "Resolver",
    "Sleep",
    "TimedOut",
    "TooManyRedirects",
    "Unreachable",
    "UrlInvalid",
    "endpoint_of",
    "is_public",
    "system_resolver",
]
