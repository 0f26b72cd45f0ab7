"""The forms of the rosters: shape and required-ness; what is allowed is decided in rules.py."""

from typing import Any

from flask import url_for
from wtforms import BooleanField, HiddenField, IntegerField, StringField, TextAreaField

from mediation_admin.core.crypto import mask_numbers
from mediation_admin.core.db import db
from mediation_admin.core.forms import (
    DateField,
    EnumField,
    Form,
    IdNumberField,
    Length,
    LookupField,
    NumberRange,
    Optional,
    PhoneField,
    Required,
    SelectField,
    SelectMultipleField,
)
from mediation_admin.core.masked import masked_field
from mediation_admin.rosters.choices import division_name
from mediation_admin.rosters.data import ListingData, OrganisationData, PersonData
from mediation_admin.rosters.enums import Identity, OrganisationKind, Roster, Sanction, Sex

BOXES = {"data-boxes": "1"}
FULL_TIME = [("", "未填"), ("1", "专职"), ("0", "兼职")]
EDUCATION = ["小学", "初中", "高中", "中专", "大专", "本科", "硕士", "博士"]


class _MonthField(StringField):
    """YYYY-MM with the browser's month picker; a bare year typed by hand is kept."""

    def __init__(self, label: str | None = None, validators: Any = None, **options: Any) -> None:
        super().__init__(label, validators, render_kw={"placeholder": "1978-08", "inputmode": "numeric"}, **options)


def _full_time(value: Any) -> str:
    # From a row it comes as a boolean or nothing, from the browser as text.
    return {True: "1", False: "0", None: ""}.get(value, str(value))


class _Versioned:
    """The version of the row as it was when the form was opened; a later save is refused."""

    version = HiddenField()

    def held_version(self) -> int | None:
        """The version, None on a new form."""
        text = self.version.data or ""
        return int(text) if str(text).isdigit() else None


class MediatorForm(_Versioned, Form):
    """新增/编辑调解员: the person, and (when new) the place on the court's roster."""

    name = StringField("姓名", [Required("请输入姓名"), Length(max=60)])
    sex = EnumField("性别", [Required("请选择性别")], enum=Sex)
    phone = PhoneField("手机号", [Optional()], description="调解员用它登录，全平台唯一。暂时没有可留空，会标为“待补”。")
    birth_month = _MonthField("出生年月", [Optional(), Length(max=7)])
    id_number = IdNumberField("身份证号", [Optional()])
    nation = StringField("民族", [Optional(), Length(max=30)])
    political_status = StringField("政治面貌", [Optional(), Length(max=30)])
    education = StringField("学历", [Optional(), Length(max=30)], render_kw={"placeholder": "如 本科"})
    identities = SelectMultipleField(
        "调解员身份", [Required("请至少选择一种身份")], choices=Identity.choices(), coerce=Identity, render_kw=BOXES,
        description="选了“法官”的列入其他调解员名册。",
    )  # fmt: skip
    full_time = SelectField("专职/兼职", choices=FULL_TIME, default="", coerce=_full_time)
    work_unit = StringField("工作单位及职务", [Optional(), Length(max=200)])
    organisations = SelectMultipleField("所属调解组织", [Optional()], coerce=int, render_kw=BOXES)
    specialities = SelectMultipleField("擅长的纠纷类型", [Optional()], coerce=str, render_kw=BOXES)
    speciality_text = StringField(
        "擅长领域（文字）", [Optional(), Length(max=500)], description="公开名册上显示的说法，如“民间借贷、物业纠纷”。"
    )
    accepts = TextAreaField("受理纠纷范围", [Optional(), Length(max=2000)])
    charges_fee = BooleanField("收取调解费用")
    study = TextAreaField("学习经历", [Optional(), Length(max=4000)])
    career = TextAreaField("工作经历", [Optional(), Length(max=4000)])
    expertise = TextAreaField("专业特长", [Optional(), Length(max=4000)])
    qualifications = TextAreaField("资格认证", [Optional(), Length(max=4000)])
    training = TextAreaField("培训情况", [Optional(), Length(max=4000)])
    remark = TextAreaField("备注", [Optional(), Length(max=4000)])

    sections = [
        (
            "基本信息",
            ["version", "name", "sex", "phone", "birth_month", "id_number", "nation", "political_status", "education"],
        ),
        ("身份与单位", ["identities", "full_time", "work_unit", "organisations"]),
        ("专长", ["specialities", "speciality_text", "accepts", "charges_fee"]),
        ("经历（可公开）", ["study", "career", "expertise", "qualifications", "training", "remark"]),
    ]

    def person(self) -> PersonData:
        """The values as the operations take them."""
        return PersonData(
            name=self.name.data,
            sex=self.sex.data,
            birth_month=self.birth_month.data,
            phone=self.phone.data,
            id_number=self.id_number.data,
            nation=self.nation.data or "",
            political_status=self.political_status.data or "",
            education=self.education.data or "",
            identities=self.identities.data or [],
            full_time={"1": True, "0": False}.get(self.full_time.data),
            work_unit=self.work_unit.data or "",
            specialities=self.specialities.data or [],
            speciality_text=self.speciality_text.data or "",
            accepts=self.accepts.data or "",
            charges_fee=self.charges_fee.data,
            study=self.study.data or "",
            career=self.career.data or "",
            expertise=self.expertise.data or "",
            qualifications=self.qualifications.data or "",
            training=self.training.data or "",
            remark=self.remark.data or "",
        )


