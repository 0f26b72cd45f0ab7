"""Security headers on every answer, and what no request may hold: a strict content policy with a nonce, no framing, nothing kept by browsers."""

import secrets

from flask import Flask, Response, abort, g, request

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; media-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
}
HSTS = "max-age=31536000; includeSubDomains"


def nonce() -> str:
    """The one-time word that lets this response's own script tags run."""
    value = g.get("csp_nonce")
    if value is None:
        value = g.csp_nonce = secrets.token_urlsafe(18)
    return value


def init_app(app: Flask) -> None:
    """Add the headers to every answer of the app. A view that sets Cache-Control itself keeps it."""

    @app.before_request
    def _refuse_nul() -> None:
        # No text of a person holds one, PostgreSQL takes none, and old programs stop reading there.
        if "\0" in request.path or any(
            "\0" in text
            for values in (request.args, request.form)
            for name, listed in values.lists()
            for text in (name, *listed)
        ):
            abort(400)

    @app.after_request
    def _secure(answer: Response) -> Response:
        headers = answer.headers
        for name, value in FIXED.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", HSTS)
        # Back-office pages show people's data: unless a view says otherwise, no cache keeps them.
        headers.setdefault("Cache-Control", "no-store")
        return answer
