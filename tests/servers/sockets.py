"""Refuses every connection that would leave this machine: a test that needs the network is no test of ours."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class LeavesTheMachine(RuntimeError):
    """A test tried to reach another host."""


def _check(address: Any) -> None:
    if isinstance(address, tuple) and not is_here(str(address[0])):
        raise LeavesTheMachine(f"Tests reach loopback addresses and unix sockets only, not {address[0]}.")


def is_here(host: str) -> bool:
    """Whether the name or address is this machine."""
    if host in ("localhost", "", "0.0.0.0", "::"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def guard() -> Callable[[], None]:
    """Put the guard up; the returned function takes it down."""
    kept = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        _check(address)
        return kept[0](self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _check(address)
        return kept[1](self, address)

    def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
        _check((host.decode() if isinstance(host, bytes) else host or "", 0))
        return kept[2](host, *arguments, **options)

    socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = connect, connect_ex, getaddrinfo

    def take_down() -> None:
        socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo = kept

    return take_down
