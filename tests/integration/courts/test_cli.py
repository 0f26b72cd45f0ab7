"""The operator's commands for reference data."""

from pathlib import Path

from click.testing import Result
from flask import Flask

from mediation_admin.core.db import db
from mediation_admin.courts.queries import court_by_code
from mediation_admin.reference.models import ReferenceVersion

LIST = "代字,全称\n豫1391,南阳高新技术产业开发区人民法院\n河南1,某某法院\n"


def _flask(app: Flask, *words: str) -> Result:
    """What `flask …` does; the real command opens the application's context by itself."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=words)


def test_load_brings_what_changed_and_is_silent_when_nothing_did(app: Flask) -> None:
    assert _flask(app, "reference", "load").output == ""
    with app.app_context():
        db.session.get(ReferenceVersion, "court").digest = "another"
        db.session.commit()
    again = _flask(app, "reference", "load")
    assert again.exit_code == 0
    assert again.output == "court: 3547\n"
    assert _flask(app, "reference", "load").output == ""


def test_a_list_is_only_checked_unless_told_to_commit(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "courts.csv"
    file.write_text(LIST, encoding="gb18030")
    checked = _flask(app, "reference", "import-courts", str(file))
    assert "第 3 行：代字“河南1”不对" in checked.output
    assert "可导入 1 行，有问题 1 处" in checked.output
    with app.app_context():
        assert court_by_code(db.session, "豫1391") is None
    committed = _flask(app, "reference", "import-courts", str(file), "--commit")
    assert "新增 1，修改 0，未变 0" in committed.output
    with app.app_context():
        assert court_by_code(db.session, "豫1391").name == "南阳高新技术产业开发区人民法院"


def test_a_file_that_is_no_list_is_refused_in_words(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "courts.csv"
    file.write_bytes(b"")
    refused = _flask(app, "reference", "import-courts", str(file))
    assert refused.exit_code != 0
    assert "文件是空的" in refused.output
