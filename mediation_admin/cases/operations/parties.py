"""Parties and agents of a case: from what was typed to rows with indexes, and back to what the case repeats of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from mediation_admin.cases import rules
from mediation_admin.cases.enums import Gap, IdKind, PartyRole, PartyType, PhoneState
from mediation_admin.cases.models import Agent, Case, Party
from mediation_admin.cases.rules.gaps import PARTY_GAPS, PartyFacts, party_gaps_of
from mediation_admin.cases.rules.identity import read_paper
from mediation_admin.core.crypto import blind_index
from mediation_admin.core.db import db
from mediation_admin.core.errors import RuleBroken

MAX_AGENTS = 2  # C1: at most two agents for a party
_TAIL = 4


def party_values(data: rules.PartyData, today: date) -> dict[str, Any]:
    """The columns of a party row. Raises RuleBroken when name, phone or paper is refused."""
    name = data.name.strip()
    if not name:
        raise RuleBroken(f"请填写{data.role.label}的姓名或名称。", field="name")
    phone, phone_state = rules.read_phone(data.phone)
    kind = data.type or rules.party_type_of(name)
    id_kind = data.id_kind
    if id_kind is None and data.id_number:
        id_kind = IdKind.ID_CARD if kind is PartyType.NATURAL else IdKind.CREDIT_CODE
    number, says = read_paper(id_kind, data.id_number, today)
    return {
        "role": data.role,
        "type": kind,
        "name": name,
        "phone": phone,
        "phone_state": phone_state,
        **_phone_indexes(phone),
        "id_kind": id_kind if number else None,
        "id_number": number,
        "id_number_index": blind_index("id", number),
        "id_number_tail_index": blind_index("id-tail", number[-_TAIL:] if number else None),
        "sex": says.sex if says else data.sex,
        "birth_date": says.birth_date if says else data.birth_date,
        "nation": data.nation.strip(),
        "division_code": data.division_code,
        "address": data.address,
        "email": data.email,
        "service_consent": data.service_consent,
        "representative": data.representative.strip(),
    }


def _phone_indexes(phone: str | None) -> dict[str, bytes | None]:
    return {
        "phone_index": blind_index("phone", phone),
        "phone_tail_index": blind_index("phone-tail", phone[-_TAIL:] if phone else None),
    }


def agent_values(data: rules.AgentData, today: date) -> dict[str, Any]:
    """The columns of an agent row; the phone is the agent's sign-in later, so it is read as strictly."""
    name = data.name.strip()
    if not name:
        raise RuleBroken("请填写代理人姓名。", field="agent_name")
    phone, _state = rules.read_phone(data.phone)
    number, _says = read_paper(IdKind.ID_CARD, data.id_number, today)
    return {
        "name": name,
        "kind": data.kind,
        "authority": data.authority,
        "phone": phone,
        "phone_index": blind_index("phone", phone),
        "id_number": number,
        "id_number_index": blind_index("id", number),
        "firm": data.firm.strip(),
        "licence_no": data.licence_no.strip(),
        "relation": data.relation.strip(),
    }


def write_parties(case: Case, parties: Sequence[rules.PartyData], today: date) -> list[str]:
    """Bring the case's parties to what is given; rows are matched by id, those not given are removed.

    Returns words for what changed ("当事人张三"). Raises RuleBroken naming the party in ``field`` as ``parties-N-…``.
    """
    held = {party.id: party for party in case.parties if party.id is not None}
    given = {data.id for data in parties if data.id is not None}
    if given - set(held):
        raise RuleBroken("有当事人已被他人删除，请刷新后重试。")
    changed = []
    for ident, party in held.items():
        if ident not in given:
            changed.append(f"删除{party.role.label}{party.name}")
            case.parties.remove(party)
    if changed:
        db.session.flush()
    next_position = {role: 1 + max((p.position for p in case.parties if p.role is role), default=-1) for role in PartyRole}
    for number, data in enumerate(parties):
        try:
            if len(data.agents) > MAX_AGENTS:
                raise RuleBroken(f"每名当事人最多 {MAX_AGENTS} 名代理人。", field="agents")
            values = party_values(data, today)
            agents = [(agent.id, agent_values(agent, today)) for agent in data.agents]
        except RuleBroken as broken:
            raise RuleBroken(broken.message, field=f"parties-{number}-{broken.field}") from None
        party = held.get(data.id) if data.id is not None else None
        if party is None:
            party = Party(court_id=case.court_id, position=next_position[data.role], **values)
            next_position[data.role] += 1
            case.parties.append(party)
            changed.append(f"新增{data.role.label}{values['name']}")
        elif party.role is not data.role:
            raise RuleBroken("诉讼地位不能直接修改，请删除后重新添加。", field=f"parties-{number}-role")
        elif _set(party, values):
            changed.append(f"{party.role.label}{party.name}")
        changed += _write_agents(party, agents)
    return changed


def _write_agents(party: Party, agents: Sequence[tuple[int | None, dict[str, Any]]]) -> list[str]:
    held = {agent.id: agent for agent in party.agents if agent.id is not None}
    given = {ident for ident, _ in agents if ident is not None}
    changed = []
    for ident, agent in held.items():
        if ident not in given:
            party.agents.remove(agent)
            changed.append(f"删除代理人{agent.name}")
    for ident, values in agents:
        if ident in held:
            if _set(held[ident], values):
                changed.append(f"代理人{values['name']}")
        else:
            party.agents.append(Agent(court_id=party.court_id, **values))
            changed.append(f"新增代理人{values['name']}")
    return changed


def _set(row: Any, values: dict[str, Any]) -> bool:
    differs = False
    for key, value in values.items():
        if getattr(row, key) != value:
            setattr(row, key, value)
            differs = True
    return differs


def sums_of(court_id: int, parties: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What the case repeats of its parties: names, search pieces, phones to be supplied. From party columns."""
    rows = list(parties)
    return {
        "applicants": rules.summary(row["name"] for row in rows if row["role"] is PartyRole.APPLICANT),
        "respondents": rules.summary(row["name"] for row in rows if row["role"] is PartyRole.RESPONDENT),
        "search_terms": rules.search_terms(court_id, (row["name"] for row in rows)),
        "missing_phones": sum(row["phone_state"] is PhoneState.MISSING for row in rows),
    }


def party_gaps(parties: Iterable[dict[str, Any]]) -> frozenset[str]:
    """The gaps of party columns."""
    return party_gaps_of(
        PartyFacts(row["role"], row["phone"] is not None, row["id_number"] is not None) for row in parties
    )


def repeat_parties(case: Case) -> None:
    """Write the repeated columns of a case anew from its party rows."""
    keys = ("role", "name", "phone", "phone_state", "id_number")
    rows = [
        {key: getattr(party, key) for key in keys}
        for party in sorted(case.parties, key=lambda p: (list(PartyRole).index(p.role), p.position))
    ]
    for key, value in sums_of(case.court_id, rows).items():
        setattr(case, key, value)
    found = party_gaps(rows) | {gap for gap in case.gaps or () if gap not in PARTY_GAPS}
    case.gaps = [gap.value for gap in Gap if gap in found]
