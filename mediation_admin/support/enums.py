"""The words of the support desk."""

from mediation_admin.core.enums import LabelledEnum


class SearchBy(LabelledEnum):
    """What an account is looked for by."""

    PHONE = "phone", "完整手机号"
    ID_NUMBER = "id_number", "完整证件号码"
    NAME = "name", "法院和姓名"


class SupportStep(LabelledEnum):
    """What support does for a person; each is told to him and shown on his own page."""

    UNLOCKED = "unlocked", "解除锁定"
    SESSIONS_ENDED = "sessions_ended", "结束全部登录"
    LINK_SENT = "link_sent", "发送重置链接"
    INVITED_AGAIN = "invited_again", "重新发送邀请"
    SECOND_FACTOR_RESET = "second_factor_reset", "重置动态口令"
    PHONE_CORRECTED = "phone_corrected", "更正手机号"
    LET_IN_BY_WORK_CARD = "let_in_by_work_card", "凭工作证找回账号"
    IDENTITY_APPROVED = "identity_approved", "通过实名审核"
    IDENTITY_REFUSED = "identity_refused", "未通过实名审核"


class ProofKind(LabelledEnum):
    """What a person showed to prove who he is."""

    ID_CARD = "id_card", "本人身份证件"
    WORK_CARD = "work_card", "工作证"
    LETTER = "letter", "单位书面证明"
    VIDEO = "video", "视频核对截图"


class ReviewStatus(LabelledEnum):
    """How a manual identity review stands."""

    WAITING = "waiting", "待审核", "warn"
    APPROVED = "approved", "已通过", "good"
    REFUSED = "refused", "未通过", "bad"
    WITHDRAWN = "withdrawn", "已撤回", "mute"


class PhotoSide(LabelledEnum):
    """The three photos of a manual review (S1: the papers; the person holding them)."""

    FRONT = "front", "证件人像面"
    BACK = "back", "证件国徽面"
    HOLDING = "holding", "手持证件照"


class RefusalGround(LabelledEnum):
    """Why an identity is not confirmed, in the words the person reads."""

    UNREADABLE = "unreadable", "照片模糊、反光或遮挡，看不清文字"
    MISMATCH = "mismatch", "填写的姓名或号码与证件不一致"
    NOT_HOLDER = "not_holder", "手持照片与证件人像不是同一人"
    EXPIRED = "expired", "证件已过有效期"
    NOT_ORIGINAL = "not_original", "不是证件原件（翻拍、复印件或经过修改）"
    INCOMPLETE = "incomplete", "照片缺少一面或手持照不符合要求"
    OTHER = "other", "其他（请在说明中写明）"


class VideoStatus(LabelledEnum):
    """How a request for multi-party video stands (R20)."""

    WAITING = "waiting", "待审批", "warn"
    APPROVED = "approved", "已同意", "good"
    REFUSED = "refused", "未同意", "bad"
    WITHDRAWN = "withdrawn", "已撤回", "mute"
