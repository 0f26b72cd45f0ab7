"""docs/performance.md: one section per benchmark, each with its machine, command and day; the others stay untouched."""

import datetime
import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_INTRODUCTION = """# Performance

Measured, not promised: each section is written by `scripts/bench NAME` and names its machine. Contenders run one
after the other in the same run, each in a process of its own; figures are medians. Compare ratios across machines,
not seconds. No test asserts on time.
"""


@dataclass(frozen=True)
class Table:
    """A table of results; the first column is left-aligned, the others right."""

    heading: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""


@dataclass(frozen=True)
class Section:
    """What a benchmark found: tables, and sentences on how it was measured."""

    tables: Sequence[Table]
    notes: Sequence[str] = ()
    versions: dict[str, str] = field(default_factory=dict)


def section(heading: str, command: str, found: Section) -> str:
    """The section as Markdown."""
    versions = {"Python": platform.python_version(), **found.versions}
    lines = [
        f"## {heading}",
        "",
        f"`{command}` · {datetime.datetime.now(datetime.UTC):%Y-%m-%d} · {machine()} · "
        + ", ".join(f"{name} {version}" for name, version in versions.items()),
    ]
    for table in found.tables:
        lines += ["", *([f"**{table.title}**", ""] if table.title else []), *_markdown(table)]
    lines += ["", *(f"- {note}" for note in found.notes)]
    return "\n".join(lines).rstrip() + "\n"


def put(page: Path, name: str, text: str) -> None:
    """Replace the section of this benchmark, or add it at the end."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    whole = page.read_text("utf-8") if page.exists() else _INTRODUCTION
    block = f"{begin}\n{text}{end}"
    if begin in whole:
        whole = re.sub(re.escape(begin) + ".*?" + re.escape(end), lambda _: block, whole, flags=re.DOTALL)
    else:
        whole = f"{whole.rstrip()}\n\n{block}\n"
    page.parent.mkdir(exist_ok=True)
    page.write_text(whole, "utf-8")


def machine() -> str:
    """Processor, cores and memory, and how busy the machine was before."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = int(re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())[1]) / 1024 / 1024
    name = model[1].strip() if model else platform.machine()
    return f"{os.cpu_count()} × {name}, {memory:.0f} GiB, {platform.system()} {platform.release().partition('-')[0]}"


def _markdown(table: Table) -> list[str]:
    lines = ["| " + " | ".join(table.heading) + " |"]
    lines.append("|---|" + "---:|" * (len(table.heading) - 1))
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in table.rows]
    return lines
