"""What we are measured against, apart from our own contenders, so that neither carries the other's libraries."""
