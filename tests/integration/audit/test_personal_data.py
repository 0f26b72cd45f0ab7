"""Personal data on pages: nowhere in clear, whatever the role; forms show masks and keep what was not touched."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from mediation_admin.cases.models import Party
from mediation_admin.core.scope import unfenced
from mediation_admin.exports.enums import ExportFormat
from mediation_admin.exports.models import ExportRequest
from mediation_admin.exports.operations import exports_folder, request_export
from tests import people
from tests.factories import cases, rosters

SECRETS = {
    "a party's phone": "13900001234",
    "an agent's phone": "13900005678",
    "a party's number": "110101199003077491",
    "an agent's number": "11010119900307109X",
    "a mediator's number": "110101199003073239",
    "a mediator's phone": "13911112222",
    "a contact's phone": "13933334444",
    "another contact's phone": "13955556666",
    "where a party lives": "171号3幢",
    "a party's mail": "somebody@example.cn",
    "a colleague's phone": people.judge_a.phone,
}


@pytest.fixture
def world(app, working_as):
    """Court A with people of every kind; the numbers of its rows."""
    people.acting(app, people.judge_a)
    actor, scope = people.acting(app, people.admin_a)
    with working_as(actor, scope) as session:
        agent = cases.an_agent(id_number=SECRETS["an agent's number"])
        applicant = cases.a_party(
            id_number=SECRETS["a party's number"],
            address="虚构市虚构区虚构路171号3幢",
            email=SECRETS["a party's mail"],
            agents=(agent,),
        )
        case = cases.a_case(actor, parties=(applicant, cases.a_party(cases.PartyRole.RESPONDENT)))
        mediator = rosters.a_listed_mediator(
            actor, "钱某", phone=SECRETS["a mediator's phone"], id_number=SECRETS["a mediator's number"]
        )
        body = rosters.a_listed_organisation(
            actor, contact_name="赵某", contact_phone=SECRETS["a contact's phone"], contacts="孙某 13955556666"
        )
        session.commit()
        yield {
            "case": case.id,
            "mediator": mediator.mediator_id,
            "organisation": body.organisation_id,
            "account": people.acting(app, people.judge_a)[0].account_id,
        }


def _pages(world):
    rows = [
        (f"/cases/{world['case']}/", ("main", "mediation", "log", "seen")),
        (f"/mediators/{world['mediator']}/", ("main", "terms", "log", "seen")),
        (f"/organisations/{world['organisation']}/", ("main", "members", "log", "seen")),
        (f"/court-users/{world['account']}/", ("roles", "state")),
        (f"/users/{world['account']}/", ("roles", "state")),
    ]
    yield from (f"{address}?tab={tab}" for address, tabs in rows for tab in tabs)
    yield from (f"{address}?drawer=1" for address, _ in rows)
    yield from (f"{address}edit" for address, _ in rows[:3])


def _faults(answer, where, own):
    shown = unescape(answer.get_data().decode("utf-8", "replace"))
    return [f"{where} shows {what}" for what, secret in SECRETS.items() if secret in shown and secret not in own]


@pytest.mark.parametrize("person", people.SIGNED_IN, ids=str)
def test_s23_no_role_finds_a_whole_number_in_any_page_list_or_json(app, as_person, world, person):
    client = as_person(person)
    faults = []
    plain = [rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments]
    # What belongs to oneself is one's own to see.
    own = {person.phone}
    for address in (*plain, *_pages(world), *(f"{rule}?size=100" for rule in plain if rule.endswith("/"))):
        if address.startswith("/sign-in"):
            continue
        faults += _faults(client.get(address), address, own)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("person", [people.clerk_a, people.admin_a, people.higher_court, people.auditor], ids=str)
def test_s23_searching_shows_no_more_than_the_list(as_person, world, person):
    client = as_person(person)
    for code in ("cases", "mediators", "organisations", "search"):
        for secret in (one for one in SECRETS.values() if one[:7].isdigit()):
            answer = client.post(f"/{code}/query" if code != "search" else "/search/", data={"q": secret})
            while answer.status_code == 303:
                assert secret not in answer.location
                answer = client.get(answer.location)
            shown = unescape(answer.get_data().decode("utf-8", "replace"))
            # The box itself holds what this person typed; nothing else on the page does.
            assert secret not in re.sub(r"<input[^>]*>", "", shown), f"{code}: {secret}"


@pytest.mark.parametrize("person", [people.clerk_a, people.admin_a, people.judge_a], ids=str)
def test_s23_no_role_finds_a_whole_number_in_a_file(app, world, working_as, run_jobs, person):
    actor, scope = people.acting(app, person)
    for code in ("cases", "mediators", "organisations", "report_cases", "court_users", "audit"):
        with working_as(actor, scope) as session:
            try:
                made = request_export(actor=actor, code=code, params=[], keys=None, file_format=ExportFormat.CSV).id
            except Exception:
                continue
            session.commit()
        run_jobs()
        with working_as(actor, scope) as session:
            stored = session.scalar(
                unfenced(select(ExportRequest.stored_name).where(ExportRequest.id == made), "the test reads the file")
            )
        shown = (exports_folder_of(app) / stored).read_text(encoding="utf-8-sig")
        assert [what for what, secret in SECRETS.items() if secret in shown] == [], code


def exports_folder_of(app):
    with app.app_context():
        return exports_folder()


def _posted(page):
    """What the browser would send back of a form that nobody touched."""
    form = page[page.index('<form method="post"') :]
    sent = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = (re.search(rf'\b{key}="([^"]*)"', tag) for key in ("name", "value"))
        if name and 'type="checkbox"' not in tag and 'type="submit"' not in tag:
            sent.setdefault(name[1], unescape(value[1]) if value else "")
    for name, inside in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option[^>]*selected[^>]*value="([^"]*)"|<option[^>]*value="([^"]*)"[^>]*selected', inside)
        sent.setdefault(name, (chosen[1] or chosen[2] or "") if chosen else "")
    for name, inside in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        sent.setdefault(name, unescape(inside).strip())
    sent.pop("csrf_token", None)
    return sent


@pytest.fixture
def applicant(db_session, world):
    """The case's applicant as the database has it now."""

    def read():
        db_session.rollback()
        statement = select(Party).where(Party.case_id == world["case"], Party.role == cases.PartyRole.APPLICANT)
        party = db_session.scalars(unfenced(statement, "the test looks")).one()
        return party.phone, party.id_number, party.address, party.email, party.agents[0].phone

    return read


