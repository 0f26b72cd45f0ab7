"""A toy court register on the frame's API: what the tests of core/admin look at. No subject of the house is in it."""

from datetime import date
from typing import Any

from flask import Flask, g, request
from flask_wtf import CSRFProtect
from sqlalchemy import BigInteger, Identity, Text, or_, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from wtforms import FieldList, FormField, StringField

from mediation_admin.accounts import models as _accounts  # noqa: F401 - the table list_preference refers to
from mediation_admin.core import headers
from mediation_admin.core.admin import (
    Access,
    Action,
    BulkAction,
    ChoiceFilter,
    Column,
    DateRangeFilter,
    Detail,
    Empty,
    Event,
    Fact,
    Facts,
    FlagFilter,
    FormPage,
    Key,
    ListScreen,
    Match,
    NumberRangeFilter,
    Order,
    Outcome,
    Preset,
    Refused,
    Rehearsal,
    Screen,
    SecretFilter,
    Shell,
    Site,
    Tab,
    TextFilter,
    Timeline,
    install,
    render_detail,
    render_form,
    row_change,
    screen_route,
    toast,
    wants_another,
)
from mediation_admin.core.admin.models import ListPreference
from mediation_admin.core.db import db
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.core.errors import NotFound, RuleBroken
from mediation_admin.core.forms import DateField, Form, PhoneField, Required, RowForm
from mediation_admin.core.forms import Optional as Empties
from mediation_admin.core.scope import Actor
from tests.servers import template

CLERK = Actor(1, "周立华", "clerk", 1, frozenset({"thing:view", "thing:edit", "export:request"}))
READER = Actor(2, "吴小梅", "judge", 1, frozenset({"thing:view"}))
OUTSIDER = Actor(3, "郑一鸣", "support", None, frozenset())


class ToyBase(DeclarativeBase):
    """Its own metadata: the toy must not be looked for by migrations."""


class State(LabelledEnum):
    """Two states."""

    OPEN = "open", "未结", "info"
    DONE = "done", "已结", "good"


class Thing(ToyBase):
    """A row of the toy."""

    __tablename__ = "thing"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    day: Mapped[date]
    due: Mapped[date | None]
    amount: Mapped[int | None]


class HomeScreen(Screen):
    """The first page."""

    code, title, permission, url_path = "home", "工作台", Access.SIGNED_IN, "/"

    @screen_route("/")
    def index(self) -> Any:
        return self.render("shared/page.html", pieces=[])


class PersonRow(RowForm):
    """A repeating row."""

    name = StringField("姓名", [Required("请填写姓名")])
    phone = PhoneField("手机号", [Empties()])


class ThingForm(Form):
    """The form of a thing."""

    name = StringField("名称", [Required("请填写名称")])
    day = DateField("日期", [Required("请填写日期")])
    people = FieldList(FormField(PersonRow), label="当事人", min_entries=1, max_entries=3)
    sections = [("基本信息", ["name", "day"]), ("当事人", ["people"])]


class ReasonForm(Form):
    """What a bulk action asks."""

    reason = StringField("理由", [Required("请填写理由")])


def order(code: str, label: str, column: Any, nullable: bool = False) -> list[Order]:
    """An order and its mirror."""
    return [
        Order(code, label, [Key(column, nullable=nullable), Key(Thing.id)]),
        Order(f"-{code}", label, [Key(column, True, nullable), Key(Thing.id, True)]),
    ]


