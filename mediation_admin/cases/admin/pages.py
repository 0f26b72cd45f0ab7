"""The pages of one case: what it shows, its buttons, its timeline; whole numbers only after a reason."""

from typing import Any

from flask import jsonify, request
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from mediation_admin.audit import revealing
from mediation_admin.audit.panels import lookers
from mediation_admin.cases import queries
from mediation_admin.cases.admin.addresses import detail_url, edit_url, move_url, repair_url
from mediation_admin.cases.admin.form_pages import FormPages
from mediation_admin.cases.admin.move_pages import MovePages
from mediation_admin.cases.enums import LOAD_STATES, Authority, CaseState, Gap, PartyRole, PhoneState
from mediation_admin.cases.lifecycle import MOVES, Offer, offers
from mediation_admin.cases.models import Agent, Case, CaseEvent, Party
from mediation_admin.cases.operations import facts_of
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    Detail,
    Event,
    Fact,
    Facts,
    Notice,
    Prose,
    Tab,
    Timeline,
    current_actor,
    days_left,
    render_detail,
    reveal_action,
    screen_route,
    tag,
)
from mediation_admin.core.admin.formats import date_text, money_text
from mediation_admin.core.crypto import mask_address, mask_email, mask_id_number, mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.errors import NotFound
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.reference.models import Ministry
from mediation_admin.reference.queries import cause_book
from mediation_admin.reference.workdays import PROVISIONAL_NOTE
from mediation_admin.rosters.models import Mediator, Organisation

# The step a state waits for: its button is the main one.
_MAIN = {
    CaseState.DRAFT: "submit",
    CaseState.TO_ASSIGN: "assign",
    CaseState.TO_ACCEPT: "accept",
    CaseState.MEDIATING: "request_close",
    CaseState.CLOSING: "close_on_paper",
}
_TONES = {
    "submit": "info",
    "assign": "info",
    "accept": "info",
    "close_on_paper": "good",
    "all_signed": "good",
    "settle": "good",
    "terminate": "bad",
    "close_refused": "bad",
    "expire": "bad",
    "recall": "warn",
    "decline": "warn",
    "delete": "bad",
}


# What of a person is masked, in the order of the card.
SECRETS = {"phone": "手机号", "id_number": "证件号码", "address": "地址", "email": "电子邮箱"}


