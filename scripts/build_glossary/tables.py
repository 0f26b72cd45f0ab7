"""The words of the code as Markdown tables: enums by package, permissions by role."""

import importlib
import pkgutil
from collections.abc import Iterator

import mediation_admin
from mediation_admin.core.enums import LabelledEnum
from mediation_admin.permissions import MATRIX, Permission, Role

MARK = "<!-- Below this line: written by scripts/build_glossary from the code. Change the code, then run it. -->\n"


def tables() -> str:
    """Everything below the mark, the mark included."""
    return "\n".join([MARK, *_enums(), "", *_permissions()]) + "\n"


def enums() -> list[type[LabelledEnum]]:
    """Every labelled enum of the application, by package and then as its file lists them."""
    for module in pkgutil.walk_packages(mediation_admin.__path__, "mediation_admin."):
        importlib.import_module(module.name)
    return sorted(_below(LabelledEnum), key=lambda enum: (enum.__module__, enum.__name__))


def _below(enum: type[LabelledEnum]) -> Iterator[type[LabelledEnum]]:
    for one in enum.__subclasses__():
        if one.__module__.startswith("mediation_admin."):
            yield one
        yield from _below(one)


def _enums() -> Iterator[str]:
    yield "## Words of the code (enums)"
    held = ""
    for enum in enums():
        if enum in (Permission, Role):
            continue
        package = enum.__module__.removeprefix("mediation_admin.").split(".")[0]
        if package != held:
            held = package
            yield f"\n### {package}\n"
            yield "| enum | meaning | 中文 = identifier |"
            yield "| --- | --- | --- |"
        words = " · ".join(f"{member.label} = `{member.value}`" for member in enum)
        yield f"| `{enum.__name__}` | {_first_line(enum)} | {words} |"


def _permissions() -> Iterator[str]:
    yield "## Permissions and roles (permissions.py)\n"
    yield "| 权限 | identifier | " + " | ".join(f"{role.label}<br>`{role.value}`" for role in Role) + " |"
    yield "| --- | --- |" + " :-: |" * len(Role)
    for permission in Permission:
        has = " | ".join("✓" if permission in MATRIX[role] else "" for role in Role)
        yield f"| {permission.label} | `{permission.value}` | {has} |"


def _first_line(enum: type[LabelledEnum]) -> str:
    return (enum.__doc__ or "").strip().splitlines()[0].replace("``", "`").replace("|", "\\|")
