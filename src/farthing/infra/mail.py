"""Mail by SMTP: plain text to one recipient, through the operator's server."""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses, make_msgid
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

from farthing.kernel.clock import Clock, utc_now
from farthing.kernel.errors import Upstream

_TIMEOUT_S = 20


class MailRefused(Upstream):
    """The mail server does not take this message."""


class MailUnreachable(Upstream):
    """The mail server is not reachable. Check its address and that it runs."""


Encryption = Literal["none", "starttls", "tls"]

_SPELLINGS: dict[tuple[str, str], tuple[Encryption, int]] = {
    ("smtp", ""): ("none", 25),
    ("smtp", "starttls=0"): ("none", 25),
    ("smtp", "starttls=1"): ("starttls", 587),
    ("smtps", ""): ("tls", 465),
}
"""How scheme and query of an address ask for encryption, and the port that goes with it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail goes out, and in whose name."""

    host: str
    port: int
    encryption: Encryption
    sender: Address
    user: str | None = None
    password: str = field(default="", repr=False)

    @classmethod
    def parse(cls, url: str, sender: str) -> Self:
        """From `smtp://user:password@host:587?starttls=1` or `smtps://host`; the error never repeats the URL."""
        try:
            parts = urlsplit(url)
            encryption, usual_port = _SPELLINGS[parts.scheme, parts.query]
            port = parts.port or usual_port
        except (KeyError, ValueError):
            raise ValueError("a mail server is written smtp://host:port?starttls=1 or smtps://host:port") from None
        if not parts.hostname:
            raise ValueError("the address of the mail server names no host")
        user = unquote(parts.username) if parts.username else None
        return cls(parts.hostname, port, encryption, _sender(sender), user, unquote(parts.password or ""))


def _sender(text: str) -> Address:
    """`Name <address>` or an address alone."""
    found = getaddresses([text]) if text.isprintable() else []
    if len(found) != 1:
        raise ValueError("the sender is not one mail address")
    name, address = found[0]
    return Address(display_name=name, addr_spec=_address(address).addr_spec)


def _address(text: str) -> Address:
    """Exactly one address, its domain as the name system spells it: every server knows ASCII."""
    try:
        address = Address(addr_spec=text)
        domain = address.domain.encode("idna").decode()
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError("not one mail address") from error
    if not address.username or not domain:
        raise ValueError("not one mail address")
    return Address(username=address.username, domain=domain)


class Mailer:
    """Sends one message per connection, from a thread, because the standard library's SMTP waits."""

    def __init__(self, server: MailServer, *, clock: Clock = utc_now, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._clock = clock
        self._tls = tls or ssl.create_default_context()

    async def send(self, to: str, subject: str, text: str) -> None:
        try:
            recipient = _address(to)
            message = self._compose(recipient, subject, text)
        except ValueError as error:
            raise MailRefused("The recipient is not one mail address, or the subject is not one line.") from error
        await asyncio.to_thread(self._deliver, message, recipient)

    def _compose(self, to: Address, subject: str, text: str) -> EmailMessage:
        message = EmailMessage()
        message["To"] = to
        message["From"] = self._server.sender
        message["Subject"] = subject
        message["Date"] = self._clock()
        message["Message-ID"] = make_msgid(domain=self._server.sender.domain)
        message.set_content(text)
        return message

    def _deliver(self, message: EmailMessage, to: Address) -> None:
        with _guard(self._server.host), self._connect() as smtp:
            if self._server.encryption == "starttls":
                smtp.starttls(context=self._tls)
            if self._server.user is not None:
                smtp.login(self._server.user, self._server.password)
            # smtplib's own send_message would turn a line's first word "From" into ">From".
            smtp.sendmail(self._server.sender.addr_spec, to.addr_spec, message.as_bytes(policy=policy.SMTP))

    def _connect(self) -> smtplib.SMTP:
        host, port = self._server.host, self._server.port
        if self._server.encryption == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT_S, context=self._tls)
        return smtplib.SMTP(host, port, timeout=_TIMEOUT_S)


_MEANINGS: tuple[tuple[type[OSError], type[Upstream], str], ...] = (
    (smtplib.SMTPAuthenticationError, MailRefused, "does not accept the user name or password. Check the settings."),
    (smtplib.SMTPConnectError, MailUnreachable, "takes no mail right now. Try again later."),
    (smtplib.SMTPHeloError, MailUnreachable, "takes no mail right now. Try again later."),
    (smtplib.SMTPServerDisconnected, MailUnreachable, "broke off the connection. Check its address and port."),
    (
        smtplib.SMTPNotSupportedError,
        MailRefused,
        "does not offer the encryption or login that the settings ask for.",
    ),
    (smtplib.SMTPRecipientsRefused, MailRefused, "does not deliver to this recipient. Check the address."),
    (smtplib.SMTPSenderRefused, MailRefused, "does not take mail from this sender. Check the settings."),
    (smtplib.SMTPException, MailRefused, "does not take the message. Ask its operator why."),
    (OSError, MailUnreachable, "is not reachable. Check its address and that it runs."),
)
"""The first line that fits an error says what it means; the parent of everything that smtplib raises is OSError."""


@contextmanager
def _guard(host: str) -> Iterator[None]:
    """Let nothing pass but our own errors; a refused password leaves no trace in them."""
    try:
        yield
    except UnicodeEncodeError:
        raise MailRefused(f"The user name or password for {host} holds letters that SMTP cannot send.") from None
    except OSError as error:
        ours, words = next((ours, words) for foreign, ours, words in _MEANINGS if isinstance(error, foreign))
        raise ours(f"The mail server {host} {words}") from error
