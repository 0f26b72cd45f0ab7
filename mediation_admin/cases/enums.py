"""The words of a case: kinds, states, results, reasons, parties."""

from mediation_admin.core.enums import LabelledEnum


class CaseKind(LabelledEnum):
    """The three kinds of mediation case (S2)."""

    PRE_FILING = "pre_filing", "诉前委派调解"
    POST_FILING = "post_filing", "立案调解"
    INTERNET = "internet", "互联网调解"


class CaseSource(LabelledEnum):
    """How the case came to the platform."""

    COURT = "court", "法院录入"
    PUSHED = "pushed", "内网推送"
    PARTY = "party", "当事人申请"
    BACKFILL = "backfill", "历史补录"


class CaseCategory(LabelledEnum):
    """Case category (人民法院在线调解规则 §3)."""

    CIVIL = "civil", "民事"
    ADMINISTRATIVE = "administrative", "行政"
    CRIMINAL_CIVIL = "criminal_civil", "刑事附带民事"
    ENFORCEMENT = "enforcement", "执行"


class CaseState(LabelledEnum):
    """The states of a case. Only cases.operations.move writes one."""

    DRAFT = "draft", "草稿", "mute"
    TO_ASSIGN = "to_assign", "待指派", "warn"
    TO_ACCEPT = "to_accept", "待受理", "info"
    MEDIATING = "mediating", "调解中", "info"
    CLOSING = "closing", "申请结案", "plain"
    CLOSED = "closed", "调解结束", "good"
    TERMINATED = "terminated", "调解终止", "bad"
    RETURNED = "returned", "已退回", "mute"


ENDED_STATES = (CaseState.CLOSED, CaseState.TERMINATED)
OPEN_STATES = (CaseState.TO_ASSIGN, CaseState.TO_ACCEPT, CaseState.MEDIATING, CaseState.CLOSING)
# States in which a case weighs on a mediator.
LOAD_STATES = (CaseState.TO_ACCEPT, CaseState.MEDIATING, CaseState.CLOSING)


class Result(LabelledEnum):
    """What came of the mediation. The first two are successes."""

    AGREEMENT = "agreement", "达成调解协议", "good"
    SETTLED_WITHDRAWN = "settled_withdrawn", "和解撤回", "good"
    FAILED = "failed", "调解不成", "bad"
    PROCEDURAL = "procedural", "程序性终止", "mute"


SUCCESSES = (Result.AGREEMENT, Result.SETTLED_WITHDRAWN)


class EndReason(LabelledEnum):
    """Why mediation ended (在线调解规则 §25, eight reasons)."""

    AGREEMENT = "agreement", "达成调解协议"
    WITHDRAWN_SETTLED = "withdrawn_settled", "自行和解，撤回申请"
    UNREACHABLE = "unreachable", "期限内无法联系当事人"
    REFUSED = "refused", "一方明确不愿继续调解"
    DEADLOCK = "deadlock", "分歧较大，难以达成协议"
    EXPIRED = "expired", "调解期限届满，未达成延长合意"
    REFUSE_SIGN = "refuse_sign", "拒绝在调解协议上签章"
    OTHER = "other", "其他"


class DeclineGround(LabelledEnum):
    """Why a mediator or organisation does not take a case (在线调解规则 §12)."""

    OUT_OF_SCOPE = "out_of_scope", "不属于受理范围"
    BEYOND_EXPERTISE = "beyond_expertise", "超出专业能力"
    UNFIT = "unfit", "不适宜调解"
    CONFLICT = "conflict", "存在应当回避的情形"
    OTHER = "other", "其他"


class ReturnGround(LabelledEnum):
    """The three grounds on which a court returns a party's application (在线调解规则 §9)."""

    NOT_COMPETENT = "not_competent", "不属于人民法院受案范围"
    NO_JURISDICTION = "no_jurisdiction", "所选调解员对应的法院无管辖权"
    NOT_ONLINE = "not_online", "不适宜在线调解"


class Who(LabelledEnum):
    """Whose step a move is by law; the court may do others' steps on their behalf, and that is recorded."""

    COURT = "court", "法院"
    MEDIATOR = "mediator", "调解员"
    PARTY = "party", "当事人"
    SYSTEM = "system", "系统"


class Regime(LabelledEnum):
    """The two legal eras: mediation before a case is registered, or after (最高法 2024-12-27 意见)."""

    PRE_FILING = "pre_filing", "诉前调解"
    POST_FILING = "post_filing", "先立案后调解"


class PartyRole(LabelledEnum):
    """The side a party stands on."""

    APPLICANT = "applicant", "申请人"
    RESPONDENT = "respondent", "被申请人"
    THIRD = "third", "第三人"


class PartyType(LabelledEnum):
    """What kind of person in law."""

    NATURAL = "natural", "自然人"
    LEGAL = "legal", "法人"
    UNINCORPORATED = "unincorporated", "非法人组织"


class IdKind(LabelledEnum):
    """Kinds of identity paper."""

    ID_CARD = "id_card", "居民身份证"
    PASSPORT = "passport", "护照"
    TAIWAN = "taiwan", "台胞证"
    HK_MACAO = "hk_macao", "港澳通行证"
    HOUSEHOLD = "household", "户口簿"
    FOREIGN = "foreign", "外国护照"
    CREDIT_CODE = "credit_code", "统一社会信用代码"
    OTHER = "other", "其他"


class PhoneState(LabelledEnum):
    """Whether a party's phone can be relied on. A missing one is counted and mended, never invented."""

    GIVEN = "given", "已填", "good"
    MISSING = "missing", "待补", "warn"
    UNVERIFIED = "unverified", "待核实", "warn"


class AgentKind(LabelledEnum):
    """Who may act for a party."""

    LAWYER = "lawyer", "律师"
    LEGAL_SERVICE = "legal_service", "基层法律服务工作者"
    STAFF = "staff", "单位工作人员"
    RELATIVE = "relative", "近亲属"
    CITIZEN = "citizen", "公民"
    STATUTORY = "statutory", "法定代理人"


class Authority(LabelledEnum):
    """An agent's authority; only special authority may sign (R17)."""

    GENERAL = "general", "一般授权"
    SPECIAL = "special", "特别授权"


class Gap(LabelledEnum):
    """What the form requires but a backfilled ledger row did not say; listed on the case, not refused."""

    APPLICANT_PHONE = "applicant_phone", "申请人手机号待补"
    RESPONDENT_PHONE = "respondent_phone", "被申请人手机号待补"
    APPLICANT_ID = "applicant_id", "申请人证件号码待补"
    RESPONDENT_ID = "respondent_id", "被申请人证件号码待补"
    FACTS = "facts", "纠纷概况待补"
    PLAN = "plan", "调解方案待补"
    MEDIATOR = "mediator", "调解员待补"
    ACCEPTED_ON = "accepted_on", "受理日期待补"
    END_REASON = "end_reason", "终止原因待补"
    CAUSE = "cause", "案由待核对"
