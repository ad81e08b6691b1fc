"""Settings: where they come from, what is refused and in which words, and the secrets made for those who give none."""

import stat
from pathlib import Path
from typing import Any

import pytest

from farthing.infra.crypto import decode_key, new_key
from farthing.settings import (
    SECRETS_FILE,
    Settings,
    SettingsWrong,
    ensure_secrets,
    is_generated,
    keep_secrets,
    load,
    sealing_keys_again,
)

LONG = "a secret key of more than thirty-two characters"
ISSUER = '[{"issuer": "https://id.example", "jwks_url": "https://id.example/jwks", "audience": "farthing"}]'


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def read(folder: Path, environment: dict[str, str] | None = None, *, env_file: Path | None = None) -> Settings:
    return load({"DATA_DIR": str(folder)} | (environment or {}), env_file=env_file or folder / "no.env")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("DATABASE_URL", "mysql://root@localhost/farthing"),
        ("DATABASE_URL", "farthing.db"),
        ("DB_POOL_SIZE", "0"),
        ("DB_MAX_OVERFLOW", "many"),
        ("SECRET_KEY", "short"),
        ("SECRETS_KEY", "short"),
        ("SECRETS_KEY", "ZmFydGhpbmcgdGVzdHMgc2VhbCB3aXRoIHRoaXMgayE=,short"),
        ("ALGORITHM", "RS256"),
        ("ALGORITHM", "none"),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", "0"),
        ("REFRESH_TOKEN_EXPIRE_DAYS", "4000"),
        ("REFRESH_COOKIE_NAME", "a b"),
        ("REFRESH_TOKEN_SECURE", "perhaps"),
        ("REGISTRATION", "free"),
        ("DEMO_MODE", "sometimes"),
        ("OUTSIDE_ISSUERS", "not json"),
        ("OUTSIDE_ISSUERS", '[{"issuer": "x"}]'),
        ("OUTSIDE_ISSUERS", ISSUER.replace("https://id.example/jwks", "ftp://id.example")),
        ("OUTSIDE_ISSUERS", ISSUER.replace("}", ', "algorithms": ["HS256"]}')),
        ("FIREFLY_URL", "firefly.example"),
        ("ALLOWED_ORIGINS", '["https://one.example"'),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("APP_PUBLIC_URL", "farthing.example"),
        ("OUTBOUND_PROXY", "socks5://localhost"),
        ("OUTBOUND_PRIVATE", "localhost"),
        ("OUTBOUND_PRIVATE", "localhost:http"),
        ("MAX_BODY_MB", "0"),
        ("WORKER_ID", "two words"),
        ("JOB_CONCURRENCY", "0"),
        ("DEBUG", "maybe"),
        ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_variable_and_the_remedy(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsWrong) as refused:
        read(tmp_path, {name: value})
    said = refused.value.detail
    assert said.startswith(name)
    assert "\n" not in said
    assert said.endswith("Correct it in the environment or in .env.")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"DATABASE_APP_URL": "postgresql://app@db/farthing"}, "DATABASE_SYSTEM_URL"),
        ({"DATABASE_SYSTEM_URL": "postgresql://app@db/farthing"}, "DATABASE_APP_URL"),
        ({"SMTP_URL": "smtp://localhost"}, "MAIL_FROM"),
        ({"SANDBOX": "true", "HOST": "0.0.0.0"}, "SANDBOX"),
        ({"SANDBOX": "true", "HOST": "::"}, "SANDBOX"),
        ({"SANDBOX": "true", "HOST": "192.0.2.7"}, "SANDBOX"),
    ],
)
def test_values_that_do_not_go_together_are_named(tmp_path: Path, given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsWrong, match=named) as refused:
        read(tmp_path, given)
    assert "\n" not in refused.value.detail


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "hush-hush"),
        ("SECRETS_KEY", "hush-hush"),
        ("DATABASE_URL", "mysql://owner:hush-hush@db/farthing"),
        ("DATABASE_APP_URL", "mysql://owner:hush-hush@db/farthing"),
        ("OUTBOUND_PROXY", "socks5://me:hush-hush@proxy"),
    ],
)
def test_what_is_wrong_with_a_secret_is_said_without_showing_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsWrong, match=name) as refused:
        read(tmp_path, {name: value})
    assert "hush-hush" not in refused.value.detail


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_the_sandbox_is_welcome_on_loopback(tmp_path: Path, host: str) -> None:
    assert read(tmp_path, {"SANDBOX": "true", "HOST": host}).sandbox


