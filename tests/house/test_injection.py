"""Every parameter of every address, given what breaks careless programs: no answer may be a crash."""

import re

import pytest
from flask import Flask

from mediation_admin.accounts import gate
from tests import people
from tests.addresses import address_of

HOSTILE = (
    "1' OR '1'='1",
    '"; DROP TABLE account; --',
    "1) OR pg_sleep(0)--",
    "{{7*7}}",
    "\x00",
    "𠮷䶮" * 50,
    "9" * 40,
    "1e309",
    "../../etc/passwd",
    "%00%0a%0d",
    "<script>alert(1)</script>",
)
NAMES = re.compile(r'name="([A-Za-z_][\w-]*)"')


@pytest.mark.parametrize("person", [people.admin_a, people.support], ids=str)
def test_no_parameter_of_any_page_crashes_it_or_comes_back_unescaped(app: Flask, as_person, monkeypatch, person):
    """The names are those of the page's own forms, with the ones lists always understand."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    client = as_person(person)
    crashed = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in gate.UNASKED or rule.endpoint.endswith(".static"):
            continue
        address = address_of(app, rule)
        first = client.get(address)
        if first.status_code != 200 or first.mimetype != "text/html":
            continue
        names = sorted(
            {*NAMES.findall(first.text), "q", "after", "before", "sort", "from", "to", "view"} - {"csrf_token"}
        )
        for value in HOSTILE:
            answer = client.get(address, query_string=dict.fromkeys(names, value))
            if answer.status_code >= 500:
                crashed.append(f"{rule.endpoint} with {value!r}")
            if answer.mimetype == "text/html":
                assert "<script>alert(1)</script>" not in answer.text, rule.endpoint
    assert not crashed, crashed
