"""The import wizard at the browser: every step, what each page says, and that nothing is written before the confirmation."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select, text

from mediation_admin.imports import store
from mediation_admin.imports.enums import BatchStatus
from mediation_admin.imports.models import ImportBatch, RememberedMapping
from mediation_admin.rosters.models import Mediator
from tests.factories import rosters as make
from tests.integration.imports.conftest import mapping_on
from tests.people import CAST, clerk_b


def people(session):
    """How many mediators there are, whoever may see them."""
    return session.execute(select(func.count()).select_from(Mediator.__table__)).scalar()


@pytest.mark.parametrize("person", CAST, ids=str)
@pytest.mark.parametrize("step", ["", "progress.json", "confirm", "marked.xlsx"])
def test_a_batch_opens_to_its_courts_administrators_and_to_nobody_else(as_person, checked, person, step):
    page = checked([make.roster_row(1)])
    answer = as_person(person).get(page + step)
    assert answer.status_code == {"admin_a": 200, "stranger": 303}.get(person.key, 404)


@pytest.mark.parametrize("step", ["mapping", "table", "words", "confirm", "undo", "abandon", "mark"])
def test_the_steps_of_a_batch_are_closed_to_another_court(as_person, checked, step):
    page = checked([make.roster_row(1)])
    assert as_person(clerk_b).post(page + step).status_code == 404


def test_the_whole_way_from_upload_to_result(admin, send, run_jobs, court_a):
    session, _ = court_a
    page = send([make.roster_row(1), make.roster_row(2)]).location
    assert "正在读取文件" in admin.get(page).text
    run_jobs()
    mapping = admin.get(page)
    assert "每一列是什么" in mapping.text
    admin.post(page + "mapping", data=mapping_on(mapping.text))
    assert "正在预检" in admin.get(page).text
    run_jobs()
    checked = admin.get(page).text
    assert "确认写入 2 行" in checked
    assert people(session) == 0
    assert "新增 <strong>2</strong>" in admin.get(page + "confirm").text
    assert people(session) == 0
    admin.post(page + "confirm")
    assert "正在写入" in admin.get(page).text
    run_jobs()
    result = admin.get(page).text
    assert "新增 2 名" in result
    assert re.search(r'href="/mediators/\d+/"', result)
    assert people(session) == 2


def test_progress_says_when_to_go_on(admin, send, run_jobs):
    page = send([make.roster_row(1)]).location
    assert admin.get(page + "progress.json").json["finished"] is False
    run_jobs()
    told = admin.get(page + "progress.json").json
    assert (told["finished"], told["ok"], told["url"]) == (True, True, page)


def test_faulty_cells_are_named_with_what_to_do(admin, checked):
    page = checked([make.roster_row(1), make.roster_row(2, 手机号码="1990001", 性别="未知词")])
    text = admin.get(page).text
    assert "<code>D4</code>" in text
    assert "应为 11 位" in text
    assert "<code>C4</code>" in text


def test_the_marked_workbook_is_the_users_own_with_comments(admin, checked):
    page = checked([make.roster_row(1), make.roster_row(2, 手机号码="1990001")])
    answer = admin.get(page + "marked.xlsx")
    assert "filename*=UTF-8''" in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet["A1"].value == "特邀调解员名册"
    assert "应为 11 位" in sheet["D4"].comment.text
    assert sheet["D3"].comment is None


def test_a_file_without_a_required_column_is_told_which(admin, send, run_jobs):
    headings = ["甲列" if heading == "姓名" else heading for heading in make.HEADINGS]
    page = send([make.roster_row(n) for n in (1, 2, 3)], headings=headings).location
    run_jobs()
    mapping = mapping_on(admin.get(page).text)
    mapping = {name: "" if field == "name" else field for name, field in mapping.items()}
    refused = admin.post(page + "mapping", data=mapping, follow_redirects=True)
    assert "文件里没有“姓名”这一列" in refused.text


def test_one_field_for_two_columns_is_refused(admin, send, run_jobs):
    page = send([make.roster_row(1)]).location
    run_jobs()
    mapping = {**mapping_on(admin.get(page).text), "column-0": "name"}
    assert "对应了不止一列" in admin.post(page + "mapping", data=mapping, follow_redirects=True).text


def test_a_corrected_mapping_is_remembered_for_the_next_file(admin, send, run_jobs, court_a):
    session, _ = court_a
    headings = ["称谓" if heading == "擅长领域" else heading for heading in make.HEADINGS]
    page = send([make.roster_row(1)], headings=headings).location
    run_jobs()
    admin.post(page + "mapping", data={**mapping_on(admin.get(page).text), "column-6": "specialities"})
    run_jobs()
    assert session.scalar(select(func.count()).select_from(RememberedMapping)) == 1
    again = send([make.roster_row(2)], headings=headings).location
    run_jobs()
    text = admin.get(again).text
    assert "已按上次的对应填好" in text
    assert mapping_on(text)["column-6"] == "specialities"


def test_other_heading_rows_can_be_pointed_at(admin, send, run_jobs):
    page = send([make.roster_row(1)]).location
    run_jobs()
    admin.post(page + "table", data={"sheet": "Sheet", "heading_row": "3", "heading_rows": "1"})
    run_jobs()
    assert make.a_name(1) in admin.get(page).text
    admin.post(page + "table", data={"sheet": "Sheet", "heading_row": "", "heading_rows": "1"})
    run_jobs()
    assert mapping_on(admin.get(page).text)["column-1"] == "name"


def test_the_same_file_again_says_so_and_writes_nothing(admin, checked, run_jobs, court_a):
    session, _ = court_a
    page = checked([make.roster_row(1)])
    admin.post(page + "confirm")
    run_jobs()
    again = checked([make.roster_row(1)])
    text = admin.get(again).text
    assert "都已经在系统中" in text
    refused = admin.post(again + "confirm", follow_redirects=True)
    assert "没有要写入的行" in refused.text
    assert people(session) == 1


def test_a_batch_is_undone_from_its_page(admin, checked, run_jobs, court_a):
    session, _ = court_a
    page = checked([make.roster_row(1)])
    admin.post(page + "confirm")
    run_jobs()
    admin.post(page + "undo")
    run_jobs()
    assert "撤销了这次导入" in admin.get(page).text
    assert people(session) == 0


def test_a_row_worked_on_since_stays_and_is_named(admin, checked, run_jobs, court_a):
    session, _ = court_a
    page = checked([make.roster_row(1), make.roster_row(2)])
    admin.post(page + "confirm")
    run_jobs()
    mediator = session.scalars(select(Mediator).where(Mediator.name == make.a_name(1))).one()
    mediator.remark = "已与其谈话"
    session.commit()
    admin.post(page + "undo")
    run_jobs()
    text = admin.get(page).text
    assert "保留 1 行" in text
    assert "之后又被修改过" in text
    assert people(session) == 1


def test_sending_a_corrected_file_gives_the_old_batch_up(admin, send, checked, court_a):
    session, _ = court_a
    page = checked([make.roster_row(1, 手机号码="1990001")])
    old = int(page.rstrip("/").rsplit("/", 1)[1])
    send([make.roster_row(1)], replaces=str(old))
    batch = session.get(ImportBatch, old)
    assert batch.status is BatchStatus.ABANDONED
    assert batch.stored_name is None


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "空文件"),
        (b"PK\x03\x04 but broken", "a.xlsx", "损坏"),
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "a.xlsx", "不是表格文件"),
    ],
)
def test_unreadable_files_get_a_sentence(admin, run_jobs, content, name, words):
    answer = admin.post("/roster-import/upload", data={"file": (io.BytesIO(content), name)})
    run_jobs()
    assert words in admin.get(answer.location).text


def test_without_a_file_the_page_says_so(admin):
    answer = admin.post("/roster-import/upload", data={}, follow_redirects=True)
    assert "请先选择要导入的文件" in answer.text


def test_the_template_can_be_filled_in_and_imported(admin, run_jobs):
    book = openpyxl.load_workbook(io.BytesIO(admin.get("/roster-import/template.xlsx").data))
    sheet = book.worksheets[0]
    headings = [str(cell.value).rstrip("*") for cell in sheet[1]]
    values = {"姓名": "李某", "性别": "女", "手机号码": "19900007777", "身份类别": "律师", "擅长领域": "劳动争议"}
    for name, value in values.items():
        sheet.cell(2, headings.index(name) + 1, value)
    held = io.BytesIO()
    book.save(held)
    held.seek(0)
    page = admin.post("/roster-import/upload", data={"file": (held, "模板.xlsx")}).location
    run_jobs()
    admin.post(page + "mapping", data=mapping_on(admin.get(page).text))
    run_jobs()
    assert "确认写入 1 行" in admin.get(page).text


def test_the_kept_file_and_the_kept_remarks_are_not_in_clear(checked, app, court_a):
    session, _ = court_a
    checked([make.roster_row(1), make.roster_row(2, 手机号码="199-0000-99")])
    raw = session.execute(
        text("select layout, notes from import_batch join import_row on batch_id = import_batch.id")
    ).all()
    assert raw
    for layout, notes in raw:
        assert b"1990001" not in bytes(layout)
        assert notes is None or b"199-0000-99" not in bytes(notes)
    kept = [file for file in Path(app.config["DATA_DIR"], "imports").rglob("*") if file.is_file()]
    assert kept
    assert all(file.read_bytes()[4:6] != b"PK" and b"workbook" not in file.read_bytes() for file in kept)


@pytest.mark.parametrize("name", ["名册.exe", "名册.html", "名册", "名册.xlsx.php", "../../名册.sh"])
def test_s28_a_file_that_does_not_call_itself_a_table_is_refused_and_not_kept(admin, app, name):
    before = store_names(app)
    told = admin.post("/roster-import/upload", data={"file": (io.BytesIO(b"a,b\n1,2\n"), name)}, follow_redirects=True)
    assert "不是表格" in told.text
    assert store_names(app) == before


def test_s28_what_is_kept_has_a_name_of_the_servers_and_is_readable_by_nobody_else(admin, app):
    before = set(store_names(app))
    admin.post("/roster-import/upload", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "../../etc/名册.csv")})
    (made,) = set(store_names(app)) - before
    assert re.fullmatch("[0-9a-f]{32}", made)
    assert (Path(app.config["DATA_DIR"]) / "imports" / made).stat().st_mode & 0o077 == 0


def store_names(app):
    """The names of what is kept."""
    with app.app_context():
        return store.names()
