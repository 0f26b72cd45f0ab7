"""The first page after signing in: what awaits this person, and the one search box over everything."""
