"""Settings, read from the environment once. A missing secret stops the start; nothing has a default password or key."""

import os
from pathlib import Path
from typing import Any


class ConfigurationMissing(RuntimeError):
    """A setting without which the platform must not start."""


# Taken as they are where they are set; whoever reads them says what is wrong with them.
OPTIONAL = (
    "PUBLIC_URL",
    "SMS_VENDOR",
    "SMS_KEY_ID",
    "SMS_KEY_SECRET",
    "SMS_APP_ID",
    "SMS_REGION",
    "SMS_ENDPOINT",
    "SMS_SIGN",
    "SMS_COURT_SIGNS",
    "SMS_TEMPLATES",
)


def from_environment() -> dict[str, Any]:
    """The app's configuration. Raises ConfigurationMissing naming what to set."""
    wanted = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEY", "INDEX_KEY")
    missing = [name for name in wanted if not os.environ.get(name)]
    if missing:
        raise ConfigurationMissing(f"environment variables missing: {', '.join(missing)} (see docs/operations.md)")
    data = Path(os.environ.get("DATA_DIR") or ".data").resolve()
    return {
        "SQLALCHEMY_DATABASE_URI": database_url(os.environ["DATABASE_URL"]),
        "REDIS_URL": os.environ["REDIS_URL"],
        "SECRET_KEY": os.environ["SECRET_KEY"],
        # "key id:base64" pairs; a bare value is key 1. The first is used for writing.
        "ENCRYPTION_KEY": os.environ["ENCRYPTION_KEY"],
        # The same way. Retired ones no longer open a search; they know what was written once and never changes.
        "INDEX_KEY": os.environ["INDEX_KEY"],
        "RETIRED_INDEX_KEY": os.environ.get("RETIRED_INDEX_KEY", ""),
        "DATA_DIR": str(data),
        # The audit's second place (S36). Without one of its own it stands beside the data, which the screen tells.
        "AUDIT_ARCHIVE_DIR": str(Path(os.environ.get("AUDIT_ARCHIVE_DIR") or data / "audit-archive").resolve()),
        "AUDIT_RETENTION_DAYS": retention_days(os.environ.get("AUDIT_RETENTION_DAYS")),
        "SESSION_COOKIE_SECURE": os.environ.get("COOKIE_SECURE", "") == "1",
        "TRUSTED_PROXIES": int(os.environ.get("TRUSTED_PROXIES", "0")),
        **{name: os.environ[name] for name in OPTIONAL if os.environ.get(name)},
    }


def retention_days(text: str | None) -> int:
    """Days the audit stays on line; fewer than 180 stop the start (S36; 网络安全法 asks for six months)."""
    days = int(text) if text else 365
    if days < 180:
        raise ConfigurationMissing("AUDIT_RETENTION_DAYS must be 180 or more (see docs/operations.md)")
    return days


def database_url(url: str) -> str:
    """Any PostgreSQL address, told to use psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def numbered_keys(text: str) -> tuple[dict[int, str], int]:
    """Parse ENCRYPTION_KEY or INDEX_KEY: ``2:base64,1:base64`` (first = current) or one bare base64 value (key 1)."""
    keys: dict[int, str] = {}
    current = 0
    for part in text.split(","):
        head, _, tail = part.strip().partition(":")
        key_id, value = (int(head), tail) if tail else (1, head)
        keys[key_id] = value
        current = current or key_id
    return keys, current


DEFAULTS: dict[str, Any] = {
    "SQLALCHEMY_TRACK_MODIFICATIONS": False,
    "SQLALCHEMY_ENGINE_OPTIONS": {"pool_size": 8, "max_overflow": 8},
    "SESSION_COOKIE_NAME": "mediation",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "WTF_CSRF_TIME_LIMIT": None,
    "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 4 * 1024 * 1024,
    "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
    "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
    "FLASK_ADMIN_RAISE_ON_VIEW_EXCEPTION": True,
    "RATELIMIT_HEADERS_ENABLED": False,
    "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    "SMS_VENDOR": "simulator",
    # Where people reach the platform; it stands in messages, which are written where no request says it.
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "AUDIT_RETENTION_DAYS": 365,
}
