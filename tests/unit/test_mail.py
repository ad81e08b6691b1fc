"""Mail through a real SMTP server on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from fakes.nameserver import LOOPBACK, certificate, client_tls, free_port, server_tls
from farthing.infra.mail import Mailer, MailRefused, MailServer, MailUnreachable

SENDER = "Farthing <no-reply@house.test>"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Mailbox:
    """What arrived, with the envelope that carried it."""

    def __init__(self) -> None:
        self.port = 0
        self.recipients: list[list[str]] = []
        self.messages: list[EmailMessage] = []
        self.sessions: list[Any] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if b"Subject: spam" in envelope.content:
            return "554 not here"
        self.recipients.append(envelope.rcpt_tos)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.sessions.append(session)
        return "250 OK"


@asynccontextmanager
async def smtp_server(implicit_tls: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[Mailbox]:
    mailbox, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(mailbox, loop=loop, hostname="mail.test", **options), LOOPBACK, 0, ssl=implicit_tls
    )
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        server.close()
        await server.wait_closed()


def knows_ann(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> Any:
    is_ann = isinstance(login, LoginPassword) and (login.login, login.password) == (b"ann", b"s3cret/@")
    return AuthResult(success=is_ann, handled=False)


def mailer(url: str, tls: ssl.SSLContext | None = None) -> Mailer:
    return Mailer(MailServer.parse(url, SENDER), clock=lambda: NOW, tls=tls)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


async def test_a_message_arrives_as_it_was_written() -> None:
    async with smtp_server() as mailbox:
        await mailer(f"smtp://{LOOPBACK}:{mailbox.port}").send("ann@home.test", "Żabka", "Zł\n")
    message = mailbox.messages[0]
    assert mailbox.recipients == [["ann@home.test"]]
    assert (message["To"], message["From"], message["Subject"]) == ("ann@home.test", SENDER, "Żabka")
    assert message["Date"].datetime == NOW
    assert message["Message-ID"].endswith("@house.test>")
    assert (message.get_content_type(), text_of(message)) == ("text/plain", "Zł\n")


async def test_a_long_text_with_dots_survives() -> None:
    text = "".join(f"{line}\n" for line in ("", ".", "..", "From here", "x" * 2000, "end"))
    async with smtp_server() as mailbox:
        await mailer(f"smtp://{LOOPBACK}:{mailbox.port}").send("ann@home.test", "Dots", text)
    assert text_of(mailbox.messages[0]) == text


async def test_an_international_domain_is_spelled_for_any_server() -> None:
    async with smtp_server() as mailbox:
        await mailer(f"smtp://{LOOPBACK}:{mailbox.port}").send("ann@żółw.test", "Hello", "you")
    assert mailbox.recipients == [["ann@xn--w-uga1v8h.test"]]


async def test_the_password_opens_the_server() -> None:
    async with smtp_server(authenticator=knows_ann, auth_require_tls=False) as mailbox:
        await mailer(f"smtp://ann:s3cret%2F%40@{LOOPBACK}:{mailbox.port}").send("ann@home.test", "Hello", "you")
    assert mailbox.sessions[0].authenticated


@pytest.mark.parametrize("password", ["wr0ng", "wr0ng-ż"])
async def test_a_wrong_password_is_refused_and_not_repeated(password: str) -> None:
    async with smtp_server(authenticator=knows_ann, auth_require_tls=False) as mailbox:
        sender = mailer(f"smtp://ann:{password}@{LOOPBACK}:{mailbox.port}")
        with pytest.raises(MailRefused, match="user name or password") as caught:
            await sender.send("ann@home.test", "Hello", "you")
    assert "wr0ng" not in caught.value.detail + repr(caught.value.__cause__) + repr(sender._server)
    assert mailbox.messages == []


async def test_a_login_that_the_server_does_not_offer_is_an_error() -> None:
    async with smtp_server() as mailbox:
        with pytest.raises(MailRefused, match="does not offer"):
            await mailer(f"smtp://ann:s3cret@{LOOPBACK}:{mailbox.port}").send("ann@home.test", "Hello", "you")


async def test_starttls_encrypts_before_the_password_is_sent(tmp_path: Path) -> None:
    path = certificate(tmp_path, "localhost")
    options: dict[str, Any] = {"tls_context": server_tls(path), "require_starttls": True, "authenticator": knows_ann}
    async with smtp_server(auth_required=True, **options) as mailbox:
        url = f"smtp://ann:s3cret%2F%40@localhost:{mailbox.port}?starttls=1"
        await mailer(url, client_tls(path)).send("ann@home.test", "Hello", "you")
    assert mailbox.sessions[0].ssl is not None
    assert mailbox.sessions[0].authenticated


async def test_encryption_that_was_asked_for_is_not_given_up() -> None:
    async with smtp_server() as mailbox:
        with pytest.raises(MailRefused, match="does not offer the encryption"):
            await mailer(f"smtp://{LOOPBACK}:{mailbox.port}?starttls=1").send("ann@home.test", "Hello", "you")
    assert mailbox.messages == []


async def test_smtps_is_encrypted_from_the_start(tmp_path: Path) -> None:
    path = certificate(tmp_path, "localhost")
    async with smtp_server(implicit_tls=server_tls(path)) as mailbox:
        await mailer(f"smtps://localhost:{mailbox.port}", client_tls(path)).send("ann@home.test", "Hello", "you")
    assert len(mailbox.messages) == 1


async def test_a_certificate_that_is_not_trusted_stops_the_message(tmp_path: Path) -> None:
    async with smtp_server(tls_context=server_tls(certificate(tmp_path, "localhost"))) as mailbox:
        with pytest.raises(MailUnreachable):
            await mailer(f"smtp://localhost:{mailbox.port}?starttls=1").send("ann@home.test", "Hello", "you")
    assert mailbox.messages == []


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        ("ann@home.test\r\nBcc: eve@evil.test", "Hello"),
        ("ann@home.test, eve@evil.test", "Hello"),
        ("ann@home.test>\r\nRCPT TO:<eve@evil.test", "Hello"),
        ("Ann <ann@home.test>", "Hello"),
        ("ann", "Hello"),
        ("", "Hello"),
        ("@", "Hello"),
        ('""@home.test', "Hello"),
        ("zoë@home.test", "Hello"),
        ("ann@home.test", "Hello\r\nBcc: eve@evil.test"),
        ("ann@home.test", "Hello\nBcc: eve@evil.test"),
        ("ann@home.test", "Hello\r\n\r\nAnother body"),
    ],
)
async def test_nothing_is_smuggled_into_the_headers(to: str, subject: str) -> None:
    async with smtp_server() as mailbox:
        with pytest.raises(MailRefused, match="not one mail address, or the subject is not one line"):
            await mailer(f"smtp://{LOOPBACK}:{mailbox.port}").send(to, subject, "text")
    assert mailbox.messages == []


@pytest.mark.parametrize(
    ("to", "subject", "words"),
    [("nobody@home.test", "Hello", "this recipient"), ("ann@home.test", "spam", "the message")],
)
async def test_a_refusal_of_the_server_is_told(to: str, subject: str, words: str) -> None:
    async with smtp_server() as mailbox:
        with pytest.raises(MailRefused, match=words):
            await mailer(f"smtp://{LOOPBACK}:{mailbox.port}").send(to, subject, "text")


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_a_server_that_is_not_there_is_unreachable(scheme: str) -> None:
    with pytest.raises(MailUnreachable, match=rf"The mail server {LOOPBACK} is not reachable") as caught:
        await mailer(f"{scheme}://ann:s3cret@{LOOPBACK}:{free_port()}").send("ann@home.test", "Hello", "you")
    assert "s3cret" not in caught.value.detail


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.test", ("mail.test", 25, "none", None, "")),
        ("smtp://mail.test?starttls=1", ("mail.test", 587, "starttls", None, "")),
        ("smtps://a%40b:p%2F%3A@mail.test", ("mail.test", 465, "tls", "a@b", "p/:")),
        ("smtp://[::1]:2525?starttls=0", ("::1", 2525, "none", None, "")),
    ],
)
async def test_an_address_says_where_and_how(url: str, expected: tuple[object, ...]) -> None:
    server = MailServer.parse(url, SENDER)
    assert (server.host, server.port, server.encryption, server.user, server.password) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.test:25",
        "http://ann:s3cret@mail.test",
        "smtp://ann:s3cret@",
        "smtp://ann:s3cret@mail.test?startls=1",
        "smtps://ann:s3cret@mail.test?starttls=1",
        "smtp://ann:s3cret/@mail.test",
        "smtp://[ann:s3cret@mail.test",
    ],
)
async def test_a_wrong_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="mail server") as caught:
        MailServer.parse(url, SENDER)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("sender", ["", "nobody", "a@b.test\r\nBcc: eve@evil.test", "a@b.test, c@d.test"])
async def test_the_sender_is_one_address(sender: str) -> None:
    with pytest.raises(ValueError, match="not one mail address"):
        MailServer.parse("smtp://mail.test", sender)
