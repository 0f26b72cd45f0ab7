"""The built-in simulator: nothing leaves the machine. The outbox row itself is what would have been sent."""

from mediation_admin.notices.enums import MessageState
from mediation_admin.notices.vendors.face import Outgoing, Receipt

PLATFORM_SIGN = "在线调解平台"


class Simulator:
    """Says that every message was delivered; support reads it in the outbox."""

    code = "simulator"
    label = "模拟发送"
    is_real = False

    def sign_for(self, court_code: str | None, court_short_name: str) -> str:
        """Every court signs for itself."""
        return court_short_name or PLATFORM_SIGN

    def send(self, message: Outgoing) -> Receipt:
        """Delivered, whatever it is."""
        return Receipt(MessageState.DELIVERED, f"simulated-{message.reference}")

    def find(self, message: Outgoing) -> Receipt | None:
        """Delivered as well: simulating twice is no harm."""
        return self.send(message)
