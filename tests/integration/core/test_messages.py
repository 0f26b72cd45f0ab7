"""What the next page says, however long nobody opens one."""

from flask import Flask, session

from mediation_admin.core.admin import banner, toast
from mediation_admin.core.admin.messages import MOST_WAITING, notices


def test_messages_nobody_reads_do_not_fill_the_cookie_and_the_latest_stay(app: Flask) -> None:
    with app.test_request_context():
        for number in range(200):
            banner(f"第 {number} 次：勾选的记录已不在列表中，请刷新后重新勾选。")
        answer = app.make_response("")
        app.session_interface.save_session(app, session, answer)
        assert len(answer.headers["Set-Cookie"]) < 4000
        said = [one.text for one in notices()]
        assert len(said) == MOST_WAITING and said[-1].startswith("第 199 次")


def test_the_same_message_twice_is_said_once(app: Flask) -> None:
    with app.test_request_context():
        toast("已保存。")
        toast("已保存。")
        toast("已提交。")
        assert [one.text for one in notices()] == ["已保存。", "已提交。"]
