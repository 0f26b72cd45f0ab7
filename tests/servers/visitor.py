"""Somebody at work on a live server: cookies, pages, forms with their tokens; no scripts."""

import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

PATIENCE = 30  # seconds, after which a page counts as not coming


class Visitor:
    """One person's browser."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        """The page behind a link. Raises for an error page."""
        with self.opener.open(self.address + path, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def post(self, path: str, page: str, **fields: str) -> str:
        """The page that answers a form, sent with the token of the page it stands on."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        body = urllib.parse.urlencode({"csrf_token": token, **fields}).encode()
        with self.opener.open(self.address + path, body, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def sign_in(self, phone: str, password: str) -> str:
        """The first page after signing in."""
        return self.post("/sign-in/", self.get("/sign-in/"), phone=phone, password=password)
