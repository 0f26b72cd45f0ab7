"""Backup and restore: database, files, and the keys apart."""
