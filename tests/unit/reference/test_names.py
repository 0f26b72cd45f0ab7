"""Short official lists as ledgers write them."""

import pytest

from mediation_admin.reference import files
from mediation_admin.reference.names import NameBook, Named

BOOK = NameBook([Named("acfic", ("全国工商联", "中华全国工商业联合会", "工商联")), Named("pbc", ("人民银行", "人行"))])


@pytest.mark.parametrize("text", ["工商联", " 全国工商联 ", "中华全国\n工商业联合会", "acfic", "工商联。"])
def test_every_name_of_an_entry_leads_to_it(text: str) -> None:
    assert BOOK.resolve(text) == "acfic"


@pytest.mark.parametrize("text", ["", None, "否", "商联"])
def test_other_texts_lead_nowhere(text: str | None) -> None:
    assert BOOK.resolve(text) is None


@pytest.mark.parametrize("name", ["dispute_types.csv", "ministries.csv"])
def test_no_name_stands_for_two_entries_of_one_list(name: str) -> None:
    seen: dict[str, str] = {}
    for row in files.rows(name):
        for text in {row["name"], row.get("short_name") or row["name"], *filter(None, row["other_names"].split("|"))}:
            assert seen.setdefault(text, row["code"]) == row["code"], f"{text} is claimed twice"
