"""首页、待办、查找: every figure opens exactly its rows, and the search box says what it found and how."""

import re
from datetime import timedelta
from html import unescape

import pytest

from mediation_admin.assignment import operations as assignment
from mediation_admin.cases import operations as lifecycle
from mediation_admin.core import clock
from mediation_admin.desk import queries
from tests import people
from tests.factories import cases, rosters

PHONE = "13912345678"


def _text(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


@pytest.fixture
def busy(app, working_as):
    """A court with one or more of everything that can wait, and one of each that does not."""
    actor, scope = people.acting(app, people.admin_a)
    today = clock.today()
    with working_as(actor, scope) as session:
        mediator = cases.a_mediator(session, actor.court_id)

        def a_case(registered, **values):
            return cases.a_case(actor, today=registered, registered_on=registered, **values)

        def assigned(day):
            case = a_case(day)
            assignment.assign_mediator(actor=actor, case_id=case.id, mediator_id=mediator.id, today=day)
            return case

        def mediating(day):
            case = assigned(day)
            lifecycle.move(actor=actor, case_id=case.id, move="accept", no_conflict=True, today=day)
            return case

        a_case(today)
        a_case(today, parties=(cases.a_party(phone=None), cases.a_party(cases.PartyRole.RESPONDENT)))
        assigned(today)
        assigned(today - timedelta(days=30))
        mediating(today - timedelta(days=60))
        mediating(today)
        soon = mediating(today - timedelta(days=5))
        soon.due_on = today + timedelta(days=queries.SOON)
        closing = mediating(today)
        lifecycle.move(actor=actor, case_id=closing.id, move="request_close", mediator_signed=True, today=today)
        ended = mediating(today - timedelta(days=60))
        lifecycle.move(actor=actor, case_id=ended.id, move="settle", withdrawal_recorded=True, today=today)
        deleted = a_case(today)
        lifecycle.move(actor=actor, case_id=deleted.id, move="delete", reason="误录", today=today)
        session.commit()
        yield session


def test_every_figure_of_the_first_page_opens_exactly_so_many_rows(busy, as_person):
    client = as_person(people.clerk_a)
    found = queries.counts(busy(), clock.today())
    expected = {"overdue": 1, "unanswered": 1, "to_assign": 2, "due_soon": 1, "to_accept": 2, "closing": 1,
                "missing_phone": 1}  # fmt: skip
    assert found == expected
    page = client.get("/").text
    for one in queries.waiting(clock.today()):
        path, _, query = one.url.partition("?")
        listed = client.get(one.url)
        assert "已忽略" not in listed.text, f"{one.key}: the list does not know a condition of {one.url}"
        assert client.get(f"{path}count?{query}").json["count"] == found[one.key], one.key
        assert one.url.replace("&", "&amp;") in page


def test_the_figure_beside_todo_counts_what_the_court_has_to_do(busy, as_person):
    assert as_person(people.clerk_a).get("/shell/counts").json["todo"] == 1 + 1 + 2 + 1
    assert as_person(people.clerk_b).get("/shell/counts").json["todo"] == 0


def test_todo_lists_what_waits_most_urgent_first(busy, as_person):
    text = _text(as_person(people.clerk_a).get("/todo/"))
    assert text.index("超期未结") < text.index("逾期未受理") < text.index("待指派")


def test_a_court_with_nothing_to_do_is_told_so(as_person):
    assert "没有待办事项" in _text(as_person(people.clerk_b).get("/todo/"))


@pytest.mark.parametrize("person", people.SIGNED_IN, ids=str)
def test_everybody_has_a_first_page_and_every_step_it_offers_can_be_taken(as_person, person):
    client = as_person(person)
    page = client.get("/")
    assert page.status_code == 200
    offered = re.search(r'<ul class="steps-grid">(.*?)</ul>', page.text, re.DOTALL)
    assert offered, "a first page without a next step helps nobody"
    for address in re.findall(r'href="([^"]+)"', offered[1]):
        assert client.get(address, follow_redirects=True).status_code == 200, address


def test_the_first_page_costs_few_statements(busy, as_person, count_sql):
    client = as_person(people.clerk_a)
    client.get("/")
    with count_sql() as statements:
        client.get("/")
    assert len(statements) <= 4


def test_counts_above_the_cap_are_said_to_be_above_it():
    assert queries.words(1_000) == "1,000"
    assert queries.words(1_001) == "1,000+"


# -- the search box ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def searchable(app, working_as):
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        parties = (
            cases.a_party(name="欧阳某某", phone=PHONE, id_number="110101199003077491"),
            cases.a_party(cases.PartyRole.RESPONDENT, "某某商贸有限公司"),
        )
        made = cases.a_case(actor, parties=parties)
        other = cases.a_case(actor, parties=parties)
        listing = rosters.a_listed_mediator(actor, "欧阳调解", phone="13900009999")
        organisation = rosters.a_listed_organisation(actor, "某商会调解委员会")
        session.commit()
        yield made, other, listing, organisation


def _search(client, text: str):
    answer = client.post("/search/", data={"q": text})
    assert answer.status_code == 303
    assert text not in answer.location, "what was typed may be a phone number and stands in no address"
    return client.get(answer.location)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("欧阳某某", "当事人姓名或名称含“欧阳某某”"),
        ("商贸", "当事人姓名或名称含“商贸”"),
        (PHONE, "手机号 139****5678"),
        ("110101199003077491", "证件号码 110101********7491"),
        ("5678", "末四位 5678"),
    ],
)
def test_cases_are_found_by_what_is_typed_and_it_is_said_how(searchable, as_person, typed, said):
    page = _search(as_person(people.clerk_a), typed)
    assert page.status_code == 200
    assert said in _text(page)
    assert searchable[0].case_no in page.text
    assert searchable[1].case_no in page.text


