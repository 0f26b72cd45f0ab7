"""Ledgers laid out in ways nobody planned for: the headings are found, the records are told from the rest, columns get their fields."""

from pathlib import Path

import pytest

from mediation_admin.backfill.columns import CASE_COLUMNS
from mediation_admin.imports.reading import FileRefused, find_table, judge_rows, open_workbook_safely, propose_mapping
from mediation_admin.rosters.columns import MEDIATOR_COLUMNS, ORGANISATION_COLUMNS
from tests.unit.imports.builders import FIELDS, HEADS, PEOPLE, cases, text, xls, xlsx


class Read:
    """A file read to the end."""

    def __init__(self, path: Path, catalogue=CASE_COLUMNS, **how):
        with open_workbook_safely(path) as workbook:
            self.table = find_table(workbook, catalogue.vocabulary, **how)
            self.mapping = propose_mapping(self.table, catalogue)
            self.rows = list(judge_rows(self.table, self.mapping, catalogue))

    @property
    def heading_rows(self):
        return list(self.table.heading_rows)

    @property
    def fields(self):
        return self.mapping.columns()

    @property
    def faults(self):
        return [(row.number, fault.field, fault.message) for row in self.rows for fault in row.faults]

    def reasons(self):
        return {skipped.number: skipped.reason for skipped in self.table.skipped}

    def names(self, field="applicant_names"):
        return [[one.name for one in row.values.get(field, [])] for row in self.rows]


def test_headings_in_the_first_row_without_a_title(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, *cases()]))
    assert read.heading_rows == [1]
    assert read.fields == FIELDS
    assert len(read.rows) == 6
    assert not read.faults


def test_headings_on_row_seven_below_titles_blank_lines_and_facts(tmp_path):
    top = [
        ["某市中级人民法院"],
        ["诉前调解案件情况统计表"],
        [],
        ["填报单位：某某商会  统计时间：2023年6月30日"],
        ["单位：万元"],
        [],
    ]
    read = Read(xlsx(tmp_path / "a.xlsx", [*top, HEADS, *cases()], merges=("A1:M1", "A2:M2")))
    assert read.heading_rows == [7]
    assert read.table.title == "诉前调解案件情况统计表"
    assert read.table.facts["填报单位"] == "某某商会"
    assert read.table.unit == "万元"
    assert str(read.rows[0].values["amount"]) == "10005000.00"
    assert len(read.rows) == 6


def test_two_levels_of_merged_headings(tmp_path):
    upper = ["序号", "案号", "收案时间", "案由", "原告", None, None, "被告", None, "调解员", "结果"]
    lower = [None, None, None, None, "姓名", "电话", "身份证号", "姓名", "电话", None, None]
    body = [
        [
            n,
            f"(2023)豫1302诉前调{n}号",
            "2023.1.5",
            "离婚纠纷",
            PEOPLE[n],
            "19900000011",
            None,
            PEOPLE[n + 1],
            None,
            "于丽",
            "成功",
        ]
        for n in range(1, 5)
    ]
    merges = ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:G1", "H1:I1", "J1:J2", "K1:K2")
    read = Read(xlsx(tmp_path / "a.xlsx", [upper, lower, *body], merges=merges))
    assert read.heading_rows == [1, 2]
    assert read.fields[4] == "applicant_names"
    assert read.fields[6] == "applicant_id_numbers"
    assert read.fields[8] == "respondent_phones"
    assert read.names("respondent_names")[0] == [PEOPLE[2]]


def test_three_levels_of_headings(tmp_path):
    rows = [
        ["某区法院诉前调解台账"] + [None] * 8,
        ["序号", "案件信息", None, None, "当事人信息", None, None, None, "调解结果"],
        [None, "诉前调案号", "登记日期", "案由", "申请人", None, "被申请人", None, None],
        [None, None, None, None, "姓名或名称", "联系方式", "姓名或名称", "联系方式", None],
        *[
            [
                n,
                f"（2023）豫1302诉前调{n}号",
                20230105,
                "离婚纠纷",
                PEOPLE[n],
                19900000011,
                PEOPLE[n + 1],
                "19900000012",
                "不成",
            ]
            for n in range(1, 5)
        ],
    ]
    merges = ("A1:I1", "A2:A4", "B2:D2", "E2:H2", "I2:I4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:H3")
    read = Read(xlsx(tmp_path / "a.xlsx", rows, merges=merges))
    assert read.heading_rows == [2, 3, 4]
    assert read.table.columns[5].path == ("当事人信息", "申请人", "联系方式")
    assert read.fields == {
        1: "case_no",
        2: "registered_on",
        3: "cause",
        4: "applicant_names",
        5: "applicant_phones",
        6: "respondent_names",
        7: "respondent_phones",
        8: "result",
    }
    assert not read.faults


