"""The page of one mediator: facts, terms, history, and the look at a masked value."""

from typing import Any

from mediation_admin.audit import revealing
from mediation_admin.audit.panels import lookers
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Action,
    Detail,
    Fact,
    Facts,
    Notice,
    Prose,
    Tab,
    Table,
    current_actor,
    render_detail,
    screen_route,
)
from mediation_admin.core.crypto import mask_id_number, mask_phone
from mediation_admin.core.db import db
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.rosters import choices, queries, rules
from mediation_admin.rosters.admin.pieces import identity_words, timeline_of
from mediation_admin.rosters.admin.steps import ListingSteps
from mediation_admin.rosters.models import Mediator, MediatorListing


class MediatorPages(ListingSteps):
    """Routes of a mediator's page; part of the lists of mediators."""

    abstract = True
    listing_kind = MediatorListing

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> Any:
        """The page of one person."""
        actor = current_actor()
        reads_audit = actor.may(Permission.AUDIT_VIEW)
        mediator = fetch(db.session(), Mediator, ident)
        listings = queries.listings_of(db.session, MediatorListing, ident)
        listing = next((one for one in listings if one.revoked_at is None), None)
        here = self.url_for("detail", ident=ident)
        words, tone = rules.term_words(listing.term_end if listing else None, clock.today())
        notices = []
        if not mediator.phone:
            link = (
                ("去补充", self.url_for("edit", ident=ident) + "#phone") if actor.may(Permission.ROSTER_EDIT) else None
            )
            notices.append(Notice("手机号待补：没有手机号，调解员不能登录，也收不到通知。", tone="warn", link=link))
        if listing is None:
            notices.append(Notice("此人已不在本院名册中。", tone="warn"))
        elif tone in ("bad", "warn"):
            link = ("续聘", self.url_for("terms", ident=ident)) if actor.may(Permission.ROSTER_EDIT) else None
            notices.append(Notice(f"聘期至 {words}。", tone=tone, link=link))
        return render_detail(
            self,
            Detail(
                title=mediator.name,
                state=listing.standing if listing else None,
                subtitle=" · ".join(x for x in (*identity_words(mediator.identities), mediator.work_unit) if x),
                facts=[
                    Fact(
                        "手机号",
                        mask_phone(mediator.phone) or "待补",
                        masked="phone",
                        reveal=self._reveal(mediator, "phone"),
                    ),
                    Fact("聘期至", words),
                    Fact("证书编号", listing.certificate_no if listing else ""),
                    Fact("认证", listing.certification if listing else None),
                ],
                actions=self._actions(ident, listing),
                notices=notices,
                tabs=[
                    Tab("main", "基本信息", lambda: self._main(mediator, listing)),
                    Tab("terms", "聘任与处理", lambda: self._terms_table(listings), count=len(listings)),
                    Tab("log", "变更记录", lambda: [timeline_of("mediator", ident, listings)]),
                    *([Tab("seen", "谁看过", lambda: lookers("mediator", ident))] if reads_audit else []),
                ],
                row=mediator,
            ),
            here=here,
            crumbs=[(mediator.name, None)],
        )

    def _actions(self, ident: int, listing: MediatorListing | None) -> list[Action]:
        if not current_actor().may(Permission.ROSTER_EDIT):
            return []
        made = [Action("编辑", self.url_for("edit", ident=ident), primary=True, shortcut="e")]
        if listing is not None:
            made.append(Action("聘期与上限", self.url_for("terms", ident=ident)))
        return [*made, *self.step_actions(listing)]

    def _main(self, mediator: Mediator, listing: MediatorListing | None) -> list[Any]:
        names = dict(choices.dispute_types(db.session))
        organisations = queries.organisations_of(db.session, [mediator.id]).get(mediator.id, [])
        full_time = {True: "专职", False: "兼职"}.get(mediator.full_time, "")
        pieces: list[Any] = [
            Facts(
                [
                    Fact("性别", mediator.sex.label if mediator.sex else ""),
                    Fact("出生年月", mediator.birth_month),
                    Fact(
                        "证件号码",
                        mask_id_number(mediator.id_number),
                        masked="id_number",
                        reveal=self._reveal(mediator, "id_number"),
                    ),
                    Fact("民族", mediator.nation),
                    Fact("政治面貌", mediator.political_status),
                    Fact("学历", mediator.education),
                    Fact("身份", "、".join(identity_words(mediator.identities))),
                    Fact("专职/兼职", full_time),
                    Fact("工作单位及职务", mediator.work_unit),
                    Fact("所属调解组织", "、".join(name for _, name in organisations), wide=True),
                ],
                title="基本信息",
            ),
            Facts(
                [
                    *([Fact("擅长领域", mediator.speciality_text, wide=True)] if mediator.speciality_text else []),
                    Fact(
                        "对应的纠纷类型",
                        "、".join(names.get(code, code) for code in mediator.specialities),
                        wide=True,
                        help="指派时按这些纠纷类型推荐；由擅长领域的文字对应而来，可在编辑页修改。",
                    ),
                    Fact("受理纠纷范围", mediator.accepts, wide=True),
                    Fact("是否收费", "收费" if mediator.charges_fee else "不收费"),
                    Fact(
                        "在手上限",
                        f"{listing.max_open} 件" if listing and listing.max_open is not None else "未设（按 30 件）",
                    ),
                ],
                title="专长与受理",
            ),
        ]
        longer = [
            ("学习经历", mediator.study),
            ("工作经历", mediator.career),
            ("专业特长", mediator.expertise),
            ("资格认证", mediator.qualifications),
            ("培训情况", mediator.training),
            ("备注", mediator.remark),
        ]
        return pieces + [Prose(text, title=title) for title, text in longer if text]

    def _terms_table(self, listings: list[MediatorListing]) -> list[Any]:
        return [
            Table(
                ["名册", "聘任日期", "聘期至", "证书编号", "认证", "状态", "处理", "理由", "列入时间", "除名时间"],
                [
                    [
                        one.roster.label, one.term_start, one.term_end, one.certificate_no, one.certification,
                        one.standing, one.sanction, one.reason, clock.local(one.created_at), clock.local(one.revoked_at),
                    ]
                    for one in listings
                ],
                title="在本院的聘任",
            )
        ]  # fmt: skip

    def _reveal(self, mediator: Mediator, what: str) -> str | None:
        may = current_actor().may(Permission.PERSONAL_DATA_REVEAL)
        return self.url_for("reveal", ident=mediator.id) if may and getattr(mediator, what) else None

    @screen_route("/<int:ident>/reveal", methods=("POST",), permission=Permission.PERSONAL_DATA_REVEAL)
    def reveal(self, ident: int) -> Any:
        """Phone or identity number whole, after a reason (S32)."""
        mediator = fetch(db.session(), Mediator, ident)
        return revealing.answer(
            self,
            whose=f"调解员（编号 {ident}）",
            secrets=[
                revealing.Secret("phone", "手机号", mediator.phone),
                revealing.Secret("id_number", "证件号码", mediator.id_number),
            ],
            object_type="mediator",
            object_id=ident,
            back=self.url_for("detail", ident=ident),
        )

    def page_of(self, listing: MediatorListing) -> str:
        return self.url_for("detail", ident=listing.mediator_id)

    def name_of(self, listing: MediatorListing) -> str:
        return fetch(db.session(), Mediator, listing.mediator_id).name
