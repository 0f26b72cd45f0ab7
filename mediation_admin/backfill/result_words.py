"""The words ledgers use for what came of a case, and what each means for result and reason."""

from mediation_admin.cases.enums import EndReason, Result
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.imports.reading.values.words import WordTable, spelt


class LedgerResult(LabelledEnum):
    """What a ledger says came of a case, before it is split into result and reason."""

    AGREEMENT = "agreement", "调解成功"
    SETTLED_WITHDRAWN = "settled_withdrawn", "和解撤诉"
    FAILED = "failed", "调解不成"
    UNREACHABLE = "unreachable", "联系不上当事人"
    REFUSED = "refused", "一方不同意调解"
    DEADLOCK = "deadlock", "分歧较大，未达成协议"
    EXPIRED = "expired", "期限届满未达成协议"
    REFUSE_SIGN = "refuse_sign", "拒绝签字"
    PROCEDURAL = "procedural", "程序性终止"
    OPEN = "open", "未结"


MEANINGS: dict[LedgerResult, tuple[Result | None, EndReason | None]] = {
    LedgerResult.AGREEMENT: (Result.AGREEMENT, EndReason.AGREEMENT),
    LedgerResult.SETTLED_WITHDRAWN: (Result.SETTLED_WITHDRAWN, EndReason.WITHDRAWN_SETTLED),
    LedgerResult.FAILED: (Result.FAILED, None),
    LedgerResult.UNREACHABLE: (Result.FAILED, EndReason.UNREACHABLE),
    LedgerResult.REFUSED: (Result.FAILED, EndReason.REFUSED),
    LedgerResult.DEADLOCK: (Result.FAILED, EndReason.DEADLOCK),
    LedgerResult.EXPIRED: (Result.FAILED, EndReason.EXPIRED),
    LedgerResult.REFUSE_SIGN: (Result.FAILED, EndReason.REFUSE_SIGN),
    LedgerResult.PROCEDURAL: (Result.PROCEDURAL, EndReason.OTHER),
    LedgerResult.OPEN: (None, None),
}
"""What each means for the case: (result, reason). OPEN has neither; a plain 调解不成 leaves the reason open."""

