"""Any number of invented cases, made inside the database: for benchmarks and for trying a full list.

Names are put together from common surnames and syllables; nobody real is meant. Rows keep every rule of the tables.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹"
SYLLABLES = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英建华文辉力健俊峰海"
COURTS = 200
MEDIATORS_PER_COURT = 20

_MEDIATORS = text(
    """
    with chosen as (select id, row_number() over (order by code) n from court where id = any(cast(:courts as bigint[]))),
    made as (
      insert into mediator (name, pinyin, initials, identities, specialities, home_court_id, version)
      select substr(cast(:surnames as text), ((c.n * 7 + k * 3) % length(cast(:surnames as text)))::int + 1, 1)
             || substr(cast(:syllables as text), ((c.n + k * 5) % length(cast(:syllables as text)))::int + 1, 1)
             || substr(cast(:syllables as text), ((c.n * 11 + k) % length(cast(:syllables as text)))::int + 1, 1),
             '', '', '{}', '{}', c.id, 1
      from chosen c, generate_series(1, cast(:per_court as int)) k
      returning id, home_court_id
    )
    insert into mediator_listing (court_id, mediator_id, roster, certification, standing, term_start, term_end)
    select home_court_id, id, 'invited', 'certified', 'active', date '2021-01-01', date '2029-12-31' from made
    """
)

_CASES = text(
    """
    with chosen as (
      select id, code, row_number() over (order by code) - 1 as n from court where id = any(cast(:courts as bigint[]))
    ),
    pool as (
      select l.court_id, array_agg(l.mediator_id order by l.mediator_id) as ids
      from mediator_listing l where l.court_id = any(cast(:courts as bigint[])) and l.revoked_at is null group by l.court_id
    ),
    taken as (
      select court_id, coalesce(max(case_serial), 0) as top from mediation_case
      where court_id = any(cast(:courts as bigint[])) group by court_id
    ),
    raw as (
      select g, c.id as court_id, c.code, p.ids, coalesce(t.top, 0) + (g / cast(:spread as int)) + 1 as serial,
             (date '2022-01-01' + (((g::bigint * 7919) % 1600)::int)) as registered_on,
             abs(hashint4(-g)::bigint) as turn, abs(hashint4(g)::bigint) % 1000 as dice,
             substr(cast(:surnames as text), ((g::bigint * 31) % length(cast(:surnames as text)))::int + 1, 1)
               || substr(cast(:syllables as text), ((g::bigint * 17) % length(cast(:syllables as text)))::int + 1, 1)
               || case when g % 3 = 0 then '' else substr(cast(:syllables as text), ((g::bigint * 29) % length(cast(:syllables as text)))::int + 1, 1) end as applicant,
             substr(cast(:surnames as text), ((g::bigint * 37 + 5) % length(cast(:surnames as text)))::int + 1, 1)
               || substr(cast(:syllables as text), ((g::bigint * 41 + 3) % length(cast(:syllables as text)))::int + 1, 1) as respondent
      from generate_series(0, cast(:count as int) - 1) g
      join chosen c on c.n = g % cast(:spread as int)
      join pool p on p.court_id = c.id
      left join taken t on t.court_id = c.id
    ),
    shaped as (
      select *, case when dice < 560 then 'closed' when dice < 800 then 'terminated' when dice < 880 then 'mediating'
                     when dice < 920 then 'to_accept' when dice < 940 then 'closing' else 'to_assign' end as state,
             ids[(g / cast(:spread as int)) % array_length(ids, 1) + 1] as picked
      from raw
    )
    insert into mediation_case (
      court_id, case_no, case_year, case_type, case_serial, kind, category, source, cause_text, state, result, end_reason,
      registered_on, assigned_on, response_due_on, accepted_on, due_on, close_requested_on, ended_on, amount, mediator_id,
      applicants, respondents, search_terms, missing_phones, backfilled, version)
    select court_id, '（' || 2022 || '）' || code || '诉前调' || serial || '号', 2022, '诉前调', serial,
           case when turn % 10 < 8 then 'pre_filing' when turn % 10 = 8 then 'post_filing' else 'internet' end,
           'civil', 'court',
           (array['民间借贷纠纷','物业服务合同纠纷','买卖合同纠纷','离婚纠纷','机动车交通事故责任纠纷','信用卡纠纷'])[turn % 6 + 1],
           state,
           case when state = 'closed' then case when dice % 5 = 0 then 'settled_withdrawn' else 'agreement' end
                when state = 'terminated' then 'failed' end,
           case when state = 'closed' then case when dice % 5 = 0 then 'withdrawn_settled' else 'agreement' end
                when state = 'terminated' then 'deadlock' end,
           registered_on,
           case when state <> 'to_assign' then registered_on + 1 end,
           case when state <> 'to_assign' then registered_on + 4 end,
           case when state in ('closed', 'terminated', 'mediating', 'closing') then registered_on + 2 end,
           case when state in ('closed', 'terminated', 'mediating', 'closing') then registered_on + 32 end,
           case when state = 'closing' then registered_on + 20 end,
           case when state in ('closed', 'terminated') then registered_on + 2 + (dice % 45)::int end,
           (g % 100000) * 13.37,
           case when state <> 'to_assign' then picked end,
           applicant, respondent,
           array(select distinct court_id || ':' || piece from unnest(array[
             substr(applicant, 1, 2), nullif(substr(applicant, 2, 2), substr(applicant, 2, 1)), substr(respondent, 1, 2)
           ]) piece where length(piece) = 2),
           0, false, 1
    from shaped
    """
)

_PARTIES = text(
    """
    insert into party (court_id, case_id, role, position, type, name, phone_state)
    select court_id, id, side, 0, 'natural', case side when 'applicant' then applicants else respondents end, 'missing'
    from mediation_case, unnest(array['applicant', 'respondent']) side where id > :after
    """
)


def seed_cases(session: Session, count: int, courts: int = COURTS, parties: bool = True) -> int:
    """Insert ``count`` invented cases spread evenly over ``courts`` basic courts; returns how many.

    Courts without mediators get twenty each. Works in the caller's transaction.
    """
    ids = list(
        session.scalars(
            text("select id from court where level = 'basic' order by code limit :courts"), {"courts": courts}
        )
    )
    bare = list(
        session.scalars(
            text(
                "select id from unnest(cast(:courts as bigint[])) id "
                "where not exists (select 1 from mediator_listing where court_id = id)"
            ),
            {"courts": ids},
        )
    )
    names = {"surnames": SURNAMES, "syllables": SYLLABLES}
    if bare:
        session.execute(_MEDIATORS, {"courts": bare, "per_court": MEDIATORS_PER_COURT, **names})
    after = session.scalar(text("select coalesce(max(id), 0) from mediation_case")) or 0
    made = session.execute(_CASES, {"courts": ids, "spread": len(ids), "count": count, **names}).rowcount
    if parties:
        session.execute(_PARTIES, {"after": after})
    session.execute(
        text(
            """
            insert into case_number_counter (court_id, type_code, year, last_number)
            select court_id, case_type, case_year, max(case_serial) from mediation_case
            where court_id = any(cast(:courts as bigint[])) and case_type is not null group by 1, 2, 3
            on conflict (court_id, type_code, year) do update
            set last_number = greatest(case_number_counter.last_number, excluded.last_number)
            """
        ),
        {"courts": ids},
    )
    return made
