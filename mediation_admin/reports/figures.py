"""The figures every case report shares, each with its date and definition.

Names and dates follow the recommended column set: 新收 by 登记日期, 指派 by 指派日期, 受理 by 受理日期, 已结 and its parts by
结束日期, 旧存 = registered before the period and not ended before it; periods count both days. The success rate is
succeeded ÷ closed, which reproduces the published 67 ÷ 83 = 80.72 %.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, cast, func, literal, or_
from sqlalchemy.types import Integer

from mediation_admin.cases.enums import SUCCESSES, CaseKind, CaseState, Result
from mediation_admin.cases.models import Case
from mediation_admin.reports.assignment_figures import ASSIGNMENT_FIGURES
from mediation_admin.reports.definition import Condition, Figure, Question, mean, rate

_CLOSED = "已结"


def _between(column: Any) -> Condition:
    return lambda q: and_(column >= q.start, column <= q.end)


received = _between(Case.registered_on)
ended = _between(Case.ended_on)


def carried_over(q: Question) -> ColumnElement[bool]:
    """旧存: registered before the period and not ended before it."""
    return and_(Case.registered_on < q.start, or_(Case.ended_on.is_(None), Case.ended_on >= q.start))


def in_hand(q: Question) -> ColumnElement[bool]:
    """受理数 = 旧存 + 新收: everything that was or came onto the desk in the period. All other figures are part of it."""
    return and_(Case.registered_on <= q.end, or_(Case.ended_on.is_(None), Case.ended_on >= q.start))


def _open_at_end(q: Question) -> ColumnElement[bool]:
    return and_(Case.registered_on <= q.end, or_(Case.ended_on.is_(None), Case.ended_on > q.end))


def _received_as(kind: CaseKind) -> Condition:
    return lambda q: and_(received(q), Case.kind == kind)


def _ended_with(*results: Result) -> Condition:
    return lambda q: and_(ended(q), Case.result.in_(results))


def _ended_within_30(q: Question) -> ColumnElement[bool]:
    return and_(ended(q), Case.accepted_on.is_not(None), Case.ended_on - Case.accepted_on <= 30)


def _ended_with_start(q: Question) -> ColumnElement[bool]:
    return and_(ended(q), Case.accepted_on.is_not(None))


def _overdue(q: Question) -> ColumnElement[bool]:
    return and_(_open_at_end(q), Case.due_on <= min(q.end, q.today), Case.due_on < q.today)


def _closed_late(q: Question) -> ColumnElement[bool]:
    return and_(ended(q), Case.ended_on > Case.due_on)


def _days(q: Question) -> ColumnElement[Any]:
    days = cast(Case.ended_on - Case.accepted_on, Integer)
    return func.coalesce(func.sum(case((_ended_with_start(q), days), else_=literal(0))), 0)


def _amount(q: Question) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((received(q), Case.amount), else_=None)), 0)


def _success_rate(row: dict[str, Any], q: Question) -> Decimal | None:
    return rate(row["succeeded"], row["in_hand"] if q.by_received else row["closed"])


_ALL: tuple[Figure, ...] = (
    Figure("carried_over", "旧存", "统计期开始前登记、且此前未结束的案件。", condition=carried_over),
    Figure("received", "新收", "登记日期在统计期内的案件，含补录。", condition=received),
    Figure(
        "received_pre_filing",
        "诉前委派",
        "新收中的诉前委派调解案件。",
        condition=_received_as(CaseKind.PRE_FILING),
        group="新收",
    ),
    Figure(
        "received_post_filing",
        "立案委托",
        "新收中的立案调解案件。",
        condition=_received_as(CaseKind.POST_FILING),
        group="新收",
    ),
    Figure(
        "received_internet",
        "互联网",
        "新收中的互联网调解案件。",
        condition=_received_as(CaseKind.INTERNET),
        group="新收",
    ),
    Figure(
        "received_backfilled",
        "其中补录",
        "新收中通过“新增历史案件”补录的案件。",
        condition=lambda q: and_(received(q), Case.backfilled.is_(True)),
        group="新收",
    ),
    Figure("in_hand", "受理数", "旧存＋新收。", condition=in_hand),
    Figure(
        "assigned", "指派数", "指派日期在统计期内的案件，重新指派的按最近一次计。", condition=_between(Case.assigned_on)
    ),
    *ASSIGNMENT_FIGURES,
    Figure("accepted", "受理", "调解员受理日期在统计期内的案件。", condition=_between(Case.accepted_on)),
    Figure(
        "mediating",
        "调解中",
        "统计期内在手、目前仍在调解（含申请结案）的案件。",
        condition=lambda q: and_(in_hand(q), Case.state.in_((CaseState.MEDIATING, CaseState.CLOSING))),
    ),
    Figure("closed", _CLOSED, "结束日期在统计期内的案件。", condition=ended),
    Figure(
        "succeeded",
        "成功",
        "已结中达成调解协议或和解撤回的案件。",
        condition=_ended_with(*SUCCESSES),
    ),
    Figure(
        "agreement", "达成协议", "已结中达成调解协议的案件。", condition=_ended_with(Result.AGREEMENT), group="成功"
    ),
    Figure(
        "settled_withdrawn",
        "和解撤回",
        "已结中当事人和解后撤回申请的案件。",
        condition=_ended_with(Result.SETTLED_WITHDRAWN),
        group="成功",
    ),
    Figure(
        "e_signed",
        "电子签字",
        "达成协议中各方均在平台电子签字的案件。",
        condition=lambda q: and_(ended(q), Case.result == Result.AGREEMENT, Case.signed_all.is_(True)),
        group="成功",
    ),
    Figure("failed", "不成", "已结中调解不成的案件。", condition=_ended_with(Result.FAILED)),
    Figure("procedural", "终止", "已结中程序性终止的案件。", condition=_ended_with(Result.PROCEDURAL)),
    Figure(
        "success_rate",
        "成功率",
        "成功÷已结；法院设置为按受理计算时，成功÷受理数。",
        kind="rate",
        derive=_success_rate,
        numerator="succeeded",
        denominator="closed",
        opens="closed",
    ),
    Figure(
        "closed_with_start",
        "有受理日期的已结",
        "已结中填有受理日期的案件，用于计算天数。",
        condition=_ended_with_start,
        shown=False,
    ),
    Figure(
        "days",
        "办理天数合计",
        "已结案件的结束日期－受理日期之和（天），未填受理日期的不计。",
        kind="days",
        value=_days,
        opens="closed_with_start",
    ),
    Figure(
        "mean_days",
        "平均调解天数",
        "办理天数合计÷有受理日期的已结件数。",
        kind="mean",
        derive=lambda row, q: mean(row["days"], row["closed_with_start"]),
        numerator="days",
        denominator="closed_with_start",
        opens="closed_with_start",
    ),
    Figure("closed_in_30", "30 日内办结", "已结中自受理起 30 日内结束的案件。", condition=_ended_within_30),
    Figure(
        "closed_in_30_rate",
        "30 日内办结率",
        "30 日内办结÷有受理日期的已结件数。",
        kind="rate",
        derive=lambda row, q: rate(row["closed_in_30"], row["closed_with_start"]),
        numerator="closed_in_30",
        denominator="closed_with_start",
        opens="closed_with_start",
    ),
    Figure("open_at_end", "期末未结", "统计期末尚未结束的案件，等于受理数－已结。", condition=_open_at_end),
    Figure("overdue", "超期未结", "期末未结中调解期限已过的案件。", condition=_overdue),
    Figure("closed_late", "超期办结", "已结中结束日期晚于调解期限（含延长）的案件。", condition=_closed_late),
    Figure(
        "late",
        "逾期",
        "超期办结与超期未结的案件之和。",
        condition=lambda q: or_(_closed_late(q), _overdue(q)),
        shown=False,
    ),
    Figure(
        "closed_or_overdue",
        "已结与超期未结",
        "已结与超期未结的案件之和，用于计算逾期率。",
        condition=lambda q: or_(ended(q), _overdue(q)),
        shown=False,
    ),
    Figure(
        "late_rate",
        "逾期率",
        "（超期办结＋超期未结）÷（已结＋超期未结）。",
        kind="rate",
        derive=lambda row, q: rate(row["late"], row["closed_or_overdue"]),
        numerator="late",
        denominator="closed_or_overdue",
        opens="late",
    ),
    Figure(
        "extended",
        "延期数",
        "统计期内在手、经各方同意延长过调解期限的案件。",
        condition=lambda q: and_(in_hand(q), Case.extended_days > 0),
    ),
    Figure("amount", "涉案金额（元）", "新收案件的标的额之和。", kind="money", value=_amount, opens="received"),
)

_MAIN = frozenset(
    [
        "carried_over",
        "received",
        "declined",
        "timed_out",
        "mediating",
        "closed",
        "succeeded",
        "failed",
        "success_rate",
        "mean_days",
        "open_at_end",
        "overdue",
    ]
)
FIGURES: tuple[Figure, ...] = tuple(replace(figure, main=figure.key in _MAIN) for figure in _ALL)
