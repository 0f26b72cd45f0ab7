"""The roster screens: who may open them, what the lists find, and what the forms do."""

import pytest

from mediation_admin.rosters.enums import Identity
from mediation_admin.rosters.models import Mediator
from tests.factories import rosters as make
from tests.people import CAST, admin_a, clerk_a, clerk_b, judge_a

# screen → who may open it; everybody else of the cast learns that it does not exist.
READERS = {"clerk_a", "admin_a", "judge_a", "clerk_b"}
ACCESS = {
    "/mediators/": READERS,
    "/other-mediators/": READERS,
    "/organisations/": READERS,
    "/mediator-certification/": READERS,
    "/organisation-certification/": READERS,
    "/mediators/new": {"admin_a"},
    "/mediators/invite": {"admin_a"},
    "/organisations/new": {"admin_a"},
    "/roster-import/": {"admin_a"},
    "/roster-import/template.xlsx": {"admin_a"},
}


@pytest.mark.parametrize("person", CAST, ids=str)
@pytest.mark.parametrize("address", ACCESS)
def test_each_screen_opens_to_those_who_may_and_to_nobody_else(as_person, person, address):
    answer = as_person(person).get(address)
    if person.key == "stranger":
        assert answer.status_code == 303
    else:
        assert answer.status_code == (200 if person.key in ACCESS[address] else 404)


@pytest.fixture
def people(court_a):
    """Two people and an organisation on court A's roster; the ids."""
    session, actor = court_a
    place = make.a_listed_organisation(actor, "某商会人民调解委员会", contact_phone="19900000002", contact_name="李某")
    first = make.a_listed_mediator(
        actor, "曾某文", phone="19900001111", specialities=["private_loan"], speciality_text="民间借贷",
        organisation_ids=[place.organisation_id],
    )  # fmt: skip
    second = make.a_listed_mediator(actor, "赵某", identities=[Identity.JUDGE])
    ids = first.mediator_id, second.mediator_id, place.organisation_id
    session.commit()
    return ids


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("曾某", True),
        ("某文", True),
        ("zengmouwen", True),
        ("zmw", True),
        ("ceng", False),
        ("19900001111", True),
        ("1111", True),
        ("2222", False),
    ],
)
def test_a_mediator_is_found_by_name_pinyin_initials_and_phone(as_person, people, asked, found):
    answer = as_person(clerk_a).post("/mediators/query", data={"q": asked}, follow_redirects=True)
    assert answer.status_code == 200
    assert ("曾某文" in answer.text) is found
    assert asked != "19900001111" or asked not in answer.request.url


def test_phones_are_masked_on_the_list_and_on_the_page(as_person, people):
    client = as_person(clerk_a)
    for address in ("/mediators/", f"/mediators/{people[0]}/"):
        page = client.get(address).text
        assert "199****1111" in page
        assert "19900001111" not in page


def test_seeing_the_whole_phone_takes_a_reason_and_leaves_a_trace(as_person, people):
    client = as_person(clerk_a)
    address = f"/mediators/{people[0]}/reveal"
    assert "19900001111" not in client.post(address, data={"fields": "phone"}).text
    shown = client.post(address, data={"fields": "phone", "reason": "其他", "note": "通知其领取委派函"})
    assert "19900001111" in shown.text
    assert "通知其领取委派函" in as_person(admin_a).get(f"/mediators/{people[0]}/?tab=seen").text


def test_a_judge_stands_on_the_other_roster(as_person, people):
    client = as_person(clerk_a)
    assert "赵某" not in client.get("/mediators/").text
    assert "赵某" in client.get("/other-mediators/").text


def test_another_court_sees_nothing_of_it(as_person, people):
    client = as_person(clerk_b)
    assert "曾某文" not in client.get("/mediators/").text
    assert client.get(f"/mediators/{people[0]}/").status_code == 404
    assert client.get(f"/organisations/{people[2]}/").status_code == 404


def test_the_list_says_what_a_mediator_entered_by_form_is_good_at(as_person, court_a):
    session, actor = court_a
    make.a_listed_mediator(actor, "曾某文", specialities=["private_loan", "marriage"])
    make.a_listed_mediator(actor, "赵某", specialities=["sale"], speciality_text="二手车买卖")
    session.commit()
    page = as_person(clerk_a).get("/mediators/").text
    assert 'data-label="擅长领域">婚姻家庭、民间借贷</td>' in page
    assert 'data-label="擅长领域">二手车买卖</td>' in page, "the roster's own words come first"


def test_filters_narrow_by_speciality_organisation_standing_and_term(as_person, people):
    client = as_person(clerk_a)
    assert "曾某文" in client.get("/mediators/?speciality=private_loan").text
    assert "曾某文" not in client.get("/mediators/?speciality=marriage").text
    assert "曾某文" in client.get(f"/mediators/?organisation={people[2]}").text
    assert "曾某文</a>" not in client.get("/mediators/?standing=suspended").text
    assert "曾某文" not in client.get("/mediators/?term=over").text
    assert "曾某文" not in client.get("/mediators/?no_phone=1").text


