"""SMS vendors: the built-in simulator and the real ones behind one small face, chosen by SMS_VENDOR."""

from mediation_admin.notices.vendors.face import (
    OutcomeUnknown,
    Outgoing,
    Receipt,
    Refused,
    Unavailable,
    Vendor,
    VendorError,
)
from mediation_admin.notices.vendors.settings import install, vendor_in_use

__all__ = [
    "OutcomeUnknown",
    "Outgoing",
    "Receipt",
    "Refused",
    "Unavailable",
    "Vendor",
    "VendorError",
    "install",
    "vendor_in_use",
]
