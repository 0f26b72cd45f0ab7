"""How stored values that are no plain text are spelled in a file: masks, lists of codes, changes of the audit."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from mediation_admin.audit.objects import LABELS
from mediation_admin.audit.wording import change_words
from mediation_admin.cases.enums import Gap
from mediation_admin.core.crypto import decrypt, mask_id_number, mask_phone
from mediation_admin.permissions import Role
from mediation_admin.rosters.enums import Identity

JOIN = "、"
# Codes that are kept as plain text, by the key of their column; codes that are not here stand as they are.
CODES: Mapping[str, Mapping[str, str]] = {
    "gaps": Gap.labels(),
    "identities": Identity.labels(),
    "roles": Role.labels(),
    "object_type": LABELS,
    "role": Role.labels() | {"operator": "运维命令", "system": "系统"},
}
# What of an encrypted value a file may show, by the end of its purpose (table.column). Anything else shows nothing.
MASKS: Mapping[str, Callable[[str], str]] = {"phone": mask_phone, "id_number": mask_id_number}
NOTHING = "***"


def masked(purpose: str, mask: Callable[[str], str] | None) -> Callable[[Any], str]:
    """A function from the encrypted value to what may be shown of it: the list's own mask, else the usual one."""
    chosen = mask or next((one for end, one in MASKS.items() if purpose.endswith(end)), None)

    def shown(value: Any) -> str:
        if chosen is None:
            return NOTHING
        # From Python rows the column type has decrypted it already; from COPY it comes as bytes.
        return chosen(value if isinstance(value, str) else decrypt(bytes(value), purpose))

    return shown


def is_number(purpose: str) -> bool:
    """Whether the encrypted value is a phone or identity number, which a second person may release."""
    return any(purpose.endswith(end) for end in MASKS)


def clear(purpose: str) -> Callable[[Any], str]:
    """A function from the encrypted value to the whole of it."""
    return lambda value: value if isinstance(value, str) else decrypt(bytes(value), purpose)


def words_of(key: str) -> Callable[[str], str]:
    """A function from 「a、b」 to the words of the codes."""
    words = CODES.get(key, {})
    return lambda text: JOIN.join(words.get(code, code) for code in text.split(JOIN) if code)


def changes(value: Any) -> str:
    """Old and new values as an entry of the audit holds them: 案件状态：待指派 → 待受理."""
    held = json.loads(value) if isinstance(value, str) else value
    if not isinstance(held, dict):
        return json.dumps(held, ensure_ascii=False)
    return "；".join(f"{label}：{words}" for label, words in change_words(held))
