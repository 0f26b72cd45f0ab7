"""flask notices …: what an operator needs to set up a real SMS vendor."""

import click
from flask.cli import with_appcontext

from mediation_admin.notices import templates
from mediation_admin.notices.templates import Template
from mediation_admin.notices.vendors.settings import public_address

_PLACEHOLDERS = {"aliyun": lambda _number, name: f"${{{name}}}", "tencent": lambda number, _name: f"{{{number}}}"}


@click.group("notices")
def notices() -> None:
    """Messages out."""


@notices.command("templates")
@click.option("--vendor", type=click.Choice(sorted(_PLACEHOLDERS)), required=True)
@with_appcontext
def print_templates(vendor: str) -> None:
    """Print every text as it is to be registered with a vendor; its id goes into SMS_TEMPLATES."""
    for template in Template:
        click.echo(f"{template.value}（{template.label}）")
        click.echo(f"  {templates.registered(template, public_address(''), _PLACEHOLDERS[vendor])}")
