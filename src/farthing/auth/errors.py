from farthing.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Outdated, Unauthenticated, Unprocessable


class NotSignedIn(Unauthenticated):
    """Not authenticated. Sign in and send the access token as `Authorization: Bearer …`."""


class TokenInvalid(Unauthenticated):
    """The access token is not valid or has expired. Refresh it or sign in again."""


class SessionEnded(Unauthenticated):
    """This session has ended. Sign in again."""


class DemoEnded(Unauthenticated):
    """This demo has ended. Start a new one or create an account."""


class WrongCredentials(Unauthenticated):
    """Incorrect username or password."""


class RefreshMissing(Unauthenticated):
    """Missing refresh token. Sign in again."""


class RefreshInvalid(Unauthenticated):
    """Invalid refresh token. Sign in again."""


class RefreshReused(Unauthenticated):
    """This refresh token was used before, so its session was ended for safety. Sign in again."""


class AccountDisabled(Forbidden):
    """This account is disabled. Ask an administrator."""


class SuperuserOnly(Forbidden):
    """Only a superuser may do this."""


class RoleTooLow(Forbidden):
    """Your role in this workspace does not allow this."""


class NotMember(Forbidden):
    """You are not a member of this workspace. Switch to one of yours."""


class DemoForbidden(Forbidden):
    """A demo cannot do this. Turn it into a real account first."""


class RegistrationClosed(Forbidden):
    """Registration is closed. Ask an administrator for an account."""


class InviteNeeded(Forbidden):
    """Registration needs an invite. Ask somebody who is a member already."""


class DemoOff(NotFound):
    """There is no demo here."""


class DemoFull(Conflict):
    """Too many demos are running. Try again later."""


class UsernameTaken(Conflict):
    """Username already exists. Choose another."""


class EmailTaken(Conflict):
    """Email already registered. Sign in instead, or use another."""


class AlreadyBootstrapped(Conflict):
    """System already bootstrapped. Sign in instead."""


class LastSuperuser(Conflict):
    """This is the last active superuser. Promote somebody else first."""


class LastOwner(Conflict):
    """This is the last owner of a workspace that others use. Hand the ownership over first."""


class LastWorkspace(Conflict):
    """This is your only workspace. Create another before you leave it."""


class AlreadyMember(Invalid):
    """This person is already a member of the workspace."""


class UserNotFound(NotFound):
    """User not found."""


class MemberNotFound(NotFound):
    """Member not found in this tenant."""


class WorkspaceNotFound(NotFound):
    """Workspace not found."""


class WorkspaceOutdated(Outdated):
    """The workspace was changed meanwhile. Read it again and repeat your change."""


class SessionNotFound(NotFound):
    """Session not found."""


class InviteNotFound(NotFound):
    """Invite not found."""


class InviteInvalid(Invalid):
    """Invalid or expired invite. Ask for a new one."""


class InviteForSomebodyElse(Forbidden):
    """This invite is for another e-mail address."""


class PasswordTokenInvalid(Invalid):
    """Invalid or expired token. Ask an administrator for a new one."""


class PasswordWrong(Invalid):
    """The current password is not right."""


class PasswordWeak(Unprocessable):
    """The password is too easy to guess. Take a longer or less common one."""


class OutsideTenantInvalid(Invalid):
    """The token's tenant_id is not usable."""


class ReplayMismatch(Unprocessable):
    """This Idempotency-Key was used for another request. Use a new key."""


class ReplayUnderWay(Conflict):
    """A request with this Idempotency-Key is under way. Ask again in a moment for its answer."""
