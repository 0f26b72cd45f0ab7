"""Changes to the outbox: put a message in, deliver it, look into it, send it again. All flush, none commits."""

from mediation_admin.notices.operations.delivering import Step, ask_vendor, claim, settle
from mediation_admin.notices.operations.keeping import erase_texts, look, retry
from mediation_admin.notices.operations.sending import send

__all__ = ["Step", "ask_vendor", "claim", "erase_texts", "look", "retry", "send", "settle"]