def test_gb18030_csv_with_two_levels_that_no_merge_holds_together(tmp_path):
    rows = [
        ["诉前委派调解案件台账"],
        ["序号", "案号", "登记日期", "案由", "申请人（原告）", "", "被申请人（被告）", "", "调解员"],
        ["", "", "", "", "姓名/名称", "联系电话", "姓名/名称", "联系电话", ""],
        *[
            [
                n,
                f"（2023）豫1302诉前调{n}号",
                "2023年1月5日",
                "离婚纠纷",
                PEOPLE[n],
                "19900000011",
                PEOPLE[n + 1],
                "19900000012",
                "于丽",
            ]
            for n in range(1, 6)
        ],
    ]
    read = Read(text(tmp_path / "台账.csv", rows, encoding="gb18030"))
    assert read.heading_rows == [2, 3]
    assert read.fields[5] == "applicant_phones"
    assert read.fields[6] == "respondent_names"
    assert read.fields[8] == "mediator"
    assert len(read.rows) == 5


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("utf-16", "\t"), ("gb18030", "\t"), ("utf-16-le", ",")],
)
def test_csv_of_every_encoding_and_delimiter(tmp_path, encoding, delimiter):
    read = Read(text(tmp_path / "a.csv", [HEADS, *cases()], encoding=encoding, delimiter=delimiter))
    assert read.fields == FIELDS
    assert len(read.rows) == 6


def test_an_xls_with_title_merged_headings_and_real_dates(tmp_path):
    from datetime import date

    rows = [
        ["台账", None, None, None, None],
        ["序号", "案由", "收案日期", "申请人", None],
        [None, None, None, "姓名", "电话"],
    ]
    rows += [[n, "离婚纠纷", date(2023, 1, n), PEOPLE[n], 19900000011] for n in range(1, 4)]
    read = Read(
        xls(tmp_path / "a.xls", rows, merges=((0, 0, 0, 4), (1, 2, 0, 0), (1, 2, 1, 1), (1, 2, 2, 2), (1, 1, 3, 4)))
    )
    assert read.heading_rows == [2, 3]
    assert read.rows[1].values["registered_on"] == date(2023, 1, 2)
    assert read.rows[1].values["applicant_phones"] == ["19900000011"]


def test_english_headings_mixed_with_chinese_ones(tmp_path):
    heads = [
        "No.",
        "Case No.",
        "Date 登记日期",
        "Cause",
        "Applicant",
        "Tel",
        "Respondent",
        "Phone",
        "Amount (元)",
        "Mediator",
        "结果 Result",
    ]
    body = [
        [
            n,
            f"（2023）豫1302诉前调{n}号",
            "2023/1/5",
            "离婚纠纷",
            PEOPLE[n],
            "19900000011",
            PEOPLE[n + 1],
            "19900000012",
            5,
            "于丽",
            "调解成功",
        ]
        for n in range(1, 5)
    ]
    read = Read(xlsx(tmp_path / "a.xlsx", [heads, *body]))
    assert read.fields == {
        1: "case_no",
        2: "registered_on",
        3: "cause",
        4: "applicant_names",
        5: "applicant_phones",
        6: "respondent_names",
        7: "respondent_phones",
        8: "amount",
        9: "mediator",
        10: "result",
    }


