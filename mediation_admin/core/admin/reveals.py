"""查看完整信息: the button beside masked values, the reasons the dialog offers, how long the whole is shown.

What happens when it is pressed (limit, audit, answer) is in audit/revealing.py; the dialog is static/js/reveal.js.
"""

from collections.abc import Sequence

from mediation_admin.core.admin.pieces import Action

# The last one asks for words of one's own.
REASONS = ("联系当事人或调解员", "核对身份", "送达文书", "核实登记信息", "处理来电或投诉", "其他")
OTHER = REASONS[-1]
SHOWN_SECONDS = 60


def reveal_action(address: str, keys: Sequence[str], *, label: str = "查看完整信息") -> Action:
    """The button of a card: shows the values of these keys whole, in place, after a reason."""
    return Action(label, address, method="post", fields=(("fields", ",".join(keys)),), reveal=True)
