"""One-time links, as people click them."""

from datetime import datetime

from farthing.auth.schemas import LinkOut
from farthing.settings import Settings


def password_link(settings: Settings, token: str, expires_at: datetime) -> LinkOut:
    return LinkOut(invite_url=_url(settings, "set-password", token), token=token, expires_at=expires_at)


def invite_link(settings: Settings, token: str, expires_at: datetime) -> LinkOut:
    return LinkOut(invite_url=_url(settings, "invite", token), token=token, expires_at=expires_at)


def _url(settings: Settings, page: str, token: str) -> str | None:
    """Only with APP_PUBLIC_URL is it known under which address people come."""
    return f"{settings.app_public_url}/{page}?token={token}" if settings.app_public_url else None
