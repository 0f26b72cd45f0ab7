"""How a check can come out."""

from mediation_admin.core.enums import LabelledEnum


class Standing(LabelledEnum):
    """How something stands that was looked at."""

    GOOD = "good", "通过", "good"
    UNSURE = "unsure", "留意", "warn"
    BAD = "bad", "不通过", "bad"