def test_a_case_number_leads_straight_to_its_case(searchable, as_person):
    client = as_person(people.clerk_a)
    answer = _search(client, f" {searchable[0].case_no.replace('（', '(').replace('）', ')')} ")
    assert (answer.status_code, answer.location) == (303, f"/cases/{searchable[0].id}/")
    assert f"按案号 {searchable[0].case_no}查找，只有这一条" in _text(client.get(answer.location))


@pytest.mark.parametrize("typed", ["欧阳调解", "ouyang", "oytj", "13900009999"])
def test_mediators_are_found_by_name_pinyin_initials_and_phone(searchable, as_person, typed):
    answer = _search(as_person(people.clerk_a), typed)
    assert answer.location == f"/mediators/{searchable[2].mediator_id}/"


def test_organisations_are_found_by_name(searchable, as_person):
    page = _search(as_person(people.clerk_a), "某商会")
    assert "某商会调解委员会" in page.text or page.location.startswith("/organisations/")


def test_nothing_found_says_what_can_be_typed(searchable, as_person):
    text = _text(_search(as_person(people.clerk_a), "查无此人"))
    assert "没有找到" in text
    assert "可输入完整案号" in text


def test_one_character_is_too_little_and_nothing_is_asked_again(searchable, as_person):
    client = as_person(people.clerk_a)
    assert "至少输入两个字" in _text(_search(client, "栋"))
    assert client.post("/search/", data={"q": "  "}).location == "/"


def test_another_courts_rows_are_not_found(searchable, as_person):
    client = as_person(people.clerk_b)
    for typed in ("欧阳某某", PHONE, searchable[0].case_no, "欧阳调解"):
        page = _search(client, typed)
        assert page.status_code == 200
        assert f"/cases/{searchable[0].id}/" not in page.text
        assert "欧阳调解</a>" not in page.text


def test_whoever_may_see_no_list_has_no_search_box_and_no_search(as_person):
    auditor = as_person(people.auditor)
    assert 'role="search"' not in auditor.get("/").text
    assert auditor.post("/search/", data={"q": "欧阳"}).status_code == 404


def test_a_broken_token_in_the_address_leads_home(as_person):
    assert as_person(people.clerk_a).get("/search/?q=~nonsense").location == "/"