class _TermFields:
    """The fields of a place on a roster, shared by the forms that set one."""

    term_start = DateField("聘任日期", [Optional()])
    term_end = DateField("聘期至", [Optional()], description="到期后不能再指派新案件，在手案件不受影响。")
    certificate_no = StringField("证书编号", [Optional(), Length(max=60)])


class _CapField:
    max_open = IntegerField(
        "在手上限", [Optional(), NumberRange(min=0, max=9999)], render_kw={"data-unit": "件"},
        description="同时在手的案件到这个数就不再推荐；留空按 30 件。",
    )  # fmt: skip


class NewMediatorForm(_TermFields, _CapField, MediatorForm):
    """新增调解员."""

    sections = [
        *MediatorForm.sections[:2],
        ("聘任", ["term_start", "term_end", "certificate_no", "max_open"]),
        *MediatorForm.sections[2:],
    ]

    def listing(self) -> ListingData:
        """The place on the court's roster."""
        return ListingData(
            term_start=self.term_start.data,
            term_end=self.term_end.data,
            certificate_no=self.certificate_no.data or "",
            max_open=self.max_open.data,
        )


class InviteForm(_TermFields, _CapField, Form):
    """邀请加入本院: a person another court entered; only the place on this court's roster is asked."""

    phone = PhoneField("手机号", [Required("请输入对方的手机号")])
    organisations = SelectMultipleField("所属调解组织（本院）", [Optional()], coerce=int, render_kw=BOXES)

    sections = [("邀请", ["phone", "term_start", "term_end", "certificate_no", "max_open", "organisations"])]

    def listing(self) -> ListingData:
        """The place on the court's roster."""
        return ListingData(
            term_start=self.term_start.data,
            term_end=self.term_end.data,
            certificate_no=self.certificate_no.data or "",
            max_open=self.max_open.data,
        )


class MediatorListingForm(_TermFields, _CapField, Form):
    """聘期与上限 of a mediator at this court."""

    roster = EnumField("名册", [Required("请选择名册")], enum=Roster)
    sections = [("在本院的聘任", ["roster", "term_start", "term_end", "certificate_no", "max_open"])]

    def listing(self) -> ListingData:
        """The place on the court's roster."""
        return ListingData(
            roster=self.roster.data,
            term_start=self.term_start.data,
            term_end=self.term_end.data,
            certificate_no=self.certificate_no.data or "",
            max_open=self.max_open.data,
        )


