"""The lifecycle table printed for people: docs/guide/lifecycle.md comes from here and is never written by hand.

``python -m mediation_admin.cases.rulebook`` prints it.
"""

import sys
from collections.abc import Iterable
from datetime import date, timedelta

from mediation_admin.cases.enums import CaseKind, CaseState, EndReason, Result
from mediation_admin.cases.facts import Chosen, Facts, Given
from mediation_admin.cases.lifecycle import EVERY_KIND, MOVES, Condition, Move
from mediation_admin.cases.rules.deadlines import EXTENSION_CAP

_HEAD = """# 案件的状态与办理规则

<!-- 由 `python -m mediation_admin.cases.rulebook` 生成，请勿手工修改；改规则请改 mediation_admin/cases/lifecycle.py。 -->

本页列出一件调解案件可能处于的全部状态，以及每个状态下可以办理的全部事项。没有列出的，系统一律不允许。
“由谁办理”是依规定办理这一步的人；调解员、当事人的步骤可以由法院代为办理，动态里会写明。

依据的写法：S1、S2 为平台手册；L1 人民法院在线调解规则，L2 人民法院特邀调解的规定，L8 最高人民法院 2024 年 12 月 27 日关于立案与调解工作的意见；
“本平台”为本系统自定。
"""


def rulebook() -> str:
    """The whole rulebook as Markdown."""
    parts = [_HEAD, "## 状态\n", *_states(), "\n## 办理事项\n", *_table(), "\n## 办理条件\n", *_conditions()]
    return "\n".join(parts) + "\n"


def _states() -> Iterable[str]:
    yield "| 状态 | 可以办理 |"
    yield "| --- | --- |"
    for state in CaseState:
        names = "、".join(
            f"{move.label}（{move.number}）"
            for move in MOVES.values()
            if state in move.frm and move.name not in ("delete", "restore")
        )
        yield f"| {state.label} | {names or '—'} |"
    yield ""
    yield "任何状态的案件都可以由法院管理员移入回收站（T14），30 天内可以恢复（T14b）。"


def _table() -> Iterable[str]:
    yield "| 编号 | 事项 | 从 | 到 | 由谁办理 | 权限 | 需要填写 | 依据 | 说明 |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for move in MOVES.values():
        asks = "、".join(ask.label + ("" if ask.required else "（可不填）") for ask in move.asks)
        cells = (
            move.number,
            move.label,
            _from(move),
            _to(move),
            move.who.label,
            move.permission.label,
            asks or "—",
            move.source,
            _note(move),
        )
        yield "| " + " | ".join(cells) + " |"


def _from(move: Move) -> str:
    if set(move.frm) == set(CaseState):
        return "任何状态"
    return "、".join("（新案件）" if state is None else state.label for state in move.frm)


def _to(move: Move) -> str:
    if not move.to:
        return "不变"
    return "、".join(state.label for state in move.to)


def _note(move: Move) -> str:
    words = [] if move.kinds == EVERY_KIND else ["仅" + "、".join(kind.label for kind in move.kinds)]
    words += [move.note] if move.note else []
    return "；".join(words) or "—"


def _conditions() -> Iterable[str]:
    yield "| 用于 | 不满足时系统的答复 |"
    yield "| --- | --- |"
    used: dict[Condition, list[str]] = {}
    for move in MOVES.values():
        for condition in (*move.conditions, *move.checks):
            used.setdefault(condition, []).append(f"{move.number} {move.label}")
    for condition, moves in used.items():
        yield f"| {'、'.join(moves)} | {_words(condition)} |"


def _words(condition: Condition) -> str:
    """What the condition answers a case that lacks what it asks for."""
    for facts in _BARE:
        for given in _SAID:
            refused = condition(facts, given)
            if refused is not None:
                return refused.message
    raise LookupError(f"no example makes {condition.__name__} refuse: add one here")


_DAY = date(2024, 3, 12)
# Examples that every condition refuses at least once.
_BARE = (
    Facts(
        state=CaseState.MEDIATING,
        today=_DAY,
        registered_on=_DAY,
        suspended=True,
        missing_phones=1,
        refuse_without_phone=True,
        changes_of_mediator=1,
        lived_on=True,
        chosen_by_party=True,
        followup="司法确认",
        organisation_id=1,
    ),
    Facts(
        state=CaseState.MEDIATING,
        today=_DAY,
        registered_on=_DAY,
        mediator_id=1,
        backfilled=True,
        extended_days=EXTENSION_CAP,
    ),
    Facts(state=CaseState.MEDIATING, today=_DAY, registered_on=_DAY, kind=CaseKind.INTERNET),
)
_SAID = (
    Given(),
    Given(on=_DAY + timedelta(days=1), end_reason=EndReason.AGREEMENT, result=Result.AGREEMENT),
    Given(chosen=Chosen(mediator_id=1)),
)


def main() -> int:
    """Print the rulebook."""
    sys.stdout.write(rulebook())
    return 0


if __name__ == "__main__":
    sys.exit(main())