def test_plaintiff_and_defendant_in_one_line_with_prefixed_headings(tmp_path):
    heads = [
        "原告",
        "原告联系方式",
        "被告",
        "被告联系方式",
        "诉讼标的(万元)",
        "纠纷案由",
        "立案时间",
        "承办人",
        "是否成功",
        "办结时间",
    ]
    body = [
        ["彭娟", "19900000011", "谢远浩", "无", 3.5, "离婚纠纷", "2023.1.5", "于丽", "√", "2023.2.5"],
        ["郭艳子", "", "罗涛晨", "19900000012", 0.8, "离婚纠纷", "2023.1.6", "于丽", "×", "2023.2.6"],
    ]
    read = Read(xlsx(tmp_path / "a.xlsx", [heads, *body]))
    assert read.fields == {
        0: "applicant_names",
        1: "applicant_phones",
        2: "respondent_names",
        3: "respondent_phones",
        4: "amount",
        5: "cause",
        6: "registered_on",
        7: "mediator",
        8: "result",
        9: "ended_on",
    }
    assert [str(row.values["amount"]) for row in read.rows] == ["35000.00", "8000.00"]
    assert [row.values["result"] for row in read.rows] == ["agreement", "failed"]


@pytest.mark.parametrize(
    "parties", ["彭娟诉谢远浩", "申请人：彭娟；被申请人：谢远浩", "原告彭娟与被告谢远浩离婚纠纷一案", "彭娟 与 谢远浩"]
)
def test_both_sides_in_one_column(tmp_path, parties):
    read = Read(
        xlsx(
            tmp_path / "a.xlsx",
            [["序号", "当事人", "案由", "收案日期"], *[[n, parties, "离婚纠纷", "2023-01-05"] for n in range(1, 4)]],
        )
    )
    assert read.fields[1] == "parties"
    assert read.mapping.usable
    assert read.names()[0] == ["彭娟"]
    assert read.names("respondent_names")[0] == ["谢远浩"]
    assert not read.faults


def test_the_cause_may_stand_in_the_name_of_the_case(tmp_path):
    heads = ["序号", "案号", "案件名称", "收案日期"]
    names = ["彭娟诉谢远浩民间借贷纠纷", "彭娟与谢远浩离婚纠纷一案", "彭娟诉谢远浩"]
    rows = [[n, f"（2023）豫1302诉前调{n}号", name, "2023-1-5"] for n, name in enumerate(names, 1)]
    read = Read(xlsx(tmp_path / "a.xlsx", [heads, *rows]))
    assert read.mapping.usable
    assert [row.values.get("cause") for row in read.rows] == ["民间借贷纠纷", "离婚纠纷", None]
    assert [message for _, _, message in read.faults] == ["缺少案由，请补上"]


def test_names_phones_and_papers_in_one_column(tmp_path):
    heads = ["序号", "收案时间", "案由", "原告姓名及联系方式", "被告基本信息"]
    row = [1, "2023.1.5", "离婚纠纷", "彭娟 19900000012", "谢远浩，身份证号：411302198308099485，电话：19900000013"]
    read = Read(xlsx(tmp_path / "a.xlsx", [heads, row, row]))
    assert read.fields[3] == "applicant_names"
    assert read.fields[4] == "respondent_names"
    assert read.rows[0].values["applicant_names"][0].phone == "19900000012"
    respondent = read.rows[0].values["respondent_names"][0]
    assert (respondent.name, respondent.phone, respondent.id_number) == ("谢远浩", "19900000013", "411302198308099485")


def test_data_wider_than_the_headings_and_columns_without_a_name(tmp_path):
    body = [[*row, "多出来的", 7] for row in cases()]
    heads = [*HEADS[:9], None, *HEADS[10:]]
    read = Read(xlsx(tmp_path / "a.xlsx", [["台账"], heads, *body], merges=("A1:D1",)))
    assert read.heading_rows == [2]
    assert read.fields == {column: field for column, field in FIELDS.items() if column != 9}
    assert read.table.heading(9).text == "J 列（没有列名）"


def test_headings_wider_than_the_data(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [[*HEADS, "备注", "部委", "调解方案", "纠纷概况"], *cases()]))
    assert read.fields == {**FIELDS, 13: "remark", 14: "ministry", 15: "plan", 16: "facts"}


def test_one_cell_merged_over_many_records_fills_each_of_them(tmp_path):
    body = cases(6)
    for row in body[1:]:
        row[9] = None
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, *body], merges=("J2:J7",)))
    assert [row.values["organisation"] for row in read.rows] == ["某某人民调解委员会"] * 6


