"""The WSGI entry point: gunicorn and flask find the app here."""

from mediation_admin.factory import create_app

app = create_app()
