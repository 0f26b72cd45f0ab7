"""Forms of the support desk."""

from typing import Any

from wtforms import FileField, StringField, TextAreaField

from mediation_admin.core.forms import (
    EnumField,
    Form,
    IdNumberField,
    Length,
    LookupField,
    PhoneField,
    RadioField,
    Required,
)
from mediation_admin.support.enums import PhotoSide, ProofKind, RefusalGround, SearchBy
from mediation_admin.support.rules import LONGEST_REASON

_TOLD = "会记入审计，并显示在本人的“我的账号”里。不要写手机号、证件号码。"
_PHOTO = {"accept": "image/jpeg,image/png"}
_PAPER = {"accept": "image/jpeg,image/png,application/pdf"}


class SearchForm(Form):
    """What to look for. Posted, so that nothing of it stands in an address."""

    by = RadioField("查找方式", choices=SearchBy.choices(), default=SearchBy.PHONE.value)
    text = StringField("查找内容", [Required("请输入要查找的内容"), Length(max=40)], render_kw={"autocomplete": "off"})
    court_id = LookupField("法院（按姓名查找时必选）", endpoint="/users/courts", describe=str)


class StepForm(Form):
    """Why support does something for somebody."""

    reason = TextAreaField("理由", [Required("请写明理由"), Length(max=LONGEST_REASON)], description=_TOLD)


class WorkCardForm(StepForm):
    """A work card that was looked at."""

    organisation = StringField("工作证上的单位或组织", [Required("请填写单位或组织名称"), Length(max=60)])
    proof = FileField(
        "工作证影像", description="JPG、PNG 或 PDF，不超过 8 MB。加密保存，每次查看都有记录。", render_kw=_PAPER
    )


class ProofForm(StepForm):
    """A reason, and the paper that was shown."""

    kind = EnumField("证明材料", [Required("请选择证明材料")], enum=ProofKind)
    organisation = StringField("单位或组织（工作证、书面证明填写）", [Length(max=60)])
    proof = FileField(
        "证明影像", description="JPG、PNG 或 PDF，不超过 8 MB。加密保存，每次查看都有记录。", render_kw=_PAPER
    )


class PhoneForm(ProofForm):
    """A new number with its proof."""

    phone = PhoneField("新手机号", [Required("请输入 11 位手机号")])
    sections = (("更正手机号", ["phone", "reason"]), ("证明", ["kind", "organisation", "proof"]))


class FactorForm(ProofForm):
    """Why a second factor is taken off, with the proof of who asked for it."""

    sections = (("重置动态口令", ["reason"]), ("证明", ["kind", "organisation", "proof"]))


class ReviewForm(Form):
    """One's own papers, to be compared by support."""

    name = StringField("证件上的姓名", [Required("请填写姓名"), Length(max=40)])
    id_number = IdNumberField("身份证号", [Required("请填写身份证号")])
    front = FileField(PhotoSide.FRONT.label, render_kw=_PHOTO, description="人像和文字清晰、四角完整")
    back = FileField(PhotoSide.BACK.label, render_kw=_PHOTO, description="有效期清晰可见")
    holding = FileField(PhotoSide.HOLDING.label, render_kw=_PHOTO, description="本人手持证件人像面，脸和证件都不遮挡")
    sections = (("证件信息", ["name", "id_number"]), ("证件照片", ["front", "back", "holding"]))

    def values(self) -> dict[str, Any]:
        """Name and number as the operation takes them."""
        return {"name": self.name.data, "id_number": self.id_number.data}


class RefuseReviewForm(Form):
    """Why an identity is not confirmed."""

    ground = EnumField("未通过的原因", [Required("请选择原因")], enum=RefusalGround)
    note = TextAreaField(
        "补充说明", [Length(max=LONGEST_REASON)], description="申请人会看到。选择“其他”时必填；不要写证件号码。"
    )


class AskVideoForm(Form):
    """Why a room of more than two ends is needed, and for how many."""

    party_count = StringField(
        "参加人数（不含调解员）",
        [Required("请填写人数")],
        description="所有当事人和代理人中要参加视频的人数，最多 20 人。",
        render_kw={"inputmode": "numeric", "data-unit": "人"},
    )
    reason = TextAreaField(
        "申请理由",
        [Required("请写明申请理由"), Length(max=LONGEST_REASON)],
        description="平台客服会看到理由和案号，看不到案件内容；不要写当事人的姓名、手机号。",
    )


class DecideVideoForm(Form):
    """The answer to a video request."""

    answer = TextAreaField("答复", [Length(max=LONGEST_REASON)], description="法院会看到。不同意时必填。")