def test_s32_saving_a_form_nobody_touched_keeps_every_masked_value(as_person, world, applicant):
    client = as_person(people.clerk_a)
    before = applicant()
    sent = _posted(client.get(f"/cases/{world['case']}/edit").text)
    assert sent["applicants-0-phone"] == "139****1234"
    assert sent["applicants-0-address"] == "虚构市虚构区虚构路***"
    answer = client.post(f"/cases/{world['case']}/edit", data={**sent, "facts": "只改了概况"})
    assert answer.status_code == 303, answer.text
    assert applicant() == before


def test_s32_a_new_number_replaces_the_masked_one_and_half_a_mask_is_refused(as_person, world, applicant):
    client = as_person(people.clerk_a)
    sent = _posted(client.get(f"/cases/{world['case']}/edit").text)
    half = client.post(f"/cases/{world['case']}/edit", data={**sent, "applicants-0-phone": "138****1234"})
    assert "星号" in half.text
    assert SECRETS["a party's number"] not in half.text
    assert SECRETS["where a party lives"] not in half.text
    answer = client.post(f"/cases/{world['case']}/edit", data={**sent, "applicants-0-phone": "13800009999"})
    assert answer.status_code == 303
    assert applicant()[0] == "13800009999"
    assert applicant()[1] == SECRETS["a party's number"]


def test_s32_the_roster_s_forms_keep_masked_values_too(as_person, world, working_as, app):
    client = as_person(people.admin_a)
    for address, shown in (
        (f"/mediators/{world['mediator']}/edit", "139****2222"),
        (f"/organisations/{world['organisation']}/edit", "孙某 139****6666"),
    ):
        page = client.get(address).text
        assert shown in unescape(page)
        sent = _posted(page)
        if "organisations/" in address:
            sent["kind"] = "peoples"
        else:
            sent |= {"identities": "peoples", "sex": "female"}
        answer = client.post(address, data={**sent, "remark": "改了备注"})
        assert answer.status_code == 303, re.findall(r'class="[^"]*error[^"]*"[^>]*>([^<]*)', answer.text)
    fetch = {"X-Requested-With": "fetch"}
    asked = {"fields": "phone,id_number,contact_phone,contacts", "reason": "核对身份"}
    mediator = client.post(f"/mediators/{world['mediator']}/reveal", data=asked, headers=fetch).json["values"]
    assert mediator == {"phone": SECRETS["a mediator's phone"], "id_number": SECRETS["a mediator's number"]}
    body = client.post(f"/organisations/{world['organisation']}/reveal", data=asked, headers=fetch).json["values"]
    assert body == {"contact_phone": SECRETS["a contact's phone"], "contacts": "孙某 13955556666"}


@pytest.mark.parametrize("address", ["/cases/", "/mediators/", "/organisations/", "/court-users/"])
def test_s29_a_number_typed_into_an_address_is_sealed_before_the_page_is_shown(as_person, world, address):
    answer = as_person(people.admin_a).get(f"{address}?q=13900001234&size=50")
    assert answer.status_code == 303
    query = parse_qs(urlsplit(answer.location).query)
    assert query["q"][0].startswith("~")
    assert query["size"] == ["50"]
    assert "13900001234" not in answer.location
    page = as_person(people.admin_a).get(answer.location)
    assert page.status_code == 200
    assert "13900001234" not in re.sub(r"<input[^>]*>", "", page.text)