def test_a_record_over_two_lines_is_one_case_with_two_respondents(tmp_path):
    body = cases(3)
    second = [None] * 13
    second[6], second[7] = "萧然远", "19900000099"
    read = Read(
        xlsx(
            tmp_path / "a.xlsx",
            [HEADS, body[0], second, body[1], body[2]],
            merges=tuple(f"{letter}2:{letter}3" for letter in "ABCDEFIJKLM"),
        )
    )
    assert len(read.rows) == 3
    assert read.names("respondent_names")[0] == [PEOPLE[4], "萧然远"]
    assert read.rows[0].values["respondent_phones"] == ["19900000111", "19900000099"]
    assert read.rows[0].lines == [2, 3]
    assert not read.faults


def test_totals_notes_and_signatures_are_no_records(tmp_path):
    rows = [
        HEADS,
        *cases(3),
        ["小计", None, None, None, None, None, None, None, 6003],
        *cases(3, first=4),
        ["合  计", 6, None, None, None, None, None, None, 21010.5],
        ["本月合计：6件"],
        [],
        ["注：1. 本表按月报送。"],
        ["2. 结案方式按实际填写。"],
        ["制表人：王某", None, None, "审核人：李某", None, None, "填报日期：2023年7月1日"],
    ]
    read = Read(xlsx(tmp_path / "a.xlsx", rows))
    assert len(read.rows) == 6
    assert not read.faults
    assert read.reasons() == {
        5: "合计行",
        9: "合计行",
        10: "合计行",
        11: "空行",
        12: "说明或签名",
        13: "分组标题",
        14: "说明或签名",
    }


def test_headings_repeated_on_each_printed_page(tmp_path):
    title = ["诉前调解台账"]
    rows = [title, HEADS, *cases(3), ["第1页 共2页"], title, HEADS, *cases(3, first=4), ["第2页 共2页"]]
    read = Read(xlsx(tmp_path / "a.xlsx", rows, merges=("A1:M1", "A7:M7")))
    assert len(read.rows) == 6
    assert read.reasons() == {6: "说明或签名", 7: "重复的标题", 8: "重复的表头", 12: "说明或签名"}


def test_group_titles_between_records_and_a_line_that_numbers_the_columns(tmp_path):
    rows = [HEADS, list(range(1, 14)), ["一、工商联商会"], *cases(2), ["二、金融调委会"], *cases(2, first=3)]
    read = Read(xlsx(tmp_path / "a.xlsx", rows, merges=("A3:M3", "A6:M6")))
    assert len(read.rows) == 4
    assert read.reasons() == {2: "列号行", 3: "分组标题", 6: "分组标题"}


def test_numbered_but_empty_lines_of_a_printed_form(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, *cases(2), [3], [4], ["5"]]))
    assert len(read.rows) == 2
    assert set(read.reasons().values()) == {"只有序号，其余是空的"}


def test_stars_spaces_line_breaks_and_hints_in_headings(tmp_path):
    heads = [
        "序\n号",
        "* 诉前调 案号",
        "登记日期\n（格式：2022-01-01）",
        "案  由*",
        "申请人\n（必填）",
        "联系\n电话",
        "被申请人★",
        "联 系 电 话",
        "标的额\n（单位：元）",
        "调解组织【选填】",
        "调 解 员",
        "结案\n日期",
        "调解结果：",
    ]
    read = Read(xlsx(tmp_path / "a.xlsx", [heads, *cases()]))
    assert read.fields == FIELDS
    assert read.table.columns[1].starred
    assert read.table.columns[8].unit == "元"
    assert read.table.columns[3].text == "案由"


def test_the_sheet_with_the_records_is_chosen_and_the_others_are_named(tmp_path):
    more = {
        "填表说明": [["1. 本表每月报送"], ["2. 请勿改动表头"]],
        "明细": [HEADS, *cases(9)],
        "字典": [["案由"], ["离婚纠纷"]],
        "旧表": [HEADS, *cases(2)],
    }
    read = Read(xlsx(tmp_path / "a.xlsx", [["封面"]], sheet="封面", more=more, hidden=("旧表",)))
    assert read.table.sheet.name == "明细"
    assert {other.name: other.reason for other in read.table.others} == {
        "旧表": "隐藏的工作表",
        "封面": "没有找到表头",
        "填表说明": "没有找到表头",
        "字典": "没有找到表头",
    }


def test_a_second_sheet_of_records_is_pointed_out(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, *cases(9)], sheet="1月", more={"2月": [HEADS, *cases(8)]}))
    assert read.table.sheet.name == "1月"
    assert [(other.name, other.reason) for other in read.table.others] == [("2月", "也像一张数据表，没有选它")]


