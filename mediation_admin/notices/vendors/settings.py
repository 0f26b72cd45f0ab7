"""Which vendor is in use, made from the settings once at the start; a setting that is missing stops it."""

from flask import Flask, current_app

from mediation_admin.notices.vendors.face import Vendor
from mediation_admin.notices.vendors.simulator import Simulator

_KEY = "sms_vendor"


def install(app: Flask) -> None:
    """Make the vendor of this app."""
    app.extensions[_KEY] = Simulator()


def vendor_in_use() -> Vendor:
    """The vendor of this app."""
    return current_app.extensions[_KEY]


def public_address(path: str) -> str:
    """The address of a page as it stands in a message, where no request says which host it is."""
    return current_app.config["PUBLIC_URL"].rstrip("/") + path
