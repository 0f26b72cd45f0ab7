"""What one person may not do alone: somebody asks, somebody else decides, and only then it is done (S31)."""
