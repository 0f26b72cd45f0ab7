"""List pages, search and counts over 1,000,000 cases, and a short load: ours against a stock Flask-Admin ModelView."""

import argparse
import importlib.metadata
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.harness.asking import Asker
from benchmarks.harness.database import private_postgres
from benchmarks.harness.load import THREADS, WORKERS, gunicorn, under_load
from benchmarks.harness.measuring import measure
from benchmarks.harness.page import Section, Table
from benchmarks.harness.platform import environment, platform, prepare
from launcher.postgres import Postgres, version_of
from launcher.words import say
from mediation_admin.accounts.gate import COOKIE
from mediation_admin.accounts.models import Account, RoleGrant
from mediation_admin.accounts.passwords import hash_password
from mediation_admin.accounts.queries import phone_index
from mediation_admin.core import clock
from mediation_admin.core.admin import list_html
from mediation_admin.core.db import db
from mediation_admin.demo.seeding import seed_cases
from mediation_admin.permissions import Role

HEADING = "列表与查找 Lists and search"
COURTS = 200
PEER = "benchmarks.peers.stock_admin"
PASSWORD = "Bx7-measured-wQ"  # noqa: S105 - of people who exist for the length of one run
DEEP = 500
CLIENTS = 8

PAGES = {
    "first": "list, page 1",
    "deep": "list, deep (page {pages} by 下一页)",
    "state": "filter by state",
    "kind": "one kind of case (诉前委派调解)",
    "name": "search by a party, two characters",
    "number": "search by case number",
    "count": "exact count",
    "detail": "page of one case",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Sizes and repetitions."""
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--big", type=int, default=100_000, help="how many of them the biggest court has")
    parser.add_argument("--requests", type=int, default=200, help="requests per page of ours")
    parser.add_argument("--rounds", type=int, default=3, help="times both are measured, in turn")
    parser.add_argument("--seconds", type=float, default=20, help="length of each load")


def run(options: argparse.Namespace) -> Section:
    """Fill, ask both one after the other, then put both under load."""
    with private_postgres() as server, tempfile.TemporaryDirectory() as folder:
        url = prepare(server)
        people = fill(url, folder, options)
        say("cases are in the database")
        asked = {"url": url, "folder": folder, "requests": options.requests}
        rounds = []
        for _ in range(options.rounds):
            found = {name: measure(__name__, "ours", {**asked, **people[name]}).answer for name in people}
            big = found["big"]
            peer = {"url": url, "court_id": people["big"]["court_id"], **big["sought"]}
            rounds.append((found, measure(PEER, "stock", peer).answer))
        ours = {name: quietest([found[name]["pages"] for found, _ in rounds]) for name in people}
        stock = quietest([pages for _, pages in rounds])
        loads = [
            ("ours, page 1", _load_ours(server, url, folder, options, big, ["first"])),
            (
                "ours, mixed",
                _load_ours(server, url, folder, options, big, ["first", "deep", "state", "name", "number", "detail"]),
            ),
            ("stock, page 1", _load_stock(server, url, folder, options, "/admin/cases/")),
            ("stock, page 1, count off", _load_stock(server, url, folder, options, "/admin/uncounted/")),
        ]
    return Section(
        [
            _against(ours["big"], stock, big["walked"], options),
            _costs("clerk of the big court", ours["big"], big["walked"]),
            _costs("clerk of a court of the usual size", ours["small"], found["small"]["walked"]),
            _loads(loads),
        ],
        _notes(options, people),
        {name: importlib.metadata.version(name) for name in ("Flask-Admin", "SQLAlchemy", "psycopg")}
        | {"PostgreSQL": ".".join(map(str, version_of(server.binaries)))},
    )


def quietest(rounds: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Each figure of each page from the round in which it was smallest: whatever else the machine did only adds."""
    return {
        page: {figure: min(one[page][figure] for one in rounds) for figure in rounds[0][page]} for page in rounds[0]
    }


def fill(url: str, folder: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The cases, and a clerk in the biggest court and in one of the others."""
    with platform(url, folder):
        seed_cases(db.session, options.cases - options.big, courts=COURTS)
        seed_cases(db.session, options.big, courts=1)
        db.session.commit()
        sizes = db.session.execute(text("select court_id, count(*) from mediation_case group by 1 order by 2 desc, 1"))
        sizes = sizes.all()
        people = {}
        for name, (court_id, cases) in {"big": sizes[0], "small": sizes[len(sizes) // 2]}.items():
            people[name] = {"court_id": court_id, "cases": cases, "phone": f"1390000{len(people):04d}"}
            _employ(**people[name])
        db.session.commit()
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
    return people


def _employ(*, court_id: int, cases: int, phone: str) -> None:
    account = Account(name="测量甲", phone=phone, phone_index=phone_index(phone), password_hash=hash_password(PASSWORD))
    db.session.add(account)
    db.session.flush()
    db.session.add(RoleGrant(account_id=account.id, role=Role.CLERK, court_id=court_id, granted_at=clock.now()))
    db.session.flush()


# --- ours: runs alone in a fresh process ------------------------------------------------------------------------


def ours(url: str, folder: str, requests: int, court_id: int, cases: int, phone: str) -> dict[str, Any]:
    """Sign in through the door, then ask for each page; tells the figures, the addresses and the cookies too."""
    with platform(url, folder, WTF_CSRF_ENABLED=True) as app:
        sought = db.session.execute(
            text("select id, case_no, left(applicants, 2) from mediation_case where court_id = :court order by id limit 1"),
            {"court": court_id},
        ).one()
        db.session.remove()
        engine = db.engine
    asker = Asker(app, engine)
    list_html.context = asker.timing(list_html.context)  # the rows are drawn here, outside of Jinja
    asker.post("/sign-in/", form_on="/sign-in/", phone=phone, password=PASSWORD)
    at, deep = _walk(asker, min(DEEP, cases // 20 - 1))
    addresses = {
        "first": "/cases/",
        "deep": deep,
        "state": "/cases/?state=mediating",
        "kind": "/cases/pre-filing/",
        "name": asker.post("/cases/query", form_on="/cases/", q=sought[2]),
        "number": asker.post("/cases/query", form_on="/cases/", q=sought[1]),
        "count": "/cases/count",
        "detail": f"/cases/{sought[0]}/",
    }
    return {
        "pages": {name: asker.measure(address, requests) for name, address in addresses.items()},
        "addresses": addresses,
        "cookies": "; ".join(f"{name}={value}" for name, value in asker.cookies.items()),
        "signed_in": COOKIE in asker.cookies,
        "walked": at,
        "sought": {"name": sought[2], "number": sought[1]},
    }


def _walk(asker: Asker, pages: int) -> tuple[int, str]:
    """Follow 下一页 so many times; returns the number of the page and its address."""
    address = "/cases/"
    for _ in range(pages):
        body = asker.get(address).decode()
        before = body[: body.index('rel="next"')]
        address = before[before.rindex('href="') + 6 :].partition('"')[0].replace("&amp;", "&")
    return pages + 1, address


# --- load -----------------------------------------------------------------------------------------------------


def _load_ours(
    server: Postgres, url: str, folder: str, options: argparse.Namespace, found: dict[str, Any], names: list[str]
) -> dict[str, Any]:
    pages = [found["addresses"][name] for name in names]
    with gunicorn("wsgi:app", environment(url, folder), Path(folder) / "web.log") as (port, pid):
        return _asked(port, pid, server, pages, found["cookies"], options)


def _load_stock(server: Postgres, url: str, folder: str, options: argparse.Namespace, page: str) -> dict[str, Any]:
    told = {**environment(url, folder), "STOCK_DATABASE_URL": url}
    with gunicorn(f"{PEER}:application()", told, Path(folder) / "stock.log") as (port, pid):
        return _asked(port, pid, server, [page], "", options)


def _asked(
    port: int, pid: int, server: Postgres, pages: list[str], cookies: str, options: argparse.Namespace
) -> dict[str, Any]:
    # Each process compiles its templates and statements once; that belongs to no request.
    under_load(port, pages, cookies, clients=CLIENTS, seconds=3, watch={})
    watch = {"web": pid, "database": server.process.pid}
    return under_load(port, pages, cookies, clients=CLIENTS, seconds=options.seconds, watch=watch)


# --- the page -------------------------------------------------------------------------------------------------


def _against(ours: dict[str, Any], stock: dict[str, Any], walked: int, options: argparse.Namespace) -> Table:
    rows = []
    for name, words in PAGES.items():
        mine, peer = ours[name], stock.get(name)
        rows.append(
            (
                words.format(pages=walked),
                f"{mine['wall']:.1f} ms",
                f"{peer['wall']:,.1f} ms" if peer else "",
                f"{peer['wall'] / mine['wall']:.0f} ×" if peer else "",
                f"{mine['processor']:.1f} ms",
                f"{peer['processor']:.1f} ms" if peer else "",
            )
        )
    for name, words in (("uncounted", "list, page 1, stock's count off"), ("court", "list, page 1, stock narrowed to the court")):
        mine, peer = ours["first"], stock[name]
        rows.append(
            (
                words,
                f"{mine['wall']:.1f} ms",
                f"{peer['wall']:,.1f} ms",
                f"{peer['wall'] / mine['wall']:.0f} ×",
                f"{mine['processor']:.1f} ms",
                f"{peer['processor']:.1f} ms",
            )
        )
    heading = ("page", "ours", "stock", "stock ÷ ours", "ours, processor", "stock, processor")
    return Table(heading, rows, f"{options.cases:,} cases in {COURTS} courts, the big one with {options.big:,}")


def _costs(title: str, pages: dict[str, Any], walked: int) -> Table:
    rows = [
        (
            PAGES[name].format(pages=walked),
            f"{page['wall']:.1f} ms",
            f"{page['p95']:.1f} ms",
            f"{page['processor']:.1f} ms",
            f"{page['drawing']:.1f} ms",
            f"{page['statements']:g}",
            f"{page['size']:.0f} KB",
            f"{page['packed']:.1f} KB",
        )
        for name, page in pages.items()
    ]
    heading = ("ours", "wall", "p95", "processor (goal ≤ 7)", "drawing (≤ 4)", "SQL", "HTML (≤ 100)", "gzip (≤ 15)")
    return Table(heading, rows, title)


def _loads(loads: list[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        (
            words,
            f"{load['rate']:.0f}",
            f"{load['median']:.0f} ms",
            f"{load['p95']:.0f} ms",
            f"{load['p99']:.0f} ms",
            f"{load['web']:.1f} ms",
            f"{load['database']:.1f} ms",
            f"{load['errors']} {load['fault']}".strip(),
        )
        for words, load in loads
    ]
    heading = ("load", "requests/s", "p50", "p95", "p99", "web, processor", "database, processor", "errors")
    return Table(heading, rows, f"{CLIENTS} clients, gunicorn {WORKERS} × {THREADS} threads, loopback")


def _notes(options: argparse.Namespace, people: dict[str, dict[str, Any]]) -> list[str]:
    return [
        f"Wall and processor time are medians of {options.requests} requests (stock: 20, its searches 5) through the "
        "whole WSGI app in one process, warmed up, one after the other; processor time is that of the web process. "
        f"Both were measured {options.rounds} times in turn, the quietest round of each counts. Drawing is Jinja and "
        "the writing of the rows.",
        f"Ours: a clerk signed in through the door with password and cookie, forms with tokens, fence, menu, query form; "
        f"the big court has {people['big']['cases']:,} cases, the usual one {people['small']['cases']:,}. Stock: a "
        "ModelView over the same table with the same columns, no sign-in, no fence; its own default order, and "
        "`column_searchable_list` over case number, inner number, applicants, respondents and cause.",
        "The searches and the next pages go the way a browser goes: the query form is posted, the sealed address is "
        "fetched; 下一页 is followed page by page.",
        "The table was vacuumed and analysed before; PostgreSQL has the settings of the trial server.",
        "Load: the clients run on the same two cores as both servers. Processor time per request is that of gunicorn "
        "and of PostgreSQL with their children.",
    ]

