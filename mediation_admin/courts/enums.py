"""The words of courts."""

from mediation_admin.core.enums import LabelledEnum


class CourtLevel(LabelledEnum):
    """The four levels of the People's courts."""

    SUPREME = "supreme", "最高人民法院"
    HIGH = "high", "高级人民法院"
    INTERMEDIATE = "intermediate", "中级人民法院"
    BASIC = "basic", "基层人民法院"


class CourtKind(LabelledEnum):
    """What a court is made for."""

    ORDINARY = "ordinary", "普通法院"
    RAILWAY = "railway", "铁路运输法院"
    MARITIME = "maritime", "海事法院"
    IP = "ip", "知识产权法院"
    FINANCE = "finance", "金融法院"
    INTERNET = "internet", "互联网法院"
    DEVELOPMENT_ZONE = "development_zone", "开发区法院"
    CORPS = "corps", "兵团法院"
    MILITARY = "military", "军事法院"
    OTHER = "other", "其他专门或派出法院"


class SuccessRateDenominator(LabelledEnum):
    """What the success rate is divided by; the choice is printed under every rate (domain: formulas differ by court)."""

    CLOSED = "closed", "已结案件"
    RECEIVED = "received", "收案（旧存＋新收）"