class CasePages(FormPages, MovePages):
    """The routes of one case; joined to the list of all cases, so that each page has one address."""

    @screen_route("/lookup/causes")
    def lookup_causes(self) -> Any:
        """Causes for a type-ahead: number, words, or an older name."""
        book = cause_book(db.session)
        found = book.search(request.args.get("q", "")) or (book.all()[:20] if not request.args.get("q") else [])
        return jsonify(
            [
                {
                    "value": cause.code,
                    "label": cause.name,
                    "note": " › ".join([cause.code, *(step.name for step in book.path(cause.code)[1:-1])]),
                }
                for cause in found
            ]
        )

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> Any:
        """The page of a case; ``?drawer=1`` for a peek."""
        case = db.session.scalars(
            select(Case).where(Case.id == ident).options(selectinload(Case.parties).selectinload(Party.agents))
        ).one_or_none()
        if case is None:
            raise NotFound(f"case {ident}")
        actor, today = current_actor(), clock.today()
        reads_audit = actor.may(Permission.AUDIT_VIEW)
        facts = facts_of(case, today=today)
        names = _names(case)
        return render_detail(
            self,
            Detail(
                title=case.case_no or "草稿",
                copy=case.case_no,
                state=case.state,
                tags=_tags(case),
                subtitle=" · ".join(part for part in (case.cause_text, case.kind.label, case.inner_case_no) if part),
                facts=_key_facts(case, names, today),
                actions=_buttons(case.id, offers(facts, actor.permissions)),
                notices=_notices(case, actor),
                tabs=[
                    Tab("main", "当事人", lambda: _party_cards(case, actor), count=len(case.parties)),
                    Tab("mediation", "调解信息", lambda: _mediation(case, names)),
                    Tab("log", "案件动态", lambda: [_timeline(_events(case))]),
                    *([Tab("seen", "谁看过本案", lambda: lookers("mediation_case", ident))] if reads_audit else []),
                ],
                aside=[] if request.args.get("tab") == "log" else [_timeline(_events(case, 5), short=case.id)],
                row=case,
            ),
            here=detail_url(ident),
            crumbs=[(case.case_no or "草稿", None)],
        )

    @screen_route(
        "/<int:ident>/parties/<int:party_id>/reveal", methods=("POST",), permission=Permission.PERSONAL_DATA_REVEAL
    )
    def reveal(self, ident: int, party_id: int) -> Any:
        """One party's phone, number and address whole, after a reason (S32)."""
        party = fetch(db.session(), Party, party_id)
        if party.case_id != ident:
            raise NotFound(f"party {party_id} of case {ident}")
        return self._reveal(party.case, party, f"{party.role.label}（编号 {party.id}）")

    @screen_route(
        "/<int:ident>/agents/<int:agent_id>/reveal", methods=("POST",), permission=Permission.PERSONAL_DATA_REVEAL
    )
    def reveal_agent(self, ident: int, agent_id: int) -> Any:
        """The same of somebody who acts for a party."""
        agent = fetch(db.session(), Agent, agent_id)
        if agent.party.case_id != ident:
            raise NotFound(f"agent {agent_id} of case {ident}")
        return self._reveal(agent.party.case, agent, f"代理人（编号 {agent.id}）")

    def _reveal(self, case: Case, person: Party | Agent, role: str) -> Any:
        return revealing.answer(
            self,
            whose=f"案件 {case.case_no or '草稿'} 的{role}",
            secrets=[revealing.Secret(key, label, getattr(person, key, None)) for key, label in SECRETS.items()],
            object_type="mediation_case",
            object_id=case.id,
            court_id=case.court_id,
            back=detail_url(case.id),
        )


def _names(case: Case) -> dict[str, str]:
    """The names behind the case's mediator, organisation and ministry, in one statement."""
    row = db.session.execute(
        select(
            select(Mediator.name).where(Mediator.id == case.mediator_id).scalar_subquery(),
            select(Organisation.name).where(Organisation.id == case.organisation_id).scalar_subquery(),
            select(Ministry.name).where(Ministry.code == case.ministry_code).limit(1).scalar_subquery(),
        )
    ).one()
    return {"mediator": row[0] or "", "organisation": row[1] or "", "ministry": row[2] or ""}


def _tags(case: Case) -> tuple[Markup, ...]:
    made = []
    if case.result is not None:
        made.append(tag(case.result.label, case.result.tone))
    if case.suspended:
        made.append(tag("已中止", "bad"))
    if case.backfilled:
        made.append(tag("补录", "mute"))
    if case.deleted_at is not None:
        made.append(tag("已删除", "bad"))
    return tuple(made)


def _key_facts(case: Case, names: dict[str, str], today: Any) -> list[Fact]:
    made = [
        Fact("申请人", case.applicants),
        Fact("被申请人", case.respondents),
        Fact("标的额", f"{money_text(case.amount)} 元" if case.amount is not None else None),
        Fact("登记日期", case.registered_on),
        Fact("调解员", _mediator(case, names)),
    ]
    if case.state is CaseState.TO_ACCEPT and case.response_due_on:
        made.append(Fact("受理期限", _due(case.response_due_on, today), hint=date_text(case.response_due_on)))
    elif case.state in LOAD_STATES and case.due_on:
        hint = date_text(case.due_on) + (f"（{PROVISIONAL_NOTE}）" if case.due_provisional else "")
        made.append(Fact("调解期限", _due(case.due_on, today), hint=hint))
    elif case.ended_on:
        made.append(Fact("结束日期", case.ended_on))
    return made


def _due(day: Any, today: Any) -> Markup:
    words, tone = days_left(day, today)
    return Markup('<span class="due due-{}">{}</span>').format(tone, words)


def _mediator(case: Case, names: dict[str, str]) -> Any:
    if names["mediator"]:
        made = Markup('<a href="/mediators/{}/">{}</a>').format(case.mediator_id, names["mediator"])
        return made + Markup(" <small>{}</small>").format(names["organisation"]) if names["organisation"] else made
    return names["organisation"] or None