FORM = {
    "name": "单某雄",
    "sex": "male",
    "phone": "199 0000 3333",
    "identities": ["lawyer"],
    "full_time": "0",
    "specialities": ["sale"],
    "term_start": "2026-01-01",
    "term_end": "2027-12-31",
}


def test_a_mediator_entered_by_form_is_on_the_roster(as_person, court_a):
    client = as_person(admin_a)
    answer = client.post("/mediators/new", data=FORM)
    assert answer.status_code == 303, answer.text
    page = client.get(answer.location)
    assert "单某雄" in page.text
    session, _ = court_a
    mediator = session.query(Mediator).one()
    assert (mediator.pinyin, mediator.phone) == ("shanmouxiong", "19900003333")


def test_a_mediator_without_a_phone_is_accepted_and_marked(as_person, court_a):
    client = as_person(admin_a)
    answer = client.post("/mediators/new", data={**FORM, "phone": ""})
    assert answer.status_code == 303, answer.text
    assert "手机号待补" in client.get(answer.location).text


def test_a_phone_of_another_court_leads_to_the_invitation(as_person, people, working, app):
    """R02: who has the phone is said (masked), and the court is offered to invite instead of entering anew."""
    with working(clerk_b) as (session, actor):
        make.a_listed_mediator(actor, "孙某某", phone="19900005555")
        session.commit()
    client = as_person(admin_a)
    refused = client.post("/mediators/new", data={**FORM, "phone": "19900005555"})
    assert refused.status_code == 422
    assert "孙*某" in refused.text
    assert "孙某某" not in refused.text
    assert "邀请加入本院" in refused.text
    invited = client.post("/mediators/invite", data={"phone": "19900005555", "term_end": "2027-12-31"})
    assert invited.status_code == 303, invited.text
    assert "孙某某" in client.get("/mediators/").text


def test_a_phone_of_this_court_leads_to_the_page(as_person, people):
    refused = as_person(admin_a).post("/mediators/new", data={**FORM, "phone": "19900001111"})
    assert refused.status_code == 422
    assert f"/mediators/{people[0]}/" in refused.text


def test_editing_keeps_what_was_not_touched_and_refuses_a_stale_form(as_person, people):
    client = as_person(admin_a)
    address = f"/mediators/{people[0]}/edit"
    assert client.get(address).status_code == 200
    data = {**FORM, "name": "曾某文", "phone": "19900001111", "version": "1"}
    saved = client.post(address, data=data)
    assert saved.status_code == 303, saved.text
    stale = client.post(address, data=data)
    assert stale.status_code == 422
    assert "刚刚被别人改过" in stale.text


def test_suspending_needs_a_reason_and_can_be_taken_back(as_person, people, court_a):
    session, _actor = court_a
    client = as_person(admin_a)
    page = client.get(f"/mediators/{people[0]}/").text
    listing = session.query(Mediator).filter_by(id=people[0]).one().listings[0].id
    assert f"/mediators/listings/{listing}/suspend" in page
    assert client.post(f"/mediators/listings/{listing}/suspend", data={"reason": ""}).status_code == 422
    assert client.post(f"/mediators/listings/{listing}/suspend", data={"reason": "本人请假"}).status_code == 303
    assert "曾某文" in client.get("/mediators/?standing=suspended").text
    assert client.post(f"/mediators/listings/{listing}/resume").status_code == 303
    assert "曾某文</a>" not in client.get("/mediators/?standing=suspended").text


def test_an_organisation_shows_its_members_and_is_edited(as_person, people):
    client = as_person(admin_a)
    assert "曾某文" in client.get(f"/organisations/{people[2]}/?tab=members").text
    data = {"name": "某商会调解中心", "kind": "industry", "contact_name": "李某", "version": "1"}
    answer = client.post(f"/organisations/{people[2]}/edit", data=data)
    assert answer.status_code == 303, answer.text
    assert "某商会调解中心" in client.get("/organisations/").text


def test_a_second_organisation_of_the_same_name_is_refused(as_person, people):
    data = {"name": "某商会人民调解委员会", "kind": "peoples", "contact_name": "李某"}
    refused = as_person(admin_a).post("/organisations/new", data=data)
    assert refused.status_code == 422
    assert "已有" in refused.text


def test_look_ups_answer_this_courts_people_only(as_person, people):
    assert [one["label"] for one in as_person(clerk_a).get("/mediators/lookup?q=zmw").json] == ["曾某文"]
    assert as_person(clerk_b).get("/mediators/lookup?q=zmw").json == []
    assert [one["value"] for one in as_person(judge_a).get("/organisations/lookup?q=商会").json] == [people[2]]


def test_the_list_costs_the_same_number_of_statements_for_many_rows(as_person, court_a, count_sql):
    session, actor = court_a
    client = as_person(clerk_a)
    make.a_listed_mediator(actor, "一某")
    session.commit()
    with count_sql() as few:
        client.get("/mediators/")
    for number in range(19):
        make.a_listed_mediator(actor, f"某{number}")
    session.commit()
    with count_sql() as many:
        client.get("/mediators/")
    assert len(many) == len(few)
