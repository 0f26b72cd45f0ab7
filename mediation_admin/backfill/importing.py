"""Historic case ledgers as an importable subject: judged against the database, written in bulk, taken back."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.backfill.judging import Lookups, Reading, plain_name, read_row
from mediation_admin.backfill.models import LedgerEntry
from mediation_admin.cases import operations as cases
from mediation_admin.cases.models import Case, CaseEvent
from mediation_admin.core.bulk import insert_many
from mediation_admin.core.errors import RuleBroken
from mediation_admin.core.scope import fetch, unfenced
from mediation_admin.courts.models import CaseNumberCounter, Court
from mediation_admin.imports.enums import Verdict
from mediation_admin.imports.subjects import Judgement, Note, Row, Run, Subject, WrittenRow, register
from mediation_admin.imports.subjects import Written as Done
from mediation_admin.imports.templates import template_workbook
from mediation_admin.permissions import Permission
from mediation_admin.reference import queries as reference
from mediation_admin.rosters import queries as rosters

_TYPE = "诉前调"
# Said in the template, above what the columns say themselves.
TEMPLATE_NOTES = (
    "带*的列必填：登记日期、案由、申请人、被申请人；其余可以暂缺，导入后在案件上列为待补。",
    "案件状态由内容推出：有结案日期和结果的为已结束；有调解员没有结案日期的为调解中；都没有的为待指派。",
    "诉前调案号可以不填，由系统接着本院已有的号编；填了的照原样保留。没有案号的行请放在最后。",
    "几个当事人写在一格里时用顿号隔开；身份证号、手机号请把单元格设成文本格式。",
)
_LIVED_ON = "案件导入后已有办理或修改，台账的改动没有导入；请在案件页面修改"


class CaseImport(Subject):
    """新增历史案件 by workbook."""

    code = "cases"
    title = "历史案件台账"
    noun = "案件"
    unit = "件"
    permission = Permission.CASE_BACKFILL

    def catalogue(self) -> Any:
        """The columns of a case ledger."""
        return CASE_COLUMNS

    def template(self) -> bytes:
        """The workbook to fill in."""
        return template_workbook(CASE_COLUMNS, "历史案件台账", TEMPLATE_NOTES)

    def begin(self, run: Run) -> None:
        """Read rosters, causes and counters once for the whole file."""
        session = run.session
        court = session.get(Court, run.court_id)
        mediators = defaultdict(list)
        for one in rosters.listed_mediators(session, run.court_id):
            mediators[plain_name(one.name)].append(one)
        run.memory["look"] = Lookups(
            court_code=court.code,
            regime_changes_on=court.regime_changes_on,
            today=run.today,
            causes=reference.cause_book(session),
            dispute_types=reference.dispute_type_names(session),
            ministries=reference.ministry_names(session),
            mediators=mediators,
            organisations={
                plain_name(name): ident for ident, name in rosters.organisation_names(session, run.court_id)
            },
        )
        # key → (row number, digest) of the rows of this file so far
        run.memory["seen"] = {}
        run.memory["counters"] = dict(
            session.execute(
                select(CaseNumberCounter.year, CaseNumberCounter.last_number).where(
                    CaseNumberCounter.court_id == run.court_id, CaseNumberCounter.type_code == _TYPE
                )
            ).all()
        )
        # year → how many rows so far will be numbered by us
        run.memory["unnumbered"] = defaultdict(int)

    def judge(self, run: Run, rows: list[Row]) -> list[Judgement]:
        """Each row against this file, the ledger rows imported before, and the cases of the platform."""
        look: Lookups = run.memory["look"]
        readings = [read_row(row.values, look) for row in rows]
        known = self._known(run, readings)
        taken = self._taken(run, readings)
        lived_on = self._lived_on(run, [case_id for case_id, _ in known.values()])
        return [
            self._judgement(run, row, reading, known, taken, lived_on)
            for row, reading in zip(rows, readings, strict=True)
        ]

    def _known(self, run: Run, readings: list[Reading]) -> dict[bytes, tuple[int, bytes]]:
        keys = [key for reading in readings for key in reading.keys]
        found = run.session.execute(
            select(LedgerEntry.key, LedgerEntry.case_id, LedgerEntry.digest).where(
                LedgerEntry.court_id == run.court_id, LedgerEntry.key.in_(keys)
            )
        )
        return {bytes(key): (case_id, bytes(digest)) for key, case_id, digest in found}

    def _taken(self, run: Run, readings: list[Reading]) -> dict[str, tuple[int, int, bool]]:
        numbers = [str(reading.number) for reading in readings if reading.number]
        found = run.session.execute(
            unfenced(
                select(Case.case_no, Case.id, Case.court_id, Case.backfilled).where(Case.case_no.in_(numbers)),
                "a case number is one on the whole platform",
            )
        )
        return {case_no: (ident, court_id, backfilled) for case_no, ident, court_id, backfilled in found}

    def _lived_on(self, run: Run, case_ids: list[int]) -> set[int]:
        if not case_ids:
            return set()
        return set(
            run.session.scalars(
                select(CaseEvent.case_id)
                .where(CaseEvent.case_id.in_(case_ids), CaseEvent.move.not_in(("backfill", "backfill_change")))
                .distinct()
            )
        )

    def _judgement(
        self,
        run: Run,
        row: Row,
        reading: Reading,
        known: dict[bytes, tuple[int, bytes]],
        taken: dict[str, tuple[int, int, bool]],
        lived_on: set[int],
    ) -> Judgement:
        made = Judgement(Verdict.NEW, reading.label, list(reading.notes), plan=reading)
        if reading.case is None:
            if not row.notes and not made.notes:
                made.notes.append(Note("", "登记日期、案由、申请人、被申请人缺一不可，请补全"))
            made.verdict = Verdict.FAULTY
            return made
        earlier = run.memory["seen"].get(reading.key)
        if earlier is not None:
            return self._repeated(made, reading, earlier)
        run.memory["seen"][reading.key] = (row.number, reading.digest)
        target = next((known[key] for key in reading.keys if key in known), None)
        if target is None and reading.number and str(reading.number) in taken:
            ident, court_id, backfilled = taken[str(reading.number)]
            if court_id != run.court_id or not backfilled:
                made.notes.append(Note("case_no", f"案号“{reading.number}”已用于平台上的另一件案件，请核对"))
                return made
            # Entered by form before: the ledger may complete it.
            target = (ident, b"")
        if target is not None:
            return self._against(made, reading, target, lived_on)
        self._count(run, reading, made)
        return made

    def _repeated(self, made: Judgement, reading: Reading, earlier: tuple[int, bytes]) -> Judgement:
        number, digest = earlier
        if digest == reading.digest:
            made.verdict = Verdict.UNCHANGED
        else:
            made.notes.append(Note("case_no", f"与第 {number} 行是同一件案件，但内容不同，请只保留一行"))
        return made

    def _against(self, made: Judgement, reading: Reading, target: tuple[int, bytes], lived_on: set[int]) -> Judgement:
        made.target_id, digest = target
        if digest in reading.digests:
            made.verdict = Verdict.UNCHANGED
        elif made.target_id in lived_on:
            made.notes.append(Note("", _LIVED_ON))
        else:
            made.verdict = Verdict.CHANGED
        return made

    def _count(self, run: Run, reading: Reading, made: Judgement) -> None:
        """Numbers we will give out must not meet numbers that stand further down in the file."""
        year = reading.case.case.registered_on.year
        counters, unnumbered = run.memory["counters"], run.memory["unnumbered"]
        number = reading.number
        if number is None:
            unnumbered[year] += 1
            return
        if number.type_code != _TYPE:
            return
        last = counters.get(number.year, 0)
        if last < number.serial <= last + unnumbered[number.year]:
            made.notes.append(
                Note("case_no", "这个号会与前面没有案号的行由系统编的号相同；请把没有案号的行移到表格最后")
            )
        elif number.serial > last + unnumbered[number.year]:
            counters[number.year] = number.serial - unnumbered[number.year]

    def write(self, run: Run, judged: list[tuple[Row, Judgement]]) -> list[Done]:
        """New rows in bulk, changed ones one by one with what was there before."""
        done: dict[int, Done] = {}
        fresh = [(row, judgement) for row, judgement in judged if judgement.verdict is Verdict.NEW]
        ids = cases.insert_backfilled(
            actor=run.actor,
            court_id=run.court_id,
            rows=[judgement.plan.case for _, judgement in fresh],
            batch_id=run.batch_id,
            today=run.today,
        )
        if ids:
            insert_many(
                run.session,
                LedgerEntry.__table__,
                [
                    {
                        "court_id": run.court_id,
                        "case_id": ident,
                        "key": judgement.plan.key,
                        "digest": judgement.plan.digest,
                    }
                    for ident, (_, judgement) in zip(ids, fresh, strict=True)
                ],
            )
        for ident, (row, _) in zip(ids, fresh, strict=True):
            done[row.number] = Done(target_id=ident)
        for row, judgement in judged:
            if judgement.verdict is Verdict.CHANGED:
                done[row.number] = self._change(run, judgement)
        return [done[row.number] for row, _ in judged]

    def _change(self, run: Run, judgement: Judgement) -> Done:
        reading: Reading = judgement.plan
        case = fetch(run.session, Case, judgement.target_id, with_for_update=True)
        held = run.session.scalar(select(func.encode(LedgerEntry.digest, "hex")).where(LedgerEntry.case_id == case.id))
        before = {"snapshot": cases.snapshot_of(case), "batch_id": case.batch_id, "digest": held}
        cases.change_backfilled_case(
            actor=run.actor, case_id=case.id, row=reading.case, batch_id=run.batch_id, today=run.today
        )
        statement = insert(LedgerEntry.__table__).values(
            court_id=run.court_id, case_id=judgement.target_id, key=reading.key, digest=reading.digest
        )
        run.session.execute(
            statement.on_conflict_do_update(
                index_elements=["case_id"], set_={"key": reading.key, "digest": reading.digest}
            )
        )
        return Done(target_id=judgement.target_id, before=before)

    def undo(self, run: Run, rows: list[WrittenRow]) -> list[str | None]:
        """Remove what was new, put back what was changed; whatever has been worked on since stays and says so."""
        fresh = [row.target_id for row in rows if row.verdict is Verdict.NEW]
        answers = cases.remove_backfilled(actor=run.actor, case_ids=fresh, unchanged_since=run.written_at)
        return [answers[row.target_id] if row.verdict is Verdict.NEW else self._put_back(run, row) for row in rows]

    def _put_back(self, run: Run, row: WrittenRow) -> str | None:
        case = run.session.get(Case, row.target_id, populate_existing=True)
        if case is None:
            return None
        if run.written_at is not None and case.updated_at > run.written_at:
            return f"{case.case_no} 更新后已有办理或修改，保留。"
        held = row.before or {}
        try:
            cases.change_backfilled_case(
                actor=run.actor,
                case_id=case.id,
                row=cases.row_from_snapshot(held["snapshot"]),
                batch_id=held.get("batch_id"),
                today=run.today,
                erase=True,
            )
        except RuleBroken as broken:
            return f"{case.case_no}：{broken.message}"
        if held.get("digest"):
            run.session.execute(
                update(LedgerEntry).where(LedgerEntry.case_id == case.id).values(digest=bytes.fromhex(held["digest"]))
            )
        return None

    def links(self, run: Run, target_ids: list[int]) -> dict[int, str]:
        """The pages of the cases."""
        return {ident: f"/cases/{ident}/" for ident in target_ids}


CASES = register(CaseImport())