def test_the_caller_goes_before_the_environment_before_the_file_before_what_was_generated(
    tmp_path: Path, env_file: Path
) -> None:
    keep_secrets(tmp_path, {"secret_key": LONG + "generated"})
    env_file.write_text(f"PORT=1\nLOG_LEVEL=ERROR\nDB_POOL_SIZE=3\nSECRET_KEY={LONG}\nDATA_DIR={tmp_path}\n")
    settings = load({"PORT": "2", "LOG_LEVEL": "WARNING"}, env_file=env_file, port=4)
    assert (settings.port, settings.log_level, settings.db_pool_size) == (4, "WARNING", 3)
    assert settings.secret_key.get_secret_value() == LONG


def test_a_blank_value_is_one_not_set(tmp_path: Path, env_file: Path) -> None:
    env_file.write_text("PORT=\nDATABASE_URL=\nFIREFLY_URL=   \nSECRET_KEY=\n")
    settings = read(tmp_path, {"HOST": "", "MAX_BODY_MB": "  "}, env_file=env_file)
    assert (settings.port, settings.host, settings.max_body_mb) == (8000, "127.0.0.1", 10)
    assert settings.firefly_url is None
    assert settings.is_sqlite


def test_a_blank_value_in_the_environment_leaves_the_files_value(tmp_path: Path, env_file: Path) -> None:
    env_file.write_text("PORT=9000\n")
    assert read(tmp_path, {"PORT": ""}, env_file=env_file).port == 9000


@pytest.mark.parametrize("name", ["DATABASE_URL", "database_url"])
def test_the_database_is_named_in_capitals_or_small(tmp_path: Path, env_file: Path, name: str) -> None:
    address = "postgresql://owner@db/farthing"
    assert read(tmp_path, {name: address}).database_url == address
    env_file.write_text(f"{name}={address}\n")
    warnings: list[str] = []
    assert load({}, env_file=env_file, data_dir=tmp_path, warn=warnings.append).database_url == address
    assert warnings == []


@pytest.mark.parametrize("name", ["ALLOWED_ORIGINS", "CORS_ORIGINS"])
@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("*", ("*",)),
        ("https://one.example", ("https://one.example",)),
        ("https://one.example, https://two.example,", ("https://one.example", "https://two.example")),
        ('["https://one.example", "https://two.example"]', ("https://one.example", "https://two.example")),
        ("[]", ()),
    ],
)
def test_origins_are_a_star_a_list_or_json(tmp_path: Path, name: str, value: str, origins: tuple[str, ...]) -> None:
    assert read(tmp_path, {name: value}).allowed_origins == origins


@pytest.mark.parametrize(
    ("key", "said"), [("USERS", "farthing users create"), ("PROT", "mend its name"), ("port", "mend its name")]
)
def test_an_unknown_key_is_a_warning_that_says_what_to_do(tmp_path: Path, env_file: Path, key: str, said: str) -> None:
    warnings: list[str] = []
    env_file.write_text(f"{key}=admin:admin\n")
    load({}, env_file=env_file, data_dir=tmp_path, warn=warnings.append)
    (warning,) = warnings
    assert warning.startswith(key)
    assert said in warning
    assert "admin:admin" not in warning


def test_the_environment_is_not_searched_for_strangers_but_for_what_we_once_read(tmp_path: Path) -> None:
    warnings: list[str] = []
    environment = {"DATA_DIR": str(tmp_path), "EDITOR": "vi", "USERS": "admin:admin"}
    load(environment, env_file=tmp_path / "no.env", warn=warnings.append)
    (warning,) = warnings
    assert warning.startswith("USERS")


