"""A form page: sections, error summary, buttons. One call, so that every form of the house looks and acts alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from mediation_admin.core.admin import shell
from mediation_admin.core.admin.pieces import Action
from mediation_admin.core.admin.screen import Screen
from mediation_admin.core.forms import Form

AGAIN = "save_and_new"


@dataclass
class FormPage:
    """What a form page shows. ``save_and_new`` adds 保存并继续新增; ``back`` is where 取消 leads; ``aside`` are pieces
    beside the form; ``draft`` names the draft kept in the browser's tab ("" = keep none); ``actions`` are extra
    submit buttons (name, label) that the view finds in ``request.form``; ``template`` is one of your own that extends
    ``shared/form.html``."""

    title: str
    form: Form
    submit: str = "保存"
    save_and_new: bool = False
    back: str | None = None
    intro: str = ""
    aside: Sequence[Any] = ()
    before: Sequence[Any] = ()
    draft: str = ""
    danger: bool = False
    extra: Sequence[tuple[str, str]] = ()
    top_actions: Sequence[Action] = ()
    multipart: bool = False
    template: str = "shared/form.html"


def render_form(
    screen: Screen, made: FormPage, *, crumbs: Sequence[tuple[str, str | None]] = (), **context: Any
) -> Any:
    """The form page; answered with 422 when it holds errors, so that scripts and tests see the refusal."""
    errors = made.form.all_errors()
    page = screen.render(
        made.template,
        title=made.title,
        crumbs=crumbs,
        made=made,
        form=made.form,
        errors=errors,
        back=shell.safe_back(made.back or screen.home_url()),
        **context,
    )
    return (page, 422) if errors and request.method == "POST" else page


def wants_another() -> bool:
    """Whether 保存并继续新增 was pressed."""
    return AGAIN in request.form


def row_change(form: Form) -> bool:
    """Carry out 添加一行 / 删除 of repeating parts, which work without JS too. True = show the form again, save nothing.

    The buttons are called ``add:<list>`` and ``remove:<list>:<number>``.
    """
    for name in request.form:
        if name.startswith("add:"):
            held = form._fields.get(name[4:])
            if held is not None and (held.max_entries is None or len(held.entries) < held.max_entries):
                held.append_entry()
                return True
        if name.startswith("remove:"):
            _, key, number = name.split(":", 2)
            held = form._fields.get(key)
            if held is not None and number.isdigit() and int(number) < len(held.entries):
                if len(held.entries) > max(held.min_entries, 0):
                    del held.entries[int(number)]
                return True
    return False
