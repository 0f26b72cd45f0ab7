"""The words of the reference data."""

from mediation_admin.core.enums import LabelledEnum


class DivisionLevel(LabelledEnum):
    """How high an administrative division stands (GB/T 2260)."""

    PROVINCE = "province", "省级"
    PREFECTURE = "prefecture", "地级"
    COUNTY = "county", "县级"
    TOWN = "town", "乡级"


class CaseNumberKind(LabelledEnum):
    """What a case-number type is used for."""

    PRE_FILING = "pre_filing", "诉前"
    CONFIRMATION = "confirmation", "司法确认"
    MEDIATION_JUDGMENT = "mediation_judgment", "调解书"
    CIVIL = "civil", "民事"
    CRIMINAL = "criminal", "刑事"
    ADMINISTRATIVE = "administrative", "行政"
    ENFORCEMENT = "enforcement", "执行"
    PRESERVATION = "preservation", "保全"
    OTHER = "other", "其他"


class AliasKind(LabelledEnum):
    """Why another name of a cause is known."""

    RENAMED = "renamed", "旧版案由，已更名"
    MERGED = "merged", "旧版案由，并入相近案由"
    SHORT = "short", "台账常用简称"


class MatchedBy(LabelledEnum):
    """How a text from a ledger was matched to a cause."""

    EXACT = "exact", "与案由名称一致", "good"
    ALIAS = "alias", "旧称或简称", "good"
    NORMALISED = "normalised", "忽略标点和“纠纷”后一致", "good"
    PART = "part", "只有一个案由含这几个字", "warn"
    SEVERAL = "several", "写了不止一个案由", "warn"
    SUGGESTED = "suggested", "没有一致的案由，有相近的", "bad"
    UNKNOWN = "unknown", "没有找到", "bad"
    EMPTY = "empty", "案由为空", "bad"
