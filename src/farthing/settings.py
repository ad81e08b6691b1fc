"""The settings of the house: one frozen object, read once, from the environment, `.env` and the data folder.

Nobody else looks at the environment. A wrong value stops the start with one line that names the variable.
"""

import json
import os
import re
import secrets as randomness
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from farthing.infra.crypto import decode_key, new_key
from farthing.kernel.errors import FarthingError

SECRETS_FILE = "secrets.env"
_SECRET_KEY_MIN = 32
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
OwnAlgorithm = Literal["HS256", "HS384", "HS512"]
_CREDENTIALS = re.compile(r"//[^/@]*@")
_LEGACY = {"USERS": "people live in the database now; create them with `farthing users create`"}


class SettingsWrong(FarthingError):
    """A setting is wrong."""


class IssuerSetting(BaseModel):
    """One outside issuer with published keys, as an element of OUTSIDE_ISSUERS."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(min_length=1)
    jwks_url: str = Field(pattern=r"^https?://")
    audience: str = Field(min_length=1)
    algorithms: tuple[Literal["RS256", "ES256", "EdDSA"], ...] = ("RS256",)
    tenant_claim: str = "tenant_id"


class Settings(BaseModel):
    """Every field is the variable of the same name in capitals; its description is its documentation."""

    model_config = ConfigDict(frozen=True)

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    data_dir: Path = Field(Path("./data"), description="Folder of everything that is kept: database, secrets, lake.")
    database_url: str = Field(
        "", description="SQLite or PostgreSQL address of the tables' owner; empty means SQLite in the data folder."
    )
    database_app_url: str | None = Field(
        None, description="PostgreSQL address of the restricted role, where the owner may not create roles."
    )
    database_system_url: str | None = Field(
        None, description="PostgreSQL address of the role that works across workspaces; goes with DATABASE_APP_URL."
    )
    db_pool_size: int = Field(10, ge=1, le=200, description="Database connections kept open per role.")
    db_max_overflow: int = Field(20, ge=0, le=500, description="Further connections at peaks.")
    lake_url: str = Field("", description="Where files of history are kept; empty means a folder in the data folder.")
    secret_key: SecretStr = Field(
        SecretStr(""), description="Signs tokens; at least 32 characters. Generated into the data folder when empty."
    )
    secrets_key: SecretStr = Field(
        SecretStr(""),
        description="Seals stored secrets: base64 of 32 bytes, or several, newest first. Generated when empty.",
    )
    algorithm: OwnAlgorithm = Field("HS256", description="Signature of our own access tokens.")
    access_token_expire_minutes: int = Field(60, ge=1, le=1440, description="Life of an access token.")
    refresh_token_expire_days: int = Field(30, ge=1, le=3650, description="Life of a session without signing in again.")
    refresh_cookie_name: str = Field(
        "refresh_token", pattern=r"^[A-Za-z0-9_\-]+$", description="Name of the refresh cookie."
    )
    refresh_token_secure: bool = Field(
        False, description="Send the refresh cookie over HTTPS only. Set it to true behind TLS."
    )
    password_set_token_expire_hours: int = Field(24, ge=1, le=720, description="Life of a one-time password link.")
    invite_expire_days: int = Field(7, ge=1, le=365, description="Life of an invite to a workspace.")
    registration: Literal["open", "invite", "closed"] = Field(
        "invite", description="Who may register: anybody, people with an invite, nobody."
    )
    demo_mode: Literal["auto", "true", "false"] = Field(
        "auto", description="Demos: until the first superuser exists, always, or never."
    )
    demo_token_ttl_hours: int = Field(24, ge=1, le=720, description="Life of a demo.")
    demo_max: int = Field(500, ge=0, le=100_000, description="Demos that may run at once.")
    outside_jwt_secret: SecretStr | None = Field(
        None, description="Shared secret of an outside issuer that signs with HS256."
    )
    outside_jwt_use_secret_key: bool = Field(
        False, description="Take SECRET_KEY as the outside issuer's shared secret, as Finance Planner did."
    )
    outside_issuers: tuple[IssuerSetting, ...] = Field(
        (),
        description="JSON list of issuers with published keys: issuer, jwks_url, audience, algorithms, tenant_claim.",
    )
    firebase_project_id: str | None = Field(None, description="Accept the tokens of this Firebase project.")
    firefly_url: str | None = Field(None, description="The operator's Firefly III.")
    firefly_token: SecretStr | None = Field(None, description="Its API token.")
    blik_description_filter: str = Field("BLIK", description="Text by which BLIK payments are recognised.")
    tag_blik_done: str = Field("blik_done", description="Tag of transactions whose BLIK payment was applied.")
    allowed_origins: tuple[str, ...] = Field(
        (), description="CORS origins: `*`, a list separated by commas, or JSON. CORS_ORIGINS is the same."
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses or networks whose X-Forwarded-For is believed, separated by commas."
    )
    app_public_url: str | None = Field(None, description="Address under which people reach this; used in links.")
    outbound_proxy: SecretStr | None = Field(None, description="Proxy for calls to other systems.")
    outbound_private: tuple[str, ...] = Field(
        (), description="host:port pairs in private networks that may be called, separated by commas."
    )
    smtp_url: SecretStr | None = Field(
        None, description="Mail server, such as smtp://user:password@host:587?starttls=1."
    )
    mail_from: str | None = Field(None, description="Sender of mails; needed with SMTP_URL.")
    max_body_mb: int = Field(10, ge=1, le=4096, description="Largest request body outside of imports.")
    max_upload_mb: int = Field(1024, ge=1, le=65_536, description="Largest file that is imported.")
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token that may read /api/system/metrics; without it only superusers may."
    )
    worker_id: str = Field("local", pattern=r"^[\w.\-]{1,64}$", description="Name of this process among several.")
    job_concurrency: int = Field(4, ge=1, le=64, description="Background jobs at once in this process.")
    debug: bool = Field(False, description="Readable logs and more of them.")
    log_level: LogLevel = Field("INFO", description="Least severity that is logged.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="Logs for machines or for people; auto means for people on a terminal."
    )
    sandbox: bool = Field(
        False, description="Trying out: open registration, demo on, generous throttles; loopback only."
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _level_in_capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("registration", "demo_mode", mode="before")
    @classmethod
    def _word_in_small(cls, value: Any) -> Any:
        folded = value.strip().lower() if isinstance(value, str) else value
        return {"1": "true", "yes": "true", "on": "true", "0": "false", "no": "false", "off": "false"}.get(
            folded, folded
        )

    @field_validator("allowed_origins", "trusted_proxies", "outbound_private", mode="before")
    @classmethod
    def _list(cls, value: Any) -> Any:
        return _as_list(value) if isinstance(value, str) else value

    @field_validator("outside_issuers", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ip_network(network, strict=False)
        return value

    @field_validator("outbound_private")
    @classmethod
    def _pairs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pair in value:
            host, _, port = pair.rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"{pair!r} is not host:port")
        return value

    @field_validator("database_url", "database_app_url", "database_system_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and not value.startswith(("sqlite", "postgresql", "postgres:")):
            raise ValueError("starts neither with sqlite:/// nor with postgresql://")
        return value

    @field_validator("app_public_url", "firefly_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("does not start with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("outbound_proxy")
    @classmethod
    def _web_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("does not start with http:// or https://")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < _SECRET_KEY_MIN:
            raise ValueError(f"has fewer than {_SECRET_KEY_MIN} characters")
        return value

    @field_validator("secrets_key")
    @classmethod
    def _real_keys(cls, value: SecretStr) -> SecretStr:
        for key in filter(None, value.get_secret_value().split(",")):
            decode_key(key)
        return value

    @model_validator(mode="after")
    def _belong_together(self) -> "Settings":
        if self.sandbox and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError(f"SANDBOX works on loopback only, not on {self.host}")
        if bool(self.database_app_url) != bool(self.database_system_url):
            raise ValueError("DATABASE_APP_URL and DATABASE_SYSTEM_URL go together")
        if self.smtp_url and not self.mail_from:
            raise ValueError("MAIL_FROM is needed with SMTP_URL")
        return self

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def sealing_keys(self) -> list[str]:
        return [key.strip() for key in self.secrets_key.get_secret_value().split(",") if key.strip()]

    @property
    def access_ttl(self) -> timedelta:
        return timedelta(minutes=self.access_token_expire_minutes)


ALIASES = {"CORS_ORIGINS": "ALLOWED_ORIGINS"}
VARIABLES = {name.upper(): name for name in Settings.model_fields}


def load(
    environment: Mapping[str, str] | None = None,
    *,
    env_file: Path = Path(".env"),
    warn: Callable[[str], None] = lambda _: None,
    **overrides: Any,
) -> Settings:
    """Read once: what the caller says, then the environment, then `.env`, then the data folder's generated secrets."""
    environment = os.environ if environment is None else environment
    in_file = {key: value for key, value in dotenv_values(env_file).items() if value is not None}
    _warn_of_strangers(in_file, environment, warn)
    given = _known(in_file) | _known(environment) | {k: v for k, v in overrides.items() if v is not None}
    settings = _checked(given)
    generated = _generated(settings.data_dir)
    return _checked({name: value for name, value in generated.items() if name not in given} | given | _places(settings))


