"""The hand-off ledger: everything that goes to another system or comes back from it, with its tries and replies."""
