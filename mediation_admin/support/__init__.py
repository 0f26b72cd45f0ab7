"""The support desk: getting people back in without knowing a password, reviewing identities, approving video, helping hand-offs."""
