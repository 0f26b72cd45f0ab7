"""实名审核: the queue of manual identity reviews for support, and 实名认证 on one's own page."""

from typing import Any

from flask import Response, redirect, request
from markupsafe import Markup
from sqlalchemy import Select, not_

from mediation_admin.accounts.models import Account
from mediation_admin.core import clock
from mediation_admin.core.admin import (
    Access,
    Action,
    ChoiceFilter,
    Column,
    Empty,
    Fact,
    Facts,
    FlagFilter,
    FormPage,
    Key,
    ListScreen,
    Notice,
    Order,
    Preset,
    Screen,
    banner,
    current_actor,
    render_form,
    screen_route,
    tag_of,
    toast,
)
from mediation_admin.core.admin.formats import moment_text
from mediation_admin.core.crypto import mask_id_number
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch
from mediation_admin.permissions import Permission
from mediation_admin.support import operations, queries, rules
from mediation_admin.support.admin.accounts import file_answer
from mediation_admin.support.admin.uploads import upload_of
from mediation_admin.support.enums import PhotoSide, ReviewStatus
from mediation_admin.support.forms import RefuseReviewForm, ReviewForm
from mediation_admin.support.models import IdentityReview


def due_words(due_at: Any, status: ReviewStatus) -> Markup | str:
    """剩 1 小时 20 分 while it waits, else nothing."""
    if status is not ReviewStatus.WAITING:
        return ""
    words, tone = rules.time_left(due_at, clock.now())
    return Markup('<span class="due due-{}" title="{}">{}</span>').format(tone, moment_text(due_at), words)