def _buttons(case_id: int, offered: list[Offer]) -> list[Any]:
    shown: list[Offer] = [offer for offer in offered if not offer.move.quiet or offer.refusal is None]
    made = [_button(case_id, offer) for offer in shown]
    first = [action for offer, action in zip(shown, made, strict=True) if _is_main(offer)]
    second = [a for o, a in zip(shown, made, strict=True) if not _is_main(o) and o.move.name in _BESIDE]
    rest = [a for o, a in zip(shown, made, strict=True) if not _is_main(o) and o.move.name not in _BESIDE]
    return [*first, *second, _More(rest) if rest else None]


_BESIDE = ("edit", "supplement", "assign_ministry", "withdraw_assignment", "settle", "terminate", "close_refused", "resume",
           "restore", "save_draft")


def _is_main(offer: Offer) -> bool:
    return any(offer.move.name == name for name in _MAIN.values())


def _button(case_id: int, offer: Offer) -> Action:
    move = offer.move
    address = edit_url(case_id) if move.name in ("edit", "supplement") else move_url(move.name, case_id)
    at_once = not move.asks and move.name not in ("edit", "supplement")
    return Action(
        move.label,
        address,
        method="post" if at_once else "get",
        primary=move.name in _MAIN.values(),
        danger=move.danger,
        refused=offer.refusal.message if offer.refusal else None,
        repair=repair_url(case_id, offer.refusal.repair) if offer.refusal else None,
        shortcut="e" if move.name in ("edit", "supplement") else None,
    )


class _More:
    """The less common moves behind one button."""

    def __init__(self, actions: list[Action]) -> None:
        self.actions = actions

    def html(self) -> Markup:
        """The button with its menu."""
        inside = Markup("").join(action.html("act") for action in self.actions)
        return Markup(
            '<details class="more" data-pop><summary class="btn">更多</summary><div class="pop pop-menu">{}</div></details>'
        ).format(inside)


def _notices(case: Case, actor: Any) -> list[Notice]:
    made = []
    if case.deleted_at is not None:
        made.append(Notice("案件在回收站中，30 天内可以恢复。", tone="warn"))
    if case.suspended:
        made.append(Notice("本案因疑似虚假调解中止，等待法院决定。", tone="bad"))
    if case.gaps:
        words = "、".join(Gap(gap).label for gap in case.gaps)
        mends = actor.may(Permission.CASE_EDIT) and (case.backfilled or case.state in _EDITABLE)
        made.append(Notice(words + "。", tone="warn", link=("去补充", edit_url(case.id)) if mends else None))
    return made


_EDITABLE = MOVES["edit"].frm


def _party_cards(case: Case, actor: Any) -> list[Any]:
    made = []
    order = list(PartyRole)
    for party in sorted(case.parties, key=lambda p: (order.index(p.role), p.position)):
        made.append(_party_card(case, party, actor))
        made += [_agent_card(case, party, agent, actor) for agent in party.agents]
    return made


def _party_card(case: Case, party: Party, actor: Any) -> Facts:
    phone: Any = mask_phone(party.phone)
    if party.phone_state is not PhoneState.GIVEN:
        phone = Markup("{} {}").format(phone, tag(party.phone_state.label, party.phone_state.tone))
    facts = [
        Fact("类型", party.type.label),
        Fact("手机号", phone, masked="phone"),
        Fact(party.id_kind.label if party.id_kind else "证件号码", mask_id_number(party.id_number), masked="id_number"),
    ]
    sex = {"female": "女", "male": "男"}.get(party.sex or "")
    facts += [
        fact
        for fact in (
            Fact("性别", sex),
            Fact("出生日期", party.birth_date),
            Fact("民族", party.nation),
            Fact("法定代表人/负责人", party.representative),
            Fact("电子送达", "同意" if party.service_consent else ""),
            Fact("电子邮箱", mask_email(party.email), masked="email"),
            # An address says where a person lives: the street or town, and no further.
            Fact("地址", mask_address(party.address), wide=True, masked="address"),
        )
        if fact.value
    ]
    actions = _reveal_actions(f"/cases/{case.id}/parties/{party.id}/reveal", party, actor)
    return Facts(facts, title=f"{party.role.label} · {party.name}", anchor=f"party-{party.id}", actions=actions)


