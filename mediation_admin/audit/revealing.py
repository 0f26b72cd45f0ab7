"""查看完整信息: masked values shown whole to whoever gives a reason, a limited number of times, each in the audit.

A subject's route asks for ``Permission.PERSONAL_DATA_REVEAL``, fetches its row through the fence and calls ``answer``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from wtforms import HiddenField, StringField

from mediation_admin.audit.enums import AuditKind
from mediation_admin.audit.models import AuditEntry
from mediation_admin.audit.recording import record
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    Fact,
    Facts,
    FormPage,
    Screen,
    banner,
    current_actor,
    is_fetch,
    render_form,
)
from mediation_admin.core.admin.reveals import OTHER, REASONS, SHOWN_SECONDS
from mediation_admin.core.db import db
from mediation_admin.core.forms import Form, Length, Required, SelectField, choices_of
from mediation_admin.core.scope import Actor, unfenced

AN_HOUR = 60
_LOCK = 7_260_002


@dataclass(frozen=True, slots=True)
class Secret:
    """One masked value: its key on the page, its word, the whole of it."""

    key: str
    label: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Allowance:
    """How often somebody has looked today, and how often he still may within this hour."""

    today: int
    left: int

    @property
    def words(self) -> str:
        """The sentence below the reasons."""
        return f"您今天已查看 {self.today} 次；每小时最多 {AN_HOUR} 次，还可查看 {self.left} 次。"


class _ReasonForm(Form):
    """Why somebody needs to see it; for browsers without scripts."""

    reason = SelectField(
        "查看理由",
        [Required("请选择查看的理由，会记入审计")],
        choices=choices_of([("", "请选择"), *((one, one) for one in REASONS)]),
    )
    note = StringField("补充说明", [Length(max=100)], description="选“其他”时必须填写")
    fields = HiddenField()


def allowance(session: Session, actor: Actor) -> Allowance:
    """What the person has left; counted from the audit itself, his own entries whatever court they belong to."""
    now = clock.now()
    lately = func.count().filter(AuditEntry.at > now - timedelta(hours=1))
    statement = select(func.count().filter(AuditEntry.at >= clock.start_of(clock.today())), lately).where(
        AuditEntry.actor_id == actor.account_id,
        AuditEntry.at > now - timedelta(hours=25),
        AuditEntry.kind == AuditKind.REVEAL,
    )
    today, used = session.execute(unfenced(statement, "one's own looks are counted in every role")).one()
    return Allowance(today, max(AN_HOUR - used, 0))


def answer(
    screen: Screen,
    *,
    whose: str,
    secrets: Sequence[Secret],
    object_type: str,
    object_id: int,
    back: str,
    court_id: int | None = None,
) -> Any:
    """The answer to a POST of the button: what is left, the values with their minute, or a sentence why not.

    ``whose`` says whose values they are, without their name (“案件 … 的申请人”); only the posted ``fields`` are shown.
    Refuses: no reason, 其他 without words, more than 60 in an hour (429, in the audit too). Commits.
    """
    session, actor = db.session(), current_actor()
    wanted = {key for part in request.form.getlist("fields") for key in part.split(",")}
    shown = [one for one in secrets if one.key in wanted and one.value]
    asked = "reason" in request.form
    form = _ReasonForm() if asked else _ReasonForm(formdata=None)
    form.fields.data = ",".join(one.key for one in shown)
    if asked:
        # Two clicks at once are counted one after the other.
        session.execute(text("select pg_advisory_xact_lock(:key, :who)"), {"key": _LOCK, "who": _slot(actor)})
    held = allowance(session, actor)
    problem = _problem(form) if asked else ""
    if not asked or problem:
        return _ask(screen, form, held, problem, whose, back)
    labels = "、".join(one.label for one in shown)
    about = {"object_type": object_type, "object_id": object_id, "court_id": court_id}
    if held.left == 0:
        record(
            session,
            "access:reveal:refused",
            f"要求查看{whose}的完整{labels}，已超过每小时 {AN_HOUR} 次，未予显示",
            **about,
        )
        session.commit()
        return _too_many(screen, form, whose, back)
    reason = _reason(form)
    record(
        session,
        "personal_data:fields:revealed",
        f"查看了{whose}的完整{labels}，理由：{reason}",
        changes={"fields": [None, [one.label for one in shown]], "reason": [None, reason]},
        **about,
    )
    session.commit()
    if is_fetch():
        values = {one.key: one.value for one in shown}
        return jsonify(values=values, seconds=SHOWN_SECONDS)
    facts = [Fact(one.label, one.value, copy=True, wide=True) for one in shown]
    return screen.render(
        "shared/page.html",
        title="完整信息",
        crumbs=[("返回", back), ("完整信息", None)],
        pieces=[Facts(facts, title=whose, columns=1)],
        actions=[Action("返回", back, primary=True)],
    )


def _slot(actor: Actor) -> int:
    return (actor.account_id or 0) % 2**31


def _reason(form: _ReasonForm) -> str:
    # One line, whatever was pasted: the audit is read line by line.
    note = " ".join((form.note.data or "").split())
    return f"{form.reason.data}：{note}" if note else form.reason.data


def _problem(form: _ReasonForm) -> str:
    if not form.validate():
        return next((str(error) for errors in form.errors.values() for error in errors), "请选择查看的理由。")
    if form.reason.data == OTHER and len((form.note.data or "").strip()) < 2:
        form.note.errors = ["选“其他”时请写明是什么理由"]
        return "请写明是什么理由。"
    return ""


def _ask(screen: Screen, form: _ReasonForm, held: Allowance, problem: str, whose: str, back: str) -> Any:
    if is_fetch():
        said = jsonify(message=problem, left=held.left, left_words=held.words)
        said.status_code = 400 if problem else 200
        return said
    page = FormPage(
        f"查看完整信息：{whose}", form, submit="查看", back=back, intro=f"查看人、时间和理由会记入审计。{held.words}"
    )
    return render_form(screen, page, crumbs=[("返回", back), ("查看完整信息", None)])


def _too_many(screen: Screen, form: _ReasonForm, whose: str, back: str) -> Any:
    words = f"一小时内已查看 {AN_HOUR} 次完整信息，请稍后再试。需要成批核对的，请使用导出。"
    if is_fetch():
        said: Response = jsonify(message=words, left=0)
        said.status_code = 429
        return said
    banner(words, tone="warn")
    page = FormPage(f"查看完整信息：{whose}", form, submit="查看", back=back)
    return render_form(screen, page, crumbs=[("返回", back), ("查看完整信息", None)]), 429