class IdentityReviewsView(ListScreen):
    """The queue: due first, one person of support at a time on each."""

    code = "identity_reviews"
    title = "实名审核"
    permission = Permission.IDENTITY_REVIEW
    menu_path = ("平台客服",)
    url_path = "/support/identity"
    columns = [
        Column("account_name", "申请人", kind="link", required=True),
        Column("status", "状态", kind="tag", enum=ReviewStatus),
        Column("due_at", "时限", cell=lambda row: due_words(row.due_at, row.status), sortable="due"),
        Column("asked_at", "提交时间", kind="datetime"),
        Column("taken_by_name", "正在审核"),
        Column("decided_at", "审核时间", kind="datetime"),
        Column("answer", "未通过的原因", width="xl"),
    ]
    orders = [
        Order("newest", "新提交的在前", [Key(IdentityReview.id, descending=True)]),
        Order("due", "先到期的在前", [Key(IdentityReview.due_at), Key(IdentityReview.id)]),
    ]
    filters = [
        ChoiceFilter("status", "状态", IdentityReview.status, choices=ReviewStatus, multiple=True, cast=ReviewStatus),
        FlagFilter(
            "late",
            "超时未审核",
            condition=lambda value: queries.late(clock.now()) if value else not_(queries.late(clock.now())),
        ),
    ]
    presets = [
        Preset("待审核", (("status", "waiting"),)),
        Preset("已办理", (("status", "approved"), ("status", "refused"))),
    ]
    empty = Empty(
        "没有实名审核申请。人脸识别不成功的用户可以在“我的账号 · 实名认证”提交证件照片，应在 2 个工作小时内审核。"
    )

    def select(self) -> Select[Any]:
        return queries.reviews_shown()

    def detail_url(self, row: Any) -> str:
        return self.url_for("review", ident=row.id)

    def actions(self) -> list[Action]:
        return [Action("审核下一份", self.url_for("next"), method="post", primary=True, shortcut="n")]

    @screen_route("/next", methods=("POST",), permission=Permission.IDENTITY_REVIEW)
    def next(self) -> Response:
        """Take the one that is due first and that nobody else looks at."""
        row = operations.take_next(actor=current_actor())
        ident = row.id if row is not None else None
        db.session.commit()
        if ident is None:
            banner("没有等待审核的申请了。", tone="good")
            return redirect(self.home_url(), 303)
        return redirect(self.url_for("review", ident=ident), 303)

    @screen_route("/<int:ident>/")
    def review(self, ident: int) -> str:
        """One review: with photos for who holds it, else how it stands."""
        row = fetch(db.session(), IdentityReview, ident)
        account = fetch(db.session(), Account, row.account_id)
        if row.status is not ReviewStatus.WAITING or not _holds(row):
            return self._shown(row, account)
        words, tone = rules.time_left(row.due_at, clock.now())
        return self.render(
            "backoffice/support/review.html",
            title=f"实名审核 · {account.name}",
            crumbs=[(account.name, None)],
            review=row,
            account_name=account.name,
            days=rules.PHOTOS_KEPT.days,
            photos=[(side.label, self.url_for("photo", ident=ident, side=side.value)) for side in PhotoSide],
            told=[Notice(f"应在 {moment_text(row.due_at)} 前办完，{words}。", tone="bad" if tone == "bad" else "info")],
            actions=[
                Action(
                    "通过",
                    self.url_for("approve", ident=ident),
                    method="post",
                    primary=True,
                    confirm="确认姓名、号码与证件照片一致，且手持照片为同一人。通过后告知本人，不能撤回。",
                ),
                Action("不通过", self.url_for("refuse", ident=ident)),
                Action("放回队列", self.url_for("release", ident=ident), method="post"),
            ],
        )

    def _shown(self, row: IdentityReview, account: Account) -> str:
        waiting = row.status is ReviewStatus.WAITING
        own = "不能审核自己的申请，请由另一位客服办理。" if row.account_id == current_actor().account_id else None
        busy = row.taken_by is not None and row.taken_until is not None and row.taken_until > clock.now()
        taken = "另一位客服正在审核这份申请，请“审核下一份”。" if busy else None
        start = Action(
            "开始审核", self.url_for("take", ident=row.id), method="post", primary=True, refused=own or taken
        )
        facts = [
            Fact("状态", row.status),
            Fact("时限", due_words(row.due_at, row.status) or None),
            Fact("提交时间", row.asked_at),
            Fact("身份证号", mask_id_number(row.id_number)),
            Fact("审核时间", row.decided_at),
            Fact("未通过的原因", row.answer, wide=True),
            Fact("照片", self._kept(row)),
        ]
        return self.render(
            "shared/page.html",
            title=f"实名审核 · {account.name}",
            crumbs=[(account.name, None)],
            pieces=[Facts(facts, title="申请")],
            actions=[start] if waiting else [],
        )

    def _kept(self, row: IdentityReview) -> Any:
        if row.erased_at is not None:
            return f"{moment_text(row.erased_at)} 已清除"
        if row.decided_by != current_actor().account_id:
            return "加密保存，审核时可看"
        links = [
            Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(
                self.url_for("photo", ident=row.id, side=side.value), side.label
            )
            for side in PhotoSide
        ]
        return Markup("、").join(links)

    @screen_route("/<int:ident>/take", methods=("POST",), permission=Permission.IDENTITY_REVIEW)
    def take(self, ident: int) -> Response:
        """Begin with this one."""
        return self._step(ident, lambda: operations.take(actor=current_actor(), review_id=ident), stay=True)

    @screen_route("/<int:ident>/release", methods=("POST",), permission=Permission.IDENTITY_REVIEW)
    def release(self, ident: int) -> Response:
        """Give it back."""
        return self._step(
            ident, lambda: operations.release(actor=current_actor(), review_id=ident), said="已放回队列。"
        )

    @screen_route("/<int:ident>/approve", methods=("POST",), permission=Permission.IDENTITY_REVIEW)
    def approve(self, ident: int) -> Response:
        """Confirm the identity."""
        return self._step(
            ident, lambda: operations.approve(actor=current_actor(), review_id=ident), said="已通过，并告知本人。"
        )

    def _step(self, ident: int, operation: Any, *, said: str = "", stay: bool = False) -> Response:
        try:
            operation()
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="bad")
            return redirect(self.url_for("review", ident=ident), 303)
        db.session.commit()
        if said:
            toast(said)
        return redirect(self.url_for("review", ident=ident) if stay else self.home_url(), 303)

    @screen_route("/<int:ident>/refuse", methods=("GET", "POST"), permission=Permission.IDENTITY_REVIEW)
    def refuse(self, ident: int) -> Any:
        """Do not confirm it, with a reason from the list."""
        fetch(db.session(), IdentityReview, ident)
        back = self.url_for("review", ident=ident)
        form = RefuseReviewForm()
        if request.method == "POST" and form.validate():
            try:
                operations.refuse(
                    actor=current_actor(), review_id=ident, ground=form.ground.data, note=form.note.data or ""
                )
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                db.session.commit()
                toast("已告知本人未通过的原因，本人可以重新提交。")
                return redirect(self.home_url(), 303)
        return render_form(self, FormPage("不通过", form, submit="确定不通过", back=back), crumbs=[("实名审核", back)])

    @screen_route("/<int:ident>/photos/<any(front, back, holding):side>")
    def photo(self, ident: int, side: str) -> Any:
        """One photo for who holds the review; noted in the audit each time, kept by no browser."""
        content = operations.look_at_photo(actor=current_actor(), review_id=ident, side=PhotoSide(side))
        db.session.commit()
        mime = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
        return file_answer(content, mime, f"identity-{ident}-{side}")


