"""Columns get their fields by heading, by the heading above, by the neighbour and by content; a person's choice is remembered."""

import pytest

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.imports.reading import (
    Catalogue,
    Field,
    Heading,
    apply_choices,
    find_table,
    judge_rows,
    mapping_signature,
    open_workbook_safely,
    propose_mapping,
    recall,
    remember,
    sentences,
)
from mediation_admin.imports.reading.headings import fold_heading, heading_of, unit_in, variants
from mediation_admin.imports.reading.values.texts import note
from mediation_admin.rosters.columns import MEDIATOR_COLUMNS, ORGANISATION_COLUMNS
from tests.unit.imports.builders import FIELDS, HEADS, cases, xlsx

# The one heading that means two fields: its numbers decide.
SHARED = "案号"


@pytest.fixture
def table_of(tmp_path):
    """table_of(rows) → the table; the workbook stays open until the test ends."""
    opened = []

    def make(rows, catalogue=CASE_COLUMNS, **how):
        workbook = open_workbook_safely(xlsx(tmp_path / f"{len(opened)}.xlsx", rows, **how))
        opened.append(workbook)
        return find_table(workbook, catalogue.vocabulary)

    yield make
    for workbook in opened:
        workbook.close()


def test_every_synonym_of_a_field_leads_to_it(table_of):
    """Each spelling heads a column beside the others' usual ones, which is how ledgers differ from each other."""
    table = table_of([["序号", "案由"], [1, "x"]])
    alone = [field for field in CASE_COLUMNS.fields if field.group is None]
    wrong = []
    for field in alone:
        others = [other.label for other in alone if other is not field]
        for word in field.synonyms:
            texts = [word, *(label for label in others if label != word)]
            table.columns = [Heading(column, (text,)) for column, text in enumerate(texts)]
            got = propose_mapping(table, CASE_COLUMNS).columns().get(0)
            if got != field.name and word != SHARED:
                wrong.append((word, field.name, got))
    assert not wrong


def test_a_column_headed_case_number_is_what_its_numbers_are(table_of):
    def field_of(*numbers):
        rows = [[n, number, "离婚纠纷"] for n, number in enumerate(numbers, 1)]
        return propose_mapping(table_of([["序号", "案号", "案由"], *rows]), CASE_COLUMNS).columns()[1]

    assert field_of("（2022）豫1302诉前调1号", "（2022）豫1302诉前调2号") == "case_no"
    assert field_of("（2022）豫1302民初1号", "（2022）豫1302民初2号") == "inner_case_no"


@pytest.mark.parametrize(
    "side", ["申请人", "原告", "申请方", "被申请人", "被告", "第三人", "申请人（原告）", "被申请人（被告）"]
)
def test_grouped_headings_are_known_with_the_group_above_or_in_front(table_of, side):
    group = "third" if side == "第三人" else "respondent" if side.startswith("被") else "applicant"
    table = table_of([["序号", "案由"], [1, "x"]])
    expected = {0: f"{group}_names", 1: f"{group}_phones", 2: f"{group}_id_numbers", 3: f"{group}_address"}
    for leaves in (("姓名/名称", "联系电话", "身份证号码", "住址"), ("名称", "手机", "证件号", "地址")):
        table.columns = [Heading(column, (side, leaf)) for column, leaf in enumerate(leaves)]
        assert propose_mapping(table, CASE_COLUMNS).columns() == expected
        table.columns = [Heading(column, (side + leaf,)) for column, leaf in enumerate(leaves)]
        assert propose_mapping(table, CASE_COLUMNS).columns() == expected
    table.columns = [
        Heading(0, (side,)),
        *(Heading(column, (leaf,)) for column, leaf in ((1, "联系电话"), (2, "身份证号码"), (3, "地址"))),
    ]
    assert propose_mapping(table, CASE_COLUMNS).columns() == expected


def test_a_phone_after_the_mediator_is_the_mediators(table_of):
    table = table_of(
        [
            ["序号", "案由", "申请人", "被申请人", "调解员", "联系电话"],
            [1, "离婚纠纷", "彭娟", "谢远浩", "于丽", "19900000011"],
        ]
    )
    assert propose_mapping(table, CASE_COLUMNS).columns()[5] == "mediator_phone"


