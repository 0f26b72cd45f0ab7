"""Messages out: SMS through one outbox. Takes a number and a template, knows no account.

Others call ``notices.operations.send``; the words of every message stand in ``templates.py``.
"""
