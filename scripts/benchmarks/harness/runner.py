"""Finds the benchmark that was asked for, runs it, and puts its section into docs/performance.md."""

import argparse
import ast
import importlib
import shlex
from pathlib import Path

from benchmarks.harness import page
from launcher.words import Stop, stop, tell

FOLDER = Path(__file__).resolve().parent.parent
PAGE = FOLDER.parent.parent / "docs" / "performance.md"


def main(arguments: list[str]) -> None:
    """``NAME [options]``. Nothing is written with ``--dry``."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    subcommands = parser.add_subparsers(dest="name", metavar="NAME", required=True)
    modules = {}
    for name, summary in available().items():
        subcommand = subcommands.add_parser(name, help=summary, description=summary)
        subcommand.add_argument("--dry", action="store_true", help="print the results and leave the page alone")
        # Only the asked-for module is imported: the others may need what is not here.
        if name in arguments[:1]:
            modules[name] = importlib.import_module(f"benchmarks.{name}")
            if hasattr(modules[name], "arguments"):
                modules[name].arguments(subcommand)
    options = parser.parse_args(arguments)
    module = modules[options.name]
    try:
        section = module.run(options)
    except Stop as refusal:
        stop(refusal)
    command = shlex.join(["scripts/bench", *(argument for argument in arguments if argument != "--dry")])
    text = page.section(module.HEADING, command, section)
    tell(text)
    if not options.dry:
        page.put(PAGE, options.name, text)


def available() -> dict[str, str]:
    """Each benchmark's name and the first line of its docstring, read without importing it."""
    found = {}
    for file in sorted(FOLDER.glob("[a-z]*.py")):
        said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
        found[file.stem] = said.partition("\n")[0]
    return found
