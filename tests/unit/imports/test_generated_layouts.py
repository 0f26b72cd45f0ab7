"""Ledgers composed at random: fields in any order under any of their names, one or two levels, merged or not, with titles, totals and notes."""

import random

import pytest
from openpyxl.utils import get_column_letter

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.imports.reading import find_table, judge_rows, open_workbook_safely, propose_mapping
from tests.unit.imports.builders import PEOPLE, text, xlsx

# 案号 means two fields, and its content decides; both sides in one cell are tested elsewhere.
ALONE = [
    field
    for field in CASE_COLUMNS.fields
    if field.group is None and field.name not in ("parties", "days", "inner_case_no")
]
NEEDED = ["registered_on", "cause"]
TITLES = ["诉前调解案件台账", "某某人民法院诉前委派调解情况统计表", "2023年度台账"]


class Composed:
    """One ledger: its rows, the merged cells, and what reading must find."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.levels = self.chance.choice([1, 2])
        self.columns = self._columns()
        self.fields = {index: field for index, (_, field) in enumerate(self.columns) if field}
        self.records = self.chance.randint(1, 25)
        self.merged = self.chance.random() < 0.7
        self.top = self.chance.sample(
            [[[title]] for title in TITLES] + [[[]], [["填报单位：某某商会", None, "单位：元"]]],
            self.chance.randint(0, 3),
        )
        self.top = [row for rows in self.top for row in rows]
        self.heading_rows = list(range(len(self.top) + 1, len(self.top) + self.depth + 1))

    def _columns(self):
        names = [
            field.name
            for field in self.chance.sample(
                [field for field in ALONE if field.name not in NEEDED], self.chance.randint(3, 9)
            )
        ] + NEEDED
        columns = [([self._heading(CASE_COLUMNS.field(name))], name) for name in names]
        self.chance.shuffle(columns)
        at = self.chance.randint(0, len(columns))
        for group in CASE_COLUMNS.groups[:2][::-1]:
            word = self.chance.choice([group.label, *(word for word in group.synonyms if not word.isascii())])
            leaves = ["names", *self.chance.sample(["phones", "id_numbers", "address"], self.chance.randint(0, 3))]
            block = []
            for leaf in leaves:
                field = CASE_COLUMNS.field(f"{group.name}_{leaf}")
                below = self.chance.choice([word for word in field.synonyms[:8] if not word.isascii()])
                block.append(([word, below] if self.levels == 2 else [word + below], field.name))
            columns[at:at] = block
        return [(["序号"], None), *columns] if self.chance.random() < 0.8 else columns

    def _heading(self, field):
        word = self.chance.choice(
            [word for word in (field.label, *field.synonyms) if not word.isascii() and word != "案号"]
        )
        return self.chance.choice([word, word, f"{word}*", f"* {word}", f"{word[0]} {word[1:]}", f"{word}\n"])

    @property
    def depth(self):
        return max(len(path) for path, _ in self.columns)

    def _value(self, field, number):
        day = number % 27 + 1
        known = {
            None: number,
            "case_no": f"（2023）豫1302诉前调{number}号",
            "kind": "诉前委派调解",
            "category": "民事",
            "cause": "民间借贷纠纷",
            "dispute_type": "合同纠纷",
            "amount": f"{number}.5万元",
            "claim_amount": 500 * number,
            "organisation": "某某调委会",
            "result": "调解成功",
            "end_reason_text": "分歧大",
            "ministry_flag": "否",
            "ministry": None,
            "facts": "双方因借款发生纠纷",
            "plan": "分期履行",
            "remark": None,
        }
        if field in known:
            return known[field]
        if field == "mediator" or field.endswith("_names"):
            return PEOPLE[number % 10]
        if field.endswith("_phones"):
            return self.chance.choice(["19900000012", 19900000013, None])
        if field.endswith("_id_numbers"):
            return self.chance.choice(["411302198308099485", None])
        if field.endswith("_address"):
            return "某市某区某路1号"
        return self.chance.choice([f"2023-01-{day:02d}", f"2023.1.{day}", 20230100 + day, f"2023年1月{day}日"])

    def rows(self):
        heads = [[None] * len(self.columns) for _ in range(self.depth)]
        for column, (path, _) in enumerate(self.columns):
            if len(path) == 1 or column == 0 or self.columns[column - 1][0][:1] != path[:1]:
                heads[0][column] = path[0]
            if len(path) == 2:
                heads[1][column] = path[1]
        body = [[self._value(field, number) for _, field in self.columns] for number in range(1, self.records + 1)]
        blank = [None] * (len(self.columns) - 2)
        tail = self.chance.choice(
            [
                [],
                [["合计", *blank, self.records]],
                [["合  计", *blank, self.records], [], ["注：本表按月报送。"]],
                [["制表人：", None, "审核人："]],
            ]
        )
        return [*self.top, *heads, *body, *tail]

    def merges(self):
        if not self.merged or self.depth == 1:
            return ()
        first = len(self.top) + 1
        out = []
        for column, (path, _) in enumerate(self.columns):
            letter = get_column_letter(column + 1)
            if len(path) == 1:
                out.append(f"{letter}{first}:{letter}{first + 1}")
            elif self.columns[column - 1][0][:1] != path[:1] or column == 0:
                last = column
                while last + 1 < len(self.columns) and self.columns[last + 1][0][:1] == path[:1]:
                    last += 1
                if last > column:
                    out.append(f"{letter}{first}:{get_column_letter(last + 1)}{first}")
        return tuple(out)


@pytest.mark.parametrize("seed", range(24))
def test_a_ledger_composed_at_random_is_understood(tmp_path, seed):
    composed = Composed(seed)
    if seed % 4 == 0:
        path = text(tmp_path / "a.csv", composed.rows(), encoding="gb18030" if seed % 8 else "utf-8-sig")
    else:
        path = xlsx(tmp_path / "a.xlsx", composed.rows(), merges=composed.merges())
    with open_workbook_safely(path) as workbook:
        table = find_table(workbook, CASE_COLUMNS.vocabulary)
        mapping = propose_mapping(table, CASE_COLUMNS)
        rows = list(judge_rows(table, mapping, CASE_COLUMNS))
    assert list(table.heading_rows) == composed.heading_rows
    assert {column: (table.heading(column).text, field) for column, field in mapping.columns().items()} == {
        column: (table.heading(column).text, field) for column, field in composed.fields.items()
    }
    assert len(rows) == composed.records
    assert [fault for row in rows for fault in row.faults] == []