def _known(source: Mapping[str, str]) -> dict[str, Any]:
    """The variables that are ours and not blank; a blank one, as in `.env.example`, is one not set."""
    found: dict[str, Any] = {}
    for key, value in source.items():
        name = VARIABLES.get(ALIASES.get(key.upper(), key.upper()))
        is_ours = key in VARIABLES or key in ALIASES or key == "database_url"
        if name and is_ours and value.strip():
            found[name] = value.strip()
    return found


def _warn_of_strangers(in_file: Mapping[str, str], environment: Mapping[str, str], warn: Callable[[str], None]) -> None:
    """The file is ours alone; in the environment only what a predecessor read is worth a word."""
    for key in in_file:
        if key not in VARIABLES and key not in ALIASES and key != "database_url":
            warn(f"{key} in .env is not a setting: {_LEGACY.get(key, 'it is ignored; remove it or mend its name')}")
    for key in _LEGACY.keys() & environment.keys() - in_file.keys():
        warn(f"{key} in the environment is not a setting: {_LEGACY[key]}")


def _checked(given: Mapping[str, Any]) -> Settings:
    try:
        return Settings(**given)
    except ValidationError as error:
        raise SettingsWrong(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    """The first fault: which variable, what is wrong, and what to do."""
    fault = error.errors()[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    said = fault["msg"].removeprefix("Value error, ")
    if not name:
        return f"{said}. Correct it in the environment or in .env."
    field = Settings.model_fields[name]
    shown = "" if "Secret" in str(field.annotation) else f" {_CREDENTIALS.sub('//…@', repr(fault['input']))}"
    return f"{name.upper()}{shown}: {said}. {field.description} Correct it in the environment or in .env."


def _places(settings: Settings) -> dict[str, Any]:
    """Where things are when nobody said so: in the data folder."""
    folder = settings.data_dir.expanduser().resolve()
    return {
        "data_dir": folder,
        "database_url": settings.database_url or f"sqlite:///{folder / 'farthing.db'}",
        "lake_url": settings.lake_url or f"file://{folder / 'lake'}",
    }


def _generated(data_dir: Path) -> dict[str, Any]:
    path = data_dir.expanduser() / SECRETS_FILE
    return _known({k: v or "" for k, v in dotenv_values(path).items()}) if path.exists() else {}


def ensure_secrets(settings: Settings) -> Settings:
    """Generate what is secret and not given, into a file of the data folder that only its owner reads."""
    missing: dict[str, str] = {}
    if not settings.secret_key.get_secret_value():
        missing["secret_key"] = randomness.token_urlsafe(48)
    if not settings.sealing_keys:
        missing["secrets_key"] = new_key()
    if missing:
        keep_secrets(settings.data_dir, missing)
    return settings.model_copy(update={name: SecretStr(value) for name, value in missing.items()})


def keep_secrets(data_dir: Path, values: Mapping[str, str]) -> None:
    """Write generated secrets so that a crash leaves either the old file or the new one."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = data_dir / SECRETS_FILE
    kept = {k: v or "" for k, v in dotenv_values(path).items()} if path.exists() else {}
    kept |= {name.upper(): value for name, value in values.items()}
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(
            "# Generated by Farthing. Without these nobody can sign in and no stored secret opens: keep a copy.\n"
        )
        file.writelines(f"{key}={value}\n" for key, value in kept.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def is_generated(settings: Settings, name: str) -> bool:
    """Whether a secret is the one in the data folder, and so ours to change."""
    field: SecretStr = getattr(settings, name)
    return bool(_generated(settings.data_dir).get(name) == field.get_secret_value())


def sealing_keys_again(settings: Settings) -> Callable[[], list[str]] | None:
    """What reads the keys from the data folder as they are then, if that is where they come from."""

    def kept() -> list[str]:
        keys = str(_generated(settings.data_dir).get("secrets_key", "")).split(",")
        return [key.strip() for key in keys if key.strip()]

    return kept if set(kept()) & set(settings.sealing_keys) else None


def _as_list(text: str) -> list[str]:
    if text.strip().startswith("["):
        return [str(item) for item in json.loads(text)]
    return [item.strip() for item in text.split(",") if item.strip()]
