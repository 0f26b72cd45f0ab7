"""系统自查: every live check of the security rules, run while the page is opened."""

from markupsafe import Markup

from mediation_admin.audit.recording import record
from mediation_admin.core.admin import Notice, Screen, Stat, Stats, Table, current_actor, screen_route, tag
from mediation_admin.core.db import db
from mediation_admin.inspection.enums import Standing
from mediation_admin.inspection.running import Outcome, inspect_platform
from mediation_admin.permissions import Permission


class InspectionView(Screen):
    """The platform's answer to an assessor: what holds, what does not, and what to do."""

    code = "inspection"
    title = "系统自查"
    permission = Permission.PLATFORM_INSPECT
    menu_path = ("系统管理",)

    @screen_route("/")
    def index(self) -> str:
        """Ask everything now; that somebody asked is in the audit."""
        outcomes = inspect_platform()
        counts = {standing: sum(one.finding.standing is standing for one in outcomes) for standing in Standing}
        record(
            db.session(),
            "platform:inspection:run",
            f"系统自查：通过 {counts[Standing.GOOD]} 项，留意 {counts[Standing.UNSURE]} 项，不通过 {counts[Standing.BAD]} 项",
            actor=current_actor(),
        )
        db.session.commit()
        # What is wrong comes first; within a standing the rules stand in their order.
        worst_first = [Standing.BAD, Standing.UNSURE, Standing.GOOD]
        outcomes.sort(key=lambda one: (worst_first.index(one.finding.standing), int(one.check.numbers[0][1:])))
        notices = []
        if counts[Standing.BAD]:
            notices.append(Notice(f"有 {counts[Standing.BAD]} 项不通过，请按“看到什么”一栏里的办法处理。", tone="bad"))
        return self.render(
            "shared/page.html",
            pieces=[
                *notices,
                Stats(
                    [
                        Stat(standing.label, counts[standing], note=f"共 {len(outcomes)} 项", tone=standing.tone if counts[standing] else "plain")
                        for standing in Standing
                    ]
                ),
                Table(
                    ("规则", "检查什么", "结果", "看到什么"),
                    [_line(one) for one in outcomes],
                    title="逐项结果",
                    note="打开本页时当场检查，不显示任何案件或个人信息。规则编号供安全测评人员对照。",
                ),
            ],
        )


def _line(one: Outcome) -> tuple[object, ...]:
    finding = one.finding
    words = Markup("<div>{}{}</div>").format(
        finding.words, Markup('<br><span class="quiet">{}</span>').format(finding.repair) if finding.repair else ""
    )
    return ("、".join(one.check.numbers), one.check.title, tag(finding.standing.label, finding.standing.tone), words)
