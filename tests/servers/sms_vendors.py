"""A local server that plays an SMS vendor: checks the signature by its own reckoning, answers what a test says.

It shares no code with the adapters: the algorithms are written down here a second time, from the vendors' documents.
"""

import hashlib
import hmac
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY_ID, KEY_SECRET = "an-invented-key-id", "an-invented-key-secret"


class FakeVendor:
    """What the server was asked, and what it is to answer. ``plan``: the answers in turn, the last one for ever."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.plan: list[Any] = []
        self.endpoint = ""

    def answer(self, action: str, params: dict[str, Any]) -> Any:
        self.asked.append((action, params))
        return self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]


class _Handler(BaseHTTPRequestHandler):
    vendor: FakeVendor
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        check = _aliyun if "x-acs-action" in self.headers else _tencent
        fault, action, params = check(self, body)
        if fault:
            self._say(400, json.dumps(_refusal(self, fault)).encode())
            return
        planned = self.vendor.answer(action, params)
        if planned == "hang up":
            self.close_connection = True
            return
        if isinstance(planned, float):
            time.sleep(planned)
            self.close_connection = True
            return
        status, content = planned if isinstance(planned, tuple) else (200, planned)
        self._say(status, content if isinstance(content, bytes) else json.dumps(content).encode())

    def _say(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Silent."""


def _refusal(handler: _Handler, fault: str) -> dict[str, Any]:
    if "x-acs-action" in handler.headers:
        return {"Code": "SignatureDoesNotMatch", "Message": fault, "RequestId": "r"}
    return {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure", "Message": fault}, "RequestId": "r"}}


def _hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _aliyun(handler: _Handler, body: bytes) -> tuple[str, str, dict[str, Any]]:
    split = urllib.parse.urlsplit(handler.path)
    params = dict(urllib.parse.parse_qsl(split.query, strict_parsing=True))
    pairs = sorted((urllib.parse.quote(k, safe="~"), urllib.parse.quote(v, safe="~")) for k, v in params.items())
    query = "&".join(f"{k}={v}" for k, v in pairs)
    match = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
        handler.headers["Authorization"],
    )
    if match is None:
        return "malformed", "", {}
    key_id, signed, signature = match.groups()
    names = signed.split(";")
    must = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
    if not must <= set(names) or names != sorted(names):
        return "signed headers", "", {}
    if handler.headers["x-acs-content-sha256"] != _hex(body) or handler.headers["x-acs-version"] != "2017-05-25":
        return "content or version", "", {}
    sent = datetime.strptime(handler.headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if abs((datetime.now(UTC) - sent).total_seconds()) > 900:
        return "date", "", {}
    request = ["POST", split.path, query]
    request += ["".join(f"{name}:{handler.headers[name].strip()}\n" for name in names), signed, _hex(body)]
    wanted = hmac.new(
        KEY_SECRET.encode(), b"ACS3-HMAC-SHA256\n" + _hex("\n".join(request).encode()).encode(), "sha256"
    ).hexdigest()
    if key_id != KEY_ID or signature != wanted:
        return "signature", "", {}
    return "", handler.headers["x-acs-action"], params


def _tencent(handler: _Handler, body: bytes) -> tuple[str, str, dict[str, Any]]:
    match = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        handler.headers["Authorization"],
    )
    if match is None:
        return "malformed", "", {}
    key_id, day, signed, signature = match.groups()
    names = signed.split(";")
    stamp = handler.headers["X-TC-Timestamp"]
    if not {"content-type", "host"} <= set(names) or day != f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}":
        return "signed headers or day", "", {}
    if abs(time.time() - int(stamp)) > 300 or handler.headers["X-TC-Version"] != "2021-01-11":
        return "time or version", "", {}
    if not handler.headers.get("X-TC-Region"):
        return "region", "", {}
    lines = "".join(f"{name}:{handler.headers[name].strip().lower()}\n" for name in names)
    canonical = f"POST\n/\n\n{lines}\n{signed}\n{_hex(body)}"
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{_hex(canonical.encode())}"
    date_key = hmac.new(("TC3" + KEY_SECRET).encode(), day.encode(), "sha256").digest()
    service_key = hmac.new(date_key, b"sms", "sha256").digest()
    signing_key = hmac.new(service_key, b"tc3_request", "sha256").digest()
    if key_id != KEY_ID or signature != hmac.new(signing_key, to_sign.encode(), "sha256").hexdigest():
        return "signature", "", {}
    return "", handler.headers["X-TC-Action"], json.loads(body)


@contextmanager
def playing() -> Iterator[FakeVendor]:
    """A vendor on a free port of this machine."""
    vendor = FakeVendor()
    handler = type("Handler", (_Handler,), {"vendor": vendor})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    vendor.endpoint = f"http://127.0.0.1:{server.server_port}"
    try:
        yield vendor
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