@pytest.mark.parametrize(
    ("name", "value", "field", "meaning"),
    [
        ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
        ("REGISTRATION", "Open", "registration", "open"),
        ("DEMO_MODE", "AUTO", "demo_mode", "auto"),
        ("DEMO_MODE", "1", "demo_mode", "true"),
        ("DEMO_MODE", "False", "demo_mode", "false"),
        ("DEMO_MODE", "off", "demo_mode", "false"),
        ("DEBUG", "yes", "debug", True),
        ("TRUSTED_PROXIES", "127.0.0.1,10.0.0.0/8", "trusted_proxies", ("127.0.0.1", "10.0.0.0/8")),
        ("OUTBOUND_PRIVATE", "nas:8080, [::1]:99", "outbound_private", ("nas:8080", "[::1]:99")),
        ("APP_PUBLIC_URL", "https://farthing.example/", "app_public_url", "https://farthing.example"),
        ("PORT", " 9000 ", "port", 9000),
    ],
)
def test_values_are_read_as_people_write_them(
    tmp_path: Path, name: str, value: str, field: str, meaning: object
) -> None:
    assert getattr(read(tmp_path, {name: value}), field) == meaning


def test_an_issuer_is_read_from_json(tmp_path: Path) -> None:
    (issuer,) = read(tmp_path, {"OUTSIDE_ISSUERS": ISSUER}).outside_issuers
    assert (issuer.issuer, issuer.algorithms, issuer.tenant_claim) == ("https://id.example", ("RS256",), "tenant_id")


def test_what_is_kept_lies_in_the_data_folder_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.database_url == f"sqlite:///{tmp_path / 'farthing.db'}"
    assert settings.lake_url == f"file://{tmp_path / 'lake'}"
    assert read(tmp_path, {"LAKE_URL": "s3://bucket"}).lake_url == "s3://bucket"


def test_reading_settings_writes_nothing(tmp_path: Path) -> None:
    read(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_settings_never_change(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(tmp_path).port = 1  # type: ignore[misc]  # the very thing that must not work


def test_secrets_are_shown_by_no_accident(tmp_path: Path) -> None:
    settings = read(
        tmp_path, {"SECRET_KEY": LONG, "METRICS_TOKEN": "hush", "SMTP_URL": "smtp://a:hush@b", "MAIL_FROM": "a@b"}
    )
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hush" not in shown
        assert LONG not in shown


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = ensure_secrets(read(folder))
    path = folder / SECRETS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    written = path.read_text()
    second = ensure_secrets(read(folder))
    assert path.read_text() == written
    assert secrets_of(first) == secrets_of(second)
    assert len(first.secret_key.get_secret_value()) >= 32
    assert [len(decode_key(key)) for key in first.sealing_keys] == [32]
    assert [path.name for path in folder.iterdir()] == [SECRETS_FILE]


def test_no_two_installations_share_a_secret(tmp_path: Path) -> None:
    one, other = (ensure_secrets(read(tmp_path / name)) for name in ("one", "other"))
    assert not set(secrets_of(one)) & set(secrets_of(other))


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    settings = ensure_secrets(read(tmp_path, {"SECRET_KEY": LONG}))
    assert "SECRET_KEY=" not in (tmp_path / SECRETS_FILE).read_text()
    assert settings.secret_key.get_secret_value() == LONG
    assert is_generated(settings, "secrets_key")
    assert not is_generated(settings, "secret_key")


def test_nothing_is_made_when_all_is_given(tmp_path: Path) -> None:
    settings = ensure_secrets(read(tmp_path, {"SECRET_KEY": LONG, "SECRETS_KEY": new_key()}))
    assert list(tmp_path.iterdir()) == []
    assert sealing_keys_again(settings) is None


def test_a_crash_while_keeping_secrets_loses_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = secrets_of(ensure_secrets(read(tmp_path)))

    def crash(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("os.fsync", crash)
    with pytest.raises(OSError, match="no space"):
        keep_secrets(tmp_path, {"secrets_key": new_key()})
    assert secrets_of(read(tmp_path)) == before


def test_keys_are_read_again_from_where_they_came_however_often_they_changed(tmp_path: Path) -> None:
    read_again = sealing_keys_again(ensure_secrets(read(tmp_path)))
    for keys in (["one", "two"], ["three", "one"], ["four", "three"]):
        keep_secrets(tmp_path, {"secrets_key": ",".join(keys)})
        assert read_again is not None
        assert read_again() == keys


def secrets_of(settings: Settings) -> list[str]:
    return [settings.secret_key.get_secret_value(), *settings.sealing_keys]
