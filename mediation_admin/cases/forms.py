"""Forms of a case: shape and readable values only; what may stand in them is judged by the rules and the table."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, StringField, TextAreaField

from mediation_admin.cases import rules
from mediation_admin.cases.enums import (
    AgentKind,
    Authority,
    CaseCategory,
    CaseKind,
    IdKind,
    PartyRole,
    PartyType,
)
from mediation_admin.core.crypto import mask_address, mask_email, mask_id_number, mask_phone
from mediation_admin.core.forms import (
    DateField,
    EnumField,
    Form,
    Length,
    LookupField,
    MoneyField,
    Optional,
    Required,
    RowForm,
    SelectField,
    choices_of,
)
from mediation_admin.core.masked import Masked, masked_field

_LONG = {"rows": 4}
_Phone, _IdNumber = masked_field(mask_phone), masked_field(mask_id_number)
_Address, _Email = masked_field(mask_address), masked_field(mask_email)


def _number(value: Any) -> int | None:
    return int(value) if value not in (None, "", "None") else None


class PartyRow(RowForm):
    """One party."""

    id = HiddenField(filters=[_number])
    name = StringField("姓名/名称", [Length(max=200)], description="多人可用顿号隔开，一次填写")
    phone = _Phone("手机号", [Length(max=40)], description="暂时不知道的留空，记为待补", render_kw={"inputmode": "tel"})
    id_number = _IdNumber("证件号码", [Length(max=40)], description="身份证号自动得出性别和出生日期")
    type = EnumField("类型", enum=PartyType, empty="按名称判断")
    id_kind = EnumField("证件类型", enum=IdKind, empty="身份证/信用代码")
    representative = StringField("法定代表人/负责人", [Length(max=60)])
    address = _Address("地址", [Length(max=300)])
    nation = StringField("民族", [Length(max=20)])
    email = _Email("电子邮箱", [Length(max=120)])
    service_consent = BooleanField("同意电子送达")

    def is_blank(self) -> bool:
        """Whether nobody is named here: an empty row is no party."""
        return not any((self[key].data or "").strip() for key in ("name", "phone", "id_number", "address"))

    def parties(self, role: PartyRole, agents: Sequence[rules.AgentData]) -> list[rules.PartyData]:
        """The row as the operations take it; several names in a row that says nothing else are several parties."""
        names = [name.strip() for name in re.split(r"[、;；\n]", self.name.data or "") if name.strip()]
        if len(names) < 2 or self.phone.data or self.id_number.data:
            return [self._party(self.name.data or "", role, agents)]
        first = self._party(names[0], role, agents)
        return [first, *(replace(first, name=name, id=None, agents=()) for name in names[1:])]

    def _party(self, name: str, role: PartyRole, agents: Sequence[rules.AgentData]) -> rules.PartyData:
        return rules.PartyData(
            role=role,
            name=name,
            type=self.type.data,
            phone=self.phone.data or None,
            id_kind=self.id_kind.data,
            id_number=self.id_number.data or None,
            nation=self.nation.data or "",
            address=(self.address.data or "").strip() or None,
            email=(self.email.data or "").strip() or None,
            service_consent=bool(self.service_consent.data),
            representative=self.representative.data or "",
            agents=tuple(agents),
            id=self.id.data,
        )


_SIDES = ((PartyRole.APPLICANT, "applicants"), (PartyRole.RESPONDENT, "respondents"), (PartyRole.THIRD, "thirds"))
_CLIENTS = [
    (f"{role.value}-{n}", f"{role.label} {n}") for role, _ in _SIDES for n in range(1, 10)
]


class AgentRow(RowForm):
    """One agent, with the party it acts for."""

    id = HiddenField(filters=[_number])
    client = SelectField("代理谁", choices=[("", "请选择"), *_CLIENTS])
    name = StringField("姓名", [Length(max=60)])
    kind = EnumField("代理人类型", enum=AgentKind)
    authority = EnumField("授权", enum=Authority)
    phone = _Phone("手机号", [Length(max=40)], render_kw={"inputmode": "tel"})
    id_number = _IdNumber("身份证号码", [Length(max=40)])
    firm = StringField("律所", [Length(max=120)])
    licence_no = StringField("执业证号", [Length(max=60)])
    relation = StringField("与当事人关系", [Length(max=60)])

    def is_blank(self) -> bool:
        """Whether nobody is named here."""
        return not any((self[key].data or "").strip() for key in ("name", "phone", "client"))

    def agent(self) -> rules.AgentData:
        """The row as the operations take it."""
        return rules.AgentData(
            name=self.name.data or "",
            kind=self.kind.data or AgentKind.CITIZEN,
            authority=self.authority.data or Authority.GENERAL,
            phone=self.phone.data or None,
            id_number=self.id_number.data or None,
            firm=self.firm.data or "",
            licence_no=self.licence_no.data or "",
            relation=self.relation.data or "",
            id=self.id.data,
        )

    def validate(self, *arguments: Any, **options: Any) -> bool:
        """A named agent needs the party, the kind and the authority (§5.2, R17)."""
        fine = super().validate(*arguments, **options)
        if self.is_blank():
            return fine
        for field, words in (
            (self.client, "请选择代理谁"),
            (self.name, "请填写代理人姓名"),
            (self.kind, "请选择代理人类型"),
            (self.authority, "请选择一般授权或特别授权；只有特别授权可以代为签字"),
        ):
            if not field.data:
                field.errors = [*field.errors, words]
                fine = False
        return fine


class CaseForm(Form):
    """新增 and 编辑 of a case (§5.1)."""

    version = HiddenField(filters=[_number])
    kind = EnumField("案件类型", [Required("请选择案件类型")], enum=CaseKind)
    registered_on = DateField("登记日期", [Required("请填写登记日期")])
    cause_code = LookupField("案由", [Optional()], endpoint="/cases/lookup/causes", describe=str, coerce=str)
    dispute_type_code = SelectField("纠纷类型", choices=[], validate_choice=False, description="不选时由案由确定")
    inner_case_no = StringField("案号", [Length(max=80)], description="内网案号，没有可留空；诉前调解案号由平台生成")
    amount = MoneyField("标的额", [Optional()])
    ministry_code = SelectField("部委信息", choices=[], validate_choice=False)
    category = EnumField("案件类别", [Required("请选择案件类别")], enum=CaseCategory)
    simplified = BooleanField("适用简易程序", description="立案后调解：普通程序 15 天，简易程序 7 天")
    applicants = FieldList(FormField(PartyRow), label="申请人", min_entries=1, max_entries=9)
    respondents = FieldList(FormField(PartyRow), label="被申请人", min_entries=1, max_entries=9)
    thirds = FieldList(FormField(PartyRow), label="第三人", max_entries=9)
    agents = FieldList(FormField(AgentRow), label="代理人", max_entries=18)
    facts = TextAreaField("纠纷概况", [Length(max=20_000)], render_kw=_LONG)
    claim = TextAreaField("请求事项", [Length(max=20_000)], render_kw=_LONG)
    plan = TextAreaField("调解方案", [Length(max=20_000)], render_kw=_LONG)
    remark = TextAreaField("备注", [Length(max=5_000)], render_kw={"rows": 2})

    sections = (
        ("案件信息", ["version", "kind", "registered_on", "cause_code", "amount", "inner_case_no", "dispute_type_code",
                  "ministry_code", "category", "simplified"]),
        ("申请人", ["applicants"]),
        ("被申请人", ["respondents"]),
        ("调解信息", ["facts", "claim", "plan", "remark"]),
        ("第三人", ["thirds"]),
        ("代理人", ["agents"]),
    )

    def hold(self, data: rules.CaseData) -> None:
        """What the case has: a posted row knows its party by id, and a mask sent back means what the party has."""
        parties = {party.id: party for party in data.parties}
        agents = {agent.id: agent for party in data.parties for agent in party.agents}
        for name, held in (("applicants", parties), ("respondents", parties), ("thirds", parties), ("agents", agents)):
            for entry in self[name]:
                row = held.get(entry.form.id.data)
                for field in entry.form if row is not None else ():
                    if isinstance(field, Masked):
                        field.hold(getattr(row, field.short_name))

    def offer(
        self,
        *,
        dispute_types: Sequence[tuple[str, str]],
        ministries: Sequence[tuple[str, str]],
        cause_name: Callable[[str], str | None],
    ) -> None:
        """Give the form its choices."""
        self.dispute_type_code.choices = choices_of([("", "由案由确定"), *dispute_types])
        self.ministry_code.choices = choices_of([("", "否"), *((code, f"是：{name}") for code, name in ministries)])
        self.cause_code.describe = cause_name
        # What submitting asks for is starred; a draft may do without, so no validator asks for it.
        for field in (self.cause_code, self.applicants[0].form.name, self.respondents[0].form.name):
            field.flags.required = True

    def sides(self) -> list[tuple[PartyRole, FieldList]]:
        """The three lists of parties with their roles."""
        return [(role, self[name]) for role, name in _SIDES]

    def case_data(self) -> rules.CaseData:
        """What the form holds, as the operations take it. Empty rows are left out."""
        agents: dict[str, list[rules.AgentData]] = {}
        for entry in self.agents:
            if not entry.form.is_blank():
                agents.setdefault(entry.form.client.data, []).append(entry.form.agent())
        parties = [
            party
            for role, entries in self.sides()
            for n, entry in enumerate(entries, 1)
            if not entry.form.is_blank()
            for party in entry.form.parties(role, agents.get(f"{role.value}-{n}", ()))
        ]
        return rules.CaseData(
            kind=self.kind.data,
            registered_on=self.registered_on.data,
            category=self.category.data,
            cause_code=self.cause_code.data or None,
            dispute_type_code=self.dispute_type_code.data or None,
            inner_case_no=self.inner_case_no.data or None,
            simplified=bool(self.simplified.data),
            amount=self.amount.data,
            claim=self.claim.data or "",
            facts=self.facts.data or "",
            plan=self.plan.data or "",
            remark=self.remark.data or "",
            ministry_code=self.ministry_code.data or None,
            parties=tuple(parties),
        )

    def agents_fit(self) -> bool:
        """Whether every agent acts for a party that is there; puts the message beside the agent where not."""
        named = {
            f"{role.value}-{n}"
            for role, entries in self.sides()
            for n, entry in enumerate(entries, 1)
            if not entry.form.is_blank()
        }
        fine = True
        for entry in self.agents:
            row = entry.form
            if not row.is_blank() and row.client.data and row.client.data not in named:
                row.client.errors = [*row.client.errors, "没有这名当事人，请先填写当事人"]
                fine = False
        return fine

    def refuse_party(self, place: int, key: str, message: str) -> None:
        """Put a refusal of the ``place``-th party that was handed over beside its field."""
        rows = [
            entry.form
            for role, entries in self.sides()
            for entry in entries
            if not entry.form.is_blank()
            for _ in entry.form.parties(role, ())
        ]
        row = rows[place] if place < len(rows) else None
        field = row._fields.get(key) if row is not None else None
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]

    @staticmethod
    def values_of(data: rules.CaseData, version: int) -> dict[str, Any]:
        """What the form starts with for an existing case."""
        values: dict[str, Any] = {
            key: getattr(data, key)
            for key in ("kind", "registered_on", "category", "cause_code", "dispute_type_code", "inner_case_no",
                        "simplified", "amount", "claim", "facts", "plan", "remark", "ministry_code")
        }
        values |= {"version": version, "agents": []}
        for role, name in _SIDES:
            mine = [party for party in data.parties if party.role is role]
            values[name] = [_row_of(party) for party in mine]
            for n, party in enumerate(mine, 1):
                values["agents"] += [_agent_row(agent, f"{role.value}-{n}") for agent in party.agents]
        return values


def _row_of(party: rules.PartyData) -> dict[str, Any]:
    keys = ("id", "name", "type", "phone", "id_kind", "id_number", "representative", "nation", "address", "email",
            "service_consent")
    return {key: getattr(party, key) for key in keys}


def _agent_row(agent: rules.AgentData, client: str) -> dict[str, Any]:
    keys = ("id", "name", "kind", "authority", "phone", "id_number", "firm", "licence_no", "relation")
    return {"client": client, **{key: getattr(agent, key) for key in keys}}
