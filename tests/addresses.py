"""An address for every rule of the URL map, for the tests that walk all of them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.routing import AnyConverter, IntegerConverter, Rule, UUIDConverter

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def address_of(app: Flask, rule: Rule, values: Mapping[str, Any] | None = None) -> str:
    """The rule's address with these values; where one is missing, with something its converter takes."""
    filled = {name: _anything(rule._converters[name]) for name in rule.arguments}
    filled.update({name: value for name, value in (values or {}).items() if name in rule.arguments})
    built = rule.build(filled, append_unknown=False)
    assert built is not None, f"no address for {rule.endpoint} with {filled}"
    return built[1]


def _anything(converter: Any) -> Any:
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)[0]
    if isinstance(converter, IntegerConverter):
        return 1
    if isinstance(converter, UUIDConverter):
        return "00000000-0000-0000-0000-000000000001"
    return "x"


def writing_methods(rule: Rule) -> list[str]:
    """The methods of a rule that change something."""
    return sorted(rule.methods - READING)
