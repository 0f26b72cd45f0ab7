"""The style guide: every piece of the frame on one page, for those who build screens and for looking at changes."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from mediation_admin.core.admin.access import Access
from mediation_admin.core.admin.charts import bar_chart, line_chart
from mediation_admin.core.admin.formats import TONES, safe, tag
from mediation_admin.core.admin.pieces import (
    Action,
    Card,
    Empty,
    Event,
    Fact,
    Facts,
    Notice,
    Prose,
    Stat,
    Stats,
    Table,
    Timeline,
    steps_html,
)
from mediation_admin.core.admin.screen import Screen, screen_route


class StyleguideView(Screen):
    """Not in the menu; joined in development only."""

    code = "styleguide"
    title = "界面样例"
    permission = Access.SIGNED_IN

    @screen_route("/")
    def index(self) -> Any:
        """The page."""
        moment = datetime(2022, 6, 30, 2, 15, tzinfo=UTC)
        words = {"good": "成功", "info": "进行中", "warn": "注意", "bad": "超期", "mute": "终止", "plain": "其他"}
        return self.render(
            "backoffice/styleguide.html",
            steps=steps_html(["下载模板", "上传", "列对应", "预检", "确认", "结果"], 4),
            tags=[tag(words[tone], tone) for tone in TONES],
            buttons=[
                Action("主要操作", "#", primary=True, icon="plus", shortcut="n"),
                Action("普通操作", "#", icon="download"),
                Action("删除", "#", danger=True),
                Action("暂不能操作", refused="申请人还没有手机号。", repair="#facts"),
            ],
            pieces=[
                Stats(
                    [
                        Stat("新收", 108, url="#"),
                        Stat("已结", 83),
                        Stat("成功率", "80.72%", note="67 ÷ 83", help="成功 ÷ 已结", tone="good"),
                        Stat("超期未结", 4, tone="bad"),
                    ]
                ),
                *(Notice(f"{words[tone]}的提示，说明发生了什么、下一步做什么。", tone=tone) for tone in TONES[:4]),
                Facts(
                    [
                        Fact("案由", "民间借贷纠纷"),
                        Fact("标的额", "12,000 元"),
                        Fact("手机号", "138****8000", copy=True, hint="2022-06-30 补充"),
                        Fact("案号", None),
                    ],
                    title="事实",
                    anchor="facts",
                ),
                Table(
                    ["调解员", "已结", "成功"],
                    [["示例一", 23, 20], ["示例二", 18, 11]],
                    title="表格",
                    numeric=(1, 2),
                    total=["合计", 41, 31],
                ),
                Timeline(
                    [
                        Event("指派调解员", moment, "示例书记员", "得分 87，按擅长领域与在手件数"),
                        Event("登记", date(2022, 6, 28), "示例书记员", tone="good"),
                        Event("旧协议", moment - timedelta(days=9), "示例调解员", void=True),
                    ],
                    title="时间线",
                ),
                Prose("第一行。\n第二行。", title="长文本"),
                Card(bar_chart([("示例一", 23, "#"), ("示例二", 18, None)], title="条形图", unit=" 件")),
                Card(
                    line_chart(["1月", "2月", "3月"], [("收案", [12, 18, 25]), ("结案", [5, 14, 20])], title="折线图")
                ),
                Card(safe(str(Empty("还没有记录。", (Action("新增", "#"),)).html())), title="空状态"),
            ],
        )
