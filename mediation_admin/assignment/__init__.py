"""Who mediates which case, and why."""
