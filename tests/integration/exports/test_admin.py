"""下载中心 on screen: asking, watching, fetching, and nobody else's files."""

import io
import re
from html import unescape
from urllib.parse import quote

import openpyxl
from sqlalchemy import select, text

from mediation_admin.core.jobs import JobStatus
from mediation_admin.exports.models import ExportRequest
from tests import people


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def _last(court) -> ExportRequest:
    court.session.rollback()
    court.session.expire_all()
    return court.session.scalars(select(ExportRequest).order_by(ExportRequest.id.desc())).first()


def test_from_the_list_to_the_file(court, as_person):
    client = as_person(people.clerk_a)
    page = client.get("/cases/?state=closed")
    link = unescape(re.search(r'href="(/exports/new\?[^"]+)"', page.text)[1])
    dialog = client.get(link)
    assert "案件状态：调解结束" in _text(dialog)
    assert "手机号、证件号码只显示首尾几位" in _text(dialog)
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', dialog.text)
    }
    fields.pop("csrf_token", None)
    answer = client.post(
        "/exports/new", data={**fields, "format": "xlsx", "columns": ["case_no", "state", "applicants"]}
    )
    assert (answer.status_code, answer.location) == (303, "/exports/")
    waiting = client.get("/exports/")
    assert "排队中" in _text(waiting)
    assert "已开始导出“全部案件”" in _text(waiting)
    court.run_jobs()
    listed = client.get("/exports/")
    assert "已完成" in _text(listed)
    made = _last(court)
    fetched = client.get(f"/exports/{made.id}/download")
    name = f"filename*=UTF-8''{quote(made.file_name)}"
    assert name in fetched.headers["Content-Disposition"]
    assert fetched.headers["Content-Disposition"].startswith("attachment")
    assert re.fullmatch(r"全部案件_\d{8}_\d{6}\.xlsx", made.file_name)
    sheet = openpyxl.load_workbook(io.BytesIO(fetched.data)).worksheets[0]
    assert [cell.value for cell in sheet[2]] == ["诉前调解案号", "申请人", "状态"]
    assert sheet.max_row == 3
    assert _last(court).downloads == 1


def test_a_file_that_is_not_ready_or_no_longer_there_says_so(court, as_person):
    client = as_person(people.admin_a)
    request = court.ask("cases")
    assert client.get(f"/exports/{request.id}/download").location == "/exports/"
    assert "文件还在生成" in _text(client.get("/exports/"))
    court.run_jobs()
    court.session.execute(text("update export_request set stored_name = 'gone.xlsx'"))
    court.session.commit()
    client.get(f"/exports/{request.id}/download")
    assert "请重新导出" in _text(client.get("/exports/"))


def test_somebody_elses_request_does_not_exist(court, as_person):
    request = court.ask("cases")
    court.run_jobs()
    for person in (people.clerk_a, people.clerk_b, people.judge_a):
        client = as_person(person)
        assert client.get(f"/exports/{request.id}/download").status_code == 404
        assert client.post(f"/exports/{request.id}/cancel").status_code == 404
        assert client.post(f"/exports/{request.id}/again").status_code == 404
        assert "全部案件" not in _text(client.get("/exports/")).split("下载中心")[-1]


def test_a_request_is_cancelled_and_asked_for_again_from_the_list(court, as_person):
    client = as_person(people.admin_a)
    request = court.ask("cases", [("state", "closed")])
    client.post(f"/exports/{request.id}/cancel")
    assert court.request(request.id).job.status is JobStatus.CANCELLED
    client.post(f"/exports/{request.id}/again")
    court.run_jobs()
    again = _last(court)
    assert again.id != request.id
    assert (again.job.status, again.rows, again.conditions) == (JobStatus.READY, 1, "案件状态：调解结束")


def test_the_dialog_keeps_what_was_chosen_when_it_refuses(court, as_person):
    client = as_person(people.admin_a)
    answer = client.post("/exports/new", data={"list": "cases", "format": "xlsx", "state": "closed"})
    assert answer.status_code == 200
    assert "请至少选择一列" in _text(answer)
    assert "案件状态：调解结束" in _text(answer)
    answer = client.post("/exports/new", data={"list": "cases", "format": "exe", "columns": ["case_no"]})
    assert "请选择文件格式" in _text(answer)


def test_an_unknown_source_does_not_exist(as_person, court):
    client = as_person(people.admin_a)
    for code in ("exports", "no_such_list", "report:by-weather", ""):
        assert client.get(f"/exports/new?list={code}").status_code == 404


def test_a_csv_carries_its_own_name(court, as_person):
    client = as_person(people.admin_a)
    client.post("/exports/new", data={"list": "cases", "format": "csv", "columns": ["case_no"]})
    court.run_jobs()
    made = _last(court)
    fetched = client.get(f"/exports/{made.id}/download")
    assert made.file_name.endswith(".csv")
    assert fetched.data.startswith("\ufeff诉前调解案号".encode())


def test_progress_is_told_while_the_page_is_left(court, as_person):
    client = as_person(people.admin_a)
    request = court.ask("cases")
    told = client.get(f"/jobs/{request.job_id}.json").json
    assert (told["status"], told["finished"]) == ("waiting", False)
    court.run_jobs()
    told = client.get(f"/jobs/{request.job_id}.json").json
    assert (told["ok"], told["percent"], told["url"]) == (True, 100, "/exports/")
