"""Filters that only lists of cases have."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from markupsafe import escape
from sqlalchemy import select

from mediation_admin.cases import queries
from mediation_admin.cases.enums import CaseKind, CaseState, EndReason, Gap, Result
from mediation_admin.cases.models import Case
from mediation_admin.core import clock
from mediation_admin.core.admin import ChoiceFilter, DateRangeFilter, Filter, FlagFilter, LookupFilter
from mediation_admin.core.admin.filters import Unreadable
from mediation_admin.core.db import db
from mediation_admin.core.forms import parse_date
from mediation_admin.reference.models import DisputeType, Ministry
from mediation_admin.reference.queries import cause_book
from mediation_admin.rosters.models import Mediator, Organisation

Pairs = list[tuple[str, str]]
REMEMBERED_SECONDS = 300


@dataclass(frozen=True)
class DayFilter(Filter):
    """One day."""

    def parse(self, text: str) -> date:
        found = parse_date(text)
        if found is None:
            raise Unreadable(f"“{self.label}”里的“{text[:20]}”不是日期，请写成 2022-06-30 这样。")
        return found

    def field(self, value: Any) -> str:
        return f'<input type="date" id="f-{self.key}" name="{self.key}" value="{value or ""}">'


@dataclass(frozen=True)
class NumberFilter(Filter):
    """One whole number (a batch)."""

    def parse(self, text: str) -> int:
        if not text.isdigit() or len(text) > 18:
            raise Unreadable(f"“{self.label}”应为数字，已忽略这个条件。")
        return int(text)

    def field(self, value: Any) -> str:
        held = "" if value is None else escape(value)
        return f'<input type="text" inputmode="numeric" id="f-{self.key}" name="{self.key}" value="{held}">'


def mediator_name(ident: int) -> str | None:
    """The name behind a number, through the fence; 0 stands for none."""
    return "（未定调解员）" if ident == 0 else db.session.scalar(select(Mediator.name).where(Mediator.id == ident))


def organisation_name(ident: int) -> str | None:
    """The name behind a number, through the fence; 0 stands for none."""
    return "（无）" if ident == 0 else db.session.scalar(select(Organisation.name).where(Organisation.id == ident))


def cause_name(code: str) -> str | None:
    """The cause of a code."""
    book = cause_book(db.session)
    return book.cause(code).name if code in book else None


def _remembered(read: Callable[[], Pairs]) -> Callable[[], Pairs]:
    """Short lists of the reference data are read again every few minutes, not for every page."""
    held: dict[str, Any] = {}

    @wraps(read)
    def answer() -> Pairs:
        now = time.monotonic()
        if held.get("until", 0) < now:
            held["pairs"], held["until"] = read(), now + REMEMBERED_SECONDS
        return held["pairs"]

    return answer


@_remembered
def ministries() -> Pairs:
    """(code, name) of the ministries that take part."""
    rows = db.session.execute(select(Ministry.code, Ministry.short_name).order_by(Ministry.position))
    return [(code, name) for code, name in rows]


@_remembered
def dispute_types() -> Pairs:
    """(code, name) of the dispute types in force."""
    rows = db.session.execute(
        select(DisputeType.code, DisputeType.name).where(DisputeType.valid_to.is_(None)).order_by(DisputeType.position)
    )
    return [(code, name) for code, name in rows]


def _either(condition: Any, value: bool) -> Any:
    return condition if value else ~condition


CHOICES = [
    ChoiceFilter("state", "案件状态", Case.state, choices=CaseState, multiple=True, cast=CaseState),
    DateRangeFilter("registered", "登记日期", Case.registered_on),
    LookupFilter("mediator", "调解员", condition=queries.by_mediator, endpoint="/mediators/lookup",
                 describe=mediator_name),
]
MORE = [
    LookupFilter("organisation", "调解组织", condition=queries.by_organisation, endpoint="/organisations/lookup",
                 describe=organisation_name, more=True),
    LookupFilter("cause", "案由", condition=queries.of_cause, endpoint="/cases/lookup/causes", describe=cause_name,
                 cast=str, more=True),
    ChoiceFilter("dispute_type", "纠纷类型", condition=queries.of_dispute_type, choices=dispute_types, more=True),
    ChoiceFilter("result", "调解结果", Case.result, choices=Result, multiple=True, cast=Result, more=True),
    ChoiceFilter("end_reason", "终止原因", Case.end_reason, choices=EndReason, multiple=True, cast=EndReason, more=True),
    ChoiceFilter("ministry", "部委", condition=queries.of_ministry, more=True,
                 choices=lambda: [("none", "否"), *ministries()]),
    FlagFilter("overdue", "超期未结", condition=lambda v: _either(queries.overdue(clock.today()), v), more=True),
    ChoiceFilter(
        "gap", "待补事项", more=True, choices=[("any", "有待补事项"), *Gap.choices()],
        condition=lambda v: queries.with_any_gap() if v == "any" else queries.with_gap(Gap(v)),
    ),
    FlagFilter("missing_phone", "手机号待补", condition=lambda v: _either(queries.with_missing_phone(), v), more=True),
    FlagFilter("open", "未结", condition=lambda v: _either(queries.open_now(), v), more=True),
    FlagFilter("backfilled", "补录", Case.backfilled, more=True),
    FlagFilter("extended", "延长过期限", condition=lambda v: _either(queries.extended(), v), more=True),
    DateRangeFilter("assigned", "指派日期", Case.assigned_on, more=True),
    DateRangeFilter("accepted", "受理日期", Case.accepted_on, more=True),
    DateRangeFilter("ended", "结束日期", Case.ended_on, more=True),
    DateRangeFilter("due", "调解期限", Case.due_on, more=True),
    DateRangeFilter("response_due", "受理期限", Case.response_due_on, more=True),
    DayFilter("open_at", "旧存日期", condition=queries.open_at, more=True, help="该日开始时尚未结束的案件"),
    NumberFilter("batch", "补录批次", condition=queries.of_batch, more=True),
]
KIND = ChoiceFilter("kind", "案件类型", Case.kind, choices=CaseKind, multiple=True, cast=CaseKind)