def test_missing_columns_are_named_with_what_is_there(table_of):
    mapping = propose_mapping(
        table_of([["序号", "申请人", "被申请人", "备注"], [1, "彭娟", "谢远浩", "无"]]), CASE_COLUMNS
    )
    assert mapping.missing == ("registered_on", "cause")
    assert not mapping.usable
    assert "缺少“登记日期”这一列；现在有的列是：“序号”、“申请人”、“被申请人”、“备注”" in mapping.problems[0]


def test_two_columns_for_one_field_are_named_and_the_first_is_used(table_of):
    mapping = propose_mapping(table_of([[*HEADS, "承办人"], *[[*row, "孟静"] for row in cases()]]), CASE_COLUMNS)
    assert mapping.column_of("mediator") == 10
    assert mapping.columns().get(13) is None
    assert any(
        "有 2 列都像“调解员”：K 列“调解员”、N 列“承办人”。现在用的是 K 列" in problem for problem in mapping.problems
    )


def test_a_column_whose_content_denies_its_heading_is_pointed_out(table_of):
    rows = cases()
    for row in rows:
        row[2] = "已登记"
    mapping = propose_mapping(table_of([HEADS, *rows]), CASE_COLUMNS)
    assert any("C 列“登记日期”" in problem and "大多不像" in problem for problem in mapping.problems)
    assert mapping.choices[2].confidence < 0.8


def test_a_column_without_a_name_is_known_by_case_numbers_in_it(table_of):
    heads = [*HEADS]
    heads[1] = None
    mapping = propose_mapping(table_of([heads, *cases()]), CASE_COLUMNS)
    assert mapping.columns()[1] == "case_no"
    assert mapping.choices[1].why == "按内容判断"
    assert mapping.choices[1].confidence <= 0.5


def test_columns_nobody_asked_for_are_not_imported(table_of):
    mapping = propose_mapping(table_of([[*HEADS, "天气"], *[[*row, "晴"] for row in cases()]]), CASE_COLUMNS)
    assert mapping.choices[13].field is None
    assert mapping.choices[0].field is None
    assert "N 列“天气”：不导入" in list(sentences(mapping, table_of([[*HEADS, "天气"], *cases()]), CASE_COLUMNS))


def test_the_signature_is_that_of_the_headings_alone(table_of):
    one = table_of([HEADS, *cases(2)])
    starred = [f" {head}*\n" for head in HEADS]
    same = table_of([["某院台账"], ["单位：元"], starred, *cases(5)], merges=("A1:M1",))
    other = table_of([[*HEADS, "备注"], *cases(2)])
    assert mapping_signature(one) == mapping_signature(same)
    assert mapping_signature(one) != mapping_signature(other)


def test_a_remembered_mapping_finds_its_columns_again(table_of):
    strange = [*HEADS]
    strange[9] = "谁办的"
    table = table_of([strange, *cases()])
    mapping = apply_choices(table, CASE_COLUMNS, {**FIELDS, 9: "organisation", 12: "remark"})
    memory = remember(table, mapping)
    assert recall(memory, table, CASE_COLUMNS).columns() == {**FIELDS, 12: "remark"}

    extra = ["纠纷概况", *["借款不还"] * 6]
    moved = [[row[9], first, *row[:9], *row[10:]] for row, first in zip([strange, *cases()], extra, strict=True)]
    again = recall(memory, table_of(moved), CASE_COLUMNS).columns()
    assert again.pop(1) == "facts", "a column the memory does not know gets the proposal"
    expected = {
        column + 2 if column < 9 else column + 1: field for column, field in FIELDS.items() if column not in (9, 12)
    }
    assert again == {0: "organisation", 13: "remark", **expected}


def test_a_remembered_field_that_no_longer_exists_is_left_out(table_of):
    table = table_of([HEADS, *cases()])
    memory = {
        "signature": "x",
        "columns": [[table.heading(3).key, 1, "abolished"], [table.heading(4).key, 1, "applicant_names"]],
    }
    mapping = recall(memory, table, CASE_COLUMNS)
    assert mapping.columns()[4] == "applicant_names"
    assert mapping.columns().get(3) is None