# Settling outside counts as success (在线调解规则 §25(2)); withdrawing the request for mediation does not.
RESULT_WORDS = WordTable(
    "调解结果",
    {
        LedgerResult.AGREEMENT: spelt(
            "调解成功 成功 达成调解协议 达成协议 达成一致 达成调解 调成 调结 已调成 已调解 调解 "
            "调解成 成 调解达成协议 调解结案 签订协议 签订调解协议 调解协议 已履行 即时履行 当场履行 "
            "调解并履行 司法确认 申请司法确认 已司法确认 出具调解书 制作调解书 调解书 已达成 化解成功 "
            "化解 已化解 调处成功 √ ✓ ✔ 是 y yes ok success succeeded "
            "settled agreement"
        ),
        LedgerResult.SETTLED_WITHDRAWN: spelt(
            "和解撤诉 自行和解撤回 自行和解 和解 和解撤回 撤诉 撤回 撤回起诉 撤案 撤回申请 申请撤回 "
            "申请人撤回 原告撤诉 原告撤回 自行和解撤诉 庭外和解 和解结案 撤回立案 诉前销案 销案 "
            "自动履行 自动履行撤诉 主动履行 履行后撤诉 当事人和解 达成和解 准予撤诉 withdrawn"
        ),
        LedgerResult.FAILED: spelt(
            "调解不成 不成 失败 调解失败 未成功 不成功 调解不成功 调解未成功 未调成 没调成 未成 "
            "调解未成 终止 终止调解 调解终止 未达成 未达成协议 未达成调解协议 未能达成协议 "
            "不能达成协议 无法达成协议 未果 调解未果 未达成一致 转立案 转诉讼 转入诉讼 已立案 立案 "
            "转审判 退回立案 移送立案 退回法院 退回 化解失败 化解不成 否 × ✗ ✘ x n no "
            "failed"
        ),
        LedgerResult.UNREACHABLE: spelt(
            "联系不上当事人 联系不上 联系不上被告 联系不到 联系不到被告 无法联系 无法联系被告 "
            "无法联系当事人 联系不上被申请人 被告失联 失联 下落不明 被告下落不明 无法送达 电话不通 "
            "空号 电话无人接听 无人接听 查无此人 找不到被告"
        ),
        LedgerResult.REFUSED: spelt(
            "一方不同意调解 不同意调解 被告不同意调解 原告不同意调解 被申请人不同意调解 申请人不同意调解 "
            "拒绝调解 被告拒绝调解 不愿调解 不愿意调解 不接受调解 明确表示不接受 当事人不同意 不同意 "
            "当事人拒绝调解 要求判决 坚持诉讼 要求开庭 要求立案 坚持起诉 撤回调解请求 撤回调解申请 "
            "拒不到场 未到场 拒不参加调解"
        ),
        LedgerResult.DEADLOCK: spelt(
            "分歧较大，未达成协议 分歧较大 分歧大 分歧较大调解失败 分歧较大调解不成 争议较大 争议大 差距较大 意见不一 "
            "意见不一致 意见分歧较大 僵局 差距过大 无法协商一致"
        ),
        LedgerResult.EXPIRED: spelt(
            "期限届满未达成协议 期限届满 期满未达成协议 期满 超期 逾期未调成 调解期限届满 "
            "到期未达成协议 期限届满未达成调解协议 期满未达成 超过调解期限 超期未结"
        ),
        LedgerResult.REFUSE_SIGN: spelt("拒绝签字 拒绝签收 拒签 不签字 拒绝签章 反悔 签字前反悔 达成协议后反悔"),
        LedgerResult.PROCEDURAL: spelt(
            "程序性终止 不予受理 不属于受理范围 不适宜调解 不适合调解 移送 移送管辖 重复 重复立案 "
            "虚假调解 驳回 驳回起诉 驳回申请 作废 录入错误 死亡终结"
        ),
        LedgerResult.OPEN: spelt(
            "未结 未结案 调解中 在调 在调解 正在调解 正在调解中 进行中 办理中 正在办理 待调解 待调 "
            "未调解 待指派 未指派 待分派 待受理 待处理 未办结 跟进中 继续调解 延期 已受理 "
            "调解员调解中 open pending ongoing"
        ),
    },
    patterns=(
        (r"反悔|拒绝?签", LedgerResult.REFUSE_SIGN),
        (r"联系不[上到]|无法联系|失联|下落不明|无法送达|无人接听|打不通", LedgerResult.UNREACHABLE),
        (r"(不同意|不愿意?|拒绝|不接受|不配合)(进行)?(诉前)?调解", LedgerResult.REFUSED),
        (r"撤回调解", LedgerResult.REFUSED),
        (r"分歧|争议(较|过|太)?大|差距|意见不", LedgerResult.DEADLOCK),
        (r"(期限?届?满|超期|逾期|到期).*(未|不|没|终止)", LedgerResult.EXPIRED),
        (
            r"(未|不|没有?|无法|未能|不能)(能)?(调解)?(达成|成功|调成|化解|成)|失败|不成|未果|转(立案|诉讼|审判)|终止",
            LedgerResult.FAILED,
        ),
        (r"和解|撤(诉|回|案)|销案", LedgerResult.SETTLED_WITHDRAWN),
        (r"(调解|化解|调处)成功|达成.{0,4}(协议|一致)|^调成|司法确认|出具.{0,4}调解书", LedgerResult.AGREEMENT),
        (r"(调解|办理|处理|进行|协商)中$|^(未|待|正在|尚未)", LedgerResult.OPEN),
    ),
    nothing=("空白",),
)
