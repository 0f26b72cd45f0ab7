"""The state of a case has one writer, every state is reachable, every move is tested."""

import ast
import re
from pathlib import Path

from mediation_admin.cases.enums import CaseState
from mediation_admin.cases.lifecycle import MOVES

WRITER = "mediation_admin/cases/operations/moving.py"
WRITING_FUNCTION = "carry_out"
# Where a column called "state" is handed to the table's own answer, not decided: the one bulk writer of ledgers gets it
# from effects, and effects is where the table's target becomes a value.
EFFECTS = "mediation_admin/cases/effects.py"
# A hand-off has states of its own; its package stands below the cases and could not name one if it would.
BELOW = "mediation_admin/exchange/"


def _sources():
    for path in sorted(Path("mediation_admin").rglob("*.py")):
        yield path.as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _assignments(tree):
    """(line, function) of every ``something.state = …``, also by setattr."""
    function = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for inner in ast.walk(node):
                function.setdefault(inner, node.name)
                if inner is not node:
                    function[inner] = node.name
    for node in ast.walk(tree):
        targets = (
            node.targets
            if isinstance(node, ast.Assign)
            else [node.target]
            if isinstance(node, ast.AugAssign | ast.AnnAssign)
            else []
        )
        for target in targets:
            if isinstance(target, ast.Attribute) and target.attr == "state" and not _own(target):
                yield node.lineno, function.get(node, "")
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr":
            name = node.args[1] if len(node.args) > 1 else None
            if isinstance(name, ast.Constant) and name.value == "state":
                yield node.lineno, function.get(node, "")


def _own(target):
    """``self.state`` of a class that is no model (a filter's state, a widget's)."""
    return isinstance(target.value, ast.Name) and target.value.id == "self"


def _case_writes(tree):
    """Lines where a Case is made, inserted or updated with a state named in the code."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        named = {keyword.arg for keyword in node.keywords}
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if "state" not in named:
            continue
        if called == "Case" or (called == "values" and "Case" in ast.dump(node.func)):
            yield node.lineno


def test_nothing_but_the_writer_assigns_the_state_of_a_case():
    found = [
        f"{path}:{line}"
        for path, tree in _sources()
        for line, function in _assignments(tree)
        if (path, function) != (WRITER, WRITING_FUNCTION)
        and "case" in ast.dump(tree).lower()
        and not path.startswith(BELOW)
    ]
    assert not found, f"only {WRITER}:{WRITING_FUNCTION} writes the state of a case; make a move instead: {found}"


def test_the_writer_assigns_it_exactly_once():
    tree = ast.parse(Path(WRITER).read_text(encoding="utf-8"))
    assert [function for _, function in _assignments(tree)] == [WRITING_FUNCTION]


def test_no_statement_names_the_state_of_a_case():
    found = [f"{path}:{line}" for path, tree in _sources() for line in _case_writes(tree)]
    assert not found, f"a case gets its state from the lifecycle table, not from {found}"


def test_raw_sql_does_not_write_the_state_of_cases():
    wanted = re.compile(r"update\s+mediation_case\s+set[^;]*\bstate\b", re.IGNORECASE | re.DOTALL)
    found = [
        path.as_posix() for path in Path("mediation_admin").rglob("*.py") if wanted.search(path.read_text("utf-8"))
    ]
    assert not found, f"raw SQL passes by the table: {found}"


def test_values_for_the_state_come_from_the_table_alone():
    """A dict entry "state": … for a case's columns is made in effects only, from a move's target."""
    found = []
    for path, tree in _sources():
        if not path.startswith("mediation_admin/cases/") or path == EFFECTS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict):
                found += [
                    f"{path}:{node.lineno}"
                    for key in node.keys
                    if isinstance(key, ast.Constant) and key.value == "state"
                ]
    assert not found, f"the state of a case is named in {found}"


def test_every_state_is_reachable_from_a_new_case():
    reached, frontier = set(), {None}
    while frontier:
        state = frontier.pop()
        reached.add(state)
        for move in MOVES.values():
            if state in move.frm:
                frontier |= set(move.to) - reached
    assert reached - {None} == set(CaseState)


def test_every_move_is_made_in_a_test_on_real_rows():
    text = "".join(
        path.read_text("utf-8")
        for path in Path("tests").rglob("*.py")
        if "unit" not in path.parts and path.name != Path(__file__).name
    )
    untested = [name for name in MOVES if f'"{name}"' not in text and f"move/{name}" not in text]
    assert not untested, f"moves no test makes: {untested}"