def _holds(row: IdentityReview) -> bool:
    actor = current_actor()
    return row.taken_by == actor.account_id and row.taken_until is not None and row.taken_until > clock.now()


class MyIdentityView(Screen):
    """实名认证 by hand: for whom face recognition does not work."""

    code = "my_identity"
    title = "实名认证（人工审核）"
    permission = Permission.OWN_ACCOUNT
    menu_path = None
    belongs_to = "my_account"
    url_path = "/my-account/identity"

    @screen_route("/")
    def index(self) -> str:
        """How one's own request stands."""
        row = queries.latest_review(db.session(), current_actor().account_id)
        if row is None:
            words = (
                "还没有提交过。人脸识别不成功时，可以上传证件照片由平台客服人工审核：工作日 9:00–12:00、13:30–17:30，"
                "2 个工作小时内答复。"
            )
            return self._page([Notice(words, tone="info")], [Action("提交证件照片", self.url_for("new"), primary=True)])
        facts = Facts(
            [
                Fact("状态", tag_of(row.status)),
                Fact("姓名", row.name),
                Fact("身份证号", mask_id_number(row.id_number)),
                Fact("提交时间", row.asked_at),
                Fact("预计答复", row.due_at if row.status is ReviewStatus.WAITING else None),
                Fact("审核时间", row.decided_at),
                Fact("未通过的原因", row.answer, wide=True),
            ],
            title="最近一次申请",
        )
        again = Action("重新提交", self.url_for("new"), primary=True)
        withdraw = Action(
            "撤回申请",
            self.url_for("withdraw"),
            method="post",
            confirm="撤回后照片立即清除，需要认证时请重新提交。",
        )
        actions = {ReviewStatus.WAITING: [withdraw], ReviewStatus.APPROVED: []}.get(row.status, [again])
        return self._page([facts], actions)

    def _page(self, pieces: list[Any], actions: list[Action]) -> str:
        return self.render("shared/page.html", pieces=pieces, actions=actions)

    @screen_route("/new", methods=("GET", "POST"), permission=Access.OF_SCREEN)
    def new(self) -> Any:
        """Hand in name, number and three photos."""
        form = ReviewForm()
        if request.method == "POST" and form.validate():
            try:
                photos = {side: upload_of(side.value) for side in PhotoSide}
                row = operations.submit_review(actor=current_actor(), **form.values(), photos=photos)
            except RuleBroken as broken:
                db.session.rollback()
                form.refuse(broken)
            else:
                due = moment_text(row.due_at)
                db.session.commit()
                toast(f"已提交，预计 {due} 前答复，结果会发短信告知。")
                return redirect(self.url_for(), 303)
        words = "照片只用于核对身份，加密保存，审核后 30 天清除；拍摄地点等附加信息上传时即去除。每张不超过 8 MB，JPG 或 PNG。"
        return render_form(
            self,
            FormPage("提交证件照片", form, submit="提交审核", back=self.url_for(), intro=words, multipart=True),
        )

    @screen_route("/withdraw", methods=("POST",), permission=Access.OF_SCREEN)
    def withdraw(self) -> Response:
        """Take one's request back."""
        try:
            operations.withdraw_review(actor=current_actor())
        except RuleBroken as broken:
            db.session.rollback()
            banner(broken.message, tone="warn")
        else:
            db.session.commit()
            toast("已撤回，照片已清除。")
        return redirect(self.url_for(), 303)


def identity_panel(_actor: Any, account: Account) -> list[Any]:
    """实名认证 on one's own page."""
    row = queries.latest_review(db.session(), account.id)
    told = row.status if row is not None else "未认证"
    return [
        Facts(
            [Fact("实名认证（人工审核）", told), Fact("姓名", row.name if row is not None else None)],
            title="实名认证",
            actions=[Action("查看" if row is not None else "人工审核", "/my-account/identity/", icon="user")],
        )
    ]
