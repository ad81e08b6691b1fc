from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, EmailStr, Field, SecretStr, model_validator

from farthing.auth.passwords import MAX_LENGTH, MIN_LENGTH
from farthing.kernel.actor import Role


def fold(text: Any) -> Any:
    """Names are compared without case and without blanks around them."""
    return text.strip().lower() if isinstance(text, str) else text


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Username = Annotated[
    str, Field(min_length=3, max_length=50, pattern=r"^[^\s@]+$", examples=["jan"]), BeforeValidator(fold)
]
Email = Annotated[EmailStr, BeforeValidator(fold), Field(max_length=254, examples=["jan@example.com"])]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024, examples=["correct-horse-battery"])]
NewPassword = Annotated[
    SecretStr, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH, examples=["correct-horse-battery"])
]
PersonName = Annotated[str, Field(min_length=1, max_length=255)]
WorkspaceName = Annotated[
    str, BeforeValidator(lambda t: t.strip() if isinstance(t, str) else t), Field(min_length=1, max_length=255)
]
NameOrNone = Annotated[Annotated[str, Field(max_length=254)] | None, BeforeValidator(fold)]
OneTimeToken = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class RegisterIn(BaseModel):
    """A new person: a username, an e-mail address, or both."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"username": "jan", "email": "jan@example.com", "password": "correct-horse-battery"}]
        }
    )

    username: Username | None = None
    email: Email | None = None
    password: NewPassword
    first_name: PersonName | None = None
    last_name: PersonName | None = None
    invite: OneTimeToken | None = None

    @model_validator(mode="after")
    def has_a_name(self) -> Self:
        if self.username is None and self.email is None:
            raise ValueError("give a username or an email")
        return self


class UpgradeIn(RegisterIn):
    """What turns a demo into an account of one's own."""


class LoginIn(BaseModel):
    """The username or the e-mail address, in either field."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"username": "jan", "password": "correct-horse-battery"}]}
    )

    username: NameOrNone = None
    email: NameOrNone = None
    password: Password

    @model_validator(mode="after")
    def has_a_name(self) -> Self:
        if not self.identifier:
            raise ValueError("give a username or an email")
        return self

    @property
    def identifier(self) -> str:
        return self.username or self.email or ""


class ProfileLoginIn(BaseModel):
    email: Email
    password: Password


class SignedInOut(BaseModel):
    """The union of what the clients of the replaced systems read after signing in."""

    access_token: str
    token: str
    token_type: str = "bearer"  # noqa: S105  the name of a scheme
    expires_in: int
    expires_at: datetime
    user_id: UUID
    is_demo: bool


class DemoOut(SignedInOut):
    demo_id: UUID


class WorkspaceOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    kind: str
    role: Role
    expires_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


class WorkspacePage(BaseModel):
    tenants: list[WorkspaceOut]
    total: int
    next: str | None


class CurrentWorkspace(BaseModel):
    id: UUID
    name: str
    kind: str
    role: Role
    expires_at: datetime | None


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    username: str
    email: str | None
    first_name: str | None
    last_name: str | None
    is_active: bool
    is_superuser: bool
    is_demo: bool
    must_change_password: bool


class RegisteredOut(UserOut, SignedInOut):
    """The new person and, because registering signs in, the tokens."""


class MeOut(UserOut):
    workspace: CurrentWorkspace | None


class ProfilePatch(BaseModel):
    """Only what is given changes; null clears a field that may be empty."""

    model_config = ConfigDict(extra="forbid")

    email: Email | None = None
    first_name: PersonName | None = None
    last_name: PersonName | None = None


class ManagedUserOut(UserOut):
    created_at: datetime


class UserPage(BaseModel):
    users: list[ManagedUserOut]
    total: int
    next: str | None


class UserIn(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"username": "jan"}]})

    username: Username
    email: Email | None = None
    is_superuser: bool = False


class LinkOut(BaseModel):
    """A one-time link, shown once."""

    invite_url: str | None
    token: str
    expires_at: datetime


class InvitedUserOut(ManagedUserOut, LinkOut):
    pass


class BootstrapIn(BaseModel):
    username: Username
    password: NewPassword
    email: Email | None = None


class BootstrapStatus(BaseModel):
    bootstrapped: bool


class SetPasswordIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: OneTimeToken
    new_password: NewPassword


class ChangePasswordIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    current_password: Password
    new_password: NewPassword


class SessionOut(BaseModel):
    id: UUID
    address: str | None
    user_agent: str | None
    created_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    is_current: bool


class SessionPage(BaseModel):
    sessions: list[SessionOut]
    total: int
    next: str | None


class WorkspaceIn(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Household"}]})

    name: WorkspaceName


class MemberOut(BaseModel):
    id: UUID
    user_id: UUID
    auth_user_id: str
    username: str
    email: str | None
    first_name: str | None
    last_name: str | None
    role: Role
    is_active: bool
    created_at: datetime


class MemberPage(BaseModel):
    members: list[MemberOut]
    total: int
    next: str | None


class MemberIn(BaseModel):
    """Somebody who has an account already, by any of his names."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"username": "jan", "role": "member"}]})

    auth_user_id: Annotated[Annotated[str, Field(max_length=255)] | None, BeforeValidator(_number_as_text)] = None
    username: NameOrNone = None
    email: Email | None = None
    role: Role = Role.MEMBER

    @model_validator(mode="after")
    def names_somebody(self) -> Self:
        if not (self.auth_user_id or self.username or self.email):
            raise ValueError("give an auth_user_id, a username or an email")
        return self


class RoleIn(BaseModel):
    role: Role


class RemovedMemberOut(BaseModel):
    message: str = "Member removed successfully"
    removed_user_id: UUID


class TransferIn(BaseModel):
    user_id: UUID


class InviteIn(BaseModel):
    """Without an address the link works for whoever holds it; with one, only for that person, who gets it by mail."""

    email: Email | None = None
    role: Role = Role.MEMBER


class InviteOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str | None
    role: Role
    created_at: datetime
    expires_at: datetime


class NewInviteOut(InviteOut, LinkOut):
    is_mailed: bool


class InvitePage(BaseModel):
    invites: list[InviteOut]
    total: int
    next: str | None


class InviteTokenIn(BaseModel):
    token: OneTimeToken


class InvitePreview(BaseModel):
    workspace_name: str
    role: Role
    email: str | None
    invited_by: str | None
    expires_at: datetime


class OkOut(BaseModel):
    ok: bool = True


class RevokedOut(OkOut):
    revoked: int
