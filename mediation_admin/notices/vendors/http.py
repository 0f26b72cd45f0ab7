"""One HTTPS request to a vendor, on the standard library: short time limits, no redirects, a small answer in JSON."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from mediation_admin.notices.vendors.face import OutcomeUnknown, Unavailable

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
LARGEST_ANSWER = 256 * 1024
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def post(endpoint: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    """(status, answer). Raises Unavailable where nothing was handed over, OutcomeUnknown where it may have been."""
    connection = _connect(endpoint)
    try:
        return _ask(connection, target, headers, body)
    except (OSError, HTTPException, ValueError) as error:
        raise OutcomeUnknown(f"没有等到短信服务商的回答（{type(error).__name__}）。") from error
    finally:
        connection.close()


def host_of(endpoint: str) -> str:
    """The Host header of an endpoint."""
    return urlsplit(endpoint).netloc


def _connect(endpoint: str) -> HTTPConnection:
    parts = urlsplit(endpoint)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=CONNECT_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        raise Unavailable(f"连接不上短信服务商（{type(error).__name__}）。") from error
    return connection


def _ask(
    connection: HTTPConnection, target: str, headers: Mapping[str, str], body: bytes
) -> tuple[int, dict[str, Any]]:
    until = time.monotonic() + ANSWER_SECONDS
    connection.sock.settimeout(ANSWER_SECONDS)
    connection.request("POST", target, body=body, headers=dict(headers))
    response = connection.getresponse()
    content = b""
    while piece := response.read1(LARGEST_ANSWER):
        content += piece
        if len(content) > LARGEST_ANSWER or time.monotonic() > until:
            raise ValueError("the answer is too long")
    answer = json.loads(content)
    if not isinstance(answer, dict):
        raise ValueError("the answer is no object")
    return response.status, answer
