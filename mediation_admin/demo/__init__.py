"""Plainly invented data: two demo courts for a first look, and any number of cases for measuring."""
