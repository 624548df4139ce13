"""Settings from the environment; a missing or malformed one stops the start with one line that names it and the fix.

Each secret may also be given as `NAME_FILE`, the path of a file that holds it, or as `NAME_CMD`, a command that prints it
(`setting_sources.py`). `Settings` checks the form of what is there; `require_for_serving()` adds what a live site cannot do
without, so that `flask db upgrade` or `flask demo` need nothing at all. Why not one class per environment: the only other
environment is the demo, and `flask demo` passes its few own values in code, so that no setting can turn a live site into a
demo by accident.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app import preview, setting_sources
from app.setting_forms import DatabaseUrl, Link, List, Origin, Origins, Url, Zone, parts
from app.setting_sources import Source, SourceError

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"

SECRETS = frozenset({
    "SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "REDIS_URL", "CALCOM_API_KEY", "CALCOM_WEBHOOK_SECRET", "MAIL_PASSWORD",
    "METRICS_TOKEN", "SENTRY_DSN", "CALCOM_CLIENT_SECRET", "SERVICE_TOKEN", "BACKUP_PASSPHRASE",
})  # fmt: skip
"""Settings that may also be given as `NAME_FILE` or `NAME_CMD`."""

NAMED_SECRET = "CALCOM_WEBHOOK_SECRET_"  # noqa: S105 -- the beginning of a name

FIXES = {
    "SECRET_KEY": "set it to at least 32 random characters, for example: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
    "SITE_URL": "set it to the address people type, for example https://book.example.com",
    "CALCOM_LINK": "set it to the part after cal.com/ in your booking link, for example acme/consultation",
    "CALCOM_WEBHOOK_SECRET": "set it to the secret typed into the webhook form at Cal.com (8 characters or more)",
}


class SettingsError(Exception):
    """One or more settings are missing or malformed; the text is one line per setting with its fix."""


def is_webhook_secret(name: str) -> bool:
    """Whether a setting signs deliveries."""
    return name.startswith(NAMED_SECRET.rstrip("_"))


def subscription_of(name: str) -> str:
    """The subscription that such a setting belongs to; empty for the main one."""
    return name.removeprefix(NAMED_SECRET.rstrip("_")).removeprefix("_").lower()


class Settings(BaseSettings):
    """Every setting with its default. Names are the environment's; lists are separated by commas."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, validate_default=False)

    SECRET_KEY: str = Field(default="", min_length=32)
    SECRET_KEY_FALLBACKS: List = []
    SITE_NAME: str = ""
    SITE_URL: Url = "http://localhost:8000"
    SITE_FILE: Path | None = None
    TRUSTED_HOSTS: List = []
    PROXY_HOPS: int = Field(default=0, ge=0, le=5)
    INSTANCE_PATH: Path = ROOT / "instance"
    DATABASE_URL: DatabaseUrl = ""
    REDIS_URL: str = ""
    PLACE_TIME_ZONE: Zone = ""

    CALCOM_LINK: Link = ""
    CALCOM_ORIGIN: Origin = "https://app.cal.com"
    CALCOM_EMBED_URL: Url = ""
    CALCOM_API_URL: Url = "https://api.cal.com/v2"
    CALCOM_API_KEY: str = ""
    CALCOM_CLIENT_ID: str = ""
    CALCOM_CLIENT_SECRET: str = ""
    CALCOM_WEBHOOK_SECRET: List = []
    CALCOM_CONFIG: Path = Path("calcom.yaml")
    SYNC_MINUTES: int = Field(default=10, ge=1)

    INBOX_RETENTION_DAYS: int = Field(default=90, ge=1)
    INBOX_SILENCE_HOURS: int = Field(default=72, ge=1)

    MAIL_SERVER: str = ""
    MAIL_PORT: int = Field(default=587, ge=1, le=65535)
    MAIL_USE_TLS: bool = True
    MAIL_USE_SSL: bool = False
    MAIL_USERNAME: str = ""
    MAIL_PASSWORD: str = ""
    MAIL_DEFAULT_SENDER: str = ""
    MAIL_KINDS: List = ["all"]
    MAIL_PREVIEW_ONLY: bool = False
    ADMIN_EMAIL: str = ""

    API_CORS_ORIGINS: Origins = []
    PREVIEW: bool = False
    REQUIRE_2FA: bool = False
    DEBUG_DELIVERIES: bool = False
    QUEUE_ALARM_SECONDS: int = Field(default=300, ge=1)
    SECRET_DAYS: int = Field(default=90, ge=1)
    SERVICE_TOKEN: str = Field(default="", min_length=32)
    BACKUP_PASSPHRASE: str = Field(default="", min_length=12)
    METRICS_TOKEN: str = Field(default="", min_length=16)
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    LOG_READABLE: bool = False
    SENTRY_DSN: str = ""

    demo: bool = Field(default=False, exclude=True)
    """Set by `flask demo` in code; no environment variable reaches it."""
    webhook_secrets: dict[str, list[str]] = Field(default={}, exclude=True)
    """Secrets of named subscriptions, from `CALCOM_WEBHOOK_SECRET_<NAME>`."""
    webhook_secret_files: dict[str, Path] = Field(default={}, exclude=True)
    """Files that webhook secrets came from, by subscription (empty for the main one): they are read again when they change."""
    webhook_secret_commands: dict[str, str] = Field(default={}, exclude=True, repr=False)
    """The same for commands, which are run again every few minutes."""
    sources: dict[str, Source] = Field(default={}, exclude=True)
    """Where each setting was found."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load` passes in: the environment is read there, once."""
        return (init_settings,)

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, *, demo: bool = False) -> Self:
        """Settings from the environment (or the mapping given).

        Raises `SettingsError` that names each malformed setting and says what it should be.
        """
        found = dict(os.environ if environ is None else environ)
        values: dict[str, Any] = {}
        sources: dict[str, Source] = {}
        for name in cls.model_fields:
            if name.isupper() and (read := read_setting(found, name)) is not None:
                values[name], sources[name] = read
        webhook_secrets: dict[str, list[str]] = {}
        for name in sorted({each.removesuffix("_FILE").removesuffix("_CMD") for each in found if each.startswith(NAMED_SECRET)} - {NAMED_SECRET.rstrip("_")}):
            if (read := read_setting(found, name)) is not None:
                webhook_secrets[name.removeprefix(NAMED_SECRET).lower()], sources[name] = parts(read[0]), read[1]
        files = {subscription_of(name): Path(found[f"{name}_FILE"]) for name, source in sources.items() if source == Source.FILE and is_webhook_secret(name)}
        commands = {subscription_of(name): found[f"{name}_CMD"] for name, source in sources.items() if source == Source.COMMAND and is_webhook_secret(name)}
        try:
            return cls(
                **values,
                demo=demo,
                webhook_secrets=webhook_secrets,
                webhook_secret_files=files,
                webhook_secret_commands=commands,
                sources=sources,
            )
        except ValidationError as error:
            raise SettingsError("\n".join(_say(problem) for problem in error.errors())) from None

    @model_validator(mode="before")
    @classmethod
    def _close_a_preview(cls, values: dict[str, Any]) -> dict[str, Any]:
        return preview.without_ways_out(values, live_origin=str(cls.model_fields["CALCOM_ORIGIN"].default))

    @field_validator("CALCOM_WEBHOOK_SECRET")
    @classmethod
    def _check_secrets(cls, value: list[str]) -> list[str]:
        if any(len(secret) < 8 for secret in value):
            msg = "each secret needs at least 8 characters"
            raise ValueError(msg)
        return value

    @field_validator("webhook_secrets")
    @classmethod
    def _check_named_secrets(cls, value: dict[str, list[str]]) -> dict[str, list[str]]:
        for name, secrets in value.items():
            if not secrets or any(len(secret) < 8 for secret in secrets):
                msg = f"{NAMED_SECRET}{name.upper()}: each secret needs at least 8 characters"
                raise ValueError(msg)
        return value

    def require_for_serving(self) -> None:
        """Raises `SettingsError` unless everything a live site needs is there."""
        missing = [name for name in FIXES if name != "SITE_URL" and not getattr(self, name)]
        if "SITE_URL" not in self.model_fields_set:
            missing.append("SITE_URL")
        if missing:
            raise SettingsError("\n".join(f"{name} is missing: {FIXES[name]}." for name in missing))

    @cached_property
    def https(self) -> bool:
        """Whether people reach the site by https; decides redirects, HSTS and cookie names."""
        return self.SITE_URL.startswith("https://")

    @cached_property
    def database_uri(self) -> str:
        """Where the data is; by default a SQLite file in `INSTANCE_PATH`."""
        return self.DATABASE_URL or f"sqlite:///{self.INSTANCE_PATH.resolve() / 'frontdesk.sqlite3'}"

    @cached_property
    def only_asks(self) -> bool:
        """Whether Cal.com's API may be asked and not told anything."""
        return self.PREVIEW and not preview.is_here(self.CALCOM_API_URL)

    @cached_property
    def sealing_keys(self) -> list[str]:
        """What seals at rest, the present key first; earlier ones still open."""
        return [self.SECRET_KEY, *self.SECRET_KEY_FALLBACKS]

    @cached_property
    def embed_url(self) -> str:
        """Where the embed script is loaded from."""
        return self.CALCOM_EMBED_URL or f"{self.CALCOM_ORIGIN}/embed/embed.js"

    @property
    def site_path(self) -> Path:
        """Where the site file is, or would be: without SITE_FILE a page may write one into `INSTANCE_PATH`."""
        return self.SITE_FILE or self.INSTANCE_PATH.resolve() / "site.yaml"

    @property
    def site_file(self) -> Path | None:
        """The owner's site file; None as long as there is none, then the sample stands in."""
        return self.SITE_FILE or (self.site_path if self.site_path.is_file() else None)

    @cached_property
    def outbox_folder(self) -> Path:
        """Where mails are written as `.eml` files when there is no mail server."""
        return self.INSTANCE_PATH.resolve() / "outbox"

    def flask_config(self) -> dict[str, Any]:
        """What Flask and its extensions read from `app.config`."""
        mail = {name: getattr(self, name) for name in type(self).model_fields if name.startswith("MAIL_") and name not in {"MAIL_KINDS", "MAIL_PREVIEW_ONLY"}}
        return mail | {
            "SECRET_KEY": self.SECRET_KEY or None,
            "SECRET_KEY_FALLBACKS": self.SECRET_KEY_FALLBACKS or None,
            "SQLALCHEMY_DATABASE_URI": self.database_uri,
            "SQLALCHEMY_ENGINE_OPTIONS": {"pool_pre_ping": True} if self.database_uri.startswith("postgresql") else {},
            "MAX_CONTENT_LENGTH": 1_000_000,
            "WTF_CSRF_TIME_LIMIT": None,
            "RATELIMIT_STORAGE_URI": self.REDIS_URL or "memory://",
            "RATELIMIT_HEADERS_ENABLED": True,
            "COMPRESS_MIMETYPES": ["text/html", "text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml", "text/plain"],
            "COMPRESS_MIN_SIZE": 300,
        }

    @cached_property
    def sender(self) -> str:
        """The address mails come from."""
        return self.MAIL_DEFAULT_SENDER or self.ADMIN_EMAIL or f"no-reply@{urlsplit(self.SITE_URL).hostname}"


def read_setting(environ: Mapping[str, str], name: str) -> tuple[str, Source] | None:
    """The value of a setting, for a secret also from `NAME_FILE` or `NAME_CMD`, and where it was found; None when it is not set.

    Raises `SettingsError` when it is given twice or cannot be had.
    """
    try:
        return setting_sources.read(environ, name, secret=name in SECRETS or name.startswith(NAMED_SECRET), fix=FIXES.get(name, ""))
    except SourceError as error:
        raise SettingsError(str(error)) from None


def _say(problem: Any) -> str:
    name = str(problem["loc"][0]) if problem["loc"] else "settings"
    said = str(problem["msg"]).removeprefix("Value error, ")
    if name == "webhook_secrets":
        return f"{said}."
    if problem["type"] == "string_too_short":
        said = f"needs at least {problem['ctx']['min_length']} characters"
    fix = f" {FIXES[name]}." if name in FIXES else ""
    return f"{name} {said}.{fix}"
