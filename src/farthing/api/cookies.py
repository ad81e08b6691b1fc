"""Cookies: the refresh token, and the mark of a device that somebody has signed in on."""

from fastapi import Response

from farthing.api.access import DEVICE_COOKIE
from farthing.auth.schemas import SignedInOut
from farthing.auth.sessions import SignedIn
from farthing.bootstrap import House

_DEVICE_MAX_AGE_S = 365 * 24 * 3600


def signed_in(response: Response, house: House, holder: SignedIn) -> SignedInOut:
    """Set the cookies and give the tokens, in the words of all the systems that this one replaces."""
    secure = house.settings.refresh_token_secure
    response.set_cookie(
        house.settings.refresh_cookie_name,
        holder.refresh_token,
        max_age=max(0, int((holder.refresh_expires_at - house.clock()).total_seconds())),
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )
    if not holder.user.is_demo:
        mark = house.door.tokens.mark_device(holder.user.id)
        response.set_cookie(
            DEVICE_COOKIE, mark, max_age=_DEVICE_MAX_AGE_S, httponly=True, secure=secure, samesite="lax", path="/"
        )
    response.headers["Cache-Control"] = "no-store"
    return SignedInOut(
        access_token=holder.access_token,
        token=holder.access_token,
        expires_in=int(house.settings.access_ttl.total_seconds()),
        expires_at=holder.access_expires_at,
        user_id=holder.user.id,
        is_demo=holder.user.is_demo,
    )


def forget(response: Response, house: House) -> None:
    response.delete_cookie(
        house.settings.refresh_cookie_name,
        path="/",
        httponly=True,
        secure=house.settings.refresh_token_secure,
        samesite="lax",
    )
