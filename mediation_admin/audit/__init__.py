"""What was done, by whom and when: append-only, written in the same transaction, chained by hashes."""
