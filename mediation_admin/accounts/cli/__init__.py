"""flask accounts …: people, and the keys that guard what is known of them."""

from mediation_admin.accounts.cli.people import accounts
from mediation_admin.accounts.cli.rekeying import rekey

accounts.add_command(rekey)

__all__ = ["accounts"]
