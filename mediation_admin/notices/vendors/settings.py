"""Which vendor is in use, made from the settings once at the start; a setting that is missing stops it."""

import re
from urllib.parse import urlsplit

from flask import Flask, current_app

from mediation_admin.config import ConfigurationMissing
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors import aliyun, http, tencent
from mediation_admin.notices.vendors.aliyun import Aliyun
from mediation_admin.notices.vendors.face import Vendor
from mediation_admin.notices.vendors.simulator import Simulator
from mediation_admin.notices.vendors.tencent import Tencent

_KEY = "sms_vendor"
_WHERE = "(see docs/operations.md, SMS)"


def install(app: Flask) -> None:
    """Make the vendor of this app. Raises ConfigurationMissing with what is to be set."""
    app.extensions[_KEY] = make(app.config)


def vendor_in_use() -> Vendor:
    """The vendor of this app."""
    return current_app.extensions[_KEY]


def public_address(path: str) -> str:
    """The address of a page as it stands in a message, where no request says which host it is."""
    return current_app.config["PUBLIC_URL"].rstrip("/") + path


def make(settings: dict[str, object]) -> Vendor:
    """The vendor that the settings name, with what it needs."""
    given = {name: str(value) for name, value in settings.items() if name.startswith(("SMS_", "PUBLIC_")) and value}
    chosen = given.get("SMS_VENDOR", Simulator.code)
    if chosen == Simulator.code:
        return Simulator()
    if chosen not in (Aliyun.code, Tencent.code):
        raise ConfigurationMissing(f"SMS_VENDOR must be simulator, aliyun or tencent, not {chosen!r} {_WHERE}")
    wanted = ["SMS_KEY_ID", "SMS_KEY_SECRET", "SMS_SIGN", "SMS_TEMPLATES"]
    wanted += ["SMS_APP_ID"] if chosen == Tencent.code else []
    missing = [name for name in wanted if not given.get(name)]
    if missing:
        raise ConfigurationMissing(f"SMS_VENDOR={chosen} needs also: {', '.join(missing)} {_WHERE}")
    public = urlsplit(given.get("PUBLIC_URL", ""))
    if public.scheme != "https" or public.hostname in http.LOOPBACK or not public.hostname:
        raise ConfigurationMissing(
            f"SMS_VENDOR={chosen} needs PUBLIC_URL, the https address at which people reach the platform {_WHERE}"
        )
    endpoint = given.get("SMS_ENDPOINT", aliyun.ENDPOINT if chosen == Aliyun.code else tencent.ENDPOINT).rstrip("/")
    _check_endpoint(endpoint)
    common = {
        "key_id": given["SMS_KEY_ID"],
        "secret": given["SMS_KEY_SECRET"],
        "sign": given["SMS_SIGN"].strip("【】"),
        "court_signs": _pairs("SMS_COURT_SIGNS", given.get("SMS_COURT_SIGNS", "")),
        "templates": _templates(given["SMS_TEMPLATES"]),
        "endpoint": endpoint,
    }
    if chosen == Aliyun.code:
        return Aliyun(**common)
    region = {"region": given["SMS_REGION"]} if given.get("SMS_REGION") else {}
    return Tencent(**common, app_id=given["SMS_APP_ID"], **region)


def _pairs(name: str, text: str) -> dict[str, str]:
    """``a=b,c=d``."""
    pairs = {}
    for part in re.split(r"[,;\s]+", text.strip()):
        if not part:
            continue
        key, equals, value = part.partition("=")
        if not equals or not key or not value:
            raise ConfigurationMissing(f"{name} must look like name=value,name=value; {part!r} does not {_WHERE}")
        pairs[key] = value
    return pairs


def _templates(text: str) -> dict[Template, str]:
    pairs = _pairs("SMS_TEMPLATES", text)
    unknown = sorted(pairs.keys() - {one.value for one in Template})
    if unknown:
        raise ConfigurationMissing(f"SMS_TEMPLATES names templates that do not exist: {', '.join(unknown)} {_WHERE}")
    missing = [one.value for one in Template if one.value not in pairs]
    if missing:
        raise ConfigurationMissing(f"SMS_TEMPLATES lacks the vendor's ids of: {', '.join(missing)} {_WHERE}")
    return {Template(name): value for name, value in pairs.items()}


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in http.LOOPBACK)
    if not safe or not parts.hostname or parts.path:
        raise ConfigurationMissing(f"SMS_ENDPOINT must be https://host without a path, not {endpoint!r} {_WHERE}")
