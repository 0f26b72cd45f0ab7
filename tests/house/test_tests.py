"""The tests themselves: each of them can fail because of something it looks at, not only because something broke."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
# What says no by itself: pytest's own, Playwright's, and helpers of tests/ whose name promises it.
JUDGING = frozenset({"raises", "warns", "fail", "expect"})
PROMISING = ("assert_", "check_", "expect_")


def name_called(call: ast.Call) -> str:
    """The last name of what is called: raises of pytest.raises(…)."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def judges(function: ast.FunctionDef, helpers: dict[str, ast.FunctionDef], asked: frozenset[str] = frozenset()) -> bool:
    """Whether the function asserts something, itself or through a helper of its own file."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if not isinstance(node, ast.Call):
            continue
        name = name_called(node)
        if name in JUDGING or name.startswith(PROMISING):
            return True
        if name in helpers and name not in asked and judges(helpers[name], helpers, asked | {name}):
            return True
    return False


def those_that_judge_nothing(source: str) -> list[str]:
    """The names of a file's tests that look at nothing."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    helpers = {one.name: one for one in functions if not one.name.startswith("test_")}
    return [one.name for one in functions if one.name.startswith("test_") and not judges(one, helpers)]


def test_every_test_asserts_something() -> None:
    found = [
        f"{file.relative_to(TESTS)}: {name}"
        for file in sorted(TESTS.rglob("test_*.py"))
        for name in those_that_judge_nothing(file.read_text("utf-8"))
    ]
    assert not found, (
        "These tests pass whatever the code answers. Say what must come out (assert, expect, pytest.raises), if only that "
        "the row is there afterwards:\n  " + "\n  ".join(found)
    )


@pytest.mark.parametrize(
    ("body", "fine"),
    [
        ("save()", False),
        ("assert save()", True),
        ("with pytest.raises(Refused):\n        save()", True),
        ("expect(page).to_have_title('a')", True),
        ("check_page(answer, 'GET /')", True),
        ("refused(save)", True),
        ("arranged(save)", False),
    ],
)
def test_a_test_that_looks_at_nothing_is_found(body: str, fine: bool) -> None:
    helpers = (
        "def refused(act):\n    with pytest.raises(Refused):\n        act()\n\ndef arranged(act):\n    arranged(act)\n"
    )
    assert those_that_judge_nothing(f"{helpers}\ndef test_it():\n    {body}\n") == ([] if fine else ["test_it"])