class OrganisationForm(_Versioned, Form):
    """编辑调解组织."""

    name = StringField("组织名称", [Required("请输入组织名称"), Length(max=120)])
    kind = EnumField("组织类型", [Required("请选择组织类型")], enum=OrganisationKind)
    ministry_code = SelectField("所属部委", [Optional()], coerce=str, description="属于“总对总”部委的才选。")
    level = StringField("级别", [Optional(), Length(max=30)], render_kw={"placeholder": "如 市级"})
    superior = StringField("上级单位", [Optional(), Length(max=120)])
    head_name = StringField("负责人", [Optional(), Length(max=60)])
    contact_name = StringField("管理员姓名", [Required("请输入管理员姓名"), Length(max=60)])
    contact_phone = PhoneField("管理员手机", [Optional()], landline=True, description="暂时没有可留空，会标为“待补”。")
    contacts = masked_field(mask_numbers, long=True)("其他联络人", [Optional(), Length(max=2000)], description="一行一人：姓名 电话")
    division_code = LookupField(
        "地区", [Optional()], coerce=str, endpoint=lambda: url_for("organisations.divisions"),
        describe=lambda code: division_name(db.session, code),
    )  # fmt: skip
    address = StringField("地址", [Optional(), Length(max=200)])
    joined_on = DateField("接入时间", [Optional()])
    specialities = SelectMultipleField("专业领域", [Optional()], coerce=str, render_kw=BOXES)
    accepts = TextAreaField("受理纠纷范围", [Optional(), Length(max=2000)])
    charges_fee = BooleanField("收取调解费用")
    duties = TextAreaField("主要职责", [Optional(), Length(max=4000)])
    remark = TextAreaField("备注", [Optional(), Length(max=4000)])

    sections = [
        (
            "基本信息",
            [
                "version",
                "name",
                "kind",
                "ministry_code",
                "level",
                "superior",
                "head_name",
                "division_code",
                "address",
                "joined_on",
            ],
        ),
        ("管理员与联络人", ["contact_name", "contact_phone", "contacts"]),
        ("专长", ["specialities", "accepts", "charges_fee", "duties", "remark"]),
    ]

    def organisation(self) -> OrganisationData:
        """The values as the operations take them."""
        return OrganisationData(
            name=self.name.data,
            kind=self.kind.data,
            ministry_code=self.ministry_code.data or None,
            level=self.level.data or "",
            superior=self.superior.data or "",
            head_name=self.head_name.data or "",
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data,
            contacts=self.contacts.data or None,
            division_code=self.division_code.data,
            address=self.address.data or "",
            joined_on=self.joined_on.data,
            duties=self.duties.data or "",
            specialities=self.specialities.data or [],
            accepts=self.accepts.data or "",
            charges_fee=self.charges_fee.data,
            remark=self.remark.data or "",
        )


class NewOrganisationForm(_TermFields, OrganisationForm):
    """新增调解组织."""

    sections = [
        *OrganisationForm.sections[:2],
        ("聘任", ["term_start", "term_end", "certificate_no"]),
        *OrganisationForm.sections[2:],
    ]

    def listing(self) -> ListingData:
        """The place on the court's roster."""
        return ListingData(
            term_start=self.term_start.data,
            term_end=self.term_end.data,
            certificate_no=self.certificate_no.data or "",
        )


class OrganisationListingForm(_TermFields, Form):
    """聘期 of an organisation at this court."""

    sections = [("在本院的聘任", ["term_start", "term_end", "certificate_no"])]

    def listing(self) -> ListingData:
        """The place on the court's roster."""
        return ListingData(
            term_start=self.term_start.data,
            term_end=self.term_end.data,
            certificate_no=self.certificate_no.data or "",
        )


class ReasonForm(Form):
    """A step that needs its reason written down."""

    reason = TextAreaField("理由", [Required("请写明理由"), Length(max=500)])


class SanctionForm(ReasonForm):
    """警告 or 通报, with the reason."""

    sanction = EnumField("处理", [Required("请选择处理方式")], enum=Sanction)
