"""Asks a WSGI app for one page again and again, in this process: wall and processor time, statements, bytes."""

import gc
import gzip
import io
import re
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import flask.templating
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import create_environ

WARM_UP = 10
_FORM_TOKEN = re.compile(rb'name="csrf_token"[^>]* value="([^"]+)"')


class Asker:
    """One browser in front of one app: it keeps its cookies, and tells what answers cost.

    Drawing is the processor time inside template rendering and inside what ``timing`` wraps; it is the clock of the
    one thread that answers, so waiting for the database is not in it.
    """

    def __init__(self, app: Flask, engine: Engine) -> None:
        self.app = app
        self.cookies: dict[str, str] = {}
        self.statements = 0
        self.drawn = 0.0
        event.listen(engine, "before_cursor_execute", self._sent)
        flask.templating._render = self.timing(flask.templating._render)

    def _sent(self, *_: Any) -> None:
        self.statements += 1

    def timing(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, its processor time added to the drawing of the page."""

        def timed(*args: Any, **named: Any) -> Any:
            begun = time.thread_time()
            try:
                return function(*args, **named)
            finally:
                self.drawn += time.thread_time() - begun

        return timed

    def get(self, address: str) -> bytes:
        """The body of a page; raises AssertionError when the answer is another than 200."""
        status, _, body = self._send(self._environ(address))
        if status != 200:
            raise AssertionError(f"{address} answered {status}")
        return body

    def post(self, address: str, form_on: str, **fields: str) -> str:
        """Post a form as the page ``form_on`` shows it; returns where the answer leads to."""
        token = _FORM_TOKEN.search(self.get(form_on))
        fields = {**fields, "csrf_token": token[1].decode()} if token else fields
        status, headers, _ = self._send(self._environ(address, method="POST", data=fields))
        if status != 303:
            raise AssertionError(f"POST {address} answered {status}")
        return headers["Location"]

    def measure(self, address: str, requests: int) -> dict[str, float]:
        """Medians over so many requests of one page, after some to warm up: milliseconds, statements, bytes."""
        for _ in range(min(WARM_UP, requests)):
            body = self.get(address)
        walls, processors, drawings = [], [], []
        environ = self._environ(address)
        self.statements = 0
        with _without_the_past():
            for _ in range(requests):
                asked = {**environ, "wsgi.input": io.BytesIO()}
                self.drawn = 0.0
                wall, processor = time.perf_counter(), time.process_time()
                self._run(asked, [])
                processors.append(time.process_time() - processor)
                walls.append(time.perf_counter() - wall)
                drawings.append(self.drawn)
        return {
            "wall": statistics.median(walls) * 1000,
            "p95": sorted(walls)[int(len(walls) * 0.95)] * 1000,
            "processor": statistics.median(processors) * 1000,
            "drawing": statistics.median(drawings) * 1000,
            "statements": self.statements / requests,
            "size": len(body) / 1000,
            "packed": len(gzip.compress(body, 6)) / 1000,
            "requests": requests,
        }

    def _environ(self, address: str, **more: Any) -> dict[str, Any]:
        headers = {"Accept": "text/html", "Accept-Language": "zh-CN,zh;q=0.9", "User-Agent": "Mozilla/5.0"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return create_environ(address, "http://127.0.0.1", headers=headers, **more)

    def _send(self, environ: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        said: list[Any] = []
        body = self._run(environ, said)
        status, headers = said[0]
        for name, value in headers:
            if name.lower() == "set-cookie":
                cookie, _, held = value.partition(";")[0].partition("=")
                self.cookies[cookie] = held
        return int(status.split()[0]), dict(headers), body

    def _run(self, environ: dict[str, Any], said: list[Any]) -> bytes:
        answer = self.app.wsgi_app(environ, lambda status, headers, _=None: said.append((status, headers)))
        try:
            return b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()


@contextmanager
def _without_the_past() -> Iterator[None]:
    # What the start of the app left behind would otherwise be looked through in the middle of some request.
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