class Things(ListScreen):
    """The list under test."""

    code, title, permission, menu_path = "things", "事项管理", "thing:view", ("事项", "全部事项")
    columns = [
        Column("name", "名称", kind="link", required=True, copy=True),
        Column("state", "状态", kind="tag", enum=State),
        Column("day", "日期", kind="date", sortable="day"),
        Column("due", "期限", kind="deadline", sortable="due"),
        Column("amount", "金额", kind="money", sortable="amount", default=False),
    ]
    filters = [
        TextFilter("name", "名称", Thing.name, how="contains"),
        ChoiceFilter("state", "状态", Thing.state, choices=State, multiple=True),
        DateRangeFilter("day", "日期", Thing.day),
        NumberRangeFilter("amount", "金额", Thing.amount),
        FlagFilter("dated", "有期限", condition=lambda yes: Thing.due.is_not(None) if yes else Thing.due.is_(None)),
        SecretFilter("phone", "手机号", Thing.phone, mask=lambda text: text[:3] + "****" + text[-4:]),
    ]
    orders = [
        *reversed(order("day", "日期", Thing.day)),
        *order("due", "期限", Thing.due, nullable=True),
        *order("amount", "金额", Thing.amount, nullable=True),
        Order("mixed", "混合", [Key(Thing.state), Key(Thing.day, True), Key(Thing.id)]),
    ]
    presets = [Preset("未结", (("state", "open"),))]
    search_label = "名称或手机号"
    bulk_actions = [BulkAction("finish", "批量办结", "thing:edit", form=ReasonForm, max_rows=500)]
    empty = Empty("还没有事项。", (Action("新增事项", "/things/new"),))
    exportable = True

    def select(self) -> Any:
        return select(Thing.id, Thing.name, Thing.state, Thing.day, Thing.due, Thing.amount)

    def search(self, text: str) -> Match:
        return Match(or_(Thing.name.contains(text), Thing.phone == text), f"按名称或手机号查找“{text}”")

    def detail_url(self, row: Any) -> str:
        return f"/things/{row.id}/"

    def row_actions(self, row: Any) -> list[Action]:
        done = row.state == "done"
        return [Action("办结", f"/things/{row.id}/finish", refused="已经办结。" if done else None, repair="/things/")]

    def rehearse_finish(self, selection: Any, form: Any) -> Rehearsal:
        ids = selection.find_ids(db.session)
        done = list(db.session.execute(select(Thing.id, Thing.name).where(Thing.id.in_(ids), Thing.state == "done")))
        return Rehearsal(
            len(ids) - len(done),
            f"将办结 {len(ids) - len(done)} 个事项。",
            refused=[Refused(row.name, "已经办结", f"/things/{row.id}/") for row in done],
        )

    def run_finish(self, selection: Any, form: Any, key: str) -> Outcome:
        if form.reason.data == "不行":
            raise RuleBroken("理由不成立，请另写。")
        for thing in db.session.scalars(select(Thing).where(Thing.id.in_(selection.statement()))):
            thing.state = "done"
        db.session.flush()
        return Outcome("已办结", undo_url="/things/undo")

    @screen_route("/<int:ident>/")
    def detail(self, ident: int) -> Any:
        thing = db.session.get(Thing, ident)
        if thing is None:
            raise NotFound(f"thing {ident}")
        detail = Detail(
            thing.name,
            state=State(thing.state),
            facts=[Fact("日期", thing.day)],
            actions=[Action("删除", f"/things/{ident}/finish", method="post", confirm="将删除。", danger=True)],
            tabs=[
                Tab("main", "基本信息", lambda: [Facts([Fact("名称", thing.name, copy=True)], title="事项")]),
                Tab("log", "动态", lambda: [Timeline([Event("登记", thing.day, "周立华")])], count=1),
            ],
            row=thing,
        )
        return render_detail(self, detail, here=self.url_for("detail", ident=ident), crumbs=[(thing.name, None)])

    @screen_route("/<int:ident>/finish", methods=("POST",), permission="thing:edit")
    def finish(self, ident: int) -> Any:
        db.session.get(Thing, ident).state = "done"
        db.session.commit()
        toast("已办结", undo="/things/undo")
        return self.back_to_list()

    @screen_route("/new", methods=("GET", "POST"), permission="thing:edit")
    def new(self) -> Any:
        form = ThingForm()
        if request.method == "POST" and not row_change(form) and form.validate():
            if form.name.data == "重名":
                form.refuse(RuleBroken("已有同名事项。", field="name", repair="/things/1/"))
            else:
                db.session.add(Thing(name=form.name.data, state="open", day=form.day.data))
                db.session.commit()
                toast("已新增")
                return self.back_to_list(self.url_for("new") if wants_another() else None)
        return render_form(self, FormPage("新增事项", form, save_and_new=True))


class Broken(Screen):
    """Pages that go wrong."""

    code, title, permission = "broken", "故障", "thing:view"

    @screen_route("/")
    def index(self) -> Any:
        raise ZeroDivisionError("手机号 13800008000 出错")

    @screen_route("/rule")
    def rule(self) -> Any:
        raise RuleBroken("请先补充手机号。", repair="/things/1/")

    @screen_route("/type")
    def wrong_type(self) -> Any:
        raise TypeError("told once")


def make(url: str, *, csrf: bool = False) -> Flask:
    """The toy app on a database. The header X-Actor says who asks: clerk, reader, outsider; nobody without it."""
    app = Flask("toy", root_path=".", template_folder="templates", static_folder=None)
    app.config.update(
        SECRET_KEY="a key of the tests, worth nothing",
        SQLALCHEMY_DATABASE_URI=url,
        TESTING=True,
        PROPAGATE_EXCEPTIONS=False,
        WTF_CSRF_ENABLED=csrf,
    )
    db.init_app(app)
    CSRFProtect(app)
    headers.init_app(app)
    people = {"clerk": CLERK, "reader": READER, "outsider": OUTSIDER}

    @app.before_request
    def who() -> None:
        g.actor = people.get(request.headers.get("X-Actor", ""))

    site = Site(index_view=HomeScreen())
    site.add_screens([Things(), Broken()])
    install(app, site, Shell(court_name=lambda actor: "测试区人民法院", counts=lambda actor: {"todo": 3}))
    app.add_url_rule("/sign-in", "sign_in.index", lambda: "sign in here")
    app.add_url_rule("/exports/new", "exports.new", lambda: "")
    return app


def on_own_database(servers: Any, name: str, *, csrf: bool = False) -> Flask:
    """The toy app on a new database with the toy's table and the one table of core/admin."""
    app = make(template.create_empty(servers.postgres, name), csrf=csrf)
    with app.app_context():
        db.session.execute(text("create table account (id bigint primary key)"))
        db.session.execute(text("insert into account values (1), (2)"))
        db.session.commit()
        with db.engine.begin() as connection:
            ListPreference.__table__.create(connection)
            ToyBase.metadata.create_all(connection)
        db.session.remove()
    return app