def _reveal_actions(address: str, person: Party | Agent, actor: Any) -> tuple[Action, ...]:
    held = [key for key in SECRETS if getattr(person, key, None)]
    return (reveal_action(address, held),) if held and actor.may(Permission.PERSONAL_DATA_REVEAL) else ()


def _agent_card(case: Case, party: Party, agent: Agent, actor: Any) -> Facts:
    may_sign = "可以代为签字" if agent.authority is Authority.SPECIAL else "不能代为签字，须由当事人本人签字"
    facts = (
        Fact("代理人类型", agent.kind.label),
        Fact("授权", agent.authority.label, hint=may_sign),
        Fact("手机号", mask_phone(agent.phone), masked="phone"),
        Fact("证件号码", mask_id_number(agent.id_number), masked="id_number"),
        Fact("律所", agent.firm),
        Fact("执业证号", agent.licence_no),
        Fact("与当事人关系", agent.relation),
    )
    return Facts(
        [fact for fact in facts if fact.value],
        title=f"{party.name}的代理人 · {agent.name}",
        actions=_reveal_actions(f"/cases/{case.id}/agents/{agent.id}/reveal", agent, actor),
    )


def _mediation(case: Case, names: dict[str, str]) -> list[Any]:
    book = cause_book(db.session)
    cause = book.cause(case.cause_code) if case.cause_code and case.cause_code in book else None
    path = " › ".join(step.name for step in book.path(cause.code)) if cause else "未对应到案由规定"
    return [
        Prose(case.facts, title="纠纷概况", anchor="facts"),
        Prose(case.claim, title="请求事项"),
        Prose(case.plan, title="调解方案", anchor="plan"),
        Facts(
            [
                Fact("案由", case.cause_text, hint=path),
                Fact("案件类别", case.category.label),
                Fact("来源", case.source.label),
                Fact("部委信息", names["ministry"] or "否"),
                Fact("调解组织", names["organisation"]),
                Fact("调解员", names["mediator"]),
                Fact("指派日期", case.assigned_on),
                Fact("受理日期", case.accepted_on),
                Fact("调解期限", case.due_on, hint=PROVISIONAL_NOTE if case.due_provisional else None),
                *(fact for fact in _later_facts(case) if fact.value),
            ],
            title="办理情况",
        ),
    ]


def _later_facts(case: Case) -> list[Fact]:
    """What only some cases have; left out where empty."""
    signed = None if case.signed_all is None else ("是" if case.signed_all else "否（线下签字）")
    return [
        Fact("延长天数", case.extended_days),
        Fact("申请结案日期", case.close_requested_on),
        Fact("结束日期", case.ended_on),
        Fact("调解结果", case.result),
        Fact("终止原因", case.end_reason.label if case.end_reason else None),
        Fact("全部签字", signed),
        Fact("备注", case.remark, wide=True),
    ]


def _events(case: Case, limit: int = 500) -> Any:
    return queries.events_of(db.session, case.id, limit=limit)


def _timeline(events: Any, short: int | None = None) -> Timeline:
    lines = [_line(event) for event in events]
    if short is None:
        return Timeline(lines)
    return Timeline(lines, title="最近动态", actions=[Action("全部", f"{detail_url(short)}?tab=log")])


def _line(event: CaseEvent) -> Event:
    who = f"{event.actor_name}（代{event.on_behalf_of}）" if event.on_behalf_of else event.actor_name
    text: Any = event.detail
    ledger = event.data.get("ledger")
    if ledger:
        text = Markup("<small>台账原文：{}</small>").format("；".join(f"{escape(k)}：{escape(v)}" for k, v in ledger.items()))
    # A ledger knows the day, not the hour; what was written down later shows the day it happened.
    return Event(event.title, at=event.happened_on or event.at, who=who, text=text, tone=_TONES.get(event.move, "plain"))
