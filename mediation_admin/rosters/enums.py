"""The words of the rosters."""

from mediation_admin.core.enums import LabelledEnum


class Sex(LabelledEnum):
    """As the identity card says."""

    FEMALE = "female", "女"
    MALE = "male", "男"


class Roster(LabelledEnum):
    """Which roster a listing belongs to; a judge is always an other mediator (S2)."""

    INVITED = "invited", "特邀调解员"
    OTHER = "other", "其他调解员"


class Certification(LabelledEnum):
    """Whether the court has certified the listing."""

    PENDING = "pending", "待认证", "warn"
    CERTIFIED = "certified", "已认证", "good"
    REFUSED = "refused", "未通过", "bad"


class Standing(LabelledEnum):
    """The standing of a listed mediator or organisation (特邀调解规定 §28)."""

    ACTIVE = "active", "在册", "good"
    SUSPENDED = "suspended", "停用", "warn"
    REMOVED = "removed", "除名", "bad"


class Sanction(LabelledEnum):
    """What a court may do about misconduct (特邀调解规定 §28)."""

    WARNING = "warning", "警告", "warn"
    NOTICE = "notice", "通报", "warn"
    REMOVAL = "removal", "除名", "bad"


class Identity(LabelledEnum):
    """What a mediator is besides (特邀调解规定 §6 and the lists of comparable courts)."""

    PEOPLES = "peoples", "人民调解员"
    LAWYER = "lawyer", "律师"
    INDUSTRY = "industry", "行业调解员"
    ARBITRATOR = "arbitrator", "仲裁员"
    NOTARY = "notary", "公证员"
    DEPUTY = "deputy", "人大代表"
    CPPCC = "cppcc", "政协委员"
    ASSESSOR = "assessor", "人民陪审员"
    EXPERT = "expert", "专家学者"
    RETIRED_LEGAL = "retired_legal", "退休法律工作者"
    LEGAL_SERVICE = "legal_service", "基层法律服务工作者"
    GRID = "grid", "网格员"
    RETIRED_TEACHER = "retired_teacher", "退休教师"
    ENTREPRENEUR = "entrepreneur", "企业家"
    APPRAISER = "appraiser", "鉴定员"
    VILLAGE = "village", "乡镇或村社干部"
    JUDGE = "judge", "法官"
    OVERSEAS = "overseas", "港澳台或外国人士"
    OTHER = "other", "其他"


class OrganisationKind(LabelledEnum):
    """Kinds of mediation organisation (特邀调解规定 §6)."""

    PEOPLES = "peoples", "人民调解"
    ADMINISTRATIVE = "administrative", "行政调解"
    COMMERCIAL = "commercial", "商事调解"
    INDUSTRY = "industry", "行业调解"
    LAWYER = "lawyer", "律师调解"
    COURT = "court", "法院特邀调解"
    OTHER = "other", "其他"
