"""Screens refuse at import what would be unsafe at run time."""

import pytest
from sqlalchemy import column

from mediation_admin.core.admin import (
    Access,
    BulkAction,
    Column,
    Key,
    ListScreen,
    Order,
    Screen,
    TextFilter,
    allowed,
    screen_route,
)
from mediation_admin.core.scope import Actor

CLERK = Actor(1, "周立华", "clerk", 1, frozenset({"thing:view"}))


@pytest.mark.parametrize("missing", ["code", "title", "permission"])
def test_a_screen_without_code_title_or_permission_is_refused_at_import(missing):
    attributes = {"code": "things", "title": "事项", "permission": "thing:view"}
    del attributes[missing]
    with pytest.raises(TypeError, match=missing):
        type("Things", (Screen,), attributes)


def test_a_route_that_changes_something_must_name_its_permission():
    with pytest.raises(TypeError, match="permission"):
        screen_route("/burn", methods=("POST",))


def test_a_route_with_two_permissions_is_refused():
    def both(self): ...

    screen_route("/a", methods=("POST",), permission="thing:edit")(both)
    with pytest.raises(TypeError, match="two permissions"):
        screen_route("/b", methods=("POST",), permission="thing:delete")(both)


def list_attributes(**changes):
    order = Order("newest", "新到旧", [Key(column("id"), descending=True)])
    return {
        "code": "things",
        "title": "事项",
        "permission": "thing:view",
        "columns": [Column("name", "名称")],
        "orders": [order],
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": []}, "explicit columns"),
        ({"orders": []}, "order"),
        ({"columns": [Column("name", "名称"), Column("name", "又名")]}, "two columns"),
        ({"columns": [Column("name", "名称", sortable="oldest")]}, "unknown order"),
        ({"filters": [TextFilter("q", "查找", column("name"))]}, "parameter 'q'"),
        ({"bulk_actions": [BulkAction("burn", "销毁", "thing:edit")]}, "rehearse_burn"),
    ],
)
def test_a_list_that_contradicts_itself_is_refused_at_import(changes, says):
    with pytest.raises(TypeError, match=says):
        type("Things", (ListScreen,), list_attributes(**changes))


def test_a_tag_without_its_enum_and_a_masked_column_without_its_mask_are_refused():
    with pytest.raises(TypeError, match="enum"):
        Column("state", "状态", kind="tag")
    with pytest.raises(TypeError, match="mask"):
        Column("phone", "手机号", kind="masked")


def test_a_permission_is_asked_of_the_role_and_never_of_a_stranger():
    assert allowed(CLERK, "thing:view")
    assert not allowed(CLERK, "thing:edit")
    assert not allowed(None, "thing:view")
    assert not allowed(None, Access.SIGNED_IN)
    assert allowed(CLERK, Access.SIGNED_IN)
    assert allowed(None, Access.ANYONE)
    with pytest.raises(TypeError):
        allowed(CLERK, Access.OF_SCREEN)
