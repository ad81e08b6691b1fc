"""What goes wrong on the way out. Messages name the host, never a whole URL: a query may carry a secret.

Unprocessable
├── UrlInvalid            not an address that we can call
├── AddressRefused        an address that nobody reaches through us
└── RequestInvalid        a header that HTTP cannot carry
Upstream
├── Unreachable           no connection, or it broke; another attempt may help
│   ├── NameUnknown       no such name
│   └── CertificateInvalid
├── TimedOut
├── TooManyRedirects
├── AnswerTooLarge
└── AnswerInvalid         it came, but it is not what it should be
"""

from typing import ClassVar

from farthing.kernel.errors import Unprocessable, Upstream


class UrlInvalid(Unprocessable):
    """This is not a web address. It begins with http:// or https:// and names a host."""


class AddressRefused(Unprocessable):
    """This leads to a private address, which only the operator can allow."""


class RequestInvalid(Unprocessable):
    """A header holds a character that HTTP cannot carry. Enter the key or token again, without line breaks."""


class Unreachable(Upstream):
    """The other system is not reachable. Check the address and that it runs."""

    may_pass: ClassVar[bool] = True


class NameUnknown(Unreachable):
    """No host has this name. Check its spelling."""

    may_pass = False


class CertificateInvalid(Unreachable):
    """The other system shows a certificate that is not trusted."""

    may_pass = False


class TimedOut(Upstream):
    """The other system did not answer in time. Try again later."""


class TooManyRedirects(Upstream):
    """The other system redirects in circles. Enter the address that it leads to."""


class AnswerTooLarge(Upstream):
    """The other system sent more than we take."""


class AnswerInvalid(Upstream):
    """The other system sent something that cannot be read."""
