"""Every screen keeps the rules of screens, walked over the running app: a new one is asked too."""

import ast
from pathlib import Path

import pytest
from wtforms import Form

import mediation_admin
from mediation_admin.core.admin import Access, ListScreen, Screen
from mediation_admin.core.admin.site import site_of
from mediation_admin.permissions import Permission

PACKAGE = Path(mediation_admin.__file__).parent


@pytest.fixture
def screens(app) -> list[Screen]:
    """Every screen of the app."""
    return [view for view in site_of(app)._views if isinstance(view, Screen)]


def test_every_view_is_one_of_our_screens(app, screens):
    strangers = [view for view in site_of(app)._views if not isinstance(view, Screen)]
    assert not strangers, f"{strangers}: derive from core.admin.Screen; Flask-Admin's own views have doors of their own"


def test_every_screen_names_a_permission_that_exists(screens):
    for screen in screens:
        known = isinstance(screen.permission, Permission | Access)
        assert known, f"{screen.code}: the permission {screen.permission!r} is not in permissions.py"


def test_every_list_shows_explicit_columns_and_ends_its_orders_in_a_unique_key(screens):
    for screen in screens:
        if not isinstance(screen, ListScreen):
            continue
        assert screen.columns, f"{screen.code} shows no columns"
        for order in screen.orders:
            last = order.keys[-1].column
            assert last.key == "id", f"{screen.code}: the order {order.code} ends in {last.key}; end it in the id"
            assert not order.keys[-1].nullable


def test_every_list_selects_columns_and_never_whole_rows(app, screens):
    for screen in screens:
        if isinstance(screen, ListScreen):
            source = ast.unparse(ast.parse(_source_of(type(screen))))
            assert "db.session.query" not in source, f"{screen.code} uses the legacy query"


def _source_of(cls: type) -> str:
    module = cls.__module__.replace("mediation_admin.", "").replace(".", "/")
    file = PACKAGE / f"{module}.py"
    return (file if file.exists() else PACKAGE / module / "__init__.py").read_text()


def _forms() -> list[type[Form]]:
    found, waiting = [], [Form]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("mediation_admin."):
                found.append(one)
    return found


def test_no_form_holds_the_state_of_a_case(app):
    for form in _forms():
        names = {name for name in dir(form) if not name.startswith("_")}
        assert "state" not in names, f"{form.__qualname__} has a field “state”: a state is changed by a named move only"


def test_no_package_is_called_utils_or_helpers_or_common():
    names = {path.stem for path in PACKAGE.rglob("*.py")} | {path.name for path in PACKAGE.rglob("*") if path.is_dir()}
    assert names.isdisjoint({"utils", "util", "helpers", "helper", "common", "misc"})


def test_nothing_commits_below_the_edge():
    edges = {"admin", "jobs", "cli", "schedule", "sign_in", "second_step", "forgotten", "gate", "joining", "demo", "job_screen", "listing", "bulk", "connections", "reading", "revealing"}
    for path in PACKAGE.rglob("*.py"):
        parts = set(path.relative_to(PACKAGE).with_suffix("").parts)
        if parts & edges:
            continue
        tree = ast.parse(path.read_text())
        calls = [
            node.lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
        ]
        assert not calls, f"{path.relative_to(PACKAGE)}:{calls[0]} commits; operations flush, the edge commits once"


def test_every_module_says_what_it_is_in_its_first_line():
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), f"{path.relative_to(PACKAGE)} has no docstring"