def test_a_persons_choice_of_two_columns_for_one_field_is_named(table_of):
    mapping = apply_choices(table_of([HEADS, *cases()]), CASE_COLUMNS, {**FIELDS, 9: "mediator", 99: "remark"})
    assert any("都像“调解员”" in problem for problem in mapping.problems)
    assert len(set(mapping.columns().values())) == len(mapping.columns())


def test_words_a_person_explained_are_used(table_of):
    rows = cases(2)
    rows[0][12] = rows[1][12] = "归档"
    table = table_of([HEADS, *rows])
    mapping = propose_mapping(table, CASE_COLUMNS)
    before = list(judge_rows(table, mapping, CASE_COLUMNS))
    assert before[0].faults[0].word == "归档"
    after = list(judge_rows(table, mapping, CASE_COLUMNS, words={"result": {"归档": "agreement"}}))
    assert after[0].values["result"] == "agreement"
    assert not after[0].faults


def test_a_required_cell_that_is_empty_is_faulty(table_of):
    rows = cases(2)
    rows[1][4] = None
    table = table_of([HEADS, *rows])
    judged = list(judge_rows(table, propose_mapping(table, CASE_COLUMNS), CASE_COLUMNS))
    assert [(fault.field, fault.column, fault.message) for fault in judged[1].faults] == [
        ("applicant_names", 4, "缺少申请人姓名或名称，请补上")
    ]


def test_a_faulty_cell_is_named_once_with_its_column(table_of):
    rows = cases(1)
    rows[0][2] = "2023年2月30日"
    rows[0][5] = "1990000001"
    table = table_of([HEADS, *rows])
    row = next(judge_rows(table, propose_mapping(table, CASE_COLUMNS), CASE_COLUMNS))
    assert [(fault.field, fault.column) for fault in row.faults] == [("registered_on", 2), ("applicant_phones", 5)]
    assert row.values["cause"] == "民间借贷纠纷"


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("申请人（原告）", {"申请人(原告)", "申请人", "原告"}),
        ("姓名/名称", {"姓名/名称", "姓名", "名称"}),
        ("* 案 由：", {"案由"}),
        ("标的额（万元）", {"标的额"}),
        ("1.登记日期", {"登记日期"}),
        ("登记日期（必填）", {"登记日期"}),
        ("Case No.", {"caseno"}),
    ],
)
def test_spellings_a_heading_answers_to(text, known):
    assert known <= set(variants(text))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("标的额（万元）", "万元"),
        ("标的额(元)", "元"),
        ("标的额/万元", "万元"),
        ("标的额\n单位：万元", "万元"),
        ("标的额（单位：元）", "元"),
        ("标的额", None),
        ("元旦值班", None),
        ("金额【人民币元】", "元"),
    ],
)
def test_units_in_headings(text, unit):
    assert unit_in(text) == unit


def test_headings_are_shown_without_stars():
    heading = heading_of(11, ["调解员*"])
    assert (heading.text, heading.starred, heading.letter) == ("调解员", True, "L")
    assert fold_heading("＊调 解\n员") == "调解员"


def test_a_catalogue_refuses_its_own_mistakes():
    with pytest.raises(ValueError, match="twice"):
        Catalogue((Field("a", "甲", (), note), Field("a", "乙", (), note)))
    with pytest.raises(ValueError, match="unknown group"):
        Catalogue((Field("a", "甲", (), note, group="x"),))
    with pytest.raises(ValueError, match="unknown field"):
        Catalogue((Field("a", "甲", (), note, spreads=("b",)),))


@pytest.mark.parametrize("catalogue", [CASE_COLUMNS, MEDIATOR_COLUMNS, ORGANISATION_COLUMNS])
def test_no_heading_means_two_fields(catalogue):
    seen = {}
    for field in catalogue.fields:
        for word in catalogue.words_of(field.name):
            owner = seen.setdefault((field.group, word), field.name)
            assert word == SHARED or owner == field.name, f"{word}: {owner} and {field.name}"