def test_a_person_may_point_at_another_sheet_and_other_heading_rows(tmp_path):
    strange = [["甲乙丙丁", "戊己庚辛"], ["一", "二"], ["三", "四"]]
    path = xlsx(tmp_path / "a.xlsx", [HEADS, *cases(9)], sheet="1月", more={"怪表": strange})
    read = Read(path, sheet="怪表", heading_row=2, heading_rows=1)
    assert [heading.text for heading in read.table.columns] == ["一", "二"]
    assert not read.mapping.usable


def test_a_table_standing_upright_is_refused_with_a_sentence(tmp_path):
    rows = [[HEADS[column], *(row[column] for row in cases(4))] for column in range(13)]
    with pytest.raises(FileRefused) as refused:
        Read(xlsx(tmp_path / "a.xlsx", rows))
    assert refused.value.code == "no_table"
    assert "竖着排" in refused.value.message


def test_a_sheet_without_headings_is_refused(tmp_path):
    with pytest.raises(FileRefused) as refused:
        Read(xlsx(tmp_path / "a.xlsx", cases(5)))
    assert "没有找到表头" in refused.value.message


def test_a_template_without_records_has_its_headings_and_no_rows(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS]))
    assert read.fields == FIELDS
    assert read.rows == []


def test_the_example_line_of_a_template_is_no_record(tmp_path):
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, ["示例", *cases(1)[0][1:]], *cases(2)]))
    assert len(read.rows) == 2
    assert read.reasons() == {2: "示例行"}


def test_ditto_marks_take_the_value_above(tmp_path):
    body = cases(3)
    body[1][9] = body[2][9] = "同上"
    body[1][3] = "〃"
    read = Read(xlsx(tmp_path / "a.xlsx", [HEADS, *body]))
    assert [row.values["organisation"] for row in read.rows] == ["某某人民调解委员会"] * 3
    assert read.rows[1].values["cause"] == "民间借贷纠纷"


def test_a_roster_in_an_unknown_layout(tmp_path):
    rows = [
        ["特邀调解员花名册"],
        ["法院：某区法院"],
        [
            "编号",
            "调解员姓名",
            "男/女",
            "出生日期",
            "联系方式",
            "人员类别",
            "单位及职务",
            "所在调解组织",
            "擅长调解领域",
            "文化程度",
            "聘期",
            None,
        ],
        [None] * 10 + ["起聘日期", "到期日期"],
        [
            1,
            "彭 娟",
            "女",
            "197808",
            "19900000011",
            "律师/人大代表",
            "某所",
            "某调委会；某商会",
            "婚姻、继承",
            "本科",
            "2023.1.1",
            "2025.12.31",
        ],
    ]
    merges = ("A1:L1", *(f"{letter}3:{letter}4" for letter in "ABCDEFGHIJ"), "K3:L3")
    read = Read(xlsx(tmp_path / "a.xlsx", rows, merges=merges), MEDIATOR_COLUMNS)
    values = read.rows[0].values
    assert read.heading_rows == [3, 4]
    assert values["name"] == "彭娟"
    assert values["identities"] == ["lawyer", "deputy"]
    assert values["organisations"] == ["某调委会", "某商会"]
    assert values["birth_month"].isoformat() == "1978-08-01"
    assert values["term_end"].isoformat() == "2025-12-31"


def test_a_roster_of_organisations(tmp_path):
    heads = ["序号", "调解组织名称", "类型", "负责人", "联系电话", "联系人", "联系电话", "地址", "专业领域"]
    read = Read(
        xlsx(
            tmp_path / "a.xlsx",
            [
                heads,
                [
                    1,
                    "某某人民调解委员会",
                    "人民调解",
                    "彭娟",
                    "19900000011",
                    "谢远浩",
                    "19900000012",
                    "某路1号",
                    "金融、保险",
                ],
            ],
        ),
        ORGANISATION_COLUMNS,
    )
    assert read.rows[0].values["kind"] == "peoples"
    assert read.rows[0].values["head_phone"] == "19900000011"
    assert read.rows[0].values["contact_name"] == "谢远浩"
    assert read.rows[0].values["contact_phone"] == "19900000012"
