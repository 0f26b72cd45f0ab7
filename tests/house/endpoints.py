"""Who may open which endpoint: the registry that test_routes and test_scope walk. EXTEND IT WITH EVERY NEW ENDPOINT.

How to add yours
1. ``door(who, "screen.method", …)`` below, in the section of your subject. ``who`` is a set of roles; the tests turn it
   into: these roles get in, every other role gets 404, a stranger is sent to the door.
2. If its address names a row, give ``row=``: a function ``(world, person) -> {"ident": …}`` that makes one *of that
   person's court*. The tests then also ask for a row of another court and expect 404. Put ``world.marker(person)``
   into a text that the pages show (a name, a title): test_scope looks for the other court's marker everywhere.
3. More about the row: ``personal=True`` – it belongs to one person, and a colleague of the same court gets 404 too.
   ``everywhere=True`` – the roles of ``who`` work for the platform and reach the rows of every court; a set of roles –
   those of them do.
4. ``values=`` fills other parts of the address, ``query=`` and ``data=`` the query and the posted form, where an empty
   request would be refused with 404 before the row is looked for. ``also=`` adds statuses that count as "got in".
A list screen is one line (``list_doors``, with its bulk actions), an import wizard too (``import_doors``). One endpoint
whose ``values`` decide who may (a move, a bulk action) has one door for each value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation_admin.permissions import Role
from tests.house import rows

R = Role
EVERYBODY_SIGNED_IN = frozenset(Role)
COURT_STAFF = frozenset({R.COURT_ADMIN, R.CLERK, R.JUDGE})
CLERKS = frozenset({R.COURT_ADMIN, R.CLERK})
COURT_ADMIN = frozenset({R.COURT_ADMIN})
COURT_OR_ABOVE = COURT_STAFF | {R.HIGHER_COURT}
PLATFORM = frozenset({R.SUPPORT, R.SYSTEM_ADMIN, R.SECURITY_ADMIN})
# The audit administrator reads logs and nothing else (S4).
PLATFORM_ADMINISTRATORS = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN})
SYSTEM_ADMIN = frozenset({R.SYSTEM_ADMIN})
SECURITY_ADMIN = frozenset({R.SECURITY_ADMIN})
SUPPORT = frozenset({R.SUPPORT})
SYSTEM_AND_SECURITY = frozenset({R.SYSTEM_ADMIN, R.SECURITY_ADMIN})
DECIDERS = frozenset({R.COURT_ADMIN, R.SECURITY_ADMIN})
AUDIT_READERS = frozenset({R.COURT_ADMIN, R.AUDIT_ADMIN})
# The audit administrator exports the audit, and nothing else is his to export.
EXPORTERS = COURT_OR_ABOVE | {R.AUDIT_ADMIN}
NOBODY: frozenset[Role] = frozenset()

MakeRow = Callable[[Any, Any], dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """One endpoint and who may go through it. ``who`` None: anybody, signed in or not."""

    endpoint: str
    who: frozenset[Role] | None
    row: MakeRow | None = None
    personal: bool = False
    everywhere: bool | frozenset[Role] = False
    values: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    also: frozenset[int] = frozenset()


DOORS: dict[str, list[Door]] = {}


def door(who: frozenset[Role] | None, *endpoints: str, **how: Any) -> None:
    """Add endpoints with who may open them. One endpoint may have several doors, with different ``values``."""
    for endpoint in endpoints:
        made = Door(endpoint, who, **how)
        doors = DOORS.setdefault(endpoint, [])
        assert made.values not in [other.values for other in doors], f"{endpoint} has two doors for {made.values}"
        doors.append(made)


def list_doors(code: str, who: frozenset[Role], *, bulk: Mapping[str, frozenset[Role]] | None = None) -> None:
    """The endpoints every list has. ``bulk`` names its bulk actions and who may use each; another code leads nowhere."""
    door(who, *(f"{code}.{name}" for name in ("index", "exact_count", "query", "keep_columns")))
    # An empty name of a saved view is refused with a sentence, so that nothing is left behind.
    door(who, f"{code}.keep_view", data={"name": ""})
    for action, may in {**(bulk or {}), "none": NOBODY}.items():
        door(may, f"{code}.rehearse", f"{code}.confirm", values={"code": action})


def import_doors(code: str, who: frozenset[Role], row: MakeRow) -> None:
    """The endpoints of an import wizard."""
    door(who, f"{code}.index", f"{code}.template", f"{code}.upload")
    steps = ("batch", "progress", "table", "mapping", "words", "confirm", "undo", "abandon", "marked", "mark")
    door(who, *(f"{code}.{step}" for step in steps), row=row)


# -- the door itself, files, health ---------------------------------------------------------------------------------

door(None, "verify.index")
door(
    None,
    "sign_in.index",
    "sign_in.link",
    "sign_in.old_door",
    "sign_in.forgot",
    "sign_in.reset",
    "static",
    "assets",
    "home.static",
    "healthz",
    also=frozenset({404}),
)
door(EVERYBODY_SIGNED_IN, "sign_in.leave", "sign_in.role", "sign_in.password")
door(EVERYBODY_SIGNED_IN, "sign_in.factor", "sign_in.enrol", "sign_in.confirm")

# -- what every signed-in person has --------------------------------------------------------------------------------

door(EVERYBODY_SIGNED_IN, "home.index", "shell.counts", "jobs.index")
door(COURT_STAFF, "search.index")
door(EVERYBODY_SIGNED_IN, "todo.index")
door(
    EVERYBODY_SIGNED_IN,
    "my_account.index",
    "my_account.password",
    "my_account.preferences",
    "my_account.role",
    "my_account.end_others",
    "my_account.factor",
)
# Refused with a sentence where no second factor is on.
door(EVERYBODY_SIGNED_IN, "my_account.recovery_codes", "my_account.factor_off", also=frozenset({400}))
door(EVERYBODY_SIGNED_IN, "my_identity.index", "my_identity.new", "my_identity.withdraw")
door(EVERYBODY_SIGNED_IN, "my_account.end_session", row=rows.login_session, personal=True)
door(EVERYBODY_SIGNED_IN, "jobs.show", "jobs.status", "jobs.cancel", row=rows.job, personal=True)

# -- 用户 -----------------------------------------------------------------------------------------------------------

list_doors("users", PLATFORM)
door(PLATFORM, "users.detail", row=rows.colleague, everywhere=True)
door(frozenset({R.SUPPORT}), "users.reveal", row=rows.colleague, everywhere=True)
door(PLATFORM, "users.courts")
door(SYSTEM_ADMIN, "users.new")
door(SYSTEM_ADMIN, "users.invite", "users.grant", "users.disable", row=rows.colleague, everywhere=True)
door(SYSTEM_ADMIN, "users.enable", row=rows.colleague, everywhere=True)
door(SYSTEM_AND_SECURITY, "users.revoke", row=rows.grant, everywhere=True)
door(SECURITY_ADMIN, "security_policy.index")
list_doors("court_users", COURT_ADMIN, bulk={"invite": COURT_ADMIN})
door(COURT_ADMIN, "court_users.new", "court_users.courts")
door(COURT_ADMIN, *(f"court_users.{step}" for step in ("detail", "edit", "grant", "stand_in", "reveal")), row=rows.colleague)
door(COURT_ADMIN, *(f"court_users.{step}" for step in ("invite", "phone", "reset_factor", "disable")), row=rows.colleague)
door(COURT_ADMIN, *(f"court_users.{step}" for step in ("enable", "hand_over", "leave")), row=rows.colleague)
door(COURT_ADMIN, "court_users.revoke", row=rows.grant)
import_doors("court_users_import", COURT_ADMIN, rows.member_batch)
list_doors("court_roles", COURT_ADMIN)
list_doors("roles", SYSTEM_AND_SECURITY)
door(COURT_ADMIN | SYSTEM_AND_SECURITY, "permissions.index")

# -- 审批 -----------------------------------------------------------------------------------------------------------

list_doors("approvals", COURT_ADMIN | SYSTEM_AND_SECURITY)
# Whoever decides reaches it: the court's administrators and, for every court, the security administrator.
door(
    DECIDERS,
    *(f"approvals.{step}" for step in ("detail", "approve", "refuse")),
    row=rows.approval,
    everywhere=frozenset({R.SECURITY_ADMIN}),
)
door(COURT_ADMIN | SYSTEM_AND_SECURITY, "approvals.withdraw", row=rows.own_approval, personal=True)

# -- 调解案件管理 ---------------------------------------------------------------------------------------------------

for code in ("cases", "cases_pre_filing", "cases_post_filing", "cases_internet"):
    list_doors(code, COURT_STAFF, bulk={"assign": CLERKS, "recycle": COURT_ADMIN})
list_doors("cases_deleted", COURT_ADMIN)
door(COURT_ADMIN, "cases_deleted.restore_many", values={"token": "expired"}, also=frozenset({400}))
door(CLERKS, "cases.new")
door(COURT_STAFF, "cases.lookup_causes")
door(COURT_STAFF, "cases.detail", row=rows.case)
door(CLERKS, "cases.edit", row=rows.case)
door(CLERKS, "cases.make_move", row=rows.case, values={"step": "assign"})
door(COURT_STAFF, "cases.reveal", row=rows.party)
door(COURT_STAFF, "cases.reveal_agent", row=rows.agent)
door(CLERKS, "assignment.index")
door(CLERKS, "assignment.pick", "assignment.withdraw", row=rows.case_to_assign)
door(CLERKS, "assignment.bulk", "assignment.undo", row=rows.bulk_assignment, personal=True)
door(CLERKS, "assignment.undone", row=rows.undone_assignment, personal=True)
import_doors("backfill", COURT_ADMIN, rows.case_batch)
door(COURT_ADMIN, "backfill.new")

door(COURT_STAFF, "case_video.index")
door(COURT_STAFF, "case_video.ask", row=rows.case_to_assign)
door(COURT_STAFF, "case_video.withdraw", row=rows.video_request)
list_doors("hand_offs", COURT_STAFF, bulk={"retry": CLERKS})
door(COURT_STAFF, "hand_offs.detail", row=rows.hand_off)
door(CLERKS, "hand_offs.retry", "hand_offs.cancel", row=rows.hand_off)

# -- 平台客服 -------------------------------------------------------------------------------------------------------

door(SUPPORT, "support_accounts.index")
door(
    SUPPORT,
    "support_accounts.detail",
    "support_accounts.work_card",
    "support_accounts.phone",
    "support_accounts.factor",
    "support_accounts.link",
    row=rows.colleague,
    everywhere=True,
)
for code in ("unlock", "sessions"):
    door(SUPPORT, "support_accounts.step", row=rows.colleague, everywhere=True, values={"code": code})
door(SUPPORT, "support_accounts.proof", row=rows.proof, everywhere=True)
list_doors("identity_reviews", SUPPORT)
door(SUPPORT, "identity_reviews.next")
steps = ("review", "take", "release", "approve", "refuse")
door(SUPPORT, *(f"identity_reviews.{step}" for step in steps), row=rows.identity_review, everywhere=True)
# Photos are for who holds the review: the walk holds none, and is told so.
door(
    SUPPORT,
    "identity_reviews.photo",
    row=rows.identity_review,
    everywhere=True,
    values={"side": "front"},
    also=frozenset({400}),
)
list_doors("video_requests", SUPPORT)
door(SUPPORT, "video_requests.decide", row=rows.video_request, everywhere=True)
list_doors("all_hand_offs", SUPPORT, bulk={"retry": SUPPORT})
door(SUPPORT, "all_hand_offs.detail", row=rows.hand_off, everywhere=True)
door(SUPPORT, "all_hand_offs.retry", "all_hand_offs.cancel", row=rows.hand_off, everywhere=True)
MESSAGE_READERS = frozenset({R.SUPPORT, R.SYSTEM_ADMIN})
list_doors("notices", MESSAGE_READERS)
door(MESSAGE_READERS, "notices.courts")
door(MESSAGE_READERS, "notices.detail", row=rows.message, everywhere=True)
door(SUPPORT, "notices.content", "notices.again", row=rows.message, everywhere=True)

# -- 名册管理 -------------------------------------------------------------------------------------------------------

for code in ("mediators", "other_mediators", "mediator_certification"):
    list_doors(code, COURT_STAFF)
    door(COURT_STAFF, f"{code}.lookup")
    door(COURT_STAFF, f"{code}.detail", row=rows.mediator)
    door(COURT_STAFF, f"{code}.reveal", row=rows.mediator)
    door(COURT_ADMIN, f"{code}.new", f"{code}.invite")
    door(COURT_ADMIN, f"{code}.edit", f"{code}.terms", row=rows.mediator)
    door(COURT_ADMIN, f"{code}.step", row=rows.mediator_listing, values={"step": "certify"})
    door(COURT_ADMIN, f"{code}.reasoned_step", row=rows.mediator_listing, values={"step": "suspend"})
    door(COURT_ADMIN, f"{code}.sanction", row=rows.mediator_listing)
for code in ("organisations", "organisation_certification"):
    list_doors(code, COURT_STAFF)
    door(COURT_STAFF, f"{code}.lookup", f"{code}.divisions")
    door(COURT_STAFF, f"{code}.detail", f"{code}.reveal", row=rows.organisation)
    door(COURT_ADMIN, f"{code}.new")
    door(COURT_ADMIN, f"{code}.edit", f"{code}.terms", row=rows.organisation)
    door(COURT_ADMIN, f"{code}.step", row=rows.organisation_listing, values={"step": "certify"})
    door(COURT_ADMIN, f"{code}.reasoned_step", row=rows.organisation_listing, values={"step": "suspend"})
    door(COURT_ADMIN, f"{code}.sanction", row=rows.organisation_listing)
import_doors("roster_import", COURT_ADMIN, rows.roster_batch)
import_doors("organisation_import", COURT_ADMIN, rows.organisation_batch)

# -- 质效指标管理 ---------------------------------------------------------------------------------------------------

door(COURT_OR_ABOVE, "reports.index")
door(COURT_OR_ABOVE, "reports.table", values={"code": "by-mediator"})
list_doors("report_cases", COURT_STAFF)
list_doors("report_assignments", COURT_STAFF)
list_doors("exports", EXPORTERS)
door(COURT_OR_ABOVE, "exports.new", query={"list": "report:by-mediator"}, data={"list": "report:by-mediator"})
door(EXPORTERS, "exports.download", "exports.cancel", "exports.again", row=rows.export, personal=True)

door(PLATFORM_ADMINISTRATORS, "inspection.index")

# -- 审计 -----------------------------------------------------------------------------------------------------------

list_doors("audit", AUDIT_READERS)
door(AUDIT_READERS, "audit.people")
door(AUDIT_READERS, "audit.detail", row=rows.audit_entry, everywhere=frozenset({R.AUDIT_ADMIN}))
